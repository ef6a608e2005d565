"""Standards: every field that HL7 v2 has is treated, by its type and its role, with a reason."""

import pytest

from veil.formats.hl7.files import Hl7
from veil.formats.hl7.standard import components, fields, is_composite
from veil.policy.coded import kind_of
from veil.policy.profile import read_profile
from veil.policy.rules import Drop, Keep, rule_of
from veil.policy.standards import pack_of, with_standard
from veil.policy.standards.hl7v2 import rule_for

PROFILES = ("safe-harbor", "limited-data-set", "expert", "gdpr-pseudonymised", "redact")


def places():
    """Every field of the standard, and every component of those that have some."""
    for name, kind in fields().items():
        if kind.type in ("CM", "WD"):
            continue
        if is_composite(kind.type):
            yield from (f"{name}.{number}" for number in range(1, len(components()[kind.type]) + 1))
        else:
            yield name


def test_every_place_of_the_standard_has_a_rule_with_a_reason():
    for address in places():
        found = rule_for(address)
        assert found is not None, address
        for case in found if isinstance(found, list) else [found]:
            assert len(case["reason"]) > 10, address


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_can_be_read_in_every_profile(profile, tmp_path):
    kinds = read_profile(profile, tmp_path).kinds
    seen = set()
    for address in places():
        written = rule_for(address)
        key = repr(written)[:200]
        if key not in seen:
            seen.add(key)
            rule_of(written, address, kinds, "")


@pytest.mark.parametrize("address", ["ZPD-1", "PID-99", "PID-5.99", "OBX-5(ABC)", "XYZ-1.2"])
def test_what_the_standard_does_not_have_has_no_rule(address):
    assert rule_for(address) is None


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("PID-3.1", "id"),
        ("PID-5.1", "family_name"),
        ("PID-5.1.1", "family_name"),
        ("PID-7", "birth_date"),
        ("PID-11.1.1", "address"),
        ("PID-13.1", "phone"),
        ("PID-19", "number"),
        ("NK1-2.2", "given_name"),
        ("PV1-7.1", "id"),
        ("PV1-7.2", "family_name"),
        ("IN1-36", "number"),
        ("OBR-32.1.2", "family_name"),
        ("OBX-5(XPN).1", "family_name"),
        ("OBX-5(CX).1", "id"),
        ("OBX-5(TX)", "text"),
        ("OBX-14", "datetime"),
        ("NTE-3", "text"),
        ("DG1-3.2", "text"),
    ],
)
def test_identifiers_are_told_by_field_and_type(address, kind):
    assert rule_for(address)["as"] == kind


def test_persons_are_told_apart_by_the_role_of_their_field():
    assert "person" not in rule_for("PID-5.1")
    assert [rule_for(field)["person"] for field in ("NK1-2.1", "GT1-3.1", "IN1-16.1", "PID-6.1")] == [
        "relative",
        "guarantor",
        "subscriber",
        "mother",
    ]
    assert rule_for("PV1-7.2")["known"] == "staff"


@pytest.mark.parametrize(
    ("one", "other"), [("MSH-10", "MSA-2"), ("PID-19", "GT1-12"), ("RXE-15", "RXD-7"), ("PID-3.1", "QRD-8.1")]
)
def test_a_number_that_stands_in_two_fields_gets_one_pseudonym(one, other):
    assert rule_for(one)["domain"] == rule_for(other)["domain"]


@pytest.mark.parametrize("address", ["MSH-9.1", "MSH-11.1", "MSH-18", "PID-8", "OBX-5(NM)", "PV1-2", "TQ1-4"])
def test_no_field_is_kept_whatever_stands_in_it(address, tmp_path):
    kinds = read_profile("expert", tmp_path).kinds
    found = rule_of(rule_for(address), address, kinds, "")
    assert found.cases[0].where


def test_a_range_of_dates_is_dates():
    assert rule_for("PID-11.12.1")["as"] == "datetime"


def test_a_rule_of_the_project_goes_before_the_standards(tmp_path):
    kinds = read_profile("expert", tmp_path).kinds
    own = {"PID-5": rule_of("drop", "PID-5", kinds, ""), "PID-5.2": rule_of("keep", "PID-5.2", kinds, "")}
    found = with_standard(own, Hl7.traits, ["PID-5.1", "PID-5.2", "PID-3.1", "ZZZ-1"], kinds, "patient_id")
    assert isinstance(found["PID-5.1"].cases[0].treatment, Drop)
    assert isinstance(found["PID-5.2"].cases[0].treatment, Keep)
    assert found["PID-3.1"].domain == "patient_id"
    assert "ZZZ-1" not in found
    assert pack_of(Hl7.traits).facts()["subject"] == "PID-3.1"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("", "code"),
        ("J45.909", "code"),
        ("718-7", "code"),
        ("I", "code"),
        ("eng", "code"),
        ("USA", "code"),
        ("3DHISTECH_SLD", "code"),
        ("spouse", "code"),
        (">=7.35", "code"),
        ("303,000", "code"),
        ("g/dL", "code"),
        ("63128662", "long"),
        ("Braunstein", "other"),
        ("Callender_41864652", "other"),
        ("ana@example.org", "other"),
        ("512-84-3391", "other"),
        ("Patient Juan Harrelson, MRN 40053128", "words"),
        ("call Anneke Braunstein", "words"),
    ],
)
def test_a_code_is_told_from_what_people_write(value, kind):
    assert kind_of(value) == kind
