"""FHIR: what its elements are called, whose they are, and that everything else stays."""

import json

import pyarrow as pa
import pytest

from veil.errors import FormatError, LimitError
from veil.formats.base import UNREADABLE, Part
from veil.formats.fhir.address import FHIR
from veil.formats.fhir.attachments import as_base64
from veil.formats.fhir.batches import JSON, closed_resources, open_resources
from veil.formats.fhir.files import Fhir
from veil.formats.fhir.json_cuts import ValueChange
from veil.formats.fhir.nodes import ABSENT
from veil.formats.fhir.references import KnownIds, pieces_of
from veil.formats.fhir.reread import FhirReader
from veil.formats.jsontext import TextCut
from veil.model import Edits, span_table
from veil.testing import check_format

MASK = {"extension": [{"url": ABSENT, "valueCode": "masked"}]}
BIRTH_TIME = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
BIRTH = f"Patient.birthDate.extension('{BIRTH_TIME}').valueDateTime"


def batch_of(resource, **options):
    text = resource if isinstance(resource, str) else json.dumps(resource)
    return open_resources([text], "file", JSON, **options)


def values(resource):
    return {field.address: field.values.to_pylist() for field in batch_of(resource).fields}


def written(resource, edits):
    return closed_resources(batch_of(resource), edits)[0]


def changed(resource, address, *new):
    return written(resource, Edits({address: pa.array(new, pa.large_string())}))


def removed(resource, *addresses):
    return json.loads(written(resource, Edits(removed=set(addresses))))


def read(path):
    seen = Fhir().inspect(path, {})
    assert (seen.addresses, seen.settings[UNREADABLE]) == (("(patient)", "(identifier)"), True)
    return list(Fhir().read(path.parent, Part((path.name,)), seen.settings))


def patient(**more):
    return {"resourceType": "Patient", "id": "p1", **more}


def bundle(*entries):
    return {"resourceType": "Bundle", "type": "collection", "entry": list(entries)}


def test_elements_have_the_names_that_people_write():
    found = values(
        patient(
            name=[{"family": "Stone", "given": ["Ada", "May"]}, {"family": "Hall"}],
            birthDate="1970-01-02",
            _birthDate={"extension": [{"url": BIRTH_TIME, "valueDateTime": "1970-01-02T03:04:05Z"}]},
            multipleBirthInteger=2,
        )
    )
    assert found["Patient.name.family"] == ["Stone", "Hall"]
    assert found["Patient.name.given"] == ["Ada", "May"]
    assert found[BIRTH] == ["1970-01-02T03:04:05Z"]
    assert found["Patient.multipleBirthInteger"] == ["2"]
    assert not any("resourceType" in address or address.endswith("url") for address in found)


def test_a_resource_within_another_begins_its_own_address():
    inner = {"resourceType": "Organization", "id": "o1", "name": "North"}
    found = values(bundle({"resource": patient(contained=[inner], managingOrganization={"reference": "#o1"})}))
    assert found["Organization.name"] == ["North"]
    assert found["Patient.managingOrganization.reference(Organization)"] == ["o1"]
    again = values({"resourceType": "Parameters", "parameter": [{"name": "x", "resource": patient()}]})
    assert again["Patient.id"] == ["p1"]


