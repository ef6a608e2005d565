"""A workbook is read a second way from its parts; what is beside its cells is seen."""

import io
import random
import re
import zipfile

import pytest

from veil.errors import FormatError
from veil.formats.base import Part
from veil.formats.xlsx import Xlsx, XlsxWriter, _text, hidden_strings, rows_of
from veil.formats.xlsx_reread import rows_again
from veil.model import Edits

xlsxwriter = pytest.importorskip("xlsxwriter")
LOOKS = [
    *range(60),
    "m/d/yy h:mm;@",
    "yyyy\\-mm\\-dd",
    "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy",
    "0.00;[Red]-0.00",
    '"Dose: "0.0" mg"',
    'h"h" m"m"',
    "[Blue]General",
    '#,##0 "days"',
    "[s]",
    "hh:mm:ss.000",
    "yyyy",
    '@"d"',
    '0.0"°C"',
    "00000",
    "000\\-00\\-0000",
    "# ?/?",
    "D/M/YYYY",
    'General;"d"',
    "[$-409]h:mm:ss AM/PM;@",
    '"Hour "h',
    "* d0",
    "0.00E+00",
    "[h]:mm:ss",
    "[mm]:ss",
    '_-* #,##0.00 "F"_-',
]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_both_readings_see_the_same_cells_whatever_their_format(tmp_path, old, seed):
    draw, path = random.Random(seed), tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path), {"date_1904": old}) as book:
        sheet = book.add_worksheet("t")
        for row, look in enumerate(LOOKS):
            made = book.add_format({"num_format": look})
            for column in range(8):
                number = draw.choice(
                    [
                        draw.random(),
                        draw.random() * 100,
                        draw.randrange(1, 60_000),
                        draw.random() * 50_000,
                        44_197 + draw.randrange(86_400) / 86_400,
                        -draw.random() * 9,
                        0,
                    ]
                )
                sheet.write_number(row, column, number, made)
    was, now = rows_of(path, "t"), rows_again(path, "t")
    assert [[cell.text for cell in row] for row in now] == [[_text(cell) for cell in row] for row in was]


def test_both_readings_see_the_same_texts_formulas_and_edges(tmp_path):
    path = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("a b")
        sheet.write_blank(0, 0, None, bold)
        for row, text in enumerate(
            [
                " a ",
                "x\ny",
                "_x0041_",
                "_x000D_",
                "\x01",
                "é\U0001f600",
                "=1+1",
                "http://x.y",
                "<&>",
                "0012",
                "TRUE",
                "#N/A",
            ]
        ):
            sheet.write_string(row + 3, 2, text)
        sheet.write_rich_string(20, 2, "a ", bold, "b", " c")
        for row, (formula, value) in enumerate(
            [("=1+1", 2), ('="a"', "a b "), ("=NA()", "#N/A"), ("=TRUE()", True), ('=""', ""), ("=1/3", 1 / 3)]
        ):
            sheet.write_formula(22 + row, 3, formula, None, value)
        sheet.write_boolean(30, 4, False)
        sheet.write_blank(60, 20, None, bold)
        book.add_worksheet("other").write_string(0, 0, "z")
    for name in ("a b", "other"):
        was, now = rows_of(path, name), rows_again(path, name)
        assert [[cell.text for cell in row] for row in now] == [[_text(cell) for cell in row] for row in was]


def written(path, rows=(("id", "word"), ("1", "kept"))):
    """A workbook as a run writes it."""
    source = path.with_name("was.xlsx")
    with xlsxwriter.Workbook(str(source)) as book:
        sheet = book.add_worksheet("t")
        for row, cells in enumerate(rows):
            sheet.write_row(row, 0, cells)
    settings = {"addresses": list(rows[0])}
    writer = XlsxWriter(path, settings["addresses"])
    for batch in Xlsx().read(source.parent, Part((source.name,)), settings):
        writer.write(batch, Edits())
    writer.finish()
    return settings | {"output": True}


def altered(path, part, old, new):
    """The workbook with a piece of one of its parts replaced; of a part that is not there, a new one."""
    data, made = path.read_bytes(), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as was, zipfile.ZipFile(made, "w") as now:
        names = was.namelist()
        for name in names:
            text = was.read(name).decode()
            assert name != part or re.search(old, text), text
            now.writestr(name, re.sub(old, lambda _: new, text, count=1) if name == part else text)
        if part not in names:
            now.writestr(part, new)
    path.write_bytes(made.getvalue())


def reread(path, settings):
    return list(Xlsx().reread(path.parent, Part((path.name,)), settings))


def test_what_a_run_writes_holds_nothing_beside_its_cells(tmp_path):
    path = tmp_path / "out.xlsx"
    settings = written(
        path, (("id", "word", "day"), ("1", " a b\n", 44197.5), ("2", "plain", 1.25), ("", "_x0041_", 7))
    )
    assert hidden_strings(path) == []
    assert [one.values.to_pylist() for one in reread(path, settings)[0].fields][1] == [" a b\n", "plain", "_x0041_"]


