"""C-CDA: every element of the standard is treated, by its kind and its role, with a reason."""

import pyarrow as pa
import pytest

from veil.formats.ccda.address import CCDA
from veil.formats.ccda.standard import attributes, elements
from veil.policy.condition import condition
from veil.policy.parse import read_yaml
from veil.policy.profile import read_profile
from veil.policy.rules import rule_of
from veil.policy.siblings import check_siblings
from veil.policy.standards.ccda import HERE, _pack, facts, rule_for

KINDS = read_profile("expert").kinds
ATTRIBUTES = list(read_yaml(HERE / "ccda.yaml").data["attributes"])
DOCUMENTED = """
recordTarget/patientRole/id/@extension pseudonym
encompassingEncounter/id/@extension pseudonym
recordTarget/patientRole/patient/name/given surrogate
recordTarget/patientRole/patient/name surrogate
author/assignedAuthor/assignedPerson/name/family surrogate
recordTarget/patientRole/providerOrganization/name surrogate
recordTarget/patientRole/addr/streetAddressLine surrogate
recordTarget/patientRole/addr/postalCode zip3
recordTarget/patientRole/telecom(tel)/@value surrogate
recordTarget/patientRole/telecom(mailto)/@value surrogate
recordTarget/patientRole/patient/birthTime/@value shift
observation/effectiveTime/low/@value shift
observation/value(IVL_TS)/high/@value shift
substanceAdministration/effectiveTime/phase/low/@value shift
consumable/manufacturedProduct/manufacturedMaterial/lotNumberText pseudonym
section/text/content/@ID pseudonym
observation/text/reference(anchor)/@value pseudonym
"""
KEPT = """
observation/value(PQ)/@value observation/value(PQ)/@unit observation/value(IVL_PQ)/low/@value observation/code/@code
substanceAdministration/doseQuantity/@value substanceAdministration/effectiveTime/period/@value observation/statusCode/@code
ClinicalDocument/templateId/@root observation/@classCode observation/value(CD)/@codeSystem section/text/td/@colspan
observation/id/@root recordTarget/patientRole/patient/administrativeGenderCode/@displayName
""".split()
SCANNED = """
section/text/td section/text observation/text section/title observation/value(ST) observation/value(ED)
observation/code/originalText participant/participantRole/playingEntity/desc section/text/table/@summary
participant/participantRole/playingEntity/name observation/entryRelationship/act/text
""".split()
GONE = """
comment instruction observation/value(ED)(B64) nonXMLBody/text(B64) observationMedia/value(B64) section/text/linkHtml/@href
ClinicalDocument/@xsi:schemaLocation observation/text/reference/@value recordTarget/patientRole/telecom(url)/@value
legalAuthenticator/sdtc:signatureText observation/text/@integrityCheck
""".split()
CODES = {
    ".": ["363698007", "82149531", "41224006", "718-7"],
    "observation/code/@codeSystem": ["2.16.840.1.113883.6.96", "1.2.3", None, "1.2.3"],
}
UNKNOWN = """
observation/other:note observation/text() recordTarget/patientRole/patient/badge section/text/other() observation/@odd
observation/value(PQ)/odd/@value section/text/script
""".split()


def read(address):
    rule = rule_of(rule_for(address), address, KINDS, "")
    assert rule.reason
    assert CCDA.owns(address)
    check_siblings(address, rule, "", CCDA)
    for case in rule.cases:
        if case.where:
            condition(case.where)
    return rule


def words(rule):
    return [getattr(case.treatment, "operator", type(case.treatment).__name__.lower()) for case in rule.cases]


@pytest.mark.parametrize("line", DOCUMENTED.strip().splitlines())
def test_a_place_is_treated_as_the_pages_say(line):
    address, operator = line.split()
    assert operator in words(read(address))


@pytest.mark.parametrize("address", KEPT)
def test_medicine_stays_where_it_may_be_a_code(address):
    first, *others = read(address).cases
    assert type(first.treatment).__name__ == "Keep" or "Keep" in {type(case.treatment).__name__ for case in others}
    assert others, "nothing is kept whatever stands in it"


@pytest.mark.parametrize("address", SCANNED)
def test_what_people_wrote_is_read_as_text(address):
    assert words(read(address)) == ["scan"]


@pytest.mark.parametrize("address", GONE)
def test_files_pointers_and_comments_go(address):
    assert words(read(address)) == ["drop"]


@pytest.mark.parametrize("address", UNKNOWN)
def test_what_the_standard_does_not_have_has_no_rule(address):
    assert rule_for(address) is None


@pytest.mark.parametrize("name", sorted(elements()))
def test_every_element_has_a_rule_for_each_attribute_and_its_text(name):
    for attribute in ATTRIBUTES:
        read(f"observation/{name}/@{attribute}")
    kind = elements()[name].kind
    if kind in ("ST", "ED", "EN", "ENXP", "AD", "ADXP", "XP", "ANY"):
        read(f"observation/{name}")


def test_the_parts_of_a_name_are_one_persons_and_two_places_name_two():
    given, family, other = (
        read(f"{path}/name/{part}").person
        for path, part in (
            ("author/assignedAuthor/assignedPerson", "given"),
            ("author/assignedAuthor/assignedPerson", "family"),
            ("legalAuthenticator/assignedEntity/assignedPerson", "given"),
        )
    )
    assert given == family != other
    assert read("recordTarget/patientRole/patient/name/given").person == ""


def test_the_first_case_of_an_identifier_is_that_of_its_role():
    assert read("recordTarget/patientRole/id/@extension").domain == "person"
    assert read("author/assignedAuthor/id/@extension").domain == "provider"
    assert read("custodian/assignedCustodian/representedCustodianOrganization/id/@extension").domain == "organization"
    assert read("encounter/id/@extension").domain == "visit"
    assert read("ClinicalDocument/setId/@extension").domain == "entity"


def test_a_long_number_is_a_code_only_of_a_published_vocabulary():
    first, second, *_ = read("observation/code/@code").cases
    assert (type(first.treatment).__name__, type(second.treatment).__name__) == ("Drop", "Keep")
    codes = {name: pa.array(values) for name, values in CODES.items()}
    assert condition(first.where).mask(codes).to_pylist() == [False, True, False, False]


def test_the_facts_have_rules():
    assert all(read(address) for address in facts().values())


def test_the_attributes_of_the_standard_are_those_that_have_a_rule():
    assert set(_pack()["attributes"]) <= attributes()
    assert all(
        rule_for(f"observation/@{name}") is not None for name in attributes() - {"value", "root", "extension", "href"}
    )