@pytest.mark.parametrize(
    ("value", "pieces"),
    [
        ("Patient/123", [("Patient", "123")]),
        ("Patient/a-b.C", [("Patient", "a-b.C")]),
        ("http://host/fhir/Patient/1/_history/7", [("base", "http://host/fhir"), ("Patient", "1"), ("version", "7")]),
        ("https://h.example/Observation/o1", [("base", "https://h.example"), ("Observation", "o1")]),
        ("urn:uuid:9c1b2d", [("uuid", "9c1b2d")]),
        ("urn:uuid:known", [("Patient", "known")]),
        ("urn:oid:1.2.3", [("oid", "1.2.3")]),
        ("#p", [("Practitioner", "p")]),
        ("#q", [("contained", "q")]),
        ("#", []),
        ("Patient", []),
        ("Practitioner?identifier=http://h/npi|99", [("system", "http://h/npi"), ("Practitioner?identifier", "99")]),
        ("Patient?identifier=99", [("Patient?identifier", "99")]),
        ("Patient?name=Stone", None),
        ("Martin/5", None),
        ("ada stone", None),
        ("see http://h/Patient/1", None),
        ("Patient/1/2", None),
        ("mailto:ada@example.org", None),
        ("", None),
    ],
)
def test_a_reference_is_cut_at_its_id(value, pieces):
    known = KnownIds({"urn:uuid:known": ("Patient", "known")})
    found = pieces_of(value, known, {"p": "Practitioner"})
    assert (found and [(piece.kind, value[piece.start : piece.end]) for piece in found]) == (pieces or found)
    assert (found is None) == (pieces is None)


def test_a_reference_keeps_all_but_its_id():
    resource = {"resourceType": "Observation", "subject": {"reference": "http://h/Patient/12/_history/3"}}
    text = changed(resource, "Observation.subject.reference(Patient)", "N7")
    assert json.loads(text)["subject"]["reference"] == "http://h/Patient/N7/_history/3"
    text = written(
        resource, Edits(removed={"Observation.subject.reference(base)", "Observation.subject.reference(version)"})
    )
    assert json.loads(text)["subject"]["reference"] == "Patient/12"
    escaped = '{"resourceType":"Observation","subject":{"reference":"Patient\\/12"}}'
    assert changed(escaped, "Observation.subject.reference(Patient)", "N7") == escaped.replace("12", "N7")


def test_a_full_url_of_a_uuid_leads_to_the_type_of_its_entry():
    whole = bundle(
        {"fullUrl": "urn:uuid:77-a", "resource": patient()},
        {"resource": {"resourceType": "Condition", "subject": {"reference": "urn:uuid:77-a"}}},
    )
    found = values(whole)
    assert found["Bundle.entry.fullUrl(Patient)"] == found["Condition.subject.reference(Patient)"] == ["77-a"]


@pytest.mark.parametrize(
    ("key", "member"),
    [
        ("John Smith", 1),
        ("Smith", {"a": 1}),
        ("nickname", "Ada"),
        ("_foo", {"id": "x"}),
        ("_birthDate", "1970-01-02"),
        ("x.y", [1, 2]),
        ("empty", []),
    ],
)
def test_an_element_that_the_standard_does_not_have_is_unknown_and_its_name_goes_with_it(key, member):
    found = values(patient(**{key: member}))
    assert set(found) == {"Patient.id", "Patient.?"}
    assert set(found["Patient.?"]) == {"{}"}
    assert removed(patient(**{key: member}), "Patient.?") == patient()


@pytest.mark.parametrize("url", ["http://h.example/54680950", "Ada", "http://hl7.org/fhir/x'y", ""])
def test_an_extension_that_nobody_named_is_one_value_and_goes_as_a_whole(url):
    resource = patient(extension=[{"url": url, "valueString": "Stone"}, {"url": BIRTH_TIME, "valueDateTime": "1970"}])
    assert values(resource)["Patient.extension(other)"] == ["{}"]
    left = removed(resource, "Patient.extension(other)")
    assert left["extension"] == [{"url": BIRTH_TIME, "valueDateTime": "1970"}]
    assert "extension" not in removed(
        resource, "Patient.extension(other)", f"Patient.extension('{BIRTH_TIME}').valueDateTime"
    )


def test_a_project_may_name_extensions_of_its_own():
    url = "http://h.example/ward"
    resource = patient(extension=[{"url": url, "valueString": "7"}])
    batch = batch_of(resource, extensions=frozenset((url,)))
    assert [field.address for field in batch.fields] == ["Patient.id", f"Patient.extension('{url}').valueString"]


def test_what_is_emptied_leaves_the_mark_of_the_standard():
    new = json.loads(changed(patient(gender="female"), "Patient.gender", None))
    assert new == {"resourceType": "Patient", "id": "p1", "_gender": MASK}
    assert values(new)["Patient.gender"] == [None]
    assert [field.values.to_pylist() for field in FhirReader(()).batch([json.dumps(new)]).fields] == [["p1"], [None]]


