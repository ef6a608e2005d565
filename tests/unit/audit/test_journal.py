"""A journal writes the chain that the book writes, and reads no record twice."""

import multiprocessing

import pytest

from veil.audit import append, verify_chain
from veil.audit.journal import Journal
from veil.errors import LeakError
from veil.keys import Keys

KEYS = Keys.from_secret(bytes(range(32)))
SEALS = {KEYS.id: KEYS}


def test_two_journals_and_the_book_write_one_chain_in_turn(tmp_path):
    path = tmp_path / "audit.jsonl"
    one, other = Journal(path, KEYS), Journal(path, KEYS)
    for number in range(5):
        one.add("one", {"n": number})
        other.add("other", {"n": number})
        append(path, "book", {"n": number}, keys=KEYS)
    checked = verify_chain(path, seals=SEALS)
    assert [act["what"] for act in checked.acts] == ["one", "other", "book"] * 5
    assert checked.unsealed == ()


def test_what_is_told_takes_no_name_that_a_record_has_for_itself(tmp_path):
    path, told = (
        tmp_path / "audit.jsonl",
        {name: "x" for name in ("number", "at", "who", "what", "before", "hash", "seal")},
    )
    Journal(path, KEYS).add("one", {**told, "n": 1})
    append(path, "book", {**told, "n": 1}, keys=KEYS)
    one, other = verify_chain(path, seals=SEALS).acts
    assert (one["what"], other["what"]) == ("one", "book")
    assert set(one) == set(other)


def _many(path):
    journal = Journal(path, KEYS)
    for number in range(40):
        journal.add("many", {"n": number})


def test_processes_that_write_at_once_share_no_number(tmp_path):
    path = tmp_path / "audit.jsonl"
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_many, args=(path,)) for _ in range(3)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert verify_chain(path, seals=SEALS).records == 120


def test_a_line_that_a_crash_cut_short_is_told_by_the_next_act(tmp_path):
    path = tmp_path / "audit.jsonl"
    journal = Journal(path, KEYS)
    journal.add("one", {})
    with path.open("ab") as file:
        file.write(b'{"half": ')
    journal.add("two", {})
    journal.add("three", {})
    checked = verify_chain(path, seals=SEALS)
    assert [act["what"] for act in checked.acts] == ["one", "torn", "two", "three"]


@pytest.mark.parametrize("harm", ["changed", "cut", "head behind a cut"])
def test_an_act_is_not_recorded_behind_a_broken_record(tmp_path, harm):
    path = tmp_path / "audit.jsonl"
    journal = Journal(path, KEYS)
    for number in range(4):
        journal.add("one", {"n": number})
    held = path.read_bytes()
    if harm == "changed":
        path.write_bytes(held.replace(b'"n": 2', b'"n": 7'))
        journal = Journal(path, KEYS)  # a process that begins
    elif harm == "cut":
        path.write_bytes(b"".join(held.splitlines(keepends=True)[:2]))
    else:
        path.write_bytes(b"".join(held.splitlines(keepends=True)[:2]))
        journal = Journal(path, KEYS)
    with pytest.raises(LeakError) as caught:
        journal.add("after", {})
    assert caught.value.code in ("audit-broken", "audit-cut")


def test_a_record_of_another_writer_that_does_not_fit_is_not_built_upon(tmp_path):
    path = tmp_path / "audit.jsonl"
    journal = Journal(path, KEYS)
    journal.add("one", {})
    with path.open("ab") as file:
        file.write(b'{"what": "forged"}\n')
    with pytest.raises(LeakError):
        journal.add("two", {})
