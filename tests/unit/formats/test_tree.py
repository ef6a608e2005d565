"""Situations of trees: addresses, edits that leave every other character, what goes with what is dropped."""

import pyarrow as pa
import pytest

from veil.errors import FormatError, LimitError
from veil.formats.jsontext import leaves
from veil.formats.tree import closed_documents, open_cells, open_documents
from veil.model import Edits


def edited(text, columns=None, removed=()):
    batch = open_documents([text], "d")
    return closed_documents(
        batch, Edits({at: pa.array(values, pa.large_string()) for at, values in (columns or {}).items()}, set(removed))
    )[0]


def test_elements_of_a_list_share_an_address():
    batch = open_documents(['{"a": [1, {"b": "x"}, {"b": null}], "c": "d"}', None, " "], "d")
    told = {field.address: field.values.to_pylist() for field in batch.fields}
    assert told == {"$.a[*]": ["1"], "$.a[*].b": ["x", None], "$.c": ["d"]}
    assert batch.height == 3


def test_an_edit_changes_its_own_token_alone():
    text = '{ "a" :  "caf\\u00e9",\n\t"n": 1.50, "b": [true , null]}'
    assert edited(text, {"$.a": ["x"]}) == text.replace('"caf\\u00e9"', '"x"')
    assert edited(text, {"$.n": ["7"]}) == text.replace("1.50", "7")
    assert edited(text, {"$.n": ["007"]}) == text.replace("1.50", '"007"')
    assert edited(text, {"$.a": [None]}) == text.replace('"caf\\u00e9"', "null")
    assert edited(text, {"$.a": ["é"]}) == text.replace('"caf\\u00e9"', '"\\u00e9"')
    assert edited('{"a": "é"}', {"$.a": ["ü"]}) == '{"a": "ü"}'
    assert edited(text, {"$.a": ["café"], "$.n": ["1.50"]}) == text


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ('{"a": 1, "b": 2, "c": 3}', "$.a", '{"b": 2, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', "$.b", '{"a": 1, "c": 3}'),
        ('{"a": 1, "b": 2, "c": 3}', "$.c", '{"a": 1, "b": 2}'),
        ('{"a": 1}', "$.a", "{}"),
        ('{"a": [1, 2], "b": 3}', "$.a[*]", '{"b": 3}'),
        ('{"John": {"x": 1}, "b": 2}', "$.John.x", '{"b": 2}'),
        ('{"l": [{"x": 1, "y": 2}, {"x": 3}], "b": 4}', "$.l[*].x", '{"l": [{"y": 2}, {}], "b": 4}'),
        ("[1, 2]", "$[*]", "[null, null]"),
        ('{"a": {"b": {"c": [{"d": 1}]}}, "e": 2}', "$.a.b.c[*].d", '{"e": 2}'),
    ],
)
def test_what_is_dropped_goes_with_its_key_and_with_what_it_leaves_empty(text, gone, left):
    assert edited(text, removed=[gone]) == left


def test_what_is_no_json_is_refused_with_its_offset_and_no_text():
    with pytest.raises(FormatError) as caught:
        leaves('{"name": Quackenthorpe}', "document 3")
    assert caught.value.where == "document 3 offset 9"
    assert "Quackenthorpe" not in caught.value.line()
    with pytest.raises(LimitError, match="json-deep"):
        leaves("[" * 250 + "]" * 250, "d")


def test_a_cell_that_is_no_json_is_told_and_emptied():
    batch, broken = open_cells(pa.array(['{"a": 1}', "{", None, ""], pa.large_string()), "labs.payload")
    assert broken.to_pylist() == [False, True, False, False]
    assert closed_documents(batch, Edits()) == ['{"a": 1}', None, None, ""]


def test_a_key_that_stands_twice_is_treated_twice():
    assert edited('{"a": 1, "a": 2}', {"$.a": ["x", "y"]}) == '{"a": "x", "a": "y"}'
