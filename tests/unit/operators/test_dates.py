"""Situations of dates that move, and of what may stay of them."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest

from veil.errors import PolicyError
from veil.keys import Keys
from veil.lexicon.dates import day_numbers
from veil.model import about_table
from veil.operators.dates import Shift, shift_days
from veil.operators.years import AgeAt, BirthYear, Month, Year

KEYS = Keys.from_secret(b"k" * 32)
REFERENCE = "2026-11-22"


def text(*values):
    return pa.array(values, pa.large_string())


def done(operator, values, keys=KEYS, **about):
    return operator.replace(values, about_table(len(values), **about), keys)


def born(day, count):
    return pa.array([day] * count, pa.date32())


def test_all_dates_of_a_subject_move_by_one_shift():
    values = text("2012-04-12", "04/15/2012", "April 20, 2012", "20120501", "2012-05-01T10:00:00Z")
    moved = done(Shift(), values, subject="p1").values
    apart = {
        now - was
        for now, was in zip(
            day_numbers(moved, day_first=False).to_pylist(),
            day_numbers(values, day_first=False).to_pylist(),
            strict=True,
        )
    }
    assert len(apart) == 1
    assert 0 < abs(apart.pop()) <= 365


def test_a_date_without_a_subject_is_unread():
    made = done(Shift(), text("2012-04-12", None, "2012-04-12"), subject=text(None, None, "p1"))
    assert made.unread.to_pylist() == [True, False, False]


def test_a_shift_from_outside_goes_before_the_key_and_zero_is_refused():
    offsets = pa.array([10, -3, 0], pa.int32())
    made = done(Shift(), text("2012-04-12", "2012-04-12", "2012-04-12"), keys=Keys.none(), offset=offsets)
    assert made.values.to_pylist() == ["2012-04-22", "2012-04-09", None]


@pytest.mark.parametrize(("low", "high"), [(1, 365), (7, 7), (30, 60)])
def test_shifts_lie_in_their_range_either_way_and_are_never_zero(low, high):
    subjects = pa.array([f"p{i}" for i in range(5000)] + [None], pa.large_string())
    days = shift_days(subjects, KEYS, low, high)
    assert days[-1] == 0
    assert (np.abs(days[:-1]) >= low).all()
    assert (np.abs(days[:-1]) <= high).all()
    assert 0.4 < (days[:-1] > 0).mean() < 0.6
    assert (shift_days(subjects.slice(100, 50), KEYS, low, high) == days[100:150]).all()


def test_weeks_keep_the_weekday():
    values = text("Thursday, April 12, 2012")
    assert done(Shift(unit="weeks"), values, subject="p1").values[0].as_py().startswith("Thursday")


@pytest.mark.parametrize(
    ("written", "offset_hours", "expected"),
    [("2012-04-12 14:30", None, None), ("4/12/2012 2:30 PM", None, None), ("2012-04-12", None, None)],
)
def test_hours_move_the_time_of_day_and_come_back(written, offset_hours, expected):
    shift = Shift(unit="hours", min=30, max=30)
    moved = done(shift, text(written), subject="p1").values
    assert moved[0].as_py() != written
    if ":" in written:
        back = shift.restore(moved, about_table(1, subject="p1"), KEYS).values[0].as_py()
        assert back == written


def test_months_and_years_stop_at_the_end_of_the_month():
    made = {
        step: done(
            Shift(unit="months", min=1, max=1), text("2012-03-31", "3/31", "March 2012"), subject=step
        ).values.to_pylist()
        for step in ("p1", "p2", "p3", "p4", "p5")
    }
    assert {tuple(one) for one in made.values()} <= {
        ("2012-04-30", "4/30", "April 2012"),
        ("2012-02-29", "2/29", "February 2012"),
    }
    assert done(Shift(unit="years"), text("4/12"), subject="p1").unread.to_pylist() == [True]


def test_dates_of_day_precision_come_back_exactly():
    values = text("2012-04-12", "2012-04-12T14:30:05.123+02:00", None, "20120412")
    moved = done(Shift(), values, subject="p1").values
    assert Shift().restore(moved, about_table(4, subject="p1"), KEYS).values.equals(values)
    assert Shift().restore(text("April 2012"), about_table(1, subject="p1"), KEYS).unread.to_pylist() == [True]


def test_a_birth_that_shows_over_89_becomes_the_day_that_shows_90_for_all():
    values = text("1931-04-12", "04/12/1920", "1930", "June 1925", "1990-01-01")
    for subject in ("p1", "p2"):
        made = done(Shift(birth=True, reference_date=REFERENCE), values, subject=subject)
        assert made.values.to_pylist()[:4] == ["1936-11-22", "11/22/1936", "1936", "November 1936"]
        assert made.listed.to_pylist() == [True] * 4 + [False]


def test_a_birth_in_a_text_is_known_by_the_day_of_the_roster():
    values = text("4/12/1931", "4/12/31", "4/13/1931", "April 12, 1931")
    made = done(Shift(reference_date=REFERENCE), values, subject="p1", born=born(dt.date(1931, 4, 12), 4))
    assert made.values.to_pylist()[0] == "11/22/1936"
    assert made.values.to_pylist()[1] == "11/22/36"
    assert made.values.to_pylist()[3] == "November 22, 1936"
    assert made.listed.to_pylist() == [True, True, False, True]


def test_of_a_date_the_year_may_stay():
    values = text("2012-04-12", "04/12/2012", "April 2012", "2012", "4/12", "x", None)
    made = done(Year(), values)
    assert made.values.to_pylist() == ["2012"] * 4 + [None] * 3
    assert made.unread.to_pylist() == [False] * 4 + [True, True, False]
    assert done(Month(), values).values.to_pylist() == ["2012-04"] * 3 + [None] * 4
    old = done(Year(reference_date=REFERENCE), text("1931-04-12", "2012-01-01"), born=born(dt.date(1931, 4, 12), 2))
    assert old.values.to_pylist() == ["90 or older", "2012"]


def test_a_birth_year_that_may_show_over_89_is_the_category():
    made = done(BirthYear(reference_date=REFERENCE), text("1936-12-31", "1937-01-01", "1936", "4/12/31", "1990", None))
    assert made.values.to_pylist() == ["90 or older", "1937", "90 or older", "90 or older", "1990", None]


def test_the_age_at_the_reference_date():
    made = done(
        AgeAt(reference_date=REFERENCE), text("1990-11-22", "1990-11-23", "1936-11-23", "1936-11-22", "2027-01-01")
    )
    assert made.values.to_pylist() == ["36", "35", "89", "90 or older", None]


@pytest.mark.parametrize(
    "options",
    [
        {"unit": "x"},
        {"min": 0},
        {"max": 366},
        {"min": 10, "max": 5},
        {"birth": True},
        {"reference_date": "soon"},
        {"unit": "weeks", "max": 53},
    ],
)
def test_a_wrong_option_is_refused(options):
    with pytest.raises(PolicyError, match="operator-option"):
        Shift(**options)


def test_births_need_a_reference_date():
    for kind in (BirthYear, AgeAt):
        with pytest.raises(PolicyError, match="reference_date"):
            kind()
