"""Addresses of FHIR: as people of the field write them, a step at a time."""

import pytest

from veil.formats.fhir.address import FHIR

BIRTH_TIME = "Patient.birthDate.extension('http://hl7.org/fhir/StructureDefinition/patient-birthTime').valueDateTime"


@pytest.mark.parametrize(
    ("address", "steps"),
    [
        ("Patient.name.family", ["Patient", "name", "family"]),
        (BIRTH_TIME, ["Patient", "birthDate", BIRTH_TIME[18:-14], "valueDateTime"]),
        ("Observation.subject.reference(Patient)", ["Observation", "subject", "reference(Patient)"]),
        ("Bundle.entry.fullUrl(uuid)", ["Bundle", "entry", "fullUrl(uuid)"]),
    ],
)
def test_an_address_is_cut_into_its_steps_and_joined_again(address, steps):
    assert list(FHIR.parse(address)) == steps
    assert FHIR.join(steps) == address
    assert FHIR.owns(address)


@pytest.mark.parametrize("address", ["$.name", "PID-3.1", "Patient", "Sailor.name", "patient_id", ""])
def test_addresses_of_others_are_not_its_own(address):
    assert not FHIR.owns(address)


def test_a_rule_for_an_element_is_for_all_within_it():
    assert FHIR.match("Patient.name", "Patient.name.family")
    assert FHIR.match("Observation.subject.reference", "Observation.subject.reference(Patient)")
    assert not FHIR.match("Patient.name", "Patient.names")


@pytest.mark.parametrize(
    ("field", "sibling", "clear"),
    [
        ("Patient.telecom.value", "Patient.telecom.system", True),
        ("Observation.valueString", "Observation.status", True),
        ("Patient.identifier.value", "Patient.identifier.type.coding.code", False),
        ("Patient.birthDate", "Patient.name.family", False),
        ("Patient.birthDate", "Observation.status", False),
        ("Patient.contact.name.given", "Patient.contact.name.use", True),
    ],
)
def test_a_condition_reads_siblings_of_the_same_list_element(field, sibling, clear):
    assert FHIR.is_one_to_one(field, sibling) is clear


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("Patient.name.family", "Patient.name.family"),
        ("Patient.JohnDoe.family", "Patient.?.?"),
        ("Patient.extension('http://mercy.example/john-doe').valueString", "Patient.?.valueString"),
        (BIRTH_TIME, BIRTH_TIME),
    ],
)
def test_reports_name_no_step_that_could_be_a_value(address, shown):
    assert FHIR.show(address) == shown
