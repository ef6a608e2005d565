"""Situations of conditions: what they compare, what they refuse."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.errors import PolicyError
from veil.policy.condition import condition

COLUMNS = {
    "code": pa.array(["7", "007", "8.5", "x", None, ""], pa.large_string()),
    "unit": pa.array(["mg", "MG", "mg/dL", None, "mg", "g"], pa.large_string()),
}


def mask(text):
    return condition(text).mask(COLUMNS).to_pylist()


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("code = 7", [0, 1]),
        ("code = '7'", [0]),
        ("code == '007'", [1]),
        ("code != 7", [2]),
        ("code > 7", [2]),
        ("code between 7 and 8", [0, 1]),
        ("code in (7, 8.5)", [0, 1, 2]),
        ("code in ('x', '')", [3, 5]),
        ("code not in ('x')", [0, 1, 2, 5]),
        ("code is null", [4]),
        ("code is not null", [0, 1, 2, 3, 5]),
        ("unit like 'mg%'", [0, 2, 4]),
        ("unit = 'mg' and code = 7", [0]),
        ("unit = 'g' or (code = 8.5 and not unit = 'mg')", [2, 5]),
        ("code = -7", []),
    ],
)
def test_a_condition_holds_for_these_rows(text, rows):
    assert [i for i, holds in enumerate(mask(text)) if holds] == rows


@pytest.mark.parametrize(
    "text",
    [
        "abs(code) = 7",
        "code = unit",
        "(select 1) = 1",
        "1 = 1",
        "code",
        "code = 7; drop table x",
        "code + 1 = 8",
        "t.code = 7",
        "code like unit",
        "case when code = 1 then 1 end",
        "code = @x",
        "code = (select max(code) from x)",
    ],
)
def test_a_condition_can_only_compare_columns_with_literals(text):
    with pytest.raises(PolicyError, match="condition-"):
        condition(text)


@given(st.text(max_size=30))
def test_any_text_is_a_condition_or_an_error_of_ours(text):
    try:
        made = condition(text)
    except PolicyError:
        return
    assert isinstance(made.columns, frozenset)


def test_a_null_is_in_no_comparison_and_its_denial_neither():
    assert mask("code = 'x'")[4] is False
    assert mask("not code = 'x'")[4] is False
