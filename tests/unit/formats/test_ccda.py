"""C-CDA: where values stand, what they are called, and that everything else stays."""

import pyarrow as pa
import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.ccda.address import CCDA
from veil.formats.ccda.files import Ccda, document_spans, open_documents
from veil.formats.ccda.naming import says_how, scheme_of
from veil.formats.ccda.standard import elements, is_system, systems
from veil.model import Edits, span_table, spliced
from veil.parts import kind_in
from veil.testing import check_format

SPACES = 'xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def document(inner, *, spaces=SPACES):
    return f"<ClinicalDocument {spaces}>{inner}</ClinicalDocument>"


def patient(inner):
    return document(f"<recordTarget><patientRole>{inner}</patientRole></recordTarget>")


def section(inner):
    return document(
        f"<component><structuredBody><component><section>{inner}</section></component></structuredBody></component>"
    )


def values(text):
    return {field.address: field.values.to_pylist() for field in open_documents([text], "file").fields}


def edited(text, edits):
    batch = open_documents([text], "file")
    new = spliced(pa.array([text], pa.large_string()), document_spans(batch, edits))
    return new[0].as_py()


def test_addresses_are_those_that_people_write():
    found = values(
        patient(
            '<id root="1.2" extension="77"/><addr><city>Tacoma</city></addr><patient><name><given>Ada</given>'
            '<given>May</given><family>Stone</family></name><birthTime value="1960"/><sdtc:deceasedInd value="false"/></patient>'
        )
    )
    assert found["recordTarget/patientRole/id/@extension"] == ["77"]
    assert found["recordTarget/patientRole/id/@root"] == ["1.2"]
    assert found["recordTarget/patientRole/addr/city"] == ["Tacoma"]
    assert found["recordTarget/patientRole/patient/name/given"] == ["Ada"]
    assert found["recordTarget/patientRole/patient/name/given(2)"] == ["May"]
    assert found["recordTarget/patientRole/patient/birthTime/@value"] == ["1960"]
    assert found["recordTarget/patientRole/patient/sdtc:deceasedInd/@value"] == ["false"]


def test_an_act_has_the_same_address_however_deep_it_lies():
    act = '<observation><code code="x"/><value xsi:type="PQ" value="5.10" unit="mg"/></observation>'
    found = values(
        section(f"<entry>{act}</entry><entry><act><entryRelationship>{act}</entryRelationship></act></entry>")
    )
    assert found["observation/value(PQ)/@value"] == ["5.10", "5.10"]
    assert found["observation/code/@code"] == ["x", "x"]


@pytest.mark.parametrize(
    ("inner", "address", "value"),
    [
        ('<value xsi:type="ST">a text</value>', "observation/value(ST)", "a text"),
        ('<value xsi:type="cda:CD" code="1"/>', "observation/value(CD)/@code", "1"),
        ('<value xsi:type="IVL_TS"><low value="2026"/></value>', "observation/value(IVL_TS)/low/@value", "2026"),
        ('<value xsi:type="ED" representation="B64">QQ==</value>', "observation/value(ED)(B64)", "QQ=="),
        ('<value xsi:type="Ada">v</value>', "observation/value/@xsi:type", "Ada"),
        ("<text>words</text>", "observation/text", "words"),
        ('<text mediaType="application/pdf">JVBE</text>', "observation/text(B64)", "JVBE"),
        ('<text><reference value="#r1"/></text>', "observation/text/reference(anchor)/@value", "r1"),
        ('<text><reference value="http://x/y"/></text>', "observation/text/reference/@value", "http://x/y"),
        (
            '<id root="0b1c8a52-3f0e-4a7e-9d43-2f2f4f0a6c11"/>',
            "observation/id/@extension",
            "0b1c8a52-3f0e-4a7e-9d43-2f2f4f0a6c11",
        ),
        ('<id root="2.16.840.1.113883.4.6" nullFlavor="UNK"/>', "observation/id/@root", "2.16.840.1.113883.4.6"),
        ('<telecom value="tel:+1 555"/>', "observation/telecom(tel)/@value", "+1 555"),
        ('<telecom value="MAILTO:a@b.c"/>', "observation/telecom(mailto)/@value", "a@b.c"),
        ('<telecom value="a@b.c"/>', "observation/telecom/@value", "a@b.c"),
        ("stray", "observation/text()", "stray"),
    ],
)
def test_a_value_is_named_by_what_decides_its_treatment(inner, address, value):
    spaces = f'{SPACES} xmlns:cda="urn:hl7-org:v3"'
    found = values(section(f"<entry><observation>{inner}</observation></entry>").replace(SPACES, spaces))
    assert found[address] == [value]


def test_what_says_how_a_value_is_read_is_no_field():
    found = values(section('<entry><observation><value xsi:type="PQ" value="1"/></observation></entry>'))
    assert not any("xsi:type" in address for address in found)
    assert says_how("@mediaType", "application/pdf")
    assert not says_how("@mediaType", "Ada Stone")


