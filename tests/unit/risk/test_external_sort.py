"""Bags of words: every row comes back, sorted; what memory does not hold lies sealed in a file without a name."""

from __future__ import annotations

import os

import numpy as np
import pyarrow as pa
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from veil.risk.classes import Tally
from veil.risk.external_sort import SortMemory, runs
from veil.risk.hashed_cells import HashedCells
from veil.risk.spill import Spill

WORD = st.integers(0, 2**64 - 1) | st.integers(0, 3)


@given(rows=st.lists(st.tuples(WORD, WORD), max_size=60), memory=st.sampled_from([0, 1 << 30]), step=st.integers(1, 7))
def test_every_row_comes_back_sorted_from_memory_and_from_disk(rows, memory, step):
    with SortMemory(memory) as room:
        one, two = room.bag(), room.bag(2)
        for at in range(0, len(rows), step):
            keys, others = np.array(rows[at : at + step], np.uint64).T
            one.add(keys)
            two.add(keys, others)
            if memory == 0:
                one._cut()
                two._cut()
        again = [tuple(row) for columns in two.shares() for row in zip(*(c.tolist() for c in columns), strict=True)]
        assert again == sorted(rows)
        assert [key for (keys,) in one.shares() for key in keys.tolist()] == sorted(key for key, _ in rows)


def test_equal_rows_are_one_run():
    start, sizes = runs(np.array([1, 1, 2, 2], np.uint64), np.array([5, 5, 5, 6], np.uint64))
    assert (start.tolist(), sizes.tolist()) == ([0, 2, 3], [2, 1, 1])
    assert runs(np.zeros(0, np.uint64))[1].tolist() == []


def test_a_spilled_value_stands_nowhere_in_clear(tmp_path):
    planted = [f"Quackenthorpe-{number}" for number in range(2_000)]
    with SortMemory(memory=0, folder=tmp_path) as room:
        tally = Tally(["name"], room, person="who", sensitive=["ill"])
        cells = pa.array(planted, pa.large_string())
        tally.add({"name": cells, "who": cells, "ill": cells})
        assert tally.spectrum().count == len(planted)
        held = os.pread(room.spill.fileno(), room.spill.size, 0)
        words = tally.keys.quasi[0].words(cells)
        assert len(held) > 16 * len(planted)
        assert list(tmp_path.iterdir()) == []
        for value in (*planted[:50], *(word.tobytes() for word in words[:50])):
            assert (value.encode() if isinstance(value, str) else value) not in held
    with pytest.raises(ValueError, match="closed"):
        os.fstat(room.spill.fileno())


def test_a_piece_that_was_changed_on_disk_is_not_read():
    spill = Spill()
    place = spill.put(np.arange(9, dtype=np.uint64))
    os.pwrite(spill.fileno(), b"\0\0\0\0", 11)
    with pytest.raises(InvalidTag):
        spill.get(place)
    spill.close()


def test_a_small_memory_bounds_what_is_held(monkeypatch):
    monkeypatch.setattr("veil.risk.external_sort._CHUNK", 1_000)
    with SortMemory(memory=64_000) as room:
        bag = room.bag()
        for seed in range(40):
            bag.add(np.random.default_rng(seed).integers(0, 2**63, 1_000, np.uint64))
        assert room._bytes <= 64_000
        assert sum(len(keys) for (keys,) in bag.shares()) == 40_000


TEXT = st.text(max_size=12) | st.text("a\0", max_size=600) | st.none()


@given(texts=st.lists(TEXT, max_size=20))
def test_words_are_equal_where_texts_are(texts):
    key, column = HashedCells(), pa.array(texts, pa.large_string())
    words = key.words(column).tolist()
    assert len(set(words)) == len(set(texts))
    assert key.words(column.take(pa.array(range(len(texts) - 1, -1, -1), pa.int64()))).tolist() == words[::-1]
    assert key.words_of(column.dictionary_encode()).tolist() == words
    assert not texts or HashedCells().words(column).tolist() != words


def test_the_temporary_file_has_no_name_that_another_could_open(tmp_path):
    spill = Spill(tmp_path)
    spill.put(np.zeros(1_000, np.uint64))
    assert list(tmp_path.iterdir()) == []
    assert os.fstat(spill.fileno()).st_mode & 0o077 == 0
    assert os.fstat(spill.fileno()).st_nlink == 0
    spill.close()


def test_a_room_that_ends_by_an_error_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), SortMemory(0, tmp_path) as room:
        room.bag().add(np.zeros(1 << 20, np.uint64))
        raise KeyError
    assert list(tmp_path.iterdir()) == []
