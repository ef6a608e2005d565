"""FHIR: every element of every release is treated, by its path, its type and its role, with a reason."""

from pathlib import Path

import pytest

from veil.formats.fhir.address import FHIR, walk
from veil.formats.fhir.standard import CHOICE, EXTENSIONS, choices, resources, types
from veil.formats.fhir.standard import places as parts
from veil.formats.traits import Kind, Traits
from veil.policy.parse import read_yaml
from veil.policy.profile import read_profile
from veil.policy.rules import rule_of
from veil.policy.standards import fhir, with_standard
from veil.policy.standards.fhir import facts, rule_for

PROFILES = ("safe-harbor", "limited-data-set", "expert", "gdpr-pseudonymised", "redact")
CORE = "http://hl7.org/fhir/us/core/StructureDefinition"
PUBLISHED = "http://hl7.org/fhir/StructureDefinition"


def names_of(element):
    """The names of an element as files write them, each with its types."""
    if not element.name.endswith(CHOICE):
        yield from ((element.name, kind) for kind in element.types)
    else:
        yield from ((element.name.removesuffix(CHOICE) + choices()[kind], kind) for kind in element.types)


def places(*, whole=False):
    """A path to every element of every type, the first by which it can be reached; with `whole`, every path that repeats no type."""
    met = set()

    def below(path, owner, above):
        for element in types()[owner].values():
            if element.name in (*EXTENSIONS, "contained"):
                continue
            for name, kind in names_of(element):
                if kind == "Resource" or kind in resources():
                    continue
                if kind[0].islower():
                    if whole or (owner, name) not in met:
                        yield f"{path}.{name}"
                    met.add((owner, name))
                elif kind not in above and (whole or kind not in met):
                    met.add(kind)
                    yield from below(f"{path}.{name}", kind, above | {kind})

    for resource in sorted(resources()):
        yield from below(resource, resource, {resource})


def cases_of(written):
    return written if isinstance(written, list) else [written]


def check_rules(addresses, seen_least):
    seen = 0
    for address in addresses:
        seen += 1
        found = rule_for(address)
        assert found is not None, address
        assert all(len(case["reason"]) > 10 for case in cases_of(found)), address
        assert "where" not in cases_of(found)[-1], address
        assert not any("keep" in case for case in cases_of(found) if "where" not in case), address
    assert seen > seen_least


def test_every_element_of_every_type_has_a_rule_with_a_reason_and_none_is_kept_unseen():
    check_rules(places(), 5000)


@pytest.mark.slow
def test_every_path_to_every_element_has_a_rule_with_a_reason():
    check_rules(places(whole=True), 120_000)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_rule_can_be_read_in_every_profile(profile, tmp_path):
    kinds = read_profile(profile, tmp_path).kinds
    seen = set()
    for address in places():
        written = rule_for(address)
        key = repr(
            [{word: case[word] for word in case if word not in ("where", "reason")} for case in cases_of(written)]
        )
        if key not in seen:
            seen.add(key)
            rule_of(written, address, kinds, "")
    assert len(seen) > 50


