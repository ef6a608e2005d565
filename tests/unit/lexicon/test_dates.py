"""Situations of dates: how they are read, written again and moved."""

import numpy as np
import pyarrow as pa
import pytest

from veil.lexicon.dates import (
    Parts,
    day_numbers,
    forms,
    infer_form,
    iso_days,
    move_column,
    move_date,
    read_column,
    read_date,
    write_date,
)

GOOD = [(form, text, says) for form in forms() for text, says in form.good.items()]
BAD = [text for form in forms() for text in form.bad]


def text(*values):
    return pa.array(values, pa.large_string())


def said(parts):
    year = [] if parts.year is None else [f"{parts.year:04}"]
    return "-".join(year + [f"{one:02}" for one in parts[1:] if one is not None])


def moved(written, days, day_first=False):
    return move_date(read_date(written, day_first=day_first), days)


@pytest.mark.parametrize(("form", "written", "says"), GOOD)
def test_a_good_row_is_read_by_its_form_and_written_back(form, written, says):
    read = read_date(written, day_first=False)
    assert read.form == form.id
    assert read.precision == form.precision
    assert " ".join(said(one) for one in (read.parts, read.until) if one is not None) == says
    assert write_date(read, read.parts) == written


@pytest.mark.parametrize("written", BAD)
def test_a_bad_row_is_not_read(written):
    assert read_date(written, day_first=False) is None


@pytest.mark.parametrize(
    ("before", "days", "after"),
    [
        ("04/12/2012", 20, "05/02/2012"),
        ("4/12/12", 20, "5/2/12"),
        ("12-Apr-2012", 37, "19-May-2012"),
        ("2012-04-12T14:30:05.123+02:00", 37, "2012-05-19T14:30:05.123+02:00"),
        ("20120412", 365, "20130412"),
        ("12.04.2012", 1, "13.04.2012"),
        ("Apr '12", 30, "May '12"),
        ("April 2012", 10, "April 2012"),
        ("04/2012", -20, "03/2012"),
        ("April 12th, 2012", 1, "April 13th, 2012"),
        ("APRIL 12TH, 2012", 10, "APRIL 22ND, 2012"),
        ("the 12th of April", 9, "the 21st of April"),
        ("Thursday, April 12, 2012", 1, "Friday, April 13, 2012"),
        ("THU 4/12/2012", 2, "SAT 4/14/2012"),
        ("4/12-4/15/2012", 20, "5/2-5/5/2012"),
        ("4/12-4/15/2012", 262, "12/30-1/2/2013"),
        ("April 12-15, 2012", 17, "April 29-May 2, 2012"),
        ("2012", 365, "2013"),
        ("2012", -365, "2011"),
        ("4/12", 365, "4/11"),
        ("2/28", 1, "2/29"),
        ("02/29/2012", 365, "02/28/2013"),
        ("04/12/2012 14:30", 3, "04/15/2012 14:30"),
        ("Sept. 30, 2012", 1, "Oct. 1, 2012"),
        ("may 31, 2012", 1, "june 1, 2012"),
    ],
)
def test_a_date_moves_and_keeps_its_form(before, days, after):
    assert moved(before, days) == after


def test_nothing_is_completed_with_today():
    for coarse in ("April 2012", "2012", "4/12", "April"):
        assert len(moved(coarse, 100)) <= len("September 2012")
        assert read_date(moved(coarse, 100), day_first=False).precision == read_date(coarse, day_first=False).precision


def test_the_order_is_as_stated_and_never_turned_round():
    assert read_date("04/12/2012", day_first=True).parts == Parts(2012, 12, 4)
    assert read_date("04/13/2012", day_first=True) is None
    assert read_date("13/04/2012", day_first=False) is None
    assert read_date("12.04.2012", day_first=False).parts == Parts(2012, 4, 12)


def test_two_digit_years_lie_in_the_stated_hundred_years():
    assert read_date("4/12/35", day_first=False).parts.year == 2035
    assert read_date("4/12/36", day_first=False).parts.year == 1936
    assert read_date("4/12/27", day_first=False, latest=2026).parts.year == 1927


def test_a_short_year_that_leaves_its_hundred_years_is_not_written():
    assert moved("12/31/35", 1) is None
    assert moved("1/1/36", -1) is None
    assert moved("12/31/2199", 1) is None


def test_a_wrong_weekday_stays_wrong_by_as_much():
    assert moved("Monday, April 12, 2012", 1) == "Tuesday, April 13, 2012"