def test_what_stands_beside_an_emptied_value_keeps_its_place():
    resource = patient(birthDate="1970-01-02", _birthDate={"extension": [{"url": BIRTH_TIME, "valueDateTime": "1970"}]})
    new = json.loads(changed(resource, "Patient.birthDate", None))
    assert (new["_birthDate"], "birthDate" in new) == (resource["_birthDate"], False)
    unknown = patient(birthDate="1970-01-02", _birthDate={"extension": [{"url": "http://x", "valueString": "1970"}]})
    edits = Edits({"Patient.birthDate": pa.array([None], pa.large_string())}, {"Patient.birthDate.extension(other)"})
    assert json.loads(written(unknown, edits))["_birthDate"] == MASK


def test_an_emptied_value_of_a_list_stays_in_line_with_what_stands_beside_it():
    other = [None, {"extension": [{"url": "http://x", "valueString": "q"}]}, {"id": "k"}]
    resource = patient(name=[{"given": ["A", "B", "C"], "_given": other}])
    new = json.loads(changed(resource, "Patient.name.given", "X", None, "Z"))
    assert new["name"][0]["given"] == ["X", None, "Z"]
    left = removed(resource, "Patient.name.given.extension(other)")
    assert left["name"][0] == {"given": ["A", "B", "C"], "_given": [None, None, {"id": "k"}]}
    assert "_given" not in removed(resource, "Patient.name.given.extension(other)", "Patient.name.given.id")["name"][0]


def test_a_removed_field_takes_what_held_it_and_nothing_else():
    resource = patient(contact=[{"name": {"family": "Hall"}}], text={"status": "generated", "div": "<div>x</div>"})
    assert removed(resource, "Patient.contact.name.family") == patient(text=resource["text"])
    assert removed(resource, "Patient.text.status", "Patient.text.div") == patient(contact=resource["contact"])


def test_an_entry_of_a_bundle_keeps_its_place_where_nothing_is_left_of_it():
    whole = bundle({"nobody": 1, "link": [{"url": "http://x"}]}, {"resource": patient()})
    left = removed(whole, "Bundle.entry.?", "Bundle.entry.link.url")
    assert left == bundle({}, {"resource": patient()})
    assert batch_of(left).height == batch_of(whole).height


def test_numbers_order_and_white_space_stay_as_they_are_written():
    text = '{ "value" : 5.10 ,\n\t"resourceType":"Observation", "valueQuantity": {"value":0.00012345678901234567890123, "unit":"mg\\/dL"}, "status" :"final"}'
    assert closed_resources(batch_of(text), Edits()) == [text]
    assert changed(text, "Observation.status", "amended") == text.replace("final", "amended")
    assert values(text)["Observation.valueQuantity.value"] == ["0.00012345678901234567890123"]


def test_spans_leave_the_escapes_around_them_alone():
    text = '{"resourceType":"Observation","valueString":"caf\\u00e9 \\"Ada\\" \\n Stone"}'
    edits = Edits(spans={"Observation.valueString": span_table([0], [6], [9], ["Eva"], ["NAME"])})
    assert written(text, edits) == text.replace("Ada", "Eva")


def test_a_row_is_a_resource_and_says_whose_it_is():
    batch = batch_of(
        bundle(
            {
                "resource": patient(
                    identifier=[{"system": "http://hl7.org/fhir/sid/us-ssn", "value": "9"}, {"value": "M1"}]
                )
            },
            {"resource": {"resourceType": "Observation", "subject": {"reference": "Patient/p1"}}},
            {"resource": {"resourceType": "Coverage", "beneficiary": {"reference": "Patient/p2"}}},
            {"resource": {"resourceType": "Encounter", "subject": {"identifier": {"value": "M3"}}}},
            {"resource": {"resourceType": "Practitioner", "id": "d1"}},
            {"resource": {"resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/p2"}}]}},
        )
    )
    owners = {address: column.to_pylist() for address, column in batch.owners.items()}
    assert owners["(patient)"] == [None, "p1", "p1", "p2", None, None, "p2"]
    assert owners["(identifier)"] == [None, "M1", None, None, "M3", None, None]
    assert batch.field("Observation.subject.reference(Patient)").rows.to_pylist() == [2]