@pytest.mark.parametrize(
    "address",
    [
        "Patient.shoeSize",
        "Sailor.name",
        "Patient.name.family.x",
        "Patient.valueString",
        "Patient",
        "$.name",
        "Observation.value",
        "Patient.extension('http://mercy.example/badge').valueString",
        "Patient.extension(other)",
        "Patient.extension.valueString",
        f"Patient.extension('{CORE}/us-core-race').valueString",
        f"Patient.extension('{CORE}/us-core-race').extension('badge').valueString",
        f"Patient.extension('{PUBLISHED}/patient-congregation').valueString",
        f"Basic.modifierExtension('{PUBLISHED}/patient-birthTime').valueDateTime",
    ],
)
def test_what_the_standard_or_the_list_of_extensions_does_not_have_has_no_rule(address):
    assert rule_for(address) is None


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("Patient.id", "id"),
        ("Patient.name.family", "family_name"),
        ("Patient.name.text", "person_name"),
        ("Patient.contact.name.given", "given_name"),
        ("Patient.address.line", "address"),
        ("Patient.address.postalCode", "zip"),
        ("Patient.birthDate", "birth_date"),
        ("Patient.deceasedDateTime", "datetime"),
        (f"Patient.birthDate.extension('{PUBLISHED}/patient-birthTime').valueDateTime", "birth_date"),
        (f"Patient.extension('{PUBLISHED}/patient-mothersMaidenName').valueString", "family_name"),
        (f"Patient.extension('{CORE}/us-core-race').extension('text').valueString", "text"),
        ("Practitioner.name.family", "family_name"),
        ("Encounter.location.location.display", "organization"),
        ("Patient.identifier.assigner.display", "organization"),
        ("Observation.note.authorString", "staff_name"),
        ("Observation.note.text", "text"),
        ("Observation.valueString", "text"),
        ("Observation.component.valueString", "text"),
        ("Observation.interpretation.text", "text"),
        ("Observation.code.coding.display", "text"),
        ("Observation.effectivePeriod.start", "datetime"),
        ("Observation.issued", "datetime"),
        ("Observation.subject.reference(Patient)", "id"),
        ("Bundle.entry.fullUrl(Patient)", "id"),
        ("Coverage.subscriberId", "number"),
        ("Coverage.class.name", "organization"),
        ("Device.serialNumber", "number"),
        ("Device.udiCarrier.carrierHRF", "number"),
        ("FamilyMemberHistory.name", "person_name"),
        ("AuditEvent.agent.altId", "number"),
        ("ImagingStudy.series.instance.uid", "number"),
        ("QuestionnaireResponse.item.item.answer.valueString", "text"),
        ("Binary.data(text)", "text"),
        ("DocumentReference.content.attachment.data(text)", "text"),
        ("Patient.text.div(text)", "text"),
        ("List.title", "text"),
    ],
)
def test_elements_are_treated_by_path_and_type(address, kind):
    assert cases_of(rule_for(address))[-1]["as"] == kind


@pytest.mark.parametrize(
    "address",
    [
        "Patient.photo.data",
        "Patient.photo.title",
        "Patient.meta.source",
        "Patient.implicitRules",
        "Patient.birthDate.id",
        "Patient.name.id",
        "Binary.data",
        "DocumentReference.content.attachment.data",
        "DocumentReference.content.attachment.url",
        "Provenance.signature.data",
        "Bundle.signature.data",
        "Contract.signer.signature.blob",
        "AuditEvent.entity.query",
        "AuditEvent.agent.network.address",
        "Bundle.link.url",
        "Bundle.entry.fullUrl",
        "Observation.subject.reference",
        "Observation.subject.reference(version)",
        "Provenance.signature.data(text)",
        "Patient.photo.data(text)",
        "Location.position.latitude",
        "Endpoint.header",
        "Practitioner.birthDate",
        f"Patient.extension('{PUBLISHED}/patient-birthPlace').valueAddress.city",
        f"Patient.address.extension('{PUBLISHED}/geolocation').extension('latitude').valueDecimal",
    ],
)
def test_what_no_study_needs_is_dropped(address):
    assert "drop" in rule_for(address)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Patient.id", "Observation.subject.reference(Patient)"),
        ("Patient.id", "Bundle.entry.fullUrl(Patient)"),
        ("Practitioner.id", "Encounter.participant.individual.reference(Practitioner)"),
        ("Encounter.id", "Observation.encounter.reference(Encounter)"),
        ("Specimen.id", "Observation.specimen.reference(Specimen)"),
        ("Binary.id", "DocumentReference.content.attachment.url(Binary)"),
    ],
)
def test_an_id_and_what_refers_to_it_get_one_pseudonym(one, other):
    if other.endswith(".url(Binary)"):
        assert "drop" in rule_for(other) or rule_for(one)["domain"] == rule_for(other)["domain"]
    else:
        assert rule_for(one)["domain"] == rule_for(other)["domain"]


