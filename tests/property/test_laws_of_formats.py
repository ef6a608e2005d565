"""The laws of every format, on files that Hypothesis writes, through veil.testing."""

import csv
import io
import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from veil.errors import FormatError
from veil.formats import tabular
from veil.formats.base import Part
from veil.formats.fhir.batches import XML, closed_resources, open_resources
from veil.formats.fhir.reread import FhirReader
from veil.formats.fhir.xml_reread import members_of
from veil.model import Edits
from veil.parts import FORMATS, part
from veil.testing import check_format

CHARS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r\ufeff")
CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "007",
            "NA",
            "null",
            "12345678901234567890",
            " a ",
            'x"y',
            "a,b",
            "two\nlines",
            "1e5",
            "é",
            "\U0001f600",
            "=1+1",
        ]
    ),
    st.text(CHARS, max_size=8),
)
WIDTH = st.integers(2, 4)
TABLES = WIDTH.flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), min_size=1, max_size=8))
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False), CELL
)
KEYS = st.sampled_from(["name", "id", "a b", "ü", "list", "x.y"])
TREES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=8,
)
FEW = settings(deadline=None)


def table_bytes(rows, delimiter, end, quoting, encoding="utf-8"):
    held = io.StringIO(newline="")
    made = csv.writer(held, delimiter=delimiter, lineterminator=end, quoting=quoting)
    made.writerow([f"c{i}" for i in range(len(rows[0]))])
    made.writerows(rows)
    return held.getvalue().encode(encoding)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("formats")


def test_every_format_has_its_laws_tested_here():
    assert set(FORMATS) - {"sql", "xlsx"} == {
        "csv",
        "tsv",
        "parquet",
        "json",
        "ndjson",
        "text",
        "i2b2",
        "hl7",
        "x12",
        "fhir",
        "ccda",
    }  # of databases and workbooks: test_databases.py, test_c22_file_formats.py


@pytest.mark.parametrize(("name", "delimiter"), [("csv", ","), ("csv", ";"), ("csv", "|"), ("tsv", "\t")])
@given(rows=TABLES, end=st.sampled_from(["\n", "\r\n"]), quoted=st.booleans(), bom=st.booleans(), ended=st.booleans())
@example(
    rows=[['x"y', ""]], end="\n", quoted=False, bom=False, ended=False
)  # see findings/arrow-csv-empty-last-cell-after-quotes.sh
@FEW
def test_tables_come_back_byte_for_byte(folder, name, delimiter, rows, end, quoted, bom, ended):
    data = table_bytes(rows, delimiter, end, csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL)
    if not ended and data.count(b"\n") > 1:
        data = data.removesuffix(end.encode())
    path = folder / f"table.{name}"
    path.write_bytes((b"\xef\xbb\xbf" if bom else b"") + data)
    check_format(part("formats", name)(), path, given={"delimiter": delimiter, "encoding": "utf-8"}, part_bytes=24)


@given(rows=TABLES, block=st.integers(16, 200), size=st.integers(16, 200))
@FEW
def test_cells_are_the_same_whatever_the_block_and_the_part(folder, rows, block, size):
    path = folder / "blocks.csv"
    path.write_bytes(table_bytes(rows, ",", "\n", csv.QUOTE_MINIMAL))
    reader = part("formats", "csv")()
    seen = reader.inspect(path, {"delimiter": ",", "encoding": "utf-8"})
    settings_ = {**seen.settings, "addresses": list(seen.addresses)}
    held = tabular.BLOCK
    try:
        tabular.BLOCK = block
        found = [
            row
            for bound in reader.split(path, settings_, size)
            for batch in reader.read(folder, Part((path.name,), *bound), settings_)
            for row in zip(*(field.values.to_pylist() for field in batch.fields), strict=True)
        ]
    finally:
        tabular.BLOCK = held
    assert [[cell or "" for cell in row] for row in found] == rows


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_tables_of_other_encodings_come_back_byte_for_byte(folder, encoding):
    path = folder / "odd.csv"
    bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    rows = [["Müller", "café", "7"], ["x", "", "“q”"], ['"', "a,b", "two\nlines"]]
    path.write_bytes(bom + table_bytes(rows, ",", "\r\n", csv.QUOTE_MINIMAL, encoding))
    check_format(part("formats", "csv")(), path, given={"encoding": encoding})


