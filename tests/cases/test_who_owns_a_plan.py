"""The owner of an insurance plan, as Synthea's payer_transitions name one, is not taken for the patient of the row."""

import csv

import pytest

PATIENTS = [("Id", "BIRTHDATE", "FIRST", "LAST", "GENDER"), ("p1", "1990-02-03", "Orla", "Quennell", "F"), ("p2", "2012-05-06", "Tobias", "Lindqvist", "M"),
            ("p3", "1971-08-09", "Ines", "Carvalho", "F")]  # fmt: skip
OWNERS = {"p1": "Orla Quennell", "p2": "Marian Lindqvist", "p3": "Yusuf Demir"}


def written(rows):
    return "".join(",".join(row) + "\n" for row in rows)


def read(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("column", ["OWNER_NAME", "OWNERNAME"])
def test_a_plans_owner_is_a_person_of_their_own_in_the_patients_family(project, column):
    plans = [("PATIENT", "START_DATE", "END_DATE", "PAYER", column), *((who, "2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z", "x1", name)
                                                                       for who, name in OWNERS.items())]  # fmt: skip
    made = project(
        "schema: synthea-csv\nprofile: expert\n",
        {"patients.csv": written(PATIENTS), "payer_transitions.csv": written(plans)},
    )
    assert made.run().quarantined == []
    people = {row[0]: row for row in PATIENTS[1:]}
    surrogates = [f"{row['FIRST']} {row['LAST']}" for row in read(made.out / "patients.csv")]
    owners = [row[column] for row in read(made.out / "payer_transitions.csv")]
    assert len(people) == len(surrogates) == len(owners) == 3
    assert owners[0].split()[1] == surrogates[0].split()[1]  # her own plan: the family name is hers
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
