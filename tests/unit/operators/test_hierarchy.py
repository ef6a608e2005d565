"""Hierarchy files: what a value becomes at each level, and what is no hierarchy."""

from __future__ import annotations

import pyarrow as pa
import pytest

from veil.errors import PolicyError
from veil.keys import Keys
from veil.model import about_table
from veil.operators.hierarchy import Generalize, hierarchy_file

ROWS = "cat;pet;*\ndog;pet;*\n007;number;*\nwolf;wild;*\n"


def widened(path, level, *cells):
    values = pa.array(cells, pa.large_string())
    found = Generalize(str(path), level).replace(values, about_table(len(cells)), Keys.none())
    return found.values.to_pylist(), None if found.unread is None else found.unread.to_pylist()


def test_a_value_becomes_what_its_row_says(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(ROWS)
    assert widened(path, 1, "cat", None, "007", "wolf") == (["pet", None, "number", "wild"], None)
    assert widened(path, 2, "cat", "wolf") == (["*", "*"], None)
    assert widened(path, 0, "007") == (["007"], None)


def test_a_value_without_a_row_is_not_passed_on(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(ROWS.replace(";", ","), encoding="utf-8-sig")
    assert widened(path, 1, "cat", "7", "", " cat") == (["pet", None, None, None], [False, True, True, True])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("hierarchy-file", ""),
        ("hierarchy-file", "cat\ndog\n"),
        ("hierarchy-ragged", "cat;pet;*\ndog;pet\n"),
        ("hierarchy-twice", "cat;pet;*\ncat;wild;*\n"),
    ],
)
def test_what_is_no_hierarchy_is_refused_without_a_value(tmp_path, code, text):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    with pytest.raises(PolicyError, match=code) as met:
        hierarchy_file(str(path))
    assert "cat" not in met.value.line()


def test_a_level_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(ROWS)
    for level in (3, -1, "1"):
        with pytest.raises(PolicyError, match="operator-option"):
            Generalize(str(path), level)
    with pytest.raises(PolicyError, match="hierarchy-file"):
        Generalize(str(tmp_path / "gone.csv"), 1)
