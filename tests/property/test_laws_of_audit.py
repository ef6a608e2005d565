"""Laws of the record of acts: whatever is done to it from outside is told; whatever a crash does to it is told, and survived."""

import datetime as dt
import json
import shutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.audit import append, verify_chain
from veil.audit.chain import FIRST, canonical, digest, line_of
from veil.audit.checkpoint import head_path
from veil.errors import LeakError
from veil.keys import Keys

NOW = dt.datetime(2026, 1, 31, 23, 59, tzinfo=dt.UTC)
KEYS = Keys.from_secret(bytes(range(32)))
SEALS = {KEYS.id: KEYS}
ACTS = st.lists(st.sampled_from(["run begun", "run ended", "reverse", "verify"]), min_size=1, max_size=5)


def book(folder, acts, keys=KEYS):
    path = folder / "audit.jsonl"
    for number, act in enumerate(acts):
        append(path, act, {"rows": number}, keys=keys, now=NOW)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An empty folder for each example."""
    return lambda: tmp_path_factory.mktemp("audit")


def whole(acts, keys=None):
    """What one without the key can write: a chain that holds in itself, and a head that fits."""
    last, data = FIRST, b""
    for number, act in enumerate(acts, 1):
        told = {**{key: value for key, value in act.items() if key != "hash"}, "number": number, "before": last}
        last = digest(canonical(told))
        data += line_of({**told, "hash": last})
    return data, last


def told_of(path, **given):
    with pytest.raises(LeakError) as told:
        verify_chain(path, **given)
    return told.value.code


@given(ACTS, st.data())
def test_a_byte_that_changes_anywhere_is_told(folder, acts, data):
    path = book(folder(), acts)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert told_of(path) in ("audit-broken", "audit-cut")


@given(ACTS, st.data())
def test_a_record_that_is_taken_out_moved_doubled_or_put_in_is_told(folder, acts, data):
    path = book(folder(), [*acts, "run ended"])
    lines = path.read_bytes().splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 2))
    how = data.draw(st.sampled_from(["take", "swap", "double", "forge"]))
    if how == "take":
        del lines[at]
    elif how == "swap":
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    elif how == "double":
        lines.insert(at, lines[at])
    else:
        forged = {"number": at + 1, "before": json.loads(lines[at])["before"], "what": "reverse"}
        lines.insert(at, line_of({**forged, "hash": digest(canonical(forged))}))
    path.write_bytes(b"".join(lines))
    assert told_of(path) == "audit-broken"


@given(ACTS, st.data())
def test_an_end_that_is_cut_off_anywhere_is_told(folder, acts, data):
    path = book(folder(), acts)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    assert told_of(path) == "audit-cut"
    with pytest.raises(LeakError, match="audit-cut"):
        append(path, "reverse", {})


@given(ACTS, ACTS)
def test_one_without_the_key_who_writes_chain_and_head_anew_is_told_by_the_seals(folder, acts, others):
    path = book(folder(), acts)
    data, last = whole([{"what": act, "who": "nobody", "at": "2026-01-31T23:59:00Z"} for act in others])
    path.write_bytes(data)
    head_path(path).write_bytes(canonical({"records": len(others), "hash": last, "sealed": None}) + b"\n")
    assert verify_chain(path).records == len(others), "in itself it holds"
    assert told_of(path, seals=SEALS) == "audit-unsealed"


@given(ACTS, st.data())
def test_one_without_the_key_who_cuts_chain_and_head_alike_is_told_by_the_seals(folder, acts, data):
    path = book(folder(), [*acts, "run ended"])
    lines = path.read_bytes().splitlines(keepends=True)
    left = data.draw(st.integers(1, len(lines) - 1))
    path.write_bytes(b"".join(lines[:left]))
    head = json.loads(head_path(path).read_bytes())
    last = json.loads(lines[left - 1])["hash"]
    sealed = data.draw(st.sampled_from([None, {**head["sealed"], "records": left, "hash": last}]))
    head_path(path).write_bytes(canonical({"records": left, "hash": last, "sealed": sealed}))
    assert verify_chain(path).records == left
    assert told_of(path, seals=SEALS) in ("audit-unsealed", "audit-seal")


def test_chain_and_head_of_yesterday_are_told_only_by_an_anchor_kept_elsewhere(tmp_path):
    path = book(tmp_path, ["run begun", "run ended"])
    shutil.copytree(tmp_path, tmp_path / "copy")
    append(path, "reverse", {}, keys=KEYS)
    anchor = verify_chain(path)
    old = tmp_path / "copy" / "audit.jsonl"
    assert verify_chain(old, seals=SEALS).records == 2
    assert told_of(old, expect=[(anchor.records, anchor.last)]) == "audit-expect"
    assert verify_chain(path, expect=[(anchor.records, anchor.last)]).records == 3


def test_a_head_that_was_taken_away_is_told_and_stays_told(tmp_path):
    path = book(tmp_path, ["run begun", "run ended"])
    head_path(path).unlink()
    assert told_of(path) == "audit-unanchored"
    append(path, "run begun", {}, keys=KEYS)
    assert verify_chain(path, seals=SEALS).unanchored == (3,)


def test_records_without_a_key_behind_them_are_told_and_leave_the_seal_of_the_others(tmp_path):
    path = book(tmp_path, ["run begun", "run ended"])
    append(path, "signed", {})
    checked = verify_chain(path, seals=SEALS)
    assert (checked.records, checked.unsealed) == (3, (3,))
    assert told_of(path, seals={"another": KEYS}) == "audit-seal"


@pytest.mark.parametrize("crashes", [0, 1, 2])
@settings(max_examples=settings.default.max_examples // 20)
@given(ACTS, st.integers(0, 6))
def test_a_crash_at_any_byte_of_the_last_line_is_survived_and_told(folder, crashes, acts, first):
    """The bytes that stand when the power goes, and the head of before; then the next act, cut short the same way."""
    path = book(folder(), acts)
    stood, head = path.read_bytes(), head_path(path).read_bytes()
    for _ in range(crashes):
        append(path, "verify", {"rows": 1}, keys=KEYS, now=NOW)
        path.write_bytes(path.read_bytes()[:-7])
        head_path(path).write_bytes(head)
        stood = path.read_bytes()
    append(path, "verify", {"rows": 1}, keys=KEYS, now=NOW)
    after = path.read_bytes()
    begin, end = len(stood), len(after)
    for length in sorted({*range(begin, begin + 3), *range(begin + first, end, 7), *range(end - 3, end + 1)}):
        path.write_bytes(after[:length])
        head_path(path).write_bytes(head)
        append(path, "reverse", {"rows": 2}, keys=KEYS, now=NOW)
        checked = verify_chain(path, seals=SEALS)
        assert [act["what"] for act in checked.acts][: len(acts)] == acts
        assert checked.acts[-1]["what"] == "reverse"
        assert path.read_bytes().startswith(after[:length]), "bytes are only ever added"
        torn = after[len(stood) : length]
        assert bool(checked.torn) == (crashes > 0 or not (torn == b"" or torn.endswith(b"}\n")))


def test_a_line_that_was_not_written_whole_is_told_until_the_next_act_records_it(tmp_path):
    path = book(tmp_path, ["run begun"])
    head = head_path(path).read_bytes()
    append(path, "run ended", {}, keys=KEYS)
    path.write_bytes(path.read_bytes()[:-20])
    head_path(path).write_bytes(head)
    assert told_of(path) == "audit-torn"
    append(path, "run begun", {}, keys=KEYS)
    assert verify_chain(path, seals=SEALS).torn == (2,)


def test_the_first_line_cut_short_is_survived_too(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b'{"at": "2026')
    append(path, "run begun", {})
    assert verify_chain(path).torn == (1,)