@given(
    documents=st.lists(st.dictionaries(KEYS, TREES, max_size=4), max_size=5),
    end=st.sampled_from(["\n", "\r\n"]),
    indent=st.sampled_from([None, (", ", " : ")]),
)
@FEW
def test_lines_of_json_come_back_byte_for_byte(folder, documents, end, indent):
    path = folder / "lines.ndjson"
    path.write_bytes(end.join(json.dumps(one, separators=indent) for one in documents).encode())
    checked("ndjson", path)


@given(
    document=st.one_of(TREES, st.lists(st.dictionaries(KEYS, TREES, max_size=3), max_size=4)),
    ascii_=st.booleans(),
    indent=st.sampled_from([None, 1, "\t"]),
)
@FEW
def test_documents_come_back_byte_for_byte(folder, document, ascii_, indent):
    path = folder / "document.json"
    path.write_bytes((json.dumps(document, indent=indent, ensure_ascii=ascii_) + "\n").encode())
    checked("json", path)


def checked(name, path):
    """Keys may hold dots and brackets, so that two fields share an address; such documents are refused or skipped."""
    try:
        check_format(part("formats", name)(), path)
    except FormatError:
        assume(condition=False)


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
@FEW
def test_notes_come_back_byte_for_byte(folder, text):
    path = folder / "note.txt"
    path.write_bytes(text.encode())
    check_format(part("formats", "text")(), path, given={"encoding": "utf-8"})


@given(data=st.binary(max_size=120))
@FEW
def test_notes_of_any_bytes_come_back_byte_for_byte(folder, data):
    path = folder / "bytes.txt"
    path.write_bytes(data)
    reader = part("formats", "text")()
    writer = reader.writer(folder / "side", Part((path.name,)), {})
    try:
        batches = list(reader.read(folder, Part((path.name,)), {}))
    except FormatError as error:
        assert error.code == "not-text"
        return
    for batch in batches:
        writer.write(batch, Edits())
    assert (folder / "side" / path.name).read_bytes() == data


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=120), marks=st.booleans())
@FEW
def test_notes_of_i2b2_come_back_byte_for_byte(folder, text, marks):
    assume("]]>" not in text and not set(text) & {"\ufffe", "\uffff"})
    path = folder / "note.xml"
    tags = '<DATE id="P0" start="0" end="1" text="x" TYPE="DATE" comment="" />' if marks else ""
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8" ?>\n<deIdi2b2>\n<TEXT><![CDATA[{text}]]></TEXT>\n<TAGS>{tags}</TAGS>\n</deIdi2b2>\n',
        encoding="utf-8",
        newline="",
    )
    notes = part("formats", "i2b2")()
    settings = {**notes.inspect(path, {}).settings, "addresses": list(notes.inspect(path, {}).addresses)}
    writer = notes.writer(folder / "side", Part((path.name,)), settings)
    for batch in notes.read(folder, Part((path.name,)), settings):
        writer.write(batch, Edits())
    writer.finish()
    assert (folder / "side" / path.name).read_bytes() == path.read_bytes()


CELLS = st.text(st.sampled_from("ab7 ^~&\\.é"), max_size=6)
SEGMENTS = st.tuples(st.sampled_from(["PID", "PV1", "NTE", "OBX", "ZZZ", "IN1"]), st.lists(CELLS, max_size=8))


@given(segments=st.lists(SEGMENTS, max_size=8), end=st.sampled_from(["\r", "\n", "\r\n"]), framed=st.booleans())
@FEW
def test_messages_come_back_byte_for_byte(folder, segments, end, framed):
    lines = ["MSH|^~\\&|A|B|C|D|20260302||ORU^R01|1|P|2.5.1", *("|".join((name, *cells)) for name, cells in segments)]
    text = end.join(lines)
    path = folder / "messages.hl7"
    path.write_bytes(f"\x0b{text}\x1c\r".encode() if framed else text.encode())
    check_format(part("formats", "hl7")(), path, given={"encoding": "utf-8"})


