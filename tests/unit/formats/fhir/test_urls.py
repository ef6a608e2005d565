"""URLs: the names that publishers of standards gave, and no others."""

import pytest

from veil.formats.fhir.urls import is_published


@pytest.mark.parametrize(
    "url",
    [
        "http://loinc.org",
        "http://hl7.org/fhir/sid/us-ssn",
        "http://terminology.hl7.org/CodeSystem/v3-ActCode",
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient|3.1.1",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "urn:oid:2.16.840.1.113883.6.238",
        "urn:ietf:bcp:47",
        "https://www.usps.com/",
    ],
)
def test_published_names_are_known(url):
    assert is_published(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://hospital.example.org/mrn",
        "http://loinc.org.evil.example/",
        "http://john@loinc.org/",
        "http://hl7.org/fhir/patient/54680950",
        "http://loinc.org?patient=Smith",
        "urn:oid:1.2.840.114350.1.13.861.1.7.5.737384.14",
        "urn:uuid:0bfeda65-c8ac-4dd7-a46c-d69e665996d4",
        "loinc.org",
        "",
    ],
)
def test_others_are_not(url):
    assert not is_published(url)