def test_a_column_is_moved_as_its_values_are():
    values = text("4/12/2012", None, "x", "April 2012", "2012-04-12", "20120412", "2012", "", "2012-04-12 10:00")
    days = np.arange(1, 10)
    one_by_one = [
        None if value is None or (read := read_date(value, day_first=False)) is None else move_date(read, int(by))
        for value, by in zip(values.to_pylist(), days, strict=True)
    ]
    assert move_column(values, days, day_first=False).to_pylist() == one_by_one


@pytest.mark.parametrize(
    "wrong", ["2012-02-30", "1499-01-01", "2200-01-01", "20120412250000", "2012-00-01", "0000-00-00"]
)
def test_a_column_refuses_what_the_calendar_refuses(wrong):
    values = text("2012-04-12", wrong)
    assert day_numbers(values, day_first=False).null_count == 1
    assert move_column(values, np.array([1, 1]), day_first=False).to_pylist() == ["2012-04-13", None]


def test_a_column_of_one_form_says_its_days():
    values = text("04/12/2012", None, "05/01/2012")
    assert iso_days(values, day_first=False).to_pylist() == ["2012-04-12", None, "2012-05-01"]
    assert read_column(text("April 2012", "4/12"), day_first=False).precision.to_pylist() == ["month", "month_day"]
    assert day_numbers(text("April 2012", "1970-01-02"), day_first=False).to_pylist() == [None, 1]


@pytest.mark.parametrize(
    ("values", "form", "day_first", "ambiguous"),
    [
        (["2012-04-12", "2013-01-02"], "iso", None, False),
        (["04/12/2012", "04/13/2012"], "numeric", False, False),
        (["04/12/2012", "13/04/2012"], "numeric", True, False),
        (["04/12/2012", "05/06/2012"], "numeric", None, True),
        (["04/13/2012", "13/04/2012"], "numeric", None, True),
        (["x", None], "", None, False),
    ],
)
def test_the_form_of_a_column_is_inferred_or_said_to_be_unsure(values, form, day_first, ambiguous):
    found = infer_form(text(*values))
    assert (found.form, found.day_first, found.ambiguous) == (form, day_first, ambiguous)


def test_an_empty_column_has_no_form():
    assert infer_form(text()).share == 0
    assert move_column(text(), np.zeros(0, np.int64), day_first=False).to_pylist() == []


EIGHT = [
    ("05112025", True, 20, "25112025"),
    ("05112025", False, 20, "05312025"),
    ("31011999", True, 1, "01021999"),
    ("12312023", False, 1, "01012024"),
    ("5112025", True, 3, "8112025"),
    ("5112025", True, 20, "25112025"),
    ("5112025", True, 60, "4012026"),
    ("9302012", False, 1, "10012012"),
    ("20122011", True, 1, "21122011"),
    ("20240102", True, -2, "20231231"),
    ("19610203.0", False, 1, "19610204.0"),
    ("05112025.0", True, 1, "06112025.0"),
]


@pytest.mark.parametrize(("before", "day_first", "days", "after"), EIGHT)
def test_eight_digits_move_in_their_own_form_and_a_lost_zero_stays_lost(before, day_first, days, after):
    assert moved(before, days, day_first) == after
    column = move_column(text(before, "2024-01-02", None, before), np.array([days] * 4), day_first=day_first)
    assert column.to_pylist()[0] == column.to_pylist()[3] == after


@pytest.mark.parametrize(
    ("written", "day_first"),
    [
        ("31122012", False),
        ("12312012", True),
        ("31022012", True),
        ("00112025", True),
        ("99999999", True),
        ("9112", True),
        ("511202", True),
        ("45112025", False),
    ],
)
def test_eight_digits_that_do_not_fit_the_order_are_not_turned_round(written, day_first):
    assert read_date(written, day_first=day_first) is None
    assert read_column(text(written), day_first=day_first).days.to_pylist() == [None]


def test_a_column_of_eight_digits_of_all_forms_is_read_whole():
    read = read_column(text("05112025", "20240102", "5112025", "31012024", "nil"), day_first=True)
    assert iso_days(text("05112025", "20240102", "5112025", "31012024"), day_first=True).to_pylist() == [
        "2025-11-05",
        "2024-01-02",
        "2025-11-05",
        "2024-01-31",
    ]
    assert read.precision.to_pylist() == ["day", "day", "day", "day", None]
    assert infer_form(text("05112025", "31012024")).day_first is True
    assert infer_form(text("05112025", "03042024")).ambiguous
