"""FHIR as XML: the same addresses as in JSON, the marks of the standard, and that every other byte stays."""

import json

import pyarrow as pa
import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.fhir.attachments import as_base64
from veil.formats.fhir.batches import JSON, XML, closed_resources, open_resources
from veil.formats.fhir.files import Fhir
from veil.formats.fhir.nodes import ABSENT
from veil.formats.fhir.reread import FhirReader
from veil.formats.fhir.xml_cuts import xml_cuts
from veil.formats.fhir.xml_nodes import SPACE, read_xml
from veil.formats.fhir.xml_reread import members_of
from veil.model import Edits, span_table
from veil.parts import kind_in
from veil.testing import check_format

MASK = f'<extension url="{ABSENT}"><valueCode value="masked"/></extension>'
BIRTH_TIME = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"
HEAD = f'<Patient xmlns="{SPACE}">'
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'


def patient(inner, head=HEAD):
    return f"{head}{inner}</Patient>"


def batch_of(text):
    return open_resources([text], "file", XML)


def values(text):
    return {field.address: field.values.to_pylist() for field in batch_of(text).fields}


def seen_again(text):
    return {field.address: field.values.to_pylist() for field in FhirReader((), members_of).batch([text]).fields}


def written(text, edits):
    new = closed_resources(batch_of(text), edits)[0]
    assert seen_again(new) == values(new)
    return new


def changed(text, address, *new):
    return written(text, Edits({address: pa.array(new, pa.large_string())}))


def removed(text, *addresses):
    return written(text, Edits(removed=set(addresses)))


def test_elements_have_the_addresses_that_they_have_in_json():
    xml = patient(
        '<id value="p1"/><name id="n"><family value="Stone"/><given value="Ada"/><given value="May"/></name>'
        '<name><family value="Hall"/></name><active value="true"/>'
        f'<birthDate value="1970-01-02"><extension url="{BIRTH_TIME}"><valueDateTime value="1970"/></extension></birthDate>'
        '<contained><Organization><id value="o"/><name value="North"/></Organization></contained>'
        '<managingOrganization><reference value="#o"/></managingOrganization><multipleBirthInteger value="2"/>'
        f'<gender>{MASK}</gender><text><status value="generated"/>{DIV}x</div></text>'
    )
    other = {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"id": "n", "family": "Stone", "given": ["Ada", "May"]}, {"family": "Hall"}],
        "active": True,
        "birthDate": "1970-01-02",
        "_birthDate": {"extension": [{"url": BIRTH_TIME, "valueDateTime": "1970"}]},
        "contained": [{"resourceType": "Organization", "id": "o", "name": "North"}],
        "managingOrganization": {"reference": "#o"},
        "multipleBirthInteger": 2,
        "_gender": {"extension": [{"url": ABSENT, "valueCode": "masked"}]},
        "text": {"status": "generated", "div": f"{DIV}x</div>"},
    }
    batch, same = batch_of(xml), open_resources([json.dumps(other)], "file", JSON)
    assert values(xml) == {field.address: field.values.to_pylist() for field in same.fields} == seen_again(xml)
    for field in batch.fields:
        again = same.field(field.address)
        assert (field.rows.to_pylist(), field.element.to_pylist()) == (
            again.rows.to_pylist(),
            again.element.to_pylist(),
        )
    assert batch.elements.parent.equals(same.elements.parent)


def test_a_bundle_has_a_row_for_each_resource_and_says_whose_it_is():
    text = (
        f'<Bundle xmlns="{SPACE}"><entry><fullUrl value="urn:uuid:77-a"/><resource><Patient><id value="p1"/></Patient>'
        '</resource></entry><entry><resource><Condition><subject><reference value="urn:uuid:77-a"/></subject>'
        "</Condition></resource></entry></Bundle>"
    )
    batch = batch_of(text)
    assert batch.owners["(patient)"].to_pylist() == ["p1", "p1", "p1"]
    assert (
        values(text)["Condition.subject.reference(Patient)"]
        == ["77-a"]
        == values(text)["Bundle.entry.fullUrl(Patient)"]
    )


