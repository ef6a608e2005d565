"""Case 26: words for "no value" are no person, no name and no identifier; they stay as they are, and come back."""

from __future__ import annotations

import csv
import io
import shutil

import pytest
from tests.conftest import SHARED, Made

from veil.errors import PolicyError
from veil.jobs.reversal.reverse import open_reversal, reverse
from veil.lexicon.novalue import standard

RULES = """profile: expert
tables:
  people:
    subject: patient_id
    born: birth_date
    columns:
      patient_id: pseudonym
      name: {as: person_name, known: true}
      birth_date: {as: birth_date, known: true}
      mrn: {as: number, known: strong, label: MRN}
      note: scan
"""
HEAD = "patient_id,name,birth_date,mrn,note\n"
OWN = HEAD + (
    "11,Orla Quennell,1961-02-03,00418812,Seen by Dr. Whitlock\n"
    "12,Null,NULL,#N/A,unknown to us\n"
    "NULL,<NA>,NaT,nan,NULL\n"
    "13,Bram Tasker,unknown,missing,The cause is unknown. Results missing.\n"
    "n/a,not available,??,Unknown,Not Applicable\n"
    "14, N/A ,--,None,none\n"
    "999,Maeve Lindqvist,1970-01-02,UNK,Seen\n"
)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def released(made: Made) -> list[dict[str, str]]:
    return rows((made.out / "people.csv").read_text())


def check(before: list[dict[str, str]], after: list[dict[str, str]]) -> None:
    words = standard()
    for old, new in zip(before, after, strict=True):
        for column, value in old.items():
            if value in words:
                assert new[column] == value, column
            elif column in ("patient_id", "mrn"):
                assert new[column] not in ("", value), column


def test_words_for_no_value_stay_and_a_note_keeps_its_words(project):
    made = project(RULES, {"people.csv": OWN})
    outcome = made.run()
    assert outcome.exit_code == 0
    after = released(made)
    check(rows(OWN), after)
    assert after[3]["note"] == "The cause is unknown. Results missing."
    assert after[1]["note"] == "unknown to us"
    kept = [one for one in outcome.manifest["counts"] if one["detail"] == "no value"]
    assert {one["address"].rpartition(".")[2] for one in kept} == {"patient_id", "name", "birth_date", "mrn", "note"}
    assert outcome.manifest["verify"].get("no-value-changed", 0) == 0 if "verify" in outcome.manifest else True


def test_the_words_come_back_too(project):
    made = project(RULES, {"people.csv": OWN})
    made.run()
    session = made.session()
    reversal = open_reversal(made.file)
    target = made.folder / "back"
    reverse(reversal, session.keys(lambda: "open sesame"), "test", target)
    back = rows((target / "people.csv").read_text())
    assert [one["patient_id"] for one in back] == [one["patient_id"] for one in rows(OWN)]


@pytest.mark.parametrize(
    ("written", "stays", "changes"),
    [
        ("no_value: [999, absent]\n", ["999", "Absent", "NULL"], ["12"]),
        ("no_value: {only: [999]}\n", ["999"], ["NULL", "unknown"]),
        ("no_value: {except: [NULL]}\n", ["unknown"], ["NULL", "null"]),
        ("no_value: [NULL, ~]\n", ["NULL", "null"], ["999"]),
    ],
)
def test_a_project_says_which_words_mean_no_value(project, written, stays, changes):
    ids = [*stays, *changes]
    made = project(
        written + "profile: expert\ntables: {t: {subject: pid, columns: {pid: pseudonym}}}\n",
        {"t.csv": "pid\n" + "\n".join(ids) + "\n"},
    )
    assert made.run().exit_code == 0
    after = (made.out / "t.csv").read_text().split("\n")[1:-1]
    assert after[: len(stays)] == stays
    assert not set(after[len(stays) :]) & set(changes)


def test_a_source_says_more_than_its_project(project):
    made = project(
        "no_value: [999]\nprofile: expert\ntables:\n  a: {subject: pid, columns: {pid: pseudonym}}\n"
        "  b: {subject: pid, columns: {pid: pseudonym}, no_value: {except: [999]}}\n",
        {"a.csv": "pid\n999\n7\n", "b.csv": "pid\n999\n7\n"},
    )
    made.run()
    assert (made.out / "a.csv").read_text().split("\n")[1] == "999"
    assert (made.out / "b.csv").read_text().split("\n")[1] != "999"


@pytest.mark.parametrize("written", ["{words: [x]}", "[yes]", "[[a]]"])
def test_no_value_of_another_shape_is_refused(project, written):
    made = project(
        f"no_value: {written}\nprofile: redact\ntables: {{t: {{columns: {{pid: drop}}}}}}\n", {"t.csv": "pid\n1\n"}
    )
    with pytest.raises(PolicyError) as refused:
        made.session()
    assert refused.value.code == "no-value"


@pytest.mark.parametrize("name", ["Na", "Nan", "Nul", "Nona", "Unger", "Missy"])
def test_names_of_people_are_values(name):
    assert name not in standard()


@pytest.mark.corpora
@pytest.mark.skipif(not (SHARED / "cases/26").is_dir(), reason="the cases are not beside the checkout")
def test_the_case_itself_comes_out_right(tmp_path, keyring_file):
    shutil.copytree(SHARED / "cases/26", tmp_path / "c")
    (tmp_path / "c").chmod(0o755)
    shutil.copy(keyring_file, tmp_path / "c/study.key")
    made = Made(tmp_path / "c/p.yaml")
    assert made.run().exit_code == 0
    before = rows((tmp_path / "c/people.csv").read_text())
    check(before, released(made))
    assert released(made)[6]["note"] == "unknown"
