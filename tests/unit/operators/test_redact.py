"""Situations of redaction."""

import pyarrow as pa
import pytest

from veil.errors import PolicyError
from veil.keys import Keys
from veil.model import Label, about_table
from veil.operators.redact import PLACEHOLDERS, Constant, Mask, Placeholder, Remove


def text(*values):
    return pa.array(values, pa.large_string())


def done(operator, values, **about):
    return operator.replace(values, about_table(len(values), **about), Keys.none()).values.to_pylist()


def test_nothing_a_mask_or_a_category_stands_where_the_value_stood():
    values = text("Łódź", "", None)
    assert done(Remove(), values) == ["", "", None]
    assert done(Mask(), values) == ["*****", "*****", None]
    assert done(Mask(style="blocks"), values) == ["████", "", None]
    assert done(Constant("withheld"), values) == ["withheld", "withheld", None]


@pytest.mark.parametrize("label", list(Label))
def test_every_label_has_a_placeholder(label):
    assert done(Placeholder(), text("x"), label=label.value) == [PLACEHOLDERS[label]]


def test_placeholders_are_those_of_the_service():
    labels = ["NAME", "AGE_OVER_89", "ID", "ZIP", "HEALTH_PLAN", None]
    shown = done(Placeholder(), text(*"abcdef"), label=text(*labels))
    assert shown == ["[NAME]", "[AGE>89]", "[ID]", "[LOCATION]", "[ACCOUNT]", "[REDACTED]"]
    assert done(Placeholder({"NAME": "<PERSON>"}), text("a"), label="NAME") == ["<PERSON>"]


def test_an_option_that_is_no_word_of_the_operator_is_refused():
    with pytest.raises(PolicyError, match="operator-option"):
        Mask(style="x")
    with pytest.raises(PolicyError, match="operator-option"):
        Placeholder({"PERSON": "x"})