CLAIM_CELLS = st.text(st.sampled_from("ab7 :^-.é"), max_size=6)
CLAIM_NAMES = st.sampled_from(["NM1", "N3", "REF", "DTP", "NTE", "HI", "DMG", "CLM", "HL", "EB", "ZZZ", "PER"])
CODES = st.sampled_from(["IL", "QC", "85", "SY", "472", "22", "23", "D8", "RD8", "TE", "BK:1", "1"])


@given(
    segments=st.lists(st.tuples(CLAIM_NAMES, CODES, CODES, st.lists(CLAIM_CELLS, max_size=6)), max_size=8),
    kind=st.sampled_from(["837", "835", "834", "271"]),
    line=st.sampled_from(["", "\n", "\r\n"]),
)
@FEW
def test_interchanges_come_back_byte_for_byte(folder, segments, kind, line):
    head = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260302*1011*^*00501*000000001*0*P*:"
    body = ["*".join((name, *cells, *more)) for name, *cells, more in segments]
    every = [head, "GS*HC*A*B*20260302*1011*1*X*5", f"ST*{kind}*01", *body, "SE*1*01", "GE*1*1", "IEA*1*000000001"]
    path = folder / "claims.x12"
    path.write_bytes("".join(f"{segment}~{line}" for segment in every).encode())
    check_format(part("formats", "x12")(), path, given={"encoding": "utf-8"})


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="/"), max_size=6)
SCALARS = st.one_of(WORDS, st.booleans(), st.integers(-9, 9), st.decimals(-1, 1, places=3).map(float))
ASIDES = st.one_of(
    st.none(), st.fixed_dictionaries({"id": WORDS}), st.just({"extension": [{"url": "x", "valueCode": "y"}]})
)
NAMES = st.fixed_dictionaries(
    {},
    optional={
        "family": WORDS,
        "_family": ASIDES,
        "given": st.lists(st.one_of(WORDS, st.none()), max_size=3),
        "_given": st.lists(ASIDES, max_size=3),
        "period": st.fixed_dictionaries({}, optional={"start": WORDS, "end": WORDS}),
        "unknown": SCALARS,
    },
)
PATIENTS = st.fixed_dictionaries(
    {"resourceType": st.just("Patient")},
    optional={
        "id": WORDS,
        "name": st.lists(NAMES, max_size=2),
        "active": st.booleans(),
        "multipleBirthInteger": SCALARS,
        "managingOrganization": st.fixed_dictionaries({"reference": st.sampled_from(["Organization/7", "a b", "#"])}),
        "extension": st.lists(st.fixed_dictionaries({"url": WORDS, "valueString": WORDS}), max_size=2),
        "_birthDate": ASIDES,
        "contact": st.just([{}]),
    },
)


@given(patients=st.lists(PATIENTS, min_size=1, max_size=3), indent=st.sampled_from([None, 1]), bulk=st.booleans())
@FEW
def test_resources_come_back_byte_for_byte(folder, patients, indent, bulk):
    path = folder / ("a.ndjson" if bulk else "a.json")
    whole = {"resourceType": "Bundle", "entry": [{"resource": patient} for patient in patients]}
    lines = [json.dumps(patient, ensure_ascii=False) for patient in patients]
    path.write_text("\r\n".join(lines) if bulk else json.dumps(whole, indent=indent), encoding="utf-8", newline="")
    check_format(part("formats", "fhir")(), path, given={"encoding": "utf-8"})


