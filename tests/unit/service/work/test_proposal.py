"""Proposals for uploads: with `safe-harbor` and nobody looking, nothing that says identifier is kept, and nothing that nobody knows."""

import json

import pytest
from tests.unit.discover.test_whole_numbers import IDENTIFYING, SHAPES

from veil.service.store.job_request import JobRequest
from veil.service.work.proposal import propose

STRICT = JobRequest(profile="safe-harbor")
KEPT = ("keep", "as code", "as measure", "as state")


def proposed(folder, columns, *, choice=STRICT, name="t.csv"):
    """Shape: column -> the rule that is proposed."""
    length = max(map(len, columns.values()))
    rows = [[values[i] if i < len(values) else "" for values in columns.values()] for i in range(length)]
    (folder / name).write_text("\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n")
    return {one["column"]: one["rule"] for one in propose(folder, name, choice)["columns"]}


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_says_identifier_is_kept(tmp_path, shape):
    rules = proposed(
        tmp_path,
        {name: SHAPES[shape] for name in IDENTIFYING if name.lower() not in ("mrn", "ssn", "dob")}
        | {"mrn": SHAPES[shape]},
    )
    assert {name: rule for name, rule in rules.items() if rule in KEPT} == {}


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_that_says_identifier_is_kept_in_records_of_json(tmp_path, shape):
    records = [
        {"mrn": value, "patient": {"id": value, "birthDate": value}, "telecom": [{"phone": value}]}
        for value in SHAPES[shape]
    ]
    (tmp_path / "t.json").write_text(json.dumps(records))
    assert {one["rule"] for one in propose(tmp_path, "t.json", STRICT)["columns"]} & set(KEPT) == set()


def test_what_nobody_knows_is_dropped(tmp_path):
    rules = proposed(
        tmp_path,
        {
            "patient_id": [str(i) for i in range(60)],
            "c1": [str(1 + i % 40) for i in range(60)],
            "c2": [f"{100 + i}.0" for i in range(60)],
            "c3": ["Zorblax", "Quimby", "Xan"] * 20,
            "c4": [f"{7 + i / 9:.2f}" for i in range(60)],
            "c5": ["surgery", "walk"] * 30,
            "c6": ["I10", "E11.9"] * 30,
            "hgb": [f"{9 + i / 7:.1f}" for i in range(60)],
            "pulse": [str(60 + i % 30) for i in range(60)],
        },
    )
    assert [name for name, rule in rules.items() if rule == "drop"] == ["c1", "c2", "c3"]
    assert {rules[name] for name in ("c4", "hgb", "pulse")} == {"as measure"}
    assert {rules[name] for name in ("c5", "c6")} == {"as code"}


def test_whole_numbers_that_were_written_as_decimals_join_with_those_that_were_not(tmp_path):
    (tmp_path / "t.csv").write_text(
        "mrn,seen\n418812,2024-01-02\n4.18813E+05,2024-01-03\n418814.0,2024-01-03\n418812,2024-03-04\n"
    )
    project = propose(tmp_path, "t.csv", JobRequest(profile="expert"))["project"]
    assert project["tables"]["table"]["columns"]["mrn"]["cast"] == "integer"
    assert project["tables"]["table"]["subject"] == "mrn"


def of_records(folder, records, choice=STRICT):
    (folder / "t.json").write_text(json.dumps(records))
    return {one["column"]: one["rule"] for one in propose(folder, "t.json", choice)["columns"]}


LABS = [{"test": "HGB", "value": 9.3, "unit": "g/dL"}, {"test": "WBC", "value": 5.5, "unit": "10^9/L"}]
VALUED = {"resourceType": "Observation", "valueQuantity": {"value": 7.25, "unit": "mmol/L"}}
MEASURES = {
    "a labs array": ([{"patient_id": f"P{i}", "labs": LABS} for i in range(20)], "$.labs[*].value"),
    "labs of one record": ({"patient_id": "P1", "labs": LABS}, "$.labs[*].value"),
    "a quantity of FHIR": ([VALUED] * 20, "$.valueQuantity.value"),
    "one quantity of FHIR": (VALUED, "$.valueQuantity.value"),
    "a whole quantity of FHIR": ({"valueQuantity": {"value": 10.0, "unit": "mmol/L"}}, "$.valueQuantity.value"),
    "a bundle": (
        {"resourceType": "Bundle", "entry": [{"resource": VALUED}] * 9},
        "$.entry[*].resource.valueQuantity.value",
    ),
    "many places": ([{"valueQuantity": {"value": 7 + i / 7, "unit": "g"}} for i in range(9)], "$.valueQuantity.value"),
    "a magnitude of openEHR": ([{"qty": {"magnitude": 4.5 + i, "units": "kg"}} for i in range(9)], "$.qty.magnitude"),
    "short names": ([{"hgb": 12.5 + i, "egfr": 60.5} for i in range(9)], "$.hgb"),
    "a name that recurs": ([{"id": i, "ftrtn": {"value": 4.5 + i / 3}} for i in range(9)], "$.ftrtn.value"),
    "a name in capitals": ([{"id": i, "CRPX": 4.5 + i / 3} for i in range(9)], "$.CRPX"),
    "components": (
        [{"component": [{"valueQuantity": {"value": 120.5, "unit": "mmHg"}}] * 2}] * 9,
        "$.component[*].valueQuantity.value",
    ),
}


@pytest.mark.parametrize("shape", MEASURES)
@pytest.mark.parametrize("profile", ["safe-harbor", "expert", "limited-data-set"])
def test_a_measure_in_records_is_kept_and_its_owner_sees_the_names_of_fields(tmp_path, shape, profile):
    records, address = MEASURES[shape]
    rules = of_records(tmp_path, records, JobRequest(profile=profile))
    assert rules[address] == "as measure"
    assert not any("?" in column for column in rules)


VALUES_AS_KEYS = {
    "people": {"patients": {"John Smith": {"hgb": 12.5}, "Zebulonia": {"hgb": 11.5}}},
    "people in one word": {"patients": {"JohnSmith": {"hgb": 12.5}, "quackenthorpe": {"hgb": 11.5}}},
    "a name in each record": [
        {"scores": {name: 7.5 + i}} for i, name in enumerate(("quackenthorpe", "zblx", "Okafor", "mbeki"))
    ],
    "a name with a list": {"quackenthorpe": [{"value": 7.5}, {"value": 8.25}, {"value": 9.5}]},
    "a name of a person that recurs": [{"okafor": {"value": 7.5 + i}} for i in range(9)],
    "a proper name that recurs": [{"Quackenthorpe": {"value": 7.5 + i}} for i in range(9)],
    "record numbers": {"visits": {"MR88410377": {"hgb": 9.5}, "4183311": {"hgb": 9.75}}},
    "an address of mail": {"by": {"zq@mail": {"hgb": 9.5}}},
}


@pytest.mark.parametrize("shape", VALUES_AS_KEYS)
@pytest.mark.parametrize("profile", ["safe-harbor", "expert"])
def test_a_key_that_may_be_a_value_goes_with_what_it_holds(tmp_path, shape, profile):
    assert set(of_records(tmp_path, VALUES_AS_KEYS[shape], JobRequest(profile=profile)).values()) == {"drop"}
