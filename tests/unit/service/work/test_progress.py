"""Moving: the bar of a job moves while its one file is worked at, never back, and is full only at the end."""

import time

import pytest

from veil.service.work.progress import HUNDRED, reporting_progress


@pytest.mark.parametrize("pieces", [1, 4, 10])
def test_the_bar_moves_with_what_is_written_and_is_full_at_the_end(tmp_path, pieces):
    told = []
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "t.csv").write_bytes(b"x" * 10_000)
    (tmp_path / "out").mkdir()
    with reporting_progress(tmp_path, lambda *at: told.append(at), every=0.01) as tell:
        tell("reading who is who", 0, 1)
        time.sleep(0.05)
        with (tmp_path / "out" / "t.csv").open("wb", buffering=0) as file:
            for _ in range(pieces):
                file.write(b"y" * (10_000 // pieces))
                time.sleep(0.05)
        tell("de-identifying", 1, 1)
    moved = [done for stage, done, _ in told if stage == "de-identifying"]
    assert told[0] == ("reading who is who", 0, 1)
    assert moved == sorted(moved)
    assert moved[-1] == HUNDRED
    assert all(done <= 80 for done in moved[:-1])
    assert len(moved) >= min(pieces, 5)


def test_units_that_are_done_move_it_too(tmp_path):
    told = []
    (tmp_path / "in").mkdir()
    with reporting_progress(tmp_path, lambda *at: told.append(at)) as tell:
        for done in range(1, 5):
            tell("de-identifying", done, 4)
    assert [done for _, done, _ in told] == [25, 50, 75, 100]


def test_nothing_is_told_after_the_end(tmp_path):
    told = []
    (tmp_path / "in").mkdir()
    with reporting_progress(tmp_path, lambda *at: told.append(at), every=0.01):
        pass
    (tmp_path / "late").write_bytes(b"x" * 1000)
    time.sleep(0.05)
    assert told == []