def test_a_narrative_is_read_by_its_blocks():
    found = values(
        section(
            "<title>T</title><text>lead<paragraph>Keith Bier<content ID='c1'>mann</content></paragraph>"
            "<table><tbody><tr><td>a<br/>b</td><td/></tr></tbody></table><linkHtml href='#c1'>see</linkHtml></text>"
        )
    )
    assert found["section/text/paragraph"] == ["Keith Biermann"]
    assert found["section/text/td"] == ["a\nb", None]
    assert found["section/text"] == ["lead", None, None, None]
    assert found["section/text/content/@ID"] == found["section/text/linkHtml(anchor)/@href"] == ["c1"]


def test_a_name_that_crosses_markup_is_put_back_into_its_nodes():
    text = section("<text>Keith Bier<content>mann</content> came</text>")
    edits = Edits(spans={"section/text": span_table([0], [6], [14], ["Stone & Hall"], ["NAME"])})
    assert "<text>Keith Stone &amp; Hall<content></content> came</text>" in edited(text, edits)


def test_what_no_standard_has_goes_as_a_whole_and_a_rule_can_keep_it():
    text = patient('<patient><ehr:badge xmlns:ehr="urn:x" level="3">Ada <sub>Stone</sub></ehr:badge></patient><id/>')
    addresses = [address for address in values(text) if "badge" in address]
    assert addresses == [
        "recordTarget/patientRole/patient/other:badge/@level",
        "recordTarget/patientRole/patient/other:badge",
        "recordTarget/patientRole/patient/other:badge/sub",
    ]
    assert "badge" not in edited(text, Edits(removed=set(addresses)))
    some = edited(text, Edits(removed={addresses[1]}))
    assert 'level="3"' in some
    assert "Ada" not in some


@pytest.mark.parametrize(
    "how", [{"removed": {"namespace"}}, {"columns": {"namespace": pa.array([None], pa.large_string())}}]
)
def test_a_name_space_that_goes_leaves_its_prefix_a_name(how):
    text = patient('<e:badge xmlns:e="urn:ada-stone" e:level="3">x</e:badge>')
    gone = edited(text, Edits(**how))
    assert 'xmlns:e="urn:removed"' in gone
    assert values(gone) == {address: found for address, found in values(text).items() if address != "namespace"}


def test_a_declaration_goes_with_the_last_name_that_has_its_prefix():
    text = patient('<patient xmlns:b="urn:b"><e:badge xmlns:e="urn:a" level="3">x</e:badge><b:sub>y</b:sub></patient>')
    foreign = {address for address in values(text) if "other:" in address}
    assert edited(text, Edits(removed={*foreign, "namespace"})) == patient("<patient></patient>")
    kept = edited(text, Edits(removed={address for address in foreign if "badge" in address} | {"namespace"}))
    assert '<patient xmlns:b="urn:removed"><b:sub>y</b:sub></patient>' in kept


def test_an_unknown_element_without_a_value_is_counted_and_goes():
    text = patient("<oddity/>")
    assert values(text)["recordTarget/patientRole/oddity"] == [None]
    assert "oddity" not in edited(text, Edits(removed={"recordTarget/patientRole/oddity"}))


def test_comments_and_instructions_are_fields_and_go_as_a_whole():
    text = "<?xml version='1.0'?>\n<?style href='Ada.xsl'?><!-- Ada -->" + patient("<!--Stone--><id/>")
    found = values(text)
    assert (found["comment"], found["instruction"]) == ([" Ada ", "Stone"], ["style href='Ada.xsl'"])
    new = edited(text, Edits(removed={"comment", "instruction"}))
    assert new == "<?xml version='1.0'?>\n" + patient("<id/>")


def test_an_attribute_that_goes_takes_its_name_along_and_an_extension_its_value_only():
    text = patient('<id root="1.2" extension="77" assigningAuthorityName="North"/>')
    path = "recordTarget/patientRole/id/"
    assert edited(text, Edits(removed={f"{path}@assigningAuthorityName"})) == patient('<id root="1.2" extension="77"/>')
    gone = edited(text, Edits(removed={f"{path}@extension"}))
    assert '<id root="1.2" extension="" ' in gone
    assert values(gone)[f"{path}@root"] == ["1.2"]


def test_the_scheme_of_a_telecom_and_the_mark_of_a_reference_stay():
    text = patient('<telecom value="tel:555-0133"/>')
    path = "recordTarget/patientRole/telecom(tel)/@value"
    assert edited(text, Edits(columns={path: pa.array(["777"])})) == patient('<telecom value="tel:777"/>')
    assert edited(text, Edits(removed={path})) == patient('<telecom value="tel:"/>')


