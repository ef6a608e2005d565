"""Rows that have as many cells as the header, told from the others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.errors import FormatError
from veil.formats.csvbroken import read_sound
from veil.formats.csvtext import Shape

SHAPE = Shape(",", '"', 3, ("a", "b", "c"))
CELL = st.sampled_from(["", "x", "12", '"a, b"', '"two\nlines"', '"a ""b"""', "schön"])
ROW = st.lists(CELL, min_size=1, max_size=6)


@given(st.lists(ROW, min_size=1, max_size=20), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_rows_of_another_width_are_numbered_and_the_others_are_read_as_without_them(rows, end, ended):
    lines = [",".join(row) for row in rows]
    data = (end.join(lines) + (end if ended else "")).encode()
    if data.endswith(b"\n") != ended or not data:  # a last row of nothing
        return
    sound = read_sound(data, SHAPE)
    wanted = [line for row, line in zip(rows, lines, strict=True) if len(row) == 3]
    assert list(sound.broken) == [i for i, row in enumerate(rows) if len(row) != 3]
    assert (sound.rows.height if sound.rows else 0) == len(wanted)
    if wanted:
        alone = read_sound((end.join(wanted) + end).encode(), SHAPE)
        assert alone.broken == ()
        assert [one.to_pylist() for one in sound.rows.values] == [one.to_pylist() for one in alone.rows.values]


@pytest.mark.parametrize(
    ("rows", "doubtful"),
    [
        (["1,2,3", "4", " a,b,c", "5,6,7"], (1,)),  # it begins with a blank
        (["1,2,3", "4", "5,6,7"], ()),
        (["1,2,3", "2,x,4", "5,y,6", "7", "text,b,c"], (3,)),  # letters where three others have none
        (["1,2,3", "7", "text,b,c"], ()),
        (["1,2,3", "4,5,6,7", " a,b,c"], ()),  # it follows a row that is too long
        (["4", " a,b,c"], (0,)),
    ],
)
def test_a_row_behind_a_short_one_that_looks_like_text_is_doubtful(rows, doubtful):
    assert read_sound("\n".join(rows).encode(), SHAPE).doubtful == doubtful


def test_a_stray_quote_leaves_unknown_where_rows_end():
    with pytest.raises(FormatError) as caught:
        read_sound(b'1,5" x,2\n3,4\n', SHAPE)
    assert caught.value.code == "csv-quotes"
