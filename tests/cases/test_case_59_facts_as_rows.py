"""Case 59: facts about a person that stand as rows are treated as a person's own columns are, in every pack and profile."""

import csv
import io
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from veil.policy.facts import fact_of
from veil.policy.parse import read_yaml
from veil.policy.schemas import HERE, PACKS

CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "59"
PERSON = """person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime
1,8507,1961,2,3,1961-02-03 00:00:00
2,8507,1926,2,3,1926-02-03 00:00:00
3,8532,1988,7,9,1988-07-09 00:00:00
"""
HEAD = "observation_id,person_id,observation_concept_id,observation_date,value_as_number,value_as_string,observation_source_value,observation_source_concept_id\n"
FACTS = (
    HEAD
    + """1,1,4083587,1961-02-03,19610203,02/03/1961,DOB,0
2,2,4083587,1926-02-03,19260203.0,1926-02-03,date of birth,0
3,2,0,1926-02-03,1926,1926,YOB,0
4,2,4265453,2024-05-05,98,98 years,age,0
5,2,0,2024-05-05,98.0,98,Age at visit,7
6,3,0,2024-05-05,36,36,age,0
7,3,0,2024-05-05,6172530123,617-253-0123,home phone,0
8,3,0,2024-05-05,,Ottoline Fairbrass,PIIName_Last,0
9,3,0,2024-05-05,123456789,123-45-6789,SSN,0
10,3,0,2024-05-05,,12 Larkspur Lane,home address,0
11,3,0,2024-05-05,2139,02139,zip code,0
12,3,0,2024-05-05,,o.fairbrass@mail.org,Email,0
13,3,4013886,2024-05-05,72,5 mg daily,Heart rate,0
14,3,0,2024-05-05,3600,3600,birth weight,0
15,3,0,2024-05-05,39,39,Gestational age,0
"""
)
TRUE = (
    "19610203",
    "1961-02-03",
    "02/03/1961",
    "1926",
    "98",
    "617",
    "6172530123",
    "Fairbrass",
    "123-45-6789",
    "123456789",
    "Larkspur",
    "02139",
)


def released(project, profile, pack="omop-5.4", observation=FACTS):
    made = project(
        f"profile: {profile}\nschema: {pack}\nvault: v.vault\n", {"PERSON.csv": PERSON, "OBSERVATION.csv": observation}
    )
    outcome = made.run()
    assert outcome.quarantined == []
    return list(csv.DictReader(io.StringIO((made.out / "OBSERVATION.csv").read_text())))


@pytest.mark.parametrize("pack", ["omop-5.3", "omop-5.4"])
@pytest.mark.parametrize("profile", ["safe-harbor", "expert", "gdpr-pseudonymised"])
def test_no_fact_of_a_row_stays_and_what_is_no_fact_does(project, profile, pack):
    rows = released(project, profile, pack)
    held = [f"{row['value_as_number']} {row['value_as_string']}" for row in rows]
    for at, left in enumerate(held[:12]):
        stays = {"36"} if at == 5 else set()
        assert not [one for one in TRUE if one in left and one not in stays], (profile, at)
    assert held[12:] == ["72 5 mg daily", "3600 3600", "39 39"]
    assert held[5] == "36 36"
    assert [row["value_as_number"] for row in rows[3:5]] == ["90", "90"]
    assert rows[3]["value_as_string"] == "90 or older"


def test_a_birth_as_a_row_moves_as_the_birth_of_the_person_does(project):
    made = project("profile: expert\nschema: omop-5.4\n", {"PERSON.csv": PERSON, "OBSERVATION.csv": FACTS})
    assert made.run().quarantined == []
    born = next(csv.DictReader(io.StringIO((made.out / "PERSON.csv").read_text())))["birth_datetime"][:10]
    row = next(csv.DictReader(io.StringIO((made.out / "OBSERVATION.csv").read_text())))
    assert row["observation_date"] == born
    assert row["value_as_number"] == born.replace("-", "")
    assert row["value_as_string"] == "/".join((born[5:7], born[8:], born[:4]))


@pytest.mark.parametrize("profile", ["safe-harbor", "expert", "limited-data-set", "redact", "gdpr-pseudonymised"])
def test_a_column_that_a_condition_of_the_pack_reads_may_be_missing(project, profile):
    lines = [",".join(line.split(",")[:-1]) for line in FACTS.splitlines()]
    rows = released(project, profile, observation="\n".join(lines) + "\n")
    assert len(rows) == 15


def test_of_a_typed_table_numbers_stay_numbers(project):
    table = pa.table(
        {
            "observation_id": [1, 2, 3],
            "person_id": [1, 2, 3],
            "observation_concept_id": [4083587, 4265453, 4013886],
            "value_as_number": [19610203.0, 98.0, 72.5],
            "observation_source_value": ["DOB", "age", "x"],
        }
    )
    held = io.BytesIO()
    pq.write_table(table, held)
    for profile in ("expert", "safe-harbor"):
        made = project(
            f"profile: {profile}\nschema: omop-5.4\nvault: v.vault\n",
            {"PERSON.csv": PERSON, "OBSERVATION.parquet": held.getvalue()},
            profile,
        )
        assert made.run().quarantined == []
        column = pq.read_table(made.out / "OBSERVATION.parquet")["value_as_number"]
        assert pa.types.is_floating(column.type)
        assert column.to_pylist()[1:] == [90.0, 72.5]
        assert column.to_pylist()[0] not in (19610203.0, None)


