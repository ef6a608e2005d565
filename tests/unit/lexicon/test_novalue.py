"""No value: cells are told alike one by one, in a column, and in a slice of one."""

import random

import pyarrow as pa
import pytest

from veil.lexicon.novalue import NoValue, standard

BLANKS = ("", " ", "  ", "\t", "\u00a0", "\u2003", "\u3000", "\x1f", "\r\n")
VALUES = (
    "NULL",
    "n/a",
    "Nora",
    "None",
    "Nonesuch",
    "unknown",
    "?",
    "\u2013",
    "0000-00-00",
    "0000",
    "2015-01-02",
    "Zoë",
    "Ünal",
    "\u4f5c",
    "9999",
    "-",
    "-5",
    "null null",
    "\u200bNULL",
)


def cells(seed, count):
    draw = random.Random(seed)
    return [
        draw.choice(BLANKS) + draw.choice(("", *VALUES)) + draw.choice(BLANKS) if draw.random() < 0.9 else None
        for _ in range(count)
    ]


@pytest.mark.parametrize("words", [None, frozenset({"9999", "\u4f5c", "not asked"}), frozenset()])
@pytest.mark.parametrize("seed", range(5))
def test_a_column_is_told_as_its_cells_are(words, seed):
    told = NoValue(words)
    values = cells(seed, 400)
    wanted = [value is None or value in told for value in values]
    column = pa.array(values, pa.large_string())
    assert told.mask(column).to_pylist() == wanted
    assert told.mask(column.slice(37, 100)).to_pylist() == wanted[37:137]
    assert told.mask(pa.chunked_array([column.slice(0, 90), column.slice(90)])).to_pylist() == wanted
    assert told.mask(column.cast(pa.string())).to_pylist() == wanted
    emptied = told.emptied(column)
    assert emptied.to_pylist() == [None if none else value for none, value in zip(wanted, values, strict=True)]


@pytest.mark.parametrize("blank", ["\t", "\u00a0", "\u3000"])
def test_a_cell_is_told_alike_whatever_stands_beside_it(blank):
    alone = pa.array([f"{blank}NULL"], pa.large_string())
    beside = pa.array([f"{blank}NULL", " x"], pa.large_string())
    assert standard().mask(alone)[0].as_py() is standard().mask(beside)[0].as_py() is True


@pytest.mark.parametrize("values", [[], [None], [None, None], ["", None], ["17", "18"]])
def test_a_column_of_nothing_is_told(values):
    column = pa.array(values, pa.large_string())
    assert standard().mask(column).to_pylist() == [not value for value in values]
