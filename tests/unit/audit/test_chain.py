import datetime as dt
import json
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.audit import append, verify_chain
from veil.errors import LeakError

NOW = dt.datetime(2026, 1, 31, 23, 59, tzinfo=dt.UTC)


def chain_of(path, acts):
    for act in acts:
        append(path, act, {"rows": len(act)}, now=NOW)
    return path


def test_an_act_is_recorded_with_who_when_and_what(tmp_path):
    record = append(tmp_path / "p" / "audit.jsonl", "reverse", {"rows": 3, "who": "nobody"}, now=NOW)
    assert record["at"] == "2026-01-31T23:59:00Z"
    assert record["who"] != "nobody"
    assert (tmp_path / "p" / "audit.jsonl").stat().st_mode & 0o777 == 0o600
    assert verify_chain(tmp_path / "p" / "audit.jsonl").records == 1


def test_a_record_that_is_not_there_has_no_acts(tmp_path):
    assert verify_chain(tmp_path / "audit.jsonl").records == 0


@given(st.lists(st.text(max_size=8), min_size=2, max_size=6), st.data())
def test_a_line_that_is_changed_moved_or_taken_out_is_noticed(tmp_path_factory, acts, data):
    path = chain_of(tmp_path_factory.mktemp("a") / "audit.jsonl", acts)
    assert verify_chain(path).records == len(acts)
    lines = path.read_text().splitlines(keepends=True)
    at = data.draw(st.integers(0, len(lines) - 2))
    how = data.draw(st.sampled_from(["change", "swap", "take", "cut"]))
    if how == "change":
        lines[at] = json.dumps({**json.loads(lines[at]), "rows": 99}) + "\n"
    elif how == "swap":
        lines[at], lines[at + 1] = lines[at + 1], lines[at]
    elif how == "take":
        del lines[at]
    else:
        lines[-1] = lines[-1][: len(lines[-1]) // 2]
    path.write_text("".join(lines))
    with pytest.raises(LeakError) as told:
        verify_chain(path)
    assert told.value.code == ("audit-cut" if how == "cut" else "audit-broken")
    with pytest.raises(LeakError):
        append(path, "reverse", {})


def write_some(path):
    for _ in range(20):
        append(path, "reverse", {})


def test_processes_that_write_at_once_lose_no_record(tmp_path):
    path = tmp_path / "audit.jsonl"
    several = [get_context("fork").Process(target=write_some, args=(path,)) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert verify_chain(path).records == 80
