"""The rules of X12: every place of the standard is treated, by its data element, its qualifier and whose it is, with a reason."""

import pytest

from veil.formats.x12.files import X12File
from veil.formats.x12.standard import composites, elements
from veil.policy.profile import read_profile
from veil.policy.rules import rule_of
from veil.policy.standards import pack_of, with_standard
from veil.policy.standards.x12 import rule_for

PROFILES = ("safe-harbor", "limited-data-set", "expert", "gdpr-pseudonymised", "redact")
PLACES = [name for name in elements() if name not in composites()]


def treated(address):
    """The last case of a rule: what happens to a value that nothing is known of."""
    found = rule_for(address)
    return found[-1] if isinstance(found, list) else found


def test_every_place_of_the_standard_has_a_rule_with_a_reason():
    for address in PLACES:
        found = rule_for(address)
        assert found is not None, address
        for case in found if isinstance(found, list) else [found]:
            assert len(case["reason"]) > 10, address


def test_no_place_is_kept_whatever_stands_in_it():
    assert [address for address in PLACES if "keep" in treated(address)] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_can_be_read_in_every_profile(profile, tmp_path):
    kinds = read_profile(profile, tmp_path).kinds
    for address in (*PLACES, "NM1(patient)-3", "NM1(IL)-4", "NM1(85)-3(2)", "patient/DMG-2", "REF(EA)-2"):
        rule_of(rule_for(address), address, kinds, "")


@pytest.mark.parametrize("address", ["ZZZ-1", "NM1-99", "HI-1", "HI-1.99", "NM1-3.1", "REF(SY)-9", "NM1", "pid-3"])
def test_what_the_standard_does_not_have_has_no_rule(address):
    assert rule_for(address) is None


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("NM1(patient)-3", "family_name"),
        ("NM1(patient)-4", "given_name"),
        ("NM1(patient)-9(MI)", "id"),
        ("NM1(patient)-9(34)", "number"),
        ("NM1(85)-3", "family_name"),
        ("NM1(85)-3(2)", "organization"),
        ("NM1(85)-9(XX)", "id"),
        ("N1(PR)-2", "organization"),
        ("patient/N3-1", "address"),
        ("85/N4-1", "city"),
        ("patient/N4-3", "zip"),
        ("patient/DMG-2", "birth_date"),
        ("IL/DMG-2", "birth_date"),
        ("41/PER-2", "person_name"),
        ("PER-4(TE)", "phone"),
        ("PER-6(EM)", "email"),
        ("REF(SY)-2", "number"),
        ("REF(EA)-2", "id"),
        ("REF(ZZ)-2", "number"),
        ("REF-2", "number"),
        ("CLM-1", "id"),
        ("CLP-7", "id"),
        ("TRN-2", "id"),
        ("BPR-9", "number"),
        ("BHT-3", "number"),
        ("BHT-4", "date"),
        ("DTP(472)-3", "datetime"),
        ("DTP(472)-3(RD8)", "datetime"),
        ("HI-1.4(RD8)", None),
        ("NTE-2", "text"),
        ("K3-1", "text"),
        ("MSG-1", "text"),
        ("III-4", "text"),
        ("STC-12", "text"),
    ],
)
def test_identifiers_are_treated_by_place_qualifier_and_data_element(address, kind):
    found = treated(address)
    assert (found or {}).get("as") == kind


@pytest.mark.parametrize(
    "address", ["AMT-2", "SV1-2", "CLM-2", "HI-1.2", "SV1-1.2", "SVC-2", "CAS-2", "DMG-3", "EB-1", "HL-1"]
)
def test_codes_and_amounts_stay_where_they_may_be_some(address):
    assert "keep" in rule_for(address)[0]
    assert "coded" in rule_for(address)[0]["where"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CLM-1", "CLP-1"),
        ("CLM-1", "REF(EJ)-2"),
        ("CLP-7", "REF(F8)-2"),
        ("NM1(85)-9(XX)", "NM1(82)-9(XX)"),
        ("REF(SY)-2", "NM1(patient)-9(34)"),
        ("REF(EI)-2", "N1(PE)-4(FI)"),
        ("NM1(IL)-9(MI)", "NM1(patient)-9(MI)"),
        ("REF(0F)-2", "NM1(patient)-9(MI)"),
        ("REF(EA)-2", "NM1(patient)-9(MI)"),
    ],
)
def test_a_number_that_stands_in_two_places_gets_one_pseudonym(one, other):
    assert rule_for(one)["domain"] == rule_for(other)["domain"]


@pytest.mark.parametrize(
    ("code", "person"),
    [("patient", None), ("IL", "subscriber_il"), ("QC", "dependent_qc"), ("82", "provider_82"), ("GD", "relative_gd")],
)
def test_each_name_is_a_person_of_its_own(code, person):
    assert treated(f"NM1({code})-3").get("person") == person


def test_a_name_with_a_number_in_it_goes(tmp_path):
    found = rule_for("41/PER-2")
    assert "drop" in found[0]
    assert "like '%7%'" in found[0]["where"]
    assert rule_of(found, "41/PER-2", read_profile("expert", tmp_path).kinds, "").known == "staff"


def test_a_rule_of_the_project_goes_before_the_standards(tmp_path):
    kinds = read_profile("expert", tmp_path).kinds
    own = {"NM1(IL)-3": rule_of("keep", "NM1(IL)-3", kinds, ""), "NM1-3": rule_of("drop", "NM1-3", kinds, "")}
    found = with_standard(
        own, X12File.traits, ["NM1(patient)-3", "NM1(85)-3", "NM1(patient)-9(MI)", "ZZZ-1"], kinds, "member"
    )
    assert found["NM1(patient)-3"] is own["NM1(IL)-3"]
    assert found["NM1(85)-3"] is own["NM1-3"]
    assert found["NM1(patient)-9(MI)"].domain == "member"
    assert "ZZZ-1" not in found
    assert "subject" not in pack_of(X12File.traits).facts()
