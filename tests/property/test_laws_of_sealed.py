"""Laws of sealed objects: they come back whole, in order and under their own name and key, or not at all."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.errors import ServiceError
from veil.service.store import sealed

TAG = 16
SMALL = 32
DATA = st.binary(max_size=5 * SMALL)


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sealed, "CHUNK", SMALL)


def sealed_up(data, name="one", step=7):
    sink = io.BytesIO()
    sealing = sealed.Sealing(sink, name)
    for at in range(0, len(data), step):
        sealing.write(data[at : at + step])
    sealing.finish()
    return sink.getvalue(), sealing.key


def back(held, key, name="one"):
    return b"".join(sealed.opened(io.BytesIO(held), key, name))


def refused(held, key, name="one"):
    with pytest.raises(ServiceError) as caught:
        back(held, key, name)
    assert caught.value.code == "object-damaged"


def chunks(held):
    return [held[at : at + SMALL + TAG] for at in range(0, len(held), SMALL + TAG)]


@given(DATA, st.integers(1, 100))
def test_what_was_sealed_comes_back_however_it_was_written(data, step):
    held, key = sealed_up(data, step=step)
    assert back(held, key) == data
    assert data[:12] not in held or len(data) < 4


@given(DATA, st.data())
def test_an_object_that_was_cut_short_anywhere_is_refused(data, draw):
    held, key = sealed_up(data)
    refused(held[: draw.draw(st.integers(0, len(held) - 1))], key)


@given(DATA, st.data())
def test_one_flipped_bit_is_refused(data, draw):
    held, key = sealed_up(data)
    at = draw.draw(st.integers(0, 8 * len(held) - 1))
    spoilt = bytearray(held)
    spoilt[at // 8] ^= 1 << at % 8
    refused(bytes(spoilt), key)


@given(st.binary(min_size=2 * SMALL + 1, max_size=5 * SMALL), st.data())
def test_chunks_in_another_order_or_number_are_refused(data, draw):
    held, key = sealed_up(data)
    pieces = chunks(held)
    other = draw.draw(st.lists(st.sampled_from(range(len(pieces))), max_size=6))
    if other != list(range(len(pieces))):
        refused(b"".join(pieces[i] for i in other), key)


@given(st.binary(min_size=SMALL + 1, max_size=4 * SMALL), st.binary(min_size=1, max_size=60))
def test_what_is_added_behind_is_refused(data, more):
    held, key = sealed_up(data)
    refused(held + more, key)


@given(
    st.binary(min_size=2 * SMALL + 1, max_size=3 * SMALL),
    st.binary(min_size=2 * SMALL + 1, max_size=3 * SMALL),
    st.integers(0, 2),
)
def test_a_chunk_of_another_object_is_refused(one, other, at):
    held, key = sealed_up(one)
    pieces, theirs = chunks(held), chunks(sealed_up(other, "two")[0])
    pieces[at] = theirs[at]
    refused(b"".join(pieces), key)


@given(DATA)
def test_another_key_or_another_name_opens_nothing(data):
    held, key = sealed_up(data)
    refused(held, sealed_up(data)[1])
    refused(held, key, "two")


@given(DATA)
def test_no_two_objects_share_a_key(data):
    assert sealed_up(data)[1] != sealed_up(data)[1]


def test_nothing_at_all_is_an_object_too():
    held, key = sealed_up(b"")
    assert back(held, key) == b""
    refused(b"", key)


@settings(max_examples=5)
@given(st.integers(1, 3), st.sampled_from([-1, 0, 1]))
def test_whole_chunks_of_the_true_size_come_back(count, more):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sealed, "CHUNK", 64 << 10)
        data = bytes(count * (64 << 10) + more)
        held, key = sealed_up(data, step=100_000)
        assert back(held, key) == data
        assert len(held) == len(data) + TAG * (-(-len(data) // (64 << 10)))
