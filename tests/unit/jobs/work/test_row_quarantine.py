"""Numbers of rows with and without those that are left out, and what a unit loses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.jobs.work.row_quarantine import closed_up, shifted


@given(st.integers(0, 60), st.sets(st.integers(0, 59)))
def test_numbers_of_the_rows_that_stay_are_those_of_a_list_without_the_others(height, missing):
    missing = sorted(row for row in missing if row < height)
    stay = [row for row in range(height) if row not in missing]
    assert shifted(range(len(stay)), missing) == stay
    assert closed_up(stay, missing) == list(range(len(stay)))


@pytest.mark.parametrize(
    ("rows", "missing", "found"), [([0, 1], [], [0, 1]), ([0, 1], [0], [1, 2]), ([], [3], []), ([2], [0, 1, 2, 4], [6])]
)
def test_numbers_behind_missing_rows_move_on(rows, missing, found):
    assert shifted(rows, missing) == found
