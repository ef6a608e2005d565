"""Laws of the pseudonyms: unique, reversible, independent of neighbours, saying nothing of rank, length or prefix."""

import uuid

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.keys import (
    Keys,
    format_originals,
    integer_originals,
    integers,
    keep_format,
    originals,
    pseudonyms,
)

KEYS = Keys.from_secret(bytes(range(32)))
OTHER = Keys.from_secret(bytes(range(1, 33)))
WORDS = st.one_of(
    st.text(max_size=100),
    st.text("0123456789", max_size=20),
    st.uuids().map(str),
    st.uuids().map(lambda one: str(one).upper()),
)
LISTS = st.lists(st.none() | WORDS, max_size=30)
WAYS = [(pseudonyms, originals), (integers, integer_originals), (keep_format, format_originals)]


def text(values):
    return pa.array(values, pa.large_string())


@given(LISTS)
@settings(max_examples=200)
def test_a_pseudonym_leads_back_and_no_two_values_share_one(values):
    made = pseudonyms(text(values), KEYS, "d")
    assert originals(made, KEYS, "d").to_pylist() == values
    pairs = {(a, b) for a, b in zip(values, made.to_pylist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


@pytest.mark.parametrize(("way", "back"), WAYS)
@given(values=LISTS, data=st.data())
def test_a_value_has_the_same_answer_whatever_its_neighbours(way, back, values, data):
    whole = way(text(values), KEYS, "d").to_pylist()
    start = data.draw(st.integers(0, len(values)))
    assert way(text(values).slice(start), KEYS, "d").to_pylist() == whole[start:]
    assert [way(text([one]), KEYS, "d")[0].as_py() for one in values] == whole
    assert [a is None for a in values] <= [b is None for b in whole]


@given(st.lists(st.none() | st.integers(0, 2**53 - 1), max_size=50, unique=True))
def test_integers_are_permuted_and_lead_back(numbers):
    values = text([None if one is None else str(one) for one in numbers])
    made = integers(values, KEYS, "d")
    assert integer_originals(made, KEYS, "d").equals(values)
    assert len(made.unique()) == len(values)
    assert all(one is None or 0 <= int(one) < 2**53 for one in made.to_pylist())


@pytest.mark.parametrize("word", ["007", "", "-1", "1.0", "9007199254740992", "12345678901234567890", "1 2", "٣", "x"])
def test_what_is_no_canonical_integer_has_no_integer_pseudonym(word):
    assert integers(text([word]), KEYS, "d").to_pylist() == [None]


@given(st.lists(st.from_regex(r"[A-Z]{0,3}-?[0-9]{6,30}[a-z]{0,20}", fullmatch=True), max_size=20, unique=True))
def test_a_format_is_kept_place_by_place_and_leads_back(values):
    made = keep_format(text(values), KEYS, "d")
    assert format_originals(made, KEYS, "d").to_pylist() == values
    assert len(set(made.to_pylist())) == len(values)
    for before, after in zip(values, made.to_pylist(), strict=True):
        assert len(before) == len(after)
        for a, b in zip(before, after, strict=True):
            assert (a.isdigit(), a.islower(), a.isupper()) == (b.isdigit(), b.islower(), b.isupper())
            assert a.isalnum() or a == b


@pytest.mark.parametrize("word", ["", "12345", "ab12", "AB12", "---", "é1234567", "1" * 257])
def test_a_format_of_under_a_million_values_is_refused(word):
    assert keep_format(text([word]), KEYS, "d").to_pylist() == [None]


@pytest.mark.parametrize("way", [pseudonyms, integers, keep_format])
def test_another_key_or_domain_changes_all_but_for_chance(way):
    values = text([str(one) for one in range(10_000_000, 10_005_000)])
    first = way(values, KEYS, "d").to_pylist()
    for other in (way(values, OTHER, "d").to_pylist(), way(values, KEYS, "e").to_pylist()):
        assert sum(a == b for a, b in zip(first, other, strict=True)) <= 2


def _ranks(values):
    return np.argsort(np.argsort(values))


@pytest.mark.parametrize("way", [pseudonyms, integers, keep_format])
@pytest.mark.parametrize("spread", ["dense", "sparse"])
def test_rank_and_prefix_of_the_original_do_not_show(way, spread):
    n = 20_000
    random = np.random.default_rng(1)
    numbers = np.arange(n) + 10**7 if spread == "dense" else np.sort(random.choice(9 * 10**7, n, replace=False)) + 10**7
    made = way(text([str(one) for one in numbers]), KEYS, "d").to_pylist()
    ranks = _ranks(np.array(made) if way is not integers else np.array([int(one) for one in made]))
    assert abs(np.corrcoef(np.arange(n), ranks)[0, 1]) < 5 / n**0.5
    first = np.array([ord(one[-1]) for one in made])
    assert abs(np.corrcoef(np.arange(n), first)[0, 1]) < 5 / n**0.5


def test_values_of_one_to_fifteen_bytes_and_uuids_have_pseudonyms_of_one_length():
    values = ["", *("x" * n for n in range(1, 16)), str(uuid.UUID(int=7)), str(uuid.UUID(int=7 << 90)).upper()]
    assert {len(one) for one in pseudonyms(text(values), KEYS, "d").to_pylist()} == {26}


def test_a_known_pseudonym_stays_what_it_was():
    made = pseudonyms(text(["MRN-1", "a" * 20, "00000000-0000-0000-0000-000000000007"]), KEYS, "patient").to_pylist()
    assert made == GOLDEN
    assert integers(text(["1"]), KEYS, "patient").to_pylist() == ["5822483536503624"]
    assert keep_format(text(["MRN-0012345"]), KEYS, "patient").to_pylist() == ["PBL-5468047"]


GOLDEN = [
    "4v1nx7j6qm4vcqf8m2dtnva5nd",
    "gyccr0g1zdy7wr04v0j4jtqn8zmbhx54q20bcbdmfxwe69kpzegkkb8b6zphje0b",
    "a2v7pfg43wcp8vf7qayqnrfe4b",
]


@pytest.mark.slow
@pytest.mark.parametrize("way", [pseudonyms, integers, keep_format])
def test_ten_million_ids_have_ten_million_pseudonyms(way):
    values = pa.array(np.arange(10**7) + 10**8).cast(pa.large_string())
    assert len(way(values, KEYS, "d").unique()) == 10**7
