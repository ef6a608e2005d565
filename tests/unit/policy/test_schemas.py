"""Schema packs: they load under every profile, and a small invented CDM goes through whole."""

import polars as pl
import pytest

from veil.errors import PolicyError
from veil.policy.parse import read_yaml
from veil.policy.profile import SHIPPED, read_profile
from veil.policy.rules import rule_of
from veil.policy.schemas import HERE, PACKS, as_spelled, pack_tables

CDM = {
    "Person.csv": "PERSON_ID,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,location_id,person_source_value\n"
    "1,8532,1951,2,3,1951-02-03 00:00:00,5,MRN0012345\n2,8507,1930,1,1,1930-01-01 00:00:00,6,MRN0067890\n",
    "location.csv": "location_id,address_1,city,state,zip,county,latitude\n5,12 Elder Lane,Salem,OR,97301,Marion,44.9\n"
    "6,4 Birch Road,Bend,OR,97701,Deschutes,44.0\n",
    "VISIT_OCCURRENCE.csv": "visit_occurrence_id,person_id,visit_start_date,visit_start_datetime,preceding_visit_occurrence_id\n"
    "70,1,2020-03-01,2020-03-01 10:15:00,\n71,1,2020-05-01,2020-05-01 00:00:00,70\n72,2,2021-01-01,,\n",
    "condition_occurrence.csv": "condition_occurrence_id,person_id,condition_start_date,condition_source_value,condition_source_concept_id\n"
    "70,1,2020-03-01,1234567890123,44\n71,2,2021-01-01,Call 617-555-1212,0\n",
    "NOTE.csv": "NOTE_ID,PERSON_ID,NOTE_DATE,NOTE_TEXT,NOTE_EVENT_ID\n"
    "70,1,2020-03-02,Born 02/03/1951; MRN0012345; lives at 12 Elder Lane. Seen 03/01/2020.,71\n",
    "note_nlp.csv": "note_nlp_id,note_id,snippet,offset,nlp_date\n1,70,Seen 03/01/2020,51,2020-03-03\n",
    "fact_relationship.csv": "domain_concept_id_1,fact_id_1,domain_concept_id_2,fact_id_2,relationship_concept_id\n"
    "56,1,56,2,4285883\n8,71,19,70,44818770\n",
    "concept.csv": "concept_id,concept_name\n8532,FEMALE\n",
}


def read(made, name):
    return pl.read_csv(made.out / name, infer_schema=False)


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("profile", SHIPPED)
def test_every_column_of_a_pack_has_a_rule_and_a_reason_under_every_profile(pack, profile):
    kinds = read_profile(profile).kinds
    for name, table in pack_tables(read_yaml(HERE / f"{pack}.yaml").data).items():
        for column, written in table.columns.items():
            assert rule_of(written, column, kinds, name).reason or isinstance(written, list), (name, column)


def test_the_omop_pack_has_the_39_tables_and_432_columns_of_the_cdm():
    tables = pack_tables(read_yaml(HERE / "omop-5.4.yaml").data)
    assert (len(tables), sum(len(table.columns) for table in tables.values())) == (39, 432)


def test_ids_lead_where_they_led_whatever_table_an_event_id_points_into(project):
    made = project("profile: expert\nschema: omop-5.4\n", CDM)
    assert made.run().quarantined == []
    person, visit, condition = (
        read(made, name) for name in ("Person.csv", "VISIT_OCCURRENCE.csv", "condition_occurrence.csv")
    )
    note, facts = read(made, "NOTE.csv"), read(made, "fact_relationship.csv")
    assert visit["preceding_visit_occurrence_id"].to_list() == [None, visit["visit_occurrence_id"][0], None]
    assert note["NOTE_EVENT_ID"][0] == condition["condition_occurrence_id"][1]
    assert facts.row(0)[1::2] == tuple(person["PERSON_ID"])
    assert facts.row(1)[1::2] == (visit["visit_occurrence_id"][1], condition["condition_occurrence_id"][0])
    assert read(made, "note_nlp.csv")["note_id"][0] == note["NOTE_ID"][0]
    assert person["location_id"].to_list() == read(made, "location.csv")["location_id"].to_list()


def test_the_day_of_birth_is_one_in_year_column_date_column_and_note(project):
    made = project("profile: expert\nschema: omop-5.4\n", CDM)
    made.run()
    person, text = read(made, "Person.csv"), read(made, "NOTE.csv")["NOTE_TEXT"][0]
    born = person["birth_datetime"][0][:10]
    year, month, day = born.split("-")
    assert person["year_of_birth"][0] == year
    assert f"{month}/{day}/{year}" in text
    assert person["birth_datetime"][1][:4] == person["year_of_birth"][1] == "1936"  # over 89 at the reference
    assert person["month_of_birth"].null_count() == 2
    assert "MRN0012345" not in text
    assert "Elder" not in text


def test_known_codes_stay_and_free_source_values_are_read(project):
    made = project("profile: expert\nschema: omop-5.4\n", CDM)
    made.run()
    values = read(made, "condition_occurrence.csv")["condition_source_value"]
    assert values[0] == "1234567890123"
    assert "617" not in values[1]


def test_safe_harbor_leaves_years_and_empty_columns(project):
    made = project("profile: safe-harbor\nschema: omop-5.4\n", CDM)
    assert made.run().quarantined == []
    location = read(made, "location.csv")
    assert location.columns == CDM["location.csv"].splitlines()[0].split(",")
    assert location["address_1"].null_count() == 2
    assert location["zip"].to_list() == ["973", "977"]
    assert read(made, "Person.csv")["year_of_birth"].to_list() == ["1951", "90 or older"]
    assert read(made, "VISIT_OCCURRENCE.csv")["visit_start_date"].to_list() == ["2020", "2020", "2021"]


def test_a_column_the_standard_does_not_have_stops_the_run(project):
    made = project("profile: expert\nschema: omop-5.4\n", {"person.csv": "person_id,nickname\n1,Bud\n"})
    with pytest.raises(PolicyError, match="nickname"):
        made.session()


def test_own_rules_go_before_those_of_the_pack_in_any_case(project):
    text = "profile: expert\nschema: omop-5.4\ntables: {PERSON: {columns: {YEAR_OF_BIRTH: drop}}}\n"
    made = project(text, {"person.csv": "person_id,year_of_birth\n1,1990\n"})
    made.run()
    assert read(made, "person.csv")["year_of_birth"].to_list() == [None]


def test_conditions_are_spelled_as_the_header_is_and_literals_are_not():
    table = pack_tables(
        {"rules": {}, "tables": {"t": {"columns": {"a": [{"where": "kind = 'kind'", "keep": None}, "drop"]}}}}
    )["t"]
    assert as_spelled(table, ["A", "KIND"]).columns["A"][0]["where"] == "KIND = 'kind'"