def test_ids_of_two_types_get_pseudonyms_of_their_own():
    domains = [rule_for(f"{kind}.id")["domain"] for kind in resources()]
    assert len(set(domains)) == len(domains)


def test_persons_are_distinguished_by_the_role_of_their_path():
    assert "person" not in rule_for("Patient.name.family")
    assert [rule_for(f"{path}.name.family")["person"] for path in ("Patient.contact", "RelatedPerson")] == [
        "relative"
    ] * 2
    assert rule_for("Practitioner.name.family")["known"] == "staff"
    assert rule_for("Practitioner.qualification.identifier.value")["domain"] == "license"
    assert cases_of(rule_for("Observation.subject.identifier.value"))[-1]["domain"] == "person"


def test_the_name_of_what_a_reference_names_follows_its_type():
    cases = {case.get("where", ""): case for case in rule_for("Observation.performer.display")}
    assert cases['"Observation.performer.reference(Organization)" is not null']["as"] == "organization"
    assert cases['"Observation.performer.reference(Practitioner)" is not null']["known"] == "staff"
    assert cases[""]["as"] == "person_name"


@pytest.mark.parametrize(
    "address",
    [
        "Patient.name.text",
        "Patient.generalPractitioner.display",
        "Provenance.agent.who.display",
        "FamilyMemberHistory.name",
    ],
)
def test_a_sentence_where_a_name_should_stand_goes(address):
    found = rule_for(address)
    for at, case in enumerate(found):
        if case.get("as") in ("person_name", "staff_name"):
            assert "drop" in found[at - 1], address
            assert "phrase" in found[at - 1]["where"], address


def test_a_narrative_is_replaced_whole():
    assert "Narrative removed" in rule_for("Observation.text.div")["constant"]["value"]


def test_a_contact_is_treated_by_its_system():
    cases = rule_for("Patient.telecom.value")
    assert [case.get("as", "drop") for case in cases] == ["email", "phone", "drop"]
    assert '"Patient.telecom.system"' in cases[0]["where"]


def test_an_age_over_89_is_none_in_any_quantity_of_years(tmp_path):
    kinds = read_profile("expert", tmp_path).kinds
    for address in ("Observation.valueQuantity.value", "Condition.onsetAge.value"):
        found = rule_of(rule_for(address), address, kinds, "")
        assert any(getattr(case.treatment, "operator", "") == "age" for case in found.cases), address


def test_the_domain_of_persons_is_the_projects_own(tmp_path):
    kinds = read_profile("expert", tmp_path).kinds
    traits = Traits(Kind.RECORDS, grammar=FHIR, standard="fhir")
    own = {"Patient.name": rule_of("drop", "Patient.name", kinds, "")}
    asked = ["Patient.id", "Patient.identifier.value", "Patient.name.family", "Patient.shoeSize"]
    found = with_standard(own, traits, asked, kinds, "patient_id")
    assert found["Patient.id"].domain == "patient_id"
    assert found["Patient.identifier.value"].cases[-1].treatment.domain == "patient_id"
    assert found["Patient.name.family"] == own["Patient.name"]
    assert "Patient.shoeSize" not in found


def paths_of(*kinds):
    """Every path from a resource through its own parts to an element of one of these types."""

    def below(path, owner, above):
        for element in types()[owner].values():
            for name, kind in names_of(element):
                if kind in kinds:
                    yield f"{path}.{name}", element
                elif kind in parts() and kind not in resources() and kind not in above:
                    yield from below(f"{path}.{name}", kind, above | {kind})

    for resource in sorted(resources()):
        yield from below(resource, resource, {resource})


def treated(address):
    """What each case of a rule does, as a set of words."""
    cases = cases_of(rule_for(address))
    return {case.get("as") or next(word for word in case if word not in ("where", "reason")) for case in cases}


