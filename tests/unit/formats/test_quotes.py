"""Quotes that stand where no cell begins, and files that are no table of text."""

import pytest

from veil.errors import FormatError
from veil.formats.csvtext import Shape, read_rows
from veil.formats.tabular import Csv

INCHES = b'pid,name,note\n1,Smith,5" needle\n2,Ann,x\n3,Bob,6" drain\n'


def test_inches_in_two_rows_do_not_join_the_rows_between_them(tmp_path):
    (tmp_path / "t.csv").write_bytes(INCHES)
    made = Csv().inspect(tmp_path / "t.csv", {})
    assert made.settings["quote"] == ""
    assert made.addresses == ("pid", "name", "note")


@pytest.mark.parametrize(
    "row", ['1,5" needle\n2,6" x\n', '1,""x\n', '1,x""\n', '1,"a" x "\n2,b"\n', '1,"5" needle"\n"2,x"\n']
)
def test_a_stray_quote_is_refused_and_never_read_as_a_long_cell(row):
    with pytest.raises(FormatError) as told:
        read_rows(row.encode(), Shape(",", '"', 2))
    assert told.value.code in ("csv-quotes", "csv-ragged")


@pytest.mark.parametrize("row", ['1,"a ""b"" c"\n', '"1","a\nb"\r\n', '1,""""\n', '1, "Smith, John"\n', '1,""'])
def test_quoted_cells_are_read(row):
    assert read_rows(row.encode(), Shape(",", '"', 2)).height == 1


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08\x00abc", b"pid,name\r1,Smith\r2,Jones\r", b"PK\x03\x04xl"])
def test_a_packed_file_or_one_of_carriage_returns_is_refused_without_a_word_of_it(tmp_path, data):
    (tmp_path / "t.csv").write_bytes(data)
    with pytest.raises(FormatError) as told:
        Csv().inspect(tmp_path / "t.csv", {})
    assert told.value.code == "csv-unreadable"
    assert "Smith" not in str(told.value)