PLANTED = [
    (
        "xl/workbook.xml",
        "<calcPr",
        '<definedNames><definedName name="Okafor">Sheet1!$A$1</definedName></definedNames><calcPr',
    ),
    ("docProps/core.xml", "<dc:creator></dc:creator>|<dc:creator/>", "<dc:creator>Marian Okafor</dc:creator>"),
    ("docProps/app.xml", "<Company></Company>|<Company/>", "<Company>Okafor 123-45-6789</Company>"),
    ("docProps/custom.xml", "", "<Properties><property name='mrn'>00418813</property></Properties>"),
    (
        "xl/comments1.xml",
        "",
        "<comments><commentList><comment ref='A1'><text><t>Okafor</t></text></comment></commentList></comments>",
    ),
    ("xl/sharedStrings.xml", "</sst>", "<si><t>Marian Okafor</t></si></sst>"),
    ("xl/sharedStrings.xml", "<si><t>kept</t></si>", "<si><t>kept</t><rPh sb='0' eb='1'><t>Okafor</t></rPh></si>"),
    (
        "xl/worksheets/sheet1.xml",
        "</sheetData>",
        "</sheetData><headerFooter><oddHeader>Okafor</oddHeader></headerFooter>",
    ),
    ("xl/worksheets/sheet1.xml", '<c r="B2" t="s"><v>3</v>', '<c r="B2" t="s"><f>"Okafor"&amp;1</f><v>3</v>'),
    ("xl/worksheets/sheet1.xml", "<sheetData>", "<!-- Okafor --><sheetData>"),
    (
        "xl/worksheets/sheet2.xml",
        "",
        "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>Okafor</t></is></c></row></sheetData></worksheet>",
    ),
    ("xl/media/image1.png", "", "\x89PNG"),
    (
        "xl/styles.xml",
        "<fonts",
        '<numFmts count="1"><numFmt numFmtId="170" formatCode="&quot;Okafor&quot;"/></numFmts><fonts',
    ),
    ("xl/theme/theme1.xml", 'name="Office Theme"', 'name="Okafor"'),
]


@pytest.mark.parametrize(("part", "old", "new"), PLANTED)
def test_what_is_planted_beside_the_cells_of_an_output_is_seen(tmp_path, part, old, new):
    path = tmp_path / "out.xlsx"
    settings = written(path)
    altered(path, part, old, new)
    with pytest.raises(FormatError) as refused:
        reread(path, settings)
    assert refused.value.code == "hidden-value"
    assert not re.search("Okafor|6789|418813", str(refused.value))


@pytest.mark.parametrize("how", ["archive", "entry", "before"])
def test_what_is_planted_in_the_archive_itself_is_seen(tmp_path, how):
    path = tmp_path / "out.xlsx"
    settings = written(path)
    data = path.read_bytes()
    if how == "before":
        path.write_bytes(b"Marian Okafor\n" + data)
    else:
        with zipfile.ZipFile(path, "a") as parts:
            if how == "archive":
                parts.comment = b"Marian Okafor"
            else:
                info = zipfile.ZipInfo("docProps/x.xml")
                info.comment = b"Marian Okafor"
                parts.writestr(info, "<x/>")
    with pytest.raises(FormatError, match="hidden-value"):
        reread(path, settings)


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        ("xl/worksheets/sheet1.xml", "<sheetData>", '<!DOCTYPE a [<!ENTITY b "c">]><sheetData>'),
        ("xl/sharedStrings.xml", r"\A<\?xml[^>]*>", '<!DOCTYPE a [<!ENTITY b "c">]>'),
        ("xl/workbook.xml", r'name="Sheet1"', 'nome="Sheet1"'),
        ("xl/worksheets/sheet1.xml", "</worksheet>", ""),
        ("xl/worksheets/sheet1.xml", '<c r="B2" t="s"><v>3</v>', '<c r="B2" t="s"><v>99</v>'),
    ],
)
def test_a_part_that_is_not_sound_is_refused_and_no_entity_is_read(tmp_path, part, old, new):
    path = tmp_path / "out.xlsx"
    settings = written(path)
    altered(path, part, old, new)
    with pytest.raises(FormatError) as refused:
        reread(path, settings | {"output": False})
        rows_again(path, "Sheet1")
    assert refused.value.code in ("reread", "xml-doctype")


def test_a_format_that_may_be_read_in_two_ways_is_no_other_number(tmp_path, monkeypatch):
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("t")
        sheet.write_row(0, 0, ["day"])
        sheet.write_number(1, 0, 44197, book.add_format({"num_format": "yyyy"}))
    settings = {"addresses": ["day"]}
    true = rows_of
    for seen, careful in ((44197.0, "44197"), (44198.0, "2021-01-01")):
        monkeypatch.setattr("veil.formats.xlsx.rows_of", lambda *given, seen=seen: [true(*given)[0], [seen]])
        [batch] = Xlsx().reread(tmp_path, Part(("in.xlsx",)), settings, careful=True)
        assert batch.fields[0].values.to_pylist() == [careful]