def test_every_path_of_a_date_is_treated_as_one():
    seen = 0
    for path, _ in paths_of("date", "dateTime", "instant"):
        assert treated(path) <= {"date", "datetime", "birth_date", "drop"}, path
        seen += 1
    for path, _ in paths_of("Period"):
        assert all(treated(f"{path}.{end}") <= {"datetime", "birth_date", "drop"} for end in ("start", "end")), path
        seen += 2
    for path, _ in paths_of("Timing"):
        assert treated(f"{path}.event") == {"datetime"}, path
        assert treated(f"{path}.repeat.boundsPeriod.start") == {"datetime"}, path
        seen += 2
    assert seen > 900


def test_every_path_of_an_identifier_gets_a_pseudonym_or_goes():
    seen = 0
    for path, _ in paths_of("Identifier"):
        assert treated(f"{path}.value") <= {"id", "number", "drop"}, path
        assert treated(f"{path}.system") == {"keep", "drop"}, path
        assert "keep" not in treated(f"{path}.assigner.display"), path
        seen += 1
    for resource in resources():
        assert rule_for(f"{resource}.id")["as"] == "id"
    assert seen > 250


def test_every_path_of_a_reference_gets_the_pseudonym_of_what_it_names():
    seen = 0
    for path, element in paths_of("Reference"):
        for target in element.targets & resources():
            found = rule_for(f"{path}.reference({target})")
            assert "drop" in found or found["domain"] == rule_for(f"{target}.id")["domain"], path
            seen += 1
        assert treated(f"{path}.display") <= {"text", "person_name", "staff_name", "organization", "drop"}, path
        assert treated(f"{path}.reference(base)") in ({"constant"}, {"drop"}), path
        assert treated(f"{path}.reference") == {"drop"}, path
    assert seen > 2500


def test_every_line_of_the_pack_names_something_of_the_standard():
    pack = read_yaml(Path(fhir.__file__).with_suffix(".yaml")).data
    owners = {path: kind for kind, path in parts().items()}
    names = {name for elements in types().values() for name in elements}
    paths = [*pack["elements"], *(path for among in pack["roles"].values() for path in among)]
    for path in paths:
        owner, _, name = path.rpartition(".")
        if owner == "*":
            assert name in names, path
        elif owner:
            steps, kinds = path.split("."), [owners.get(owner, owner)]
            if kinds[0] in types():
                choice = [element for element in types()[kinds[0]] if element.endswith(CHOICE)]
                assert name in types()[kinds[0]] or any(
                    name.startswith(stem.removesuffix(CHOICE)) for stem in choice
                ), path
            else:
                assert all(walk(steps)), path
        else:
            assert path in types(), path
    assert all(kind in resources() for kind in (*pack["resources"], *pack["displays"]))


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Coverage.subscriberId.value", "plan"),
        ("Coverage.class.value.value", "plan"),
        ("Bundle.identifier.value", "message"),
        ("FamilyMemberHistory.identifier.value", "entity"),
        ("ImagingSelection.studyUid", "uid"),
        ("ClaimResponse.item.detail.reviewOutcome.preAuthRef", "entity"),
        ("PaymentReconciliation.accountNumber", "account"),
        ("Medication.batch.lotNumber", "device"),
    ],
)
def test_numbers_are_treated_by_what_they_name(address, domain):
    assert cases_of(rule_for(address))[-1]["domain"] == domain


@pytest.mark.parametrize(
    "address", ["Coverage.subscriberId.use", "Bundle.identifier.use", "Device.udiCarrier.entryType"]
)
def test_a_code_within_an_identifier_stays_a_code(address):
    assert "published" in rule_for(address)[0]["where"]


def test_the_facts_of_a_patient_are_named():
    assert facts() == {
        "subject": "(patient)",
        "identifier": "(identifier)",
        "sex": "Patient.gender",
        "born": "Patient.birthDate",
    }