def test_resources_of_a_bundle_of_one_patient_are_all_theirs():
    batch = batch_of(bundle({"resource": patient()}, {"resource": {"resourceType": "Communication", "id": "c"}}))
    assert batch.owners["(patient)"].to_pylist() == ["p1", "p1", "p1"]


@pytest.mark.parametrize(
    ("identifiers", "number"),
    [
        ([{"value": "1"}, {"type": {"coding": [{"code": "MR"}]}, "value": "2"}], "2"),
        ([{"type": {"coding": [{"code": "SS"}]}, "value": "1"}, {"value": "2"}], "2"),
        ([{"type": {"coding": [{"code": "DL"}]}, "value": "1"}], None),
        ([{"use": "old", "value": "1"}, {"value": "2"}], "2"),
        ([{"system": "urn:oid:2.16.840.1.113883.4.1", "value": "1"}, {"value": "3"}], "3"),
        ([], None),
    ],
)
def test_the_number_of_a_patient_is_that_of_the_medical_record(identifiers, number):
    batch = batch_of(patient(identifier=identifiers))
    assert batch.owners["(identifier)"].to_pylist() == [number]


@pytest.mark.parametrize(("member", "owner"), [("patient", "7-a"), ("subject", "7-a"), ("performer", None)])
def test_a_uuid_that_leads_out_of_its_file_is_that_of_a_patient_where_a_patient_is_meant(member, owner):
    batch = batch_of({"resourceType": "Immunization", member: {"reference": "urn:uuid:7-a"}})
    assert batch.owners["(patient)"].to_pylist() == [owner]


def test_a_contained_patient_is_known_by_their_number():
    inner = {**patient(identifier=[{"value": "M9"}]), "id": "in"}
    batch = batch_of({"resourceType": "Observation", "contained": [inner], "subject": {"reference": "#in"}})
    assert batch.owners["(identifier)"].to_pylist() == ["M9"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"resourceType":"Patient","id":"Ada","id":"Stone"}', "fhir-duplicate"),
        ('{"resourceType":"Patient","name":[{"family":"Ada","family":"B"}]}', "fhir-duplicate"),
        ('{"resourceType":"Ada Stone"}', "fhir-type"),
        ('{"id":"Ada"}', "fhir-type"),
        ('["Ada"]', "fhir-type"),
        ('{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Ada"}}]}', "fhir-type"),
        ('{"resourceType":"Patient","name":[["Ada"]]}', "fhir-shape"),
        ('{"resourceType":"Patient","id":"Ada"', "json-broken"),
        ("", "fhir-type"),
    ],
)
def test_what_is_no_resource_is_refused_without_a_value(tmp_path, text, code):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FormatError, match=code) as error:
        read(tmp_path / "a.json")
    assert "Ada" not in str(error.value)


def test_a_document_that_is_nested_too_deep_is_refused(tmp_path):
    deep = '{"resourceType":"Questionnaire"' + ',"item":[{"linkId":"1"' * 150 + "}]" * 150 + "}"
    (tmp_path / "a.json").write_text(deep)
    with pytest.raises(LimitError, match="json-deep"):
        read(tmp_path / "a.json")


def test_a_bad_line_of_a_bulk_export_is_named(tmp_path):
    lines = [json.dumps(patient())] * 3
    (tmp_path / "a.ndjson").write_text("\n".join([*lines, '{"resourceType":"Patient","id":"Ada"', *lines]))
    with pytest.raises(FormatError, match="json-broken") as error:
        read(tmp_path / "a.ndjson")
    assert error.value.row == 4
    assert "Ada" not in str(error.value)


