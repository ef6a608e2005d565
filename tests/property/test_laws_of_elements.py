"""The law of siblings: what a condition reads is the value at the nearest common element, as a plain walk of the tree has it."""

import json

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.formats.addresses import JSONPATH
from veil.formats.tree import open_documents
from veil.model import Field
from veil.policy.siblings import beside

KEYS = st.sampled_from(["a", "b", "system", "value"])
TREES = st.recursive(
    st.sampled_from(["x", "y", "z"]),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=12,
)


def walked(node, address="$", path=()):
    """Every scalar with its address and the list places above it, outermost first."""
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from walked(inner, f"{address}.{key}", path)
    elif isinstance(node, list):
        for place, inner in enumerate(node):
            yield from walked(inner, f"{address}[*]", (*path, (address, place)))
    else:
        yield address, path, node


def expected(document, address, sibling):
    """For each value of an address in a document, the sibling's value in the same elements of every list both lie in."""
    every = list(walked(document))
    lists = sibling.count("[*]")
    answers = []
    for at, path, _ in every:
        if at == address:
            found = [value for other, there, value in every if other == sibling and there == path[:lists]]
            answers.append(found[0] if len(found) == 1 else None)
    return answers


@given(documents=st.lists(TREES, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_a_sibling_is_read_at_the_nearest_common_element(documents):
    batch = open_documents([json.dumps(one) for one in documents], "d")
    addresses = [field.address for field in batch.fields if not field.address.endswith("{}")]
    for field in batch.fields:
        for sibling in addresses:
            if JSONPATH.is_one_to_one(field.address, sibling) and not field.address.endswith("{}"):
                told, twice = beside(field, batch, sibling)
                wanted = [value for one in documents for value in expected(one, field.address, sibling)]
                assert told.to_pylist() == wanted
                assert not any(twice.to_pylist())


@given(documents=st.lists(TREES, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_every_element_lies_in_one_that_was_opened_before_it_and_in_the_same_record(documents):
    batch = open_documents([json.dumps(one) for one in documents], "d")
    tree = batch.elements
    for number, parent in enumerate(tree.parents.tolist()):
        assert parent < number
        assert (parent < 0) == (number < batch.height)
        if parent >= 0:
            assert tree.row[parent] == tree.row[number]
    for field in batch.fields:
        assert tree.row.take(field.element).to_pylist() == field.rows.to_pylist()
        deep = tree.depth[field.element.to_numpy()].tolist()
        assert deep == [field.address.removesuffix("{}").count("[*]")] * len(field)


def test_a_key_that_stands_twice_beside_a_value_is_told():
    batch = open_documents(['{"t": [{"s": "phone", "s": "fax", "v": "1"}, {"s": "fax", "v": "2"}]}'], "d")
    told, twice = beside(batch.field("$.t[*].v"), batch, "$.t[*].s")
    assert (told.to_pylist(), twice.to_pylist()) == ([None, "fax"], [True, False])


def test_a_table_is_read_by_its_rows():
    from veil.model import Batch

    one, other = (Field(name, pa.array(values, pa.large_string())) for name, values in (("a", "12"), ("b", "xy")))
    batch = Batch((one, other), 2)
    assert beside(one, batch, "b")[0].to_pylist() == ["x", "y"]
    assert beside(one, batch, "c")[0].to_pylist() == [None, None]
