"""The sieve misses no cell that holds an identifier of its subject, passes few others, and shows nothing on disk."""

import random
import re

import pyarrow as pa
import pytest

from veil.model import Known, Label
from veil.roster import Roster, RosterBuilder
from veil.roster.facts import FactsReader, FactsWriter
from veil.roster.prefilter import Prefilter, PrefilterWriter
from veil.roster.tokens import tokens_of
from veil.verify import Probe


def text(*values):
    return pa.array(values, pa.large_string())


def words(value):
    """What `tokens_of` must find, the slow way."""
    folded = re.sub(r"\s+", " ", value.casefold())
    joined = re.sub(r"(?<=[0-9])[ .\-/()]{1,3}(?=[0-9])", "", folded)
    return [word.lstrip("0") for word in re.findall(r"[^\W_]+", joined) if word.lstrip("0")]


def test_tokens_are_the_words_and_joined_numbers_of_each_value():
    draw = random.Random(3)
    values = ["".join(draw.choices("ab0129 .-/()_,é’Zß\n", k=draw.randint(0, 14))) for _ in range(3_000)]
    tokens = tokens_of(text(*values))
    wanted = [(place, word) for place, value in enumerate(values) for word in words(value)]
    assert [place for place, _ in wanted] == tokens.value.tolist()
    seen = {}
    for (_, word), found in zip(wanted, tokens.hash.tolist(), strict=True):
        assert seen.setdefault(word, found) == found
    assert len(set(seen.values())) == len(seen)


def test_a_long_value_and_many_short_ones_are_cut_alike(monkeypatch):
    values = text("x" * 300 + " 41277", None, "", "41 277", *(str(i) for i in range(50)))
    whole = tokens_of(values)
    monkeypatch.setattr("veil.roster.tokens._CHUNK", 64)
    cut = tokens_of(values)
    assert (whole.value == cut.value).all()
    assert (whole.hash == cut.hash).all()


KNOWN = [
    ("family_name", "Quackenthorpe"),
    ("full_name", "Orla de la Cruz"),
    ("number", "00412-771"),
    ("number", "41277"),
    ("family_name", "Groß"),
    ("number", "AB-12-4412"),
    ("phone", "(555) 123-4567"),
    ("given_name", "Rose"),
    ("city", "New Reading"),
    ("family_name", "O'Brien"),
]
CELLS = [
    "seen: QUACKENTHORPES came",
    "Orla  De La\nCruz's",
    "id 412771.",
    "no 000412 771",
    "GROSS",
    "x ab124412 y",
    "555.123.4567",
    "Rose came",
    "to New Reading",
    "o'brien",
    "nothing here",
    "12",
    "",
    "Quackenthorpes_2",
    "AB-12-4412",
    "41277.0 g",
    "041277",
]


def test_what_a_probe_finds_the_sieve_lets_through(tmp_path):
    builder = RosterBuilder(tmp_path / "roster")
    for number, (kind, value) in enumerate(KNOWN):
        builder.add_known(kind, Label.ID, "strong", text(value), text(f"p{number}"))
    roster = Roster(builder.finish())
    for number, (kind, value) in enumerate(KNOWN):
        probe = Probe([Known(kind, value, Label.ID, "strong")])
        wanted = {place for place, cell in enumerate(CELLS) if probe.survivors(cell)}
        found = set(roster.sieve.rows(text(*CELLS), text(*[f"p{number}"] * len(CELLS))).tolist())
        assert wanted <= found, (kind, value)
        assert wanted, (kind, value)


def test_a_cell_with_an_identifier_of_another_is_not_read(tmp_path):
    writer = PrefilterWriter(tmp_path / "known.sieve")
    ids, subjects = text(*(str(10_000_000 + i) for i in range(4_000))), text(*(f"p{i}" for i in range(4_000)))
    writer.add_numbers(ids, subjects)
    sieve = Prefilter(writer.finish())
    assert sieve.rows(ids, subjects).tolist() == list(range(4_000))
    assert len(sieve.rows(ids, text(*(f"p{i + 1}" for i in range(4_000))))) < 400
    assert len(sieve.rows(text(*(str(50_000_000 + i) for i in range(4_000))), subjects)) < 40
    assert len(sieve.rows(ids, pa.nulls(4_000, pa.large_string()))) == 0
    held = (tmp_path / "known.sieve").read_bytes()
    assert b"10000017" not in held
    assert (tmp_path / "known.sieve").stat().st_mode & 0o077 == 0


def test_more_than_the_sieve_holds_at_once_gives_the_same_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("veil.roster.prefilter._HELD", 500)
    monkeypatch.setattr("veil.roster.prefilter._MOST", 20)
    writer = PrefilterWriter(tmp_path / "known.sieve")
    for start in range(0, 3_000, 300):
        writer.add_numbers(
            text(*(str(7_000_000 + i) for i in range(start, start + 300))),
            text(*(f"p{i}" for i in range(start, start + 300))),
        )
    rows = Prefilter(writer.finish()).rows(
        text(*(str(7_000_000 + i) for i in range(3_000))), text(*(f"p{i}" for i in range(3_000)))
    )
    assert rows.tolist() == list(range(3_000))


@pytest.mark.parametrize("rows_a_block", [8_192, 16])
def test_facts_come_back_for_whole_columns(tmp_path, monkeypatch, rows_a_block):
    monkeypatch.setattr("veil.roster.facts._ROWS_A_BLOCK", rows_a_block)
    writer = FactsWriter(tmp_path / "known.facts")
    people = [f"p{i}" for i in range(1_000)]
    writer.add("sex", text(*("FM?"[i % 3] for i in range(1_000))), text(*people))
    writer.add("birth_date", text(*(f"19{i % 90 + 10}-03-17" for i in range(1_000))), text(*people))
    writer.add("birth_date", text("1905-01-01", "no day"), text("p7", "p8"))
    writer.add("offset", text("-12", "0", "x"), text("p1", "p2", "p3"))
    facts = FactsReader(writer.finish()).of(text("p7", None, "p1", "nobody", "p2", "p999", "p7"))
    assert facts.sex.to_pylist() == ["M", None, "M", None, None, "F", "M"]
    assert [str(day) for day in facts.born.to_pylist()] == [
        "1905-01-01",
        "None",
        "1911-03-17",
        "None",
        "1912-03-17",
        "1919-03-17",
        "1905-01-01",
    ]
    assert facts.offset.to_pylist() == [None, None, -12, None, None, None, None]


def test_facts_of_nobody_are_nulls(tmp_path):
    facts = FactsReader(FactsWriter(tmp_path / "known.facts").finish()).of(text("p1", None))
    assert (facts.sex.null_count, facts.born.null_count, facts.offset.null_count) == (2, 2, 2)