EAV = """pid,attribute,value,taken
p1,date of birth,1931-02-03,2020-01-01
p1,Age,94,2020-01-01
p1,phone,617-253-0123,2020-01-01
p1,Weight,94,2020-01-02
p2,first_name,Ottoline,2020-01-01
p2,address,12 Larkspur Lane,2020-01-01
"""


def test_a_project_can_say_which_columns_hold_facts(project):
    made = project(
        "profile: expert\ntables:\n  t:\n    subject: pid\n    facts: {by: [attribute], values: [value]}\n"
        "    columns: {pid: pseudonym, attribute: keep, value: keep, taken: shift}\n",
        {"t.csv": EAV},
    )
    assert made.run().quarantined == []
    values = [row["value"] for row in csv.DictReader(io.StringIO((made.out / "t.csv").read_text()))]
    assert values[1] == "90 or older"
    assert values[3] == "94"
    assert not {"1931-02-03", "617-253-0123", "Ottoline", "12 Larkspur Lane"} & set(values)
    assert all(values)


@pytest.mark.parametrize(
    "about, fact",
    [
        ("DOB", "birth"),
        ("birthDate", "birth"),
        ("4083587", "birth"),
        ("4083587.0", "birth"),
        ("LOINC:21112-8", "birth"),
        ("PIIBirthInformation_BirthDate", "birth"),
        ("patientAge", "age"),
        ("AGE_YEARS", "age"),
        ("4265453", "age"),
        ("30525-0", "age"),
        ("StreetAddress_PIIZIP", "zip"),
        ("StreetAddress_PIICity", "city"),
        ("mother's name", "name"),
        ("Home phone", "phone"),
        ("PIIContactInformation_Phone", "phone"),
        ("mrn", "number"),
        ("gps", "coordinates"),
        ("Email", "email"),
        ("Gestational age", ""),
        ("dosage", ""),
        ("average", ""),
        ("Drug name", ""),
        ("birth weight", ""),
        ("live birth", ""),
        ("phone call", ""),
        ("3004249", ""),
        ("", ""),
        ("Blood pressure", ""),
        ("city hospital course", ""),
    ],
)
def test_what_a_row_is_about_tells_its_fact(about, fact):
    assert fact_of(about) == fact


def test_every_pack_says_where_its_rows_may_hold_facts():
    for pack in PACKS:
        tables = read_yaml(HERE / f"{pack}.yaml").data["tables"]
        said = {name: table["facts"] for name, table in tables.items() if "facts" in table}
        assert said, pack
        for name, facts in said.items():
            rules = tables[name].get("rules", {})
            columns = {one for named in rules.values() for one in ([named] if isinstance(named, str) else named)} | set(
                tables[name].get("columns", {})
            )
            optional = {"value_as_datetime"}
            assert {one for some in facts.values() for one in some} - optional <= columns, (pack, name)


@pytest.mark.corpora
@pytest.mark.skipif(not CASE.exists(), reason="the cases are not beside the checkout")
@pytest.mark.parametrize("without", [False, True])
@pytest.mark.parametrize("profile", ["expert", "safe-harbor"])
def test_case_59_as_it_was_met(project, profile, without, tmp_path):
    table = CASE / ("OBSERVATION.without.txt" if without else "OBSERVATION.csv")
    made = project(
        f"profile: {profile}\nschema: omop-5.4\nvault: v.vault\n",
        {"OBSERVATION.csv": table.read_bytes(), "PERSON.csv": (CASE / "PERSON.csv").read_bytes()},
    )
    assert made.run().quarantined == []
    text = (made.out / "OBSERVATION.csv").read_text()
    assert "19610203" not in text
    assert "1926" not in text
    assert ",98" not in text
    shutil.rmtree(made.out)


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("attribute", "value"),
        ("concept_name", "value_as_string"),
        ("question", "answer"),
        ("ItemName", "Result"),
        ("variable", "val"),
    ],
)
@pytest.mark.parametrize("profile", ["expert", "safe-harbor"])
def test_what_init_proposes_for_facts_as_rows_gives_none_of_them_out(project, profile, attribute, value):
    from veil.discover.propose import propose
    from veil.discover.write import project_text

    rows = "".join(
        f"p{i},date of birth,19{30 + i}-02-0{i + 1},2020-01-0{i + 1}\np{i},age,{84 + 2 * i},2020-01-0{i + 1}\np{i},home phone,617-253-012{i},2020-01-0{i + 1}\n"
        f"p{i},weight,{60 + i},2020-01-0{i + 1}\n"
        for i in range(6)
    )
    made = project("", {"facts.csv": f"patient_id,{attribute},{value},taken\n{rows}"}, f"{profile}-{value}")
    text = project_text(propose(made.folder / "data", profile=profile), made.folder)
    (made.folder / "project.yaml").write_text(text.replace("out: release", "vault: v.vault\nout: release"))
    outcome = made.run()
    assert outcome.quarantined == []
    held = [row.get(value, "") for row in csv.DictReader(io.StringIO((made.out / "facts.csv").read_text()))]
    assert not [
        one for one in held if one.startswith("617-253") or one in {f"19{30 + i}-02-0{i + 1}" for i in range(6)}
    ]
    assert not {"90", "92", "94"} & set(held) - ({"90"} if "numbers" in text else set())
    assert {"60", "61"} <= set(held)
