"""The owner of an insurance plan, as Synthea's payer_transitions name one, is not taken for the patient of the row."""

import csv

import pytest

PATIENTS = [
    ("Id", "BIRTHDATE", "FIRST", "LAST", "GENDER"),
    ("p1", "1990-02-03", "Orla", "Quennell", "F"),
    ("p2", "2012-05-06", "Tobias", "Lindqvist", "M"),
    ("p3", "1971-08-09", "Ines", "Carvalho", "F"),
]
OWNERS = {"p1": "Orla Quennell", "p2": "Marian Lindqvist", "p3": "Yusuf Demir"}


def written(rows):
    return "".join(",".join(row) + "\n" for row in rows)


def read(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("column", ["OWNER_NAME", "OWNERNAME"])
def test_a_plans_owner_is_a_person_of_their_own_in_the_patients_family(project, column):
    plans = [
        ("PATIENT", "START_DATE", "END_DATE", "PAYER", column),
        *((who, "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "x1", name) for who, name in OWNERS.items()),
    ]
    made = project(
        "schema: synthea-csv\nprofile: expert\n",
        {"patients.csv": written(PATIENTS), "payer_transitions.csv": written(plans)},
    )
    assert made.run().quarantined == []
    people = {row[0]: row for row in PATIENTS[1:]}
    surrogates = [f"{row['FIRST']} {row['LAST']}" for row in read(made.out / "patients.csv")]
    owners = [row[column] for row in read(made.out / "payer_transitions.csv")]
    assert len(people) == len(surrogates) == len(owners) == 3
    assert owners[0] == surrogates[0]  # her own plan
    assert owners[1].split()[1] == surrogates[1].split()[1]  # the same family name, as in the originals
    assert owners[1] != surrogates[1]
    assert owners[2] not in surrogates
    assert owners[2].split()[1] != surrogates[2].split()[1]
    assert not {name for name in OWNERS.values() if name in owners}


@pytest.mark.parametrize("column", ["OWNER_NAME", "OWNERNAME"])
def test_the_pack_says_who_is_meant(project, column):
    plans = [
        ("PATIENT", "START_DATE", "END_DATE", "PAYER", column),
        ("p1", "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "x1", "A B"),
    ]
    made = project(
        "schema: synthea-csv\nprofile: expert\n",
        {"patients.csv": written(PATIENTS), "payer_transitions.csv": written(plans)},
    )
    rule = dict(made.session().plan.source("payer_transitions").rules)[column]
    assert (rule.person, rule.kind) == ("plan_owner", "full_name")


PEOPLE = [
    ("pid", "first", "last", "sex", "born"),
    ("p1", "Orla", "Quennell", "M", "1990-02-03"),
    ("p2", "Xanthippe", "Borogove", "F", "1980-01-01"),
    ("p3", "Maria Ana", "Okafor", "F", "2012-05-06"),
    ("p4", "Jean-Luc", "Vandertramp", "", "2012-05-06"),
]
CALLED = {
    "as in the table": ("Orla Quennell", "p1"),
    "family name first": ("Quennell, Orla", "p1"),
    "capitals": ("ORLA QUENNELL", "p1"),
    "a middle initial": ("Orla M. Quennell", "p1"),
    "a middle name": ("Orla Maeve Quennell", "p1"),
    "without a comma": ("Borogove Xanthippe", "p2"),
    "two given names": ("Maria Ana Okafor", "p3"),
    "one of two": ("Maria Okafor", "p3"),
    "a hyphen": ("VANDERTRAMP, JEAN-LUC", "p4"),
}
OTHERS = {
    "a sister": ("Maria Jose Okafor", "p3"),
    "another given name": ("Tobias Quennell", "p1"),
    "another family name": ("Orla Lindqvist", "p1"),
    "a namesake elsewhere": ("Orla Quennell", "p2"),
    "a mother of the same name": ("Ana Okafor", "p3"),
}
RULES = """profile: expert
tables:
  people:
    subject: pid
    sex: sex
    columns: {pid: pseudonym, first: {as: given_name, known: true}, last: {as: family_name, known: true}, sex: keep, born: {as: birth_date, known: true}}
  bills:
    subject: pid
    columns: {pid: pseudonym, payer: {as: person_name, person: ROLE}}
"""


def billed(project, name, who, role):
    made = project(
        RULES.replace("ROLE", role), {"people.csv": written(PEOPLE), "bills.csv": f'pid,payer\n{who},"{name}"\n'}
    )
    assert made.run().quarantined == []
    at = [row[0] for row in PEOPLE].index(who) - 1
    person = read(made.out / "people.csv")[at]
    return read(made.out / "bills.csv")[0]["payer"], person["first"], person["last"]


@pytest.mark.parametrize("role", ["guarantor", "owner", "subscriber"])
@pytest.mark.parametrize("way", CALLED)
def test_a_patient_who_pays_has_one_surrogate_in_either_order(project, way, role):
    shown, first, last = billed(project, *CALLED[way], role)
    words = shown.replace(",", "").lower().split()
    assert last.lower() in words
    assert first.split()[0].lower() in words
    assert shown.isupper() == CALLED[way][0].isupper()
    if "," in CALLED[way][0] or way == "without a comma":
        assert words[0] == last.lower()


@pytest.mark.parametrize("way", OTHERS)
def test_another_who_pays_is_another_person(project, way):
    shown, first, last = billed(project, *OTHERS[way], "guarantor")
    assert f"{first.split()[0]} {last}".lower() != f"{shown.split()[0]} {shown.split()[-1]}".lower()