def test_a_row_is_a_document_and_lists_lie_in_their_participation():
    two = [patient('<id extension="1"/><id extension="2"/>'), None, patient('<id extension="3"/>')]
    batch = open_documents(two, "file")
    field = batch.field("recordTarget/patientRole/id/@extension")
    assert batch.height == 3
    assert (field.values.to_pylist(), field.rows.to_pylist()) == (["1", "2", "3"], [0, 0, 2])
    assert len(set(field.element.to_pylist())) == 3


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<html/>", "ccda-shape"),
        ('<ClinicalDocument xmlns="urn:other"/>', "ccda-shape"),
        ("<observation xmlns='urn:hl7-org:v3'>Ada</observation>", "ccda-shape"),
        ('<!DOCTYPE x [<!ENTITY pt "Ada">]>' + document("&pt;"), "xml-doctype"),
        (document("<id>"), "xml-broken"),
        (document("<cda:id/>"), "xml-prefix"),
    ],
)
def test_what_is_no_document_is_refused_without_a_value(tmp_path, text, code):
    (tmp_path / "d.xml").write_text(text)
    with pytest.raises(FormatError, match=code) as error:
        list(Ccda().read(tmp_path, Part(("d.xml",)), {}))
    assert "Ada" not in str(error.value)
    assert Ccda().inspect(tmp_path / "d.xml", {}).addresses == ()


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "d.xml").write_bytes(b"\n")
    with pytest.raises(FormatError, match="ccda-shape"):
        list(Ccda().read(tmp_path, Part(("d.xml",)), {}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_come_back_byte_for_byte(tmp_path, encoding, end):
    stated = "utf-16" if encoding.startswith("utf-16") else encoding.removesuffix("-sig")
    inner = "<text>Stöne\n <content>x</content>&#228;</text><entry><act><id root='1.2'  extension = 'a'/></act></entry>"
    text = f"<?xml version='1.0' encoding='{stated}'?>\n<!-- ü -->" + section(inner)
    (tmp_path / "d.xml").write_bytes(text.replace("\n", end).encode(encoding))
    check_format(Ccda(), tmp_path / "d.xml")


def test_documents_in_values_are_opened_and_what_is_none_is_named():
    batch, broken = Ccda().open_values(pa.array([patient('<id extension="7"/>'), "no document", None]), "cell")
    assert broken.to_pylist() == [False, True, False]
    assert (batch.height, batch.field("recordTarget/patientRole/id/@extension").rows.to_pylist()) == (3, [0])


def test_a_rule_for_an_element_is_for_all_that_is_in_it():
    assert CCDA.match("recordTarget/patientRole/addr", "recordTarget/patientRole/addr/city")
    assert CCDA.match("observation/value", "observation/value(PQ)/@unit")
    assert CCDA.match("observation/value(PQ)", "observation/value(PQ)/@unit")
    assert CCDA.match("recordTarget/patientRole/patient/name/given", "recordTarget/patientRole/patient/name/given(2)")
    assert not CCDA.match("observation/value(CD)", "observation/value(PQ)/@unit")
    assert not CCDA.match("author/time", "author/timezone/@value")
    assert CCDA.join(CCDA.parse("observation/value(PQ)/@value")) == "observation/value(PQ)/@value"
    assert CCDA.title("observation/value(PQ)/@unit") == "value unit"


def test_conditions_read_the_same_element_and_what_is_around_it():
    assert CCDA.is_one_to_one("observation/value(PQ)/@value", "observation/code/@code")
    assert CCDA.is_one_to_one("recordTarget/patientRole/id/@extension", "recordTarget/patientRole/id/@root")
    assert CCDA.is_one_to_one("participant/participantRole/id/@extension", "participant/@typeCode")
    assert not CCDA.is_one_to_one("observation/code/@code", "observation/id/@root")
    assert not CCDA.is_one_to_one("observation/value(PQ)/@value", "author/time/@value")


@pytest.mark.parametrize(
    ("value", "scheme"), [("tel:1", "tel"), (" FAX:2", "fax"), ("a@b.c", ""), ("http://x", "http"), (None, "")]
)
def test_schemes_are_read_in_any_case(value, scheme):
    assert scheme_of(value) == scheme


def test_the_tables_of_the_standard_are_whole():
    assert len(elements()) > 220
    assert elements()["effectiveTime"].kind == "TS"
    assert is_system("2.16.840.1.113883.4.6")
    assert is_system("2.16.840.1.113883.4.3.39")
    assert not is_system("1.3.6.1.4.1.99999.7")
    assert all(oid.startswith("2.16.840.1.113883.") for oid in systems())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (document(""), "ccda"),
        ("<!-- a > b --><?x?>" + document("").replace("Clin", "c:Clin").replace("xmlns=", "xmlns:c="), "ccda"),
        ("<deIdi2b2><TEXT/></deIdi2b2>", "i2b2"),
        ("<ClinicalDocument/>", "i2b2"),
        ("", "i2b2"),
    ],
)
def test_what_an_xml_file_is_is_what_its_first_element_says(tmp_path, text, kind):
    (tmp_path / "d.xml").write_text(text)
    assert kind_in(tmp_path / "d.xml", "i2b2") == kind
    assert kind_in(tmp_path / "d.xml", "csv") == "csv"
    (tmp_path / "d.xml").write_bytes(text.encode("utf-16"))
    assert kind_in(tmp_path / "d.xml", "i2b2") == kind