@pytest.mark.parametrize(
    ("stray", "left"),
    [
        ("<!-- Ada Stone -->", ""),
        ("<?ehr Ada?>", ""),
        ("Ada", ""),
        ("<![CDATA[Ada]]>", "<![CDATA[]]>"),
        ("A<!-- x -->&amp;da", ""),
        ('<nickname value="Ada"/>', ""),
        ("<nickname><family value='Ada'/></nickname>", ""),
        ('<v:x xmlns:v="urn:ada"><v:y>Ada</v:y></v:x>', ""),
        ('<x xmlns="">Ada</x>', ""),
        ('<extension url="http://h.example/ada"><valueString value="Ada"/></extension>', ""),
        ('<extension value="Ada"/>', ""),
        ('<contact code="Ada"/>', ""),
        (f"{DIV}Ada</div>", ""),
        ("<contained>Ada<Basic/></contained>", "<contained><Basic/></contained>"),
        (
            '<contained x="Ada"><Basic><id value="b"/></Basic><name/></contained>',
            '<contained><Basic><id value="b"/></Basic></contained>',
        ),
    ],
)
def test_what_fhir_has_no_place_for_is_unknown_and_goes(stray, left):
    text = patient(f'<id value="p1"/>{stray}')
    found = values(text)
    assert seen_again(text) == found
    unknown = [address for address in found if address.endswith((".?", "(other)", "extension"))]
    assert unknown
    assert "Ada" not in "".join(value for address in unknown for value in found[address])
    assert removed(text, *unknown) == patient(f'<id value="p1"/>{left}')


@pytest.mark.parametrize(
    "head",
    [
        f'<Patient xmlns="{SPACE}" id="Ada">',
        f'<Patient xmlns="{SPACE}" value="Ada">',
        f'<Patient xmlns="{SPACE}" xmlns:v="urn:Ada">',
        f'<Patient xmlns="{SPACE}" xmlns:v="urn:Ada" v:at="Ada">',
        f'<!-- Ada --><?x Ada?>\n<Patient xmlns="{SPACE}">',
    ],
)
def test_attributes_and_name_spaces_of_nobody_go(head):
    text = patient('<id value="p1"/>', head)
    assert set(values(text)) == {"Patient.id", "Patient.?"}
    assert removed(text, "Patient.?").strip() == patient('<id value="p1"/>')


def test_what_is_emptied_leaves_the_mark_of_the_standard():
    for element in ('<gender value="female"/>', '<gender value="female" />', "<gender\n value='female'></gender>"):
        new = changed(patient(element), "Patient.gender", None)
        assert values(new)["Patient.gender"] == [None]
        assert MASK in new
        assert "value=" not in new.replace(MASK, "")
    new = changed(patient('<name><given value="A"/><given value="B"/></name>'), "Patient.name.given", "X", None)
    assert new == patient(f'<name><given value="X"/><given>{MASK}</given></name>')


def test_what_is_emptied_is_still_seen_where_a_later_release_has_elements_there():
    text = f'<Coverage xmlns="{SPACE}"><subscriberId value="7"/><class><value value="8"/></class></Coverage>'
    new = changed(text, "Coverage.subscriberId", None)
    assert values(new)["Coverage.subscriberId"] == [None]
    assert values(changed(text, "Coverage.class.value", None))["Coverage.class.value"] == [None]
    later = text.replace('<subscriberId value="7"/>', '<subscriberId><value value="7"/></subscriberId>')
    assert values(later)["Coverage.subscriberId.value"] == ["7"]
    assert "Coverage.subscriberId" not in values(later)


def test_the_mark_has_the_prefix_of_its_element():
    text = f'<f:Patient xmlns:f="{SPACE}"><f:gender value="male"/></f:Patient>'
    new = changed(text, "Patient.gender", None)
    assert new.count("<f:extension") == new.count("<f:valueCode") == new.count("</f:extension>") == 1


def test_what_stands_beside_an_emptied_value_keeps_its_place():
    time = f'<extension url="{BIRTH_TIME}"><valueDateTime value="1970"/></extension>'
    text = patient(f'<birthDate value="1970-01-02">{time}</birthDate>')
    assert changed(text, "Patient.birthDate", None) == patient(f"<birthDate>{time}</birthDate>")
    other = patient(
        '<birthDate value="1970-01-02"><extension url="http://x"><valueString value="1970"/></extension></birthDate>'
    )
    edits = Edits({"Patient.birthDate": pa.array([None], pa.large_string())}, {"Patient.birthDate.extension(other)"})
    assert written(other, edits) == patient(f"<birthDate>{MASK}</birthDate>")


