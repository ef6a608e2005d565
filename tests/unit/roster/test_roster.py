"""Situations of the roster: who is who, how strong, and that nothing of it is readable on disk."""

import pyarrow as pa
import pytest

from veil.model import Label
from veil.roster import RosterBuilder
from veil.roster.roster_index import Roster
from veil.roster.strength import strength


def text(*values):
    return pa.array(values, pa.large_string())


@pytest.fixture
def built(tmp_path):
    builder = RosterBuilder(tmp_path / "roster")
    builder.begin_links()
    builder.add_links(text("e1", "e2", None, "e3", "e3"), text("person-1", "p2", "person-1", "person-1", "p2"))
    builder.end_links("encounter_id")
    builder.add_known(
        "family_name",
        Label.NAME,
        "auto",
        text("Quackenthorpe", "May", "  ", None),
        text("person-1", "p2", "person-1", "p2"),
    )
    builder.add_known("number", Label.MRN, "strong", text("00412", "7"), text("person-1", "p2"), "mrn")
    builder.add_known("full_name", Label.NAME, "staff", text("Alice Wong"), text(None))
    builder.add_known("sex", Label.DATE, "weak", text("F"), text("person-1"))
    builder.add_known("birth_date", Label.DATE, "weak", text("1941-03-17"), text("person-1"))
    return Roster(builder.finish())


def test_an_id_leads_to_its_subject_and_one_that_leads_to_two_leads_to_nobody(built):
    assert built.subjects("encounter_id", text("e2", "e1", None, "e3", "zz")).to_pylist() == [
        "p2",
        "person-1",
        None,
        None,
        None,
    ]
    assert built.subjects("unknown", text("e1")).to_pylist() == [None]


def test_what_is_known_of_a_subject_is_theirs_alone(built):
    known = built.known(["person-1", "p2", "p3"])
    assert {(one.kind, one.value, one.strength) for one in known["person-1"]} == {
        ("birth_date", "1941-03-17", "weak"),
        ("family_name", "Quackenthorpe", "strong"),
        ("number", "00412", "strong"),
    }
    assert {(one.value, one.strength) for one in known["p2"]} == {("May", "weak"), ("7", "weak")}
    assert "p3" not in known
    assert [one.value for one in built.staff()] == ["Alice Wong"]


@pytest.mark.parametrize("subject", ["\x00staff", "staff", ""])
def test_no_id_of_a_subject_leads_to_the_hospitals_own_people(tmp_path, subject):
    builder = RosterBuilder(tmp_path / "roster")
    builder.add_known("full_name", Label.NAME, "staff", text("Alice Wong"), text(None))
    builder.add_known("full_name", Label.NAME, "auto", text("Xanthippe Borogove"), text(subject))
    roster = Roster(builder.finish())
    assert [known.value for known in roster.staff()] == ["Alice Wong"]
    assert [known.value for known in roster.known([subject])[subject]] == ["Xanthippe Borogove"]


def test_facts_of_a_subject_are_sex_and_birth(built):
    facts = built.facts(text("person-1", "p2", None))
    assert facts.sex.to_pylist() == ["F", None, None]
    assert [str(one) for one in facts.born.to_pylist()] == ["1941-03-17", "None", "None"]


def test_nothing_of_the_roster_is_readable_on_disk(built, tmp_path):
    held = b"".join(path.read_bytes() for path in (tmp_path / "roster").rglob("*") if path.is_file())
    assert held
    for value in (b"Quackenthorpe", b"00412", b"Alice", b"person-1", b"1941-03-17"):
        assert value not in held
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "roster").rglob("*") if path.is_file())


@pytest.mark.parametrize("pages", [1, 400])
def test_many_pages_and_spills_tell_the_same(tmp_path, monkeypatch, pages):
    monkeypatch.setattr("veil.roster.pages.SPILL_ROWS", 1_000 // pages * 10 + 5)
    monkeypatch.setattr("veil.roster.pages.ROWS_A_PAGE", 5_000 // pages)
    builder = RosterBuilder(tmp_path / "roster")
    builder.begin_links()
    ids = [str(i) for i in range(5_000)]
    for start in range(0, 5_000, 617):
        builder.add_links(text(*ids[start : start + 617]), text(*(f"p{i}" for i in ids[start : start + 617])))
    builder.end_links("d")
    assert Roster(builder.finish()).subjects("d", text(*ids)).to_pylist() == [f"p{i}" for i in ids]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("family_name", "Quackenthorpe", "strong"),
        ("family_name", "May", "weak"),
        ("given_name", "Will", "weak"),
        ("family_name", "White", "weak"),
        ("given_name", "Al", "weak"),
        ("given_name", "J", ""),
        ("full_name", "Will May", "strong"),
        ("number", "41277", "strong"),
        ("number", "412", "weak"),
        ("number", "7", "weak"),
        ("street", "12 Oak Street", "strong"),
        ("street", "111", "weak"),
        ("street", "7-13", "weak"),
        ("email", "a@b.org", "strong"),
        ("birth_date", "1941-03-17", "weak"),
    ],
)
def test_how_strong_an_identifier_is(kind, value, told):
    assert strength(kind, value) == told


@pytest.mark.parametrize(
    ("kind", "value", "word", "told"),
    [
        ("number", "12", "strong", "weak"),
        ("number", "9999", "strong", "weak"),
        ("number", "10000", "strong", "strong"),
        ("number", "A1", "strong", "weak"),
        ("number", "B12", "strong", "weak"),
        ("number", "K7Q2", "strong", "strong"),
        ("number", "FEV1", "strong", "weak"),
        ("number", "HbA1c", "strong", "weak"),
        ("zip", "10032", "strong", "weak"),
        ("zip", "01201", "auto", "weak"),
        ("phone", "555-1234", "strong", "strong"),
        ("given_name", "Li", "strong", "strong"),
        ("number", "12", "everywhere", "strong"),
        ("number", "00418812", "weak", "weak"),
        ("number", "HOLD", "strong", "weak"),
    ],
)
def test_a_short_number_is_strong_only_where_a_project_says_everywhere(kind, value, word, told, tmp_path):
    builder = RosterBuilder(tmp_path / "roster")
    builder.add_known(kind, Label.ID, word, text(value), text("p1"))
    assert [one.strength for one in Roster(builder.finish()).known(["p1"])["p1"]] == [told]
