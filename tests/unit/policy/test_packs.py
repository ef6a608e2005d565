"""Schema packs held to the published definitions: no column missing, none invented, none without a reason."""

import re

import pytest
from bench.shapes import SHAPES, definition

from veil.policy.parse import read_yaml
from veil.policy.profile import SHIPPED, read_profile
from veil.policy.rules import Keep, Scan, rule_of
from veil.policy.schemas import HERE, PACKS, pack_tables

# Words in the name of a column that tell a direct identifier, whoever wrote the pack.
TELLING = re.compile(
    r"(?i)(^|_)(ssn|phone|phne|email|street|addr|address_1|address_2|add_line|lastname|firstname|maiden\w*|family|surname|npi|dea|passport|drivers|"
    r"mrn|alias|login|username|latitude|longitude|lat|lon|zip\w*|city|birth_date|birthdate)($|_)"
)
CODED = re.compile(r"(?i).*_(cd|c|flag|yn|mgmt)")  # how an identifier was found, or of which kind it is
OLDER = {  # columns of earlier exports, as the sample of OHDSI/dbt-synthea has them
    ("synthea-csv", "providers", "UTILIZATION"),
    ("synthea-csv", "payer_transitions", "START_YEAR"),
    ("synthea-csv", "payer_transitions", "END_YEAR"),
    ("synthea-csv", "payer_transitions", "OWNERSHIP"),
    ("synthea-csv", "payer_transitions", "OWNERNAME"),
}
HARMLESS = {("lds_address_history", "ruca_zip"), ("private_address_history", "ruca_zip")}  # how rural a place is
DIRECT = frozenset(
    {
        "given_name",
        "family_name",
        "person_name",
        "staff_name",
        "staff_given",
        "staff_family",
        "number",
        "phone",
        "email",
        "address",
        "organization",
        "coordinates",
        "county",
        "birth_date",
    }
)


def tables_of(pack):
    return pack_tables(read_yaml(HERE / f"{pack}.yaml").data)


def rules_of(pack, profile):
    kinds = read_profile(profile).kinds
    return {
        (name, column): rule_of(written, column, kinds, name)
        for name, table in tables_of(pack).items()
        for column, written in table.columns.items()
    }


def test_there_is_a_definition_for_every_pack_but_the_one_that_a_whole_set_proves():
    assert set(PACKS) - set(SHAPES) == {"omop-5.4"}


@pytest.mark.parametrize("pack", SHAPES)
def test_a_pack_has_the_columns_of_the_definition_and_no_other(pack):
    said = {(one.table, one.name) for one in definition(pack)}
    ruled = {(name, column) for name, table in tables_of(pack).items() for column in table.columns}
    assert said - ruled == set()
    assert ruled - said == {(table, column) for shape, table, column in OLDER if shape == pack}


@pytest.mark.parametrize("pack", PACKS)
def test_a_column_stands_under_one_rule(pack):
    data = read_yaml(HERE / f"{pack}.yaml").data
    for name, table in data["tables"].items():
        named = [
            column
            for columns in table.get("rules", {}).values()
            for column in ([columns] if isinstance(columns, str) else columns)
        ]
        assert len(named) == len({*named, *table.get("columns", {})}) - len(
            set(table.get("columns", {})) - set(named)
        ), name


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("profile", SHIPPED)
def test_every_column_has_a_reason(pack, profile):
    for place, rule in rules_of(pack, profile).items():
        assert rule.reason, place


@pytest.mark.parametrize("pack", PACKS)
def test_every_named_rule_is_used(pack):
    data = read_yaml(HERE / f"{pack}.yaml").data
    used = {rule for table in data["tables"].values() for rule in table.get("rules", {})}
    assert set(data["rules"]) == used


@pytest.mark.parametrize("pack", SHAPES)
def test_what_a_definition_says_is_a_direct_identifier_is_never_kept(pack):
    rules = rules_of(pack, "safe-harbor")
    for one in definition(pack):
        treatments = [case.treatment for case in rules[one.table, one.name].cases]
        if one.holds in DIRECT:
            assert not any(isinstance(treatment, Keep | Scan) for treatment in treatments), (one.table, one.name)
        if one.holds == "text":
            assert not any(isinstance(treatment, Keep) for treatment in treatments), (one.table, one.name)


@pytest.mark.parametrize("pack", PACKS)
def test_a_column_whose_name_tells_an_identifier_is_never_kept(pack):
    for place, rule in rules_of(pack, "redact").items():
        if TELLING.search(place[1]) and not CODED.fullmatch(place[1]) and place not in HARMLESS:
            assert not any(isinstance(case.treatment, Keep) for case in rule.cases), place


@pytest.mark.parametrize("pack", SHAPES)
def test_ids_that_name_the_same_thing_share_a_domain(pack):
    rules = rules_of(pack, "expert")
    domains = {}
    for one in definition(pack):
        if one.holds == "id":
            domains.setdefault(one.of, set()).add(rules[one.table, one.name].domain)
    assert {of: found for of, found in domains.items() if len(found) > 1} == {}