PIECES_OF_A_PATIENT = st.sampled_from(
    [
        '<id value="p1"/>',
        "<active value='true'  />",
        '<name id="n"><family value="é&lt;&#10;x"/><given value="A"/><given value=""></given></name>',
        '<gender><extension url="http://hl7.org/fhir/StructureDefinition/data-absent-reason"><valueCode value="masked"/></extension></gender>',
        '<birthDate value="1970"><extension url="http://x"><valueString value="q"/></extension></birthDate>',
        "<contained><Basic><id value='b'/></Basic></contained>",
        '<managingOrganization><reference value="Organization/7"/></managingOrganization>',
        "<contact/>",
        '<nobody value="x"><y/></nobody>',
        '<v:x xmlns:v="urn:v" v:y="1">z</v:x>',
        "<!-- Ada -->",
        "<?b c?>",
        "\r\n",
        "stray &amp; loose",
        '<extension url="latitude"><valueDecimal value="1"/></extension>',
    ]
)


@given(
    patients=st.lists(st.lists(PIECES_OF_A_PATIENT, max_size=6).map("".join), max_size=3),
    prefix=st.sampled_from(["", "f:"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"]),
)
@FEW
def test_resources_in_xml_come_back_byte_for_byte(folder, patients, prefix, encoding):
    entries = "".join(f"<entry><resource><Patient>{inner}</Patient></resource></entry>" for inner in patients)
    body = re.sub(r"(</?)(?=[A-Za-z]\w*[\s/>])", rf"\1{prefix}", f"<Bundle >{entries}</Bundle>")
    space = f'xmlns{":f" if prefix else ""}="http://hl7.org/fhir"'
    declared = encoding.removesuffix("-sig")
    path = folder / "a.xml"
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + body.replace("Bundle ", f"Bundle {space}", 1)
    path.write_bytes(text.encode(encoding))
    check_format(part("formats", "fhir")(), path)


@given(
    inner=st.lists(PIECES_OF_A_PATIENT, min_size=1, max_size=8).map("".join),
    fates=st.lists(st.sampled_from(["stays", "removed", "emptied", "changed"]), min_size=12, max_size=12),
)
@FEW
def test_edits_of_resources_in_xml_are_what_both_readings_see(inner, fates):
    def values(batch):
        return {field.address: field.values.to_pylist() for field in batch.fields}

    text = f'<Patient xmlns="http://hl7.org/fhir">{inner}</Patient>'
    before = open_resources([text], "file", XML)
    edits, wanted = Edits(), {}
    for field, fate in zip(before.fields, fates, strict=False):
        is_open = not is_opaque(field) and not field.address.endswith(
            ("name.id", ")")
        )  # these name no element of their own
        if fate == "removed":
            edits.removed.add(field.address)
            continue
        new = [None if value is None else f"{value}&<" for value in field.values.to_pylist()]
        new = [None] * len(new) if fate == "emptied" else new
        if fate != "stays" and is_open:
            edits.columns[field.address] = pa.array(new, pa.large_string())
        wanted[field.address] = new if fate != "stays" and is_open else field.values.to_pylist()
    (after,) = closed_resources(before, edits)
    seen = values(open_resources([after], "file", XML))
    assert seen == values(FhirReader((), members_of).batch([after]))
    assert {address: seen.get(address) for address in wanted} == wanted
    assert all(value is None for address in edits.removed for value in seen.get(address, []))


def is_opaque(field):
    return set(field.values.to_pylist()) == {"{}"}


WORDS = st.lists(
    st.sampled_from(["Ada", " ", "é", "&amp;", "&#65;", "\n", "\r\n", "<br/>", "<content>x</content>"]), max_size=4
).map("".join)
PIECES_OF_A_DOCUMENT = st.sampled_from(
    [
        '<id root="2.16.840.1.113883.4.6" extension="7"/>',
        '<id root="0b1c8a52-3f0e-4a7e-9d43-2f2f4f0a6c11"/>',
        '<id nullFlavor="NI"/>',
        "<!-- a -->",
        "<?b c?>",
        '<telecom value="tel:+1 555"/><telecom value="a@b.c"/><telecom value="http://x/y"/>',
        "<name>Ada <given>A</given><given>B</given><family> Stone\n</family></name>",
        '<vendor:note xmlns:vendor="urn:x" vendor:k="1">z<id root="1.2"/></vendor:note>',
        "<unknown/>",
        '<text><reference value="#r"/></text>',
        '<value xsi:type="PQ" value="5.10" unit="mg"><translation code="x"/></value>',
        '<value xsi:type="ED" representation="B64">QUJD</value>',
        '<value xsi:type="odd">v</value>',
        "stray",
    ]
)
SECTIONS = st.tuples(WORDS, WORDS, st.lists(PIECES_OF_A_DOCUMENT, max_size=5)).map(
    lambda found: (
        f"<section><title>{found[0].replace('<br/>', '')}</title><text>{found[1]}<table ID='t'><tr><td>{found[0]}</td></tr></table>"
        f"<odd>{found[0]}</odd><linkHtml href='#t'>l</linkHtml></text>"
        f"<entry><observation>{''.join(found[2])}</observation></entry></section>"
    )
)


@given(sections=st.lists(SECTIONS, max_size=2), encoding=st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]))
@settings(max_examples=25, deadline=None)
def test_clinical_documents_come_back_byte_for_byte(folder, sections, encoding):
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">{"".join(sections)}</ClinicalDocument>\n'
    )
    path = folder / "document.ccda"
    path.write_bytes(text.encode(encoding))
    check_format(part("formats", "ccda")(), path)