def test_a_bulk_export_is_read_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("veil.formats.fhir.files.LINES", 2)
    text = "\r\n".join(json.dumps(patient(gender=word)) for word in ("male", "female", "other")) + "\r\n\r\n"
    (tmp_path / "a.ndjson").write_bytes(text.encode())
    settings = Fhir().inspect(tmp_path / "a.ndjson", {}).settings
    batches = list(Fhir().read(tmp_path, Part(("a.ndjson",)), settings))
    assert [(batch.height, batch.first) for batch in batches] == [(2, 0), (1, 2)]
    check_format(Fhir(), tmp_path / "a.ndjson")


def test_lines_are_told_from_one_document_whatever_the_name(tmp_path):
    (tmp_path / "bulk.json").write_text('{"resourceType":"Patient"}\n{"resourceType":"Patient"}\n')
    (tmp_path / "one.json").write_text('{"resourceType":\n"Patient"}\n')
    assert [Fhir().inspect(tmp_path / name, {}).settings["syntax"] for name in ("bulk.json", "one.json")] == [
        "lines",
        "json",
    ]


def test_the_laws_hold_for_a_bundle(tmp_path):
    whole = bundle(
        {
            "fullUrl": "http://h/fhir/Patient/p1",
            "resource": patient(
                active=True,
                name=[{"given": ["A", None, "B"], "_given": [None, {"id": "x"}, None]}],
                _gender=MASK,
                extension=[{"url": BIRTH_TIME, "valueDateTime": "1970"}, {"url": "q", "valueString": "z"}],
                contact=[],
                foo={"bar": [1]},
            ),
        },
        {
            "resource": {
                "resourceType": "Observation",
                "valueQuantity": {"value": 5.10},
                "subject": {"reference": "Patient/p1"},
            }
        },
        {"request": {"method": "GET", "url": "Patient/p1"}},
    )
    for indent in (None, 2):
        (tmp_path / "a.json").write_text(json.dumps(whole, indent=indent))
        check_format(Fhir(), tmp_path / "a.json")


def test_a_list_of_masked_values_is_read_twice_alike(tmp_path):
    odd = patient(name=[{"_given": [{"id": "a"}, None, MASK]}, {"given": ["A"], "_given": [None, {"id": "b"}]}])
    (tmp_path / "a.json").write_text(json.dumps(odd))
    check_format(Fhir(), tmp_path / "a.json")


def test_resources_are_opened_inside_values():
    texts = pa.array([json.dumps(patient(gender="male")), "not one", None, json.dumps(bundle({"resource": patient()}))])
    batch, broken = Fhir().open_values(texts.cast(pa.large_string()), "cell")
    assert broken.to_pylist() == [False, True, False, False]
    assert batch.height == len(texts)
    assert batch.field("Patient.id").rows.to_pylist() == [0, 3]
    spans = Fhir().value_spans(batch, Edits({"Patient.gender": pa.array(["other"], pa.large_string())}))
    assert spans["replacement"].to_pylist() == ['"other"']


@pytest.mark.parametrize(
    ("pattern", "sibling", "fits"),
    [
        ("Patient.telecom.value", "Patient.telecom.system", True),
        ("Patient.identifier.value", "Patient.identifier.type.text", True),
        ("Patient.identifier.value", "Patient.identifier.type.coding.code", False),
        ("Patient.name.family", "Patient.telecom.system", False),
        ("Patient.birthDate", "Patient.gender", True),
        ("Patient.birthDate", "Observation.status", False),
    ],
)
def test_a_condition_reads_what_stands_once_beside_its_field(pattern, sibling, fits):
    assert FHIR.is_one_to_one(pattern, sibling) == fits


def test_no_rule_names_what_nobody_knows():
    assert FHIR.match("Patient.name", "Patient.name.family")
    assert FHIR.match("Patient.managingOrganization.reference", "Patient.managingOrganization.reference(Organization)")
    assert not FHIR.match("Patient.name", "Patient.nameX")
    assert not any(FHIR.match("Patient", address) for address in ("Patient.?", "Patient.name.extension(other)"))