def test_a_removed_element_goes_with_what_held_it_and_nothing_else():
    text = patient('<id value="p1"/><contact><name><family value="Hall"/></name></contact>')
    assert removed(text, "Patient.contact.name.family") == patient('<id value="p1"/>')
    url = "http://hl7.org/fhir/StructureDefinition/patient-mothersMaidenName"
    text = patient(f'<extension url="{url}"><valueString value="Hall"/></extension><active value="true"/>')
    assert removed(text, f"Patient.extension('{url}').valueString") == patient('<active value="true"/>')
    text = patient('<name id="x"><family id="y" value="Hall"/></name>')
    assert removed(text, "Patient.name.family") == patient('<name id="x"><family id="y"/></name>')
    assert removed(text, "Patient.name.id", "Patient.name.family.id") == patient('<name><family value="Hall"/></name>')
    assert removed(patient('<id value="p1"/>'), "Patient.id") == patient("")


def test_resources_stay_where_nothing_is_left_of_them():
    text = f'<Bundle xmlns="{SPACE}"><entry><resource><Patient><id value="p1"/></Patient></resource></entry></Bundle>'
    assert removed(text, "Patient.id") == text.replace('<id value="p1"/>', "")


def test_an_entry_of_a_bundle_keeps_its_place_where_nothing_is_left_of_it():
    text = f'<Bundle xmlns="{SPACE}"><entry><nobody/></entry><entry><nobody/><!-- Ada --></entry></Bundle>'
    left = removed(text, "Bundle.entry.?", "Bundle.?")
    assert left == f'<Bundle xmlns="{SPACE}"><entry></entry><entry></entry></Bundle>'
    assert batch_of(left).height == batch_of(text).height


def test_a_reference_keeps_all_but_its_id():
    def observation(value):
        return f'<Observation xmlns="{SPACE}"><subject><reference value="{value}"/></subject></Observation>'

    text = observation("http://h/Patient/1&#50;/_history/3")
    address = "Observation.subject.reference"
    assert changed(text, f"{address}(Patient)", "N7") == observation("http://h/Patient/N7/_history/3")
    assert removed(text, f"{address}(base)", f"{address}(version)") == observation("Patient/1&#50;")
    assert changed(text, f"{address}(Patient)", None) == observation("http://h/Patient/-/_history/3")


def test_bytes_outside_an_edit_stay(tmp_path):
    text = (
        "\ufeff<?xml version='1.0'  encoding=\"UTF-8\" ?>\r\n"
        f"<Observation\txmlns='{SPACE}'  ><status  value='final' ></status >\r\n"
        "<valueQuantity><value value='5.10'/><unit value=\"m&#x67;/dL\"/></valueQuantity>"
        "<valueString value='caf&#233; &quot;Ada&quot;&#10;St&amp;ne'/></Observation >\r\n"
    )
    assert closed_resources(batch_of(text[1:]), Edits()) == [text[1:]]
    assert changed(text[1:], "Observation.status", "amended") == text[1:].replace("final", "amended")
    spans = Edits(spans={"Observation.valueString": span_table([0], [6], [9], ["E<va"], ["NAME"])})
    assert written(text[1:], spans) == text[1:].replace("Ada", "E&lt;va")
    (tmp_path / "a.xml").write_bytes(text.encode())
    check_format(Fhir(), tmp_path / "a.xml")


def test_an_empty_value_takes_a_new_one():
    assert changed(patient('<id value=""/>'), "Patient.id", "a\"'<") == patient('<id value="a&quot;&apos;&lt;"/>')


def test_a_narrative_is_one_value_with_all_that_is_in_it():
    for div in (
        f"{DIV}<p>Ada</p><!-- Ada --><v:x xmlns:v='urn:x' title='>'/></div >",
        '<h:div xmlns:h="http://www.w3.org/1999/xhtml"><h:p>Ada</h:p></h:div>',
        '<div xmlns="http://www.w3.org/1999/xhtml" title="é>"/>',
        "<div>Ada</div>",
    ):
        text = patient(f'<id value="é"/><text><status value="generated"/>{div}</text>')
        assert values(text)["Patient.text.div"] == [div] == seen_again(text)["Patient.text.div"]
        assert "Patient.?" not in values(text)
        assert changed(text, "Patient.text.div", f"{DIV}<p>Gone.</p></div>") == text.replace(
            div, f"{DIV}<p>Gone.</p></div>"
        )
        assert removed(text, "Patient.text.div", "Patient.text.status") == patient('<id value="é"/>')


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f'<Ada xmlns="{SPACE}"/>', "fhir-type"),
        (f'<ada xmlns="{SPACE}"/>', "fhir-type"),
        ('<Patient xmlns="urn:ada"/>', "fhir-type"),
        ("<Patient/>", "fhir-type"),
        (f'<Bundle xmlns="{SPACE}"><entry><resource><Ada/></resource></entry></Bundle>', "fhir-type"),
        (f'{HEAD}<name value="Ada"></Patient>', "xml-broken"),
        (f'<!DOCTYPE Patient [<!ENTITY a "Ada">]>{HEAD}</Patient>', "xml-doctype"),
        (f"{HEAD}<v:ada/></Patient>", "xml-prefix"),
    ],
)
def test_what_is_no_resource_is_refused_without_a_value(text, code):
    with pytest.raises(FormatError, match=code) as error:
        open_resources([text], "file", XML)
    assert "ada" not in str(error.value).lower()


