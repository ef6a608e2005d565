"""Xlsx book: several workbooks of one sheet become one, cell for cell, with names that Excel takes."""

import datetime as dt
import hashlib

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from veil.formats.xlsx_book import bind, book_of

ROWS = [
    ["id", "born", "seen", "at", "lasted", "ok", "dose", "note"],
    [
        "007",
        dt.date(1950, 2, 28),
        dt.datetime(2020, 5, 1, 8, 30),  # noqa: DTZ001
        dt.time(7, 15),
        dt.timedelta(hours=30),
        True,
        1.25,
        " =1+1 ",
    ],
    ["8", None, None, None, None, False, 40.0, ""],
]


def written(path, rows):
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet("Sheet1")
    looks = {dt.date: "yyyy-mm-dd", dt.datetime: "yyyy-mm-dd hh:mm:ss", dt.time: "hh:mm:ss", dt.timedelta: "[h]:mm:ss"}
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if type(cell) in looks:
                sheet.write_datetime(i, j, cell, book.add_format({"num_format": looks[type(cell)]}))
            elif cell is not None:
                sheet.write(i, j, cell)
    book.close()
    return path


def test_every_cell_keeps_its_kind_and_value(tmp_path):
    files = [written(tmp_path / "b-A.xlsx", ROWS), written(tmp_path / "b-B.xlsx", [["x"], ["y"]])]
    bind(files, ["A", "B"], tmp_path / "b.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "b.xlsx"))
    assert book.sheet_names == ["A", "B"]
    for file, name in zip(files, book.sheet_names, strict=True):
        alone = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("Sheet1").to_python()
        assert book.get_sheet_by_name(name).to_python() == alone
    assert [type(cell) for cell in book.get_sheet_by_name("A").to_python()[1]][1:5] == [
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
    ]


def test_the_same_sheets_give_the_same_bytes(tmp_path):
    files = [written(tmp_path / f"b-{name}.xlsx", ROWS) for name in "AB"]
    digests = set()
    for number in range(2):
        bind(files, ["A", "B"], tmp_path / f"{number}.xlsx")
        digests.add(hashlib.sha256((tmp_path / f"{number}.xlsx").read_bytes()).hexdigest())
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("source", "names", "book", "sheets"),
    [
        ("b.xlsx", ["b-People.xlsx", "b-Visits.xlsx"], "b.xlsx", ["People", "Visits"]),
        ("Smith.xlsx", ["table-1a2b.xlsx", "table-3c4d.xlsx"], "release.xlsx", ["Sheet1", "Sheet2"]),
        ("b.xlsx", ["b-People.xlsx", "x-9f.xlsx"], "release.xlsx", ["Sheet1", "Sheet2"]),
        ("b.xlsx", ["b-visits.xlsx", "b-VISITS.xlsx"], "b.xlsx", ["visits", "VISITS-2"]),
        ("b.xlsx", ["b-History.xlsx", "b-a.xlsx"], "b.xlsx", ["History-1", "a"]),
        ("b.xlsx", [f"b-{'x' * 40}.xlsx", f"b-{'x' * 31}y.xlsx"], "b.xlsx", ["x" * 31, "x" * 29 + "-2"]),
        ("b.xlsx", ["b-'quoted'.xlsx", "b-.xlsx"], "b.xlsx", ["quoted", "Sheet2"]),
    ],
)
def test_names_are_those_that_were_checked_and_that_excel_takes(source, names, book, sheets):
    assert book_of(source, names) == (book, sheets)