def document(data, **more):
    return {
        "resourceType": "DocumentReference",
        "content": [{"attachment": {"data": data, "contentType": "text/plain", **more}}],
    }


TEXT = "DocumentReference.content.attachment.data(text)"


@pytest.mark.parametrize(
    "kind", ["text/plain", "text/plain;charset=utf-8", 'text/plain; charset="UTF-8"', "TEXT/PLAIN; charset=us-ascii"]
)
@pytest.mark.parametrize("words", ["Ada Stone\r\ncame.", "Müller 😀", " ", "\ufeffx", "a" * 200])
def test_a_file_that_is_plain_text_is_read_as_text(tmp_path, kind, words):
    resource = document(as_base64(words), contentType=kind)
    assert values(resource)[TEXT] == [words]
    assert json.loads(changed(resource, TEXT, "Eva é")) == document(as_base64("Eva é"), contentType=kind)
    (tmp_path / "a.json").write_text(json.dumps(resource))
    check_format(Fhir(), tmp_path / "a.json")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        ("QWRh", "application/pdf"),
        ("QWRh", "text/html"),
        ("QWRh", "text/plain; charset=iso-8859-1"),
        ("QWRh", "text/plain;"),
        ("QWRh", "text/plainer"),
        ("QWRh", ""),
        ("/w==", "text/plain"),
        ("QQAB", "text/plain"),
        ("QWRhQ", "text/plain"),
        ("QWRh=", "text/plain"),
        ("QWRh\u00a0", "text/plain"),
        ("Ada Stone", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_a_file_that_is_none_is_not_read_as_text(tmp_path, data, kind):
    resource = document(data, contentType=kind)
    assert values(resource)[TEXT.removesuffix("(text)")] == [data]
    (tmp_path / "a.json").write_text(json.dumps(resource))
    check_format(Fhir(), tmp_path / "a.json")


def test_lines_and_places_of_a_text_in_base64_are_kept_until_it_changes():
    data = as_base64("Ada came.")
    resource = document(data[:4] + "\n" + data[4:])
    assert values(resource)[TEXT] == ["Ada came."]
    edits = Edits(spans={TEXT: span_table([0], [0], [3], ["Eva"], ["NAME"])})
    assert json.loads(written(resource, edits)) == document(as_base64("Eva came."))
    assert json.loads(written(resource, Edits())) == resource
    empty = changed(resource, TEXT, None)
    assert json.loads(empty)["content"][0]["attachment"]["_data"] == MASK
    assert values(empty)[TEXT] == [None] == FhirReader(()).batch([empty]).field(TEXT).values.to_pylist()
    assert removed(resource, TEXT) == {**resource, "content": [{"attachment": {"contentType": "text/plain"}}]}
    assert TEXT.replace("data(text)", "contentType") not in {*values(resource), *values(removed(resource, TEXT))}


def test_a_binary_is_text_where_it_says_so_and_a_signature_never():
    binary = {"resourceType": "Binary", "contentType": "text/plain", "data": "QWRh"}
    assert values(binary)["Binary.data(text)"] == ["Ada"]
    older = {"resourceType": "Binary", "contentType": "text/plain", "content": "QWRh"}
    assert values(older)["Binary.content(text)"] == ["Ada"]
    signed = {
        "resourceType": "Provenance",
        "signature": [{"contentType": "text/plain", "data": "QWRh", "blob": "QWRh"}],
    }
    assert not any("(text)" in address for address in values(signed))
    extension = {"url": BIRTH_TIME, "valueAttachment": {"contentType": "text/plain", "data": "QWRh"}}
    assert values(patient(extension=[extension]))[f"Patient.extension('{BIRTH_TIME}').valueAttachment.data(text)"]


def test_a_change_of_nothing_is_no_cut():
    batch = batch_of(patient())
    reading = batch.places.readings[0]
    assert JSON.cuts(reading.about, []) == []
    ((value, _),) = batch.field("Patient.id").places
    assert JSON.cuts(reading.about, [ValueChange(value, "q")]) == [
        TextCut(value.node.place.start, value.node.place.end, '"q"')
    ]
