"""Case 67: next of kin, mother, spouse, guardian and clinicians of a patient's row are people of their own."""

import csv
import itertools
import shutil

import pytest
from tests.conftest import SHARED

CASE = SHARED / "cases" / "67" / "data"
HEAD = "profile: expert\ndetectors: [patterns, dates, gazetteer, known]\ntables:\n  patients:\n    subject: patient_id\n    columns:\n"
NOTES = """notes:
  notes: {subject: {from: file_name, pattern: "{patient_id}-{n}.txt"}, columns: {text: scan}}
"""
PERSONS = {
    "next_of_kin": "next_of_kin",
    "mother_name": "mother",
    "emergency_contact_name": "emergency_contact",
    "guardian": "guardian",
    "spouse_name": "spouse",
    "attending": "attending",
    "referring_physician": "referring",
    "OWNERNAME": "owner",
}


def project_text(persons, own="patient_name", rest=""):
    lines = [f"      {column}: {{as: person_name, known: true, person: {word}}}\n" for column, word in persons.items()]
    return (
        HEAD + f"      patient_id: pseudonym\n      {own}: {{as: person_name, known: true}}\n" + "".join(lines) + rest
    )


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def check_rows(before, after, own, persons):
    """People of a row are as different after as before, and kin share families as before; nobody shares a full name."""
    bearer = {}
    for number, (was, now) in enumerate(zip(before, after, strict=True)):
        kin = [own, *(column for column, word in persons.items() if word not in ("attending", "referring", "pcp"))]
        for one, other in itertools.combinations(kin, 2):
            if was[one] and was[other]:
                assert (was[one].split()[-1] == was[other].split()[-1]) == (
                    now[one].split()[-1] == now[other].split()[-1]
                )
        for column in (own, *persons):
            if was[column]:
                staff = persons.get(column) in ("attending", "referring", "pcp")
                person = ("staff", was[column]) if staff else (number, "patient" if column == own else was[column])
                assert bearer.setdefault(now[column], person) == person


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not here")
def test_the_case_has_as_many_people_after_as_before(project):
    rest = "      birth_date: {as: birth_date}\n      maidenname: {as: family_name, known: true}\n"
    made = project(project_text(PERSONS, rest=rest) + NOTES, {"patients.csv": ""})
    shutil.copytree(CASE, made.folder / "data", dirs_exist_ok=True)
    assert made.run().exit_code == 0
    before, after = rows_of(CASE / "patients.csv"), rows_of(made.out / "patients.csv")
    check_rows(before, after, "patient_name", PERSONS)
    texts = [path.read_text() for path in (made.out / "notes").glob("*.txt")]
    for row in after[:3]:
        (text,) = [one for one in texts if one.startswith(row["patient_name"])]
        for column in ("mother_name", "spouse_name", "next_of_kin", "emergency_contact_name", "attending"):
            assert row[column] in text


@pytest.mark.parametrize(
    "header",
    [
        {"father": "father", "wife": "wife", "pcp": "pcp"},
        {"contact1": "contact_1", "contact2": "contact_2"},
        {"caregiver_name": "caregiver", "attending": "attending", "sister": "sister"},
        {"informant": "informant", "parent": "parent"},
        {"responsible_party": "responsible_party", "son": "son", "daughter": "daughter", "brother": "brother"},
    ],
)
def test_people_of_other_columns_are_their_own_too(project, header):
    given, family = ["Ada", "Bruno", "Cora", "Dario", "Elin"], ["Whitlock", "Sutter", "Kowal"]
    lines = ["patient_id,name," + ",".join(header)]
    for i in range(60):
        people = [f"{given[(i + k * k) % 5]} {family[(i * (k + 1) + k) % 3]}" for k in range(len(header) + 1)]
        lines.append(f"P{i}," + ",".join(people))
    made = project(project_text(header, own="name"), {"patients.csv": "\n".join(lines) + "\n"})
    assert made.run().exit_code == 0
    check_rows(rows_of(made.folder / "data" / "patients.csv"), rows_of(made.out / "patients.csv"), "name", header)


def test_columns_with_one_word_are_one_person_and_a_phone_beside_them_is_no_name(project):
    text = (
        HEAD
        + """      patient_id: pseudonym
      first: {surrogate: given_name, known: true}
      last: {surrogate: family_name, known: true}
      nok_first: {surrogate: given_name, known: true, person: next_of_kin}
      nok_last: {surrogate: family_name, known: true, person: next_of_kin}
      nok_phone: {surrogate: phone, known: true, label: PHONE, person: next_of_kin}
"""
        + NOTES
    )
    note = "Ada Whitlock came with her sister Cora Whitlock, phone 617-228-9041. Ms. Whitlock is well. Cora agreed.\n"
    made = project(
        text,
        {
            "patients.csv": "patient_id,first,last,nok_first,nok_last,nok_phone\nP1,Ada,Whitlock,Cora,Whitlock,617-228-9041\n",
            "notes/P1-1.txt": note,
        },
    )
    assert made.run().exit_code == 0
    (row,) = rows_of(made.out / "patients.csv")
    (path,) = (made.out / "notes").glob("*.txt")
    assert row["last"] == row["nok_last"]
    assert row["first"] != row["nok_first"]
    assert path.read_text() == (
        f"{row['first']} {row['last']} came with her sister {row['nok_first']} {row['nok_last']}, phone {row['nok_phone']}. "
        f"Ms. {row['last']} is well. {row['nok_first']} agreed.\n"
    )


def test_a_word_that_is_none_is_refused(project):
    from veil.errors import PolicyError

    made = project(
        project_text({"mother": "'x: y'"}),
        {"patients.csv": "patient_id,patient_name,mother\nP1,Ada Orsini,Cora Pell\n"},
    )
    with pytest.raises(PolicyError, match="person-word"):
        made.session()