TYPES = [
    pa.int64(),
    pa.large_string(),
    pa.string(),
    pa.float64(),
    pa.date32(),
    pa.timestamp("us"),
    pa.bool_(),
    pa.list_(pa.int32()),
]


@pytest.mark.parametrize("compression", ["snappy", "zstd", "none"])
def test_a_parquet_table_without_edits_keeps_schema_values_nulls_and_row_groups(folder, compression):
    values = [
        [1, None, 2**60],
        ["007", None, ""],
        ["a", "b", None],
        [0.5, None, 1e300],
        [1, None, 2],
        [3, 4, None],
        [True, None, False],
        [[1], None, []],
    ]
    table = pa.table(
        [pa.array(v, t) for v, t in zip(values, TYPES, strict=True)], names=[f"c{i}" for i in range(len(TYPES))]
    )
    path = folder / "table.parquet"
    pq.write_table(table, path, compression=compression, row_group_size=2)
    texts = table.select(["c1", "c2"])

    def same(before, after):
        a, b = pq.read_table(before), pq.read_table(after)
        return a.equals(b) and a.schema.equals(b.schema)

    reader = part("formats", "parquet")()
    check_parquet_untouched(reader, path, same)
    pq.write_table(texts, path, compression=compression)
    check_format(reader, path, same=same)


def check_parquet_untouched(reader, path, same):
    settings_ = {**reader.inspect(path, {}).settings, "addresses": []}
    side = path.parent / "side"
    writer = reader.writer(side, Part((path.name,)), settings_)
    for batch in reader.read(path.parent, Part((path.name,)), settings_):
        writer.write(batch, Edits())
    writer.finish()
    assert same(path, side / path.name)


def test_an_edit_of_one_parquet_column_leaves_the_others_their_types(folder):
    table = pa.table(
        {"id": pa.array([1, 2], pa.int64()), "born": pa.array([0, None], pa.date32()), "n": pa.array([1.5, None])}
    )
    path, reader = folder / "typed.parquet", part("formats", "parquet")()
    pq.write_table(table, path)
    settings_ = {**reader.inspect(path, {}).settings, "addresses": ["id", "born", "n"]}
    writer = reader.writer(folder / "out", Part((path.name,)), settings_)
    for batch in reader.read(folder, Part((path.name,)), settings_):
        writer.write(batch, Edits({"born": pa.array(["1971-02-03", None], pa.large_string())}))
    writer.finish()
    made = pq.read_table(folder / "out" / path.name)
    assert made.schema.types == table.schema.types
    assert made.select(["id", "n"]).equals(table.select(["id", "n"]))
    assert [str(one) for one in made["born"].to_pylist()] == ["1971-02-03", "None"]