@pytest.mark.parametrize("text", ["<Patient/>", "<a", f'<!DOCTYPE a><a xmlns="{SPACE}"/>', ""])
def test_the_second_reading_refuses_what_is_no_resource(text):
    with pytest.raises(FormatError, match="reread"):
        members_of(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_the_laws_hold_in_every_encoding(tmp_path, encoding):
    declared = encoding.removesuffix("-sig")
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>\n<Bundle xmlns="{SPACE}" xmlns:v="urn:v"><!-- é -->\n'
        '<entry><fullUrl value="http://h/fhir/Patient/p1"/><resource><Patient><id value="p1"/><name><family value="é&lt;"/>'
        f'<given>{MASK}</given></name><nobody value="x"/></Patient></resource></entry>'
        '<entry><resource><Observation><subject><reference value="Patient/p1"/></subject></Observation></resource></entry>'
        '<entry><request><method value="GET"/><url value="Patient/p1"/></request></entry></Bundle>'
    )
    (tmp_path / "a.xml").write_bytes(text.encode(encoding))
    check_format(Fhir(), tmp_path / "a.xml")


def test_values_of_cells_are_opened_as_they_begin():
    texts = pa.array([patient('<gender value="male"/>'), '{"resourceType":"Patient","gender":"male"}', "<a", None])
    batch, broken = Fhir().open_values(texts.cast(pa.large_string()), "cell")
    assert broken.to_pylist() == [False, False, True, False]
    spans = Fhir().value_spans(batch, Edits({"Patient.gender": pa.array(["other", "other"], pa.large_string())}))
    assert spans["replacement"].to_pylist() == ["other", '"other"']


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (patient(""), "fhir"),
        (f'<!-- x --><f:Bundle xmlns:f="{SPACE}"/>', "fhir"),
        ('<Bundle xmlns="urn:other"/>', "i2b2"),
        ("<Bundle/>", "i2b2"),
    ],
)
def test_a_file_is_told_by_its_name_space(tmp_path, text, kind):
    (tmp_path / "a.xml").write_text(text)
    assert kind_in(tmp_path / "a.xml", "i2b2") == kind


def test_a_file_that_is_plain_text_is_read_as_text(tmp_path):
    data = as_base64("Ada Stone came.")
    text = (
        f'<Binary xmlns="{SPACE}"><contentType value="text/plain"/><data value="{data[:8]}&#10;{data[8:]}"/></Binary>'
    )
    assert values(text)["Binary.data(text)"] == ["Ada Stone came."] == seen_again(text)["Binary.data(text)"]
    new = changed(text, "Binary.data(text)", "Eva came.")
    assert new == text.replace(f"{data[:8]}&#10;{data[8:]}", as_base64("Eva came."))
    assert values(changed(text, "Binary.data(text)", None))["Binary.data(text)"] == [None]
    assert removed(text, "Binary.data(text)") == f'<Binary xmlns="{SPACE}"><contentType value="text/plain"/></Binary>'
    (tmp_path / "a.xml").write_text(text)
    check_format(Fhir(), tmp_path / "a.xml")


def test_a_change_of_nothing_is_no_cut():
    assert xml_cuts(read_xml(patient('<id value="p1"/>'), "file").about, []) == []


def test_a_file_is_read_whole(tmp_path):
    (tmp_path / "a.xml").write_text(patient('<id value="p1"/>'))
    settings = Fhir().inspect(tmp_path / "a.xml", {}).settings
    (batch,) = Fhir().read(tmp_path, Part(("a.xml",)), settings)
    assert (settings["syntax"], batch.height) == ("xml", 1)
