"""Laws of dates: every form, every day, every shift."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from veil.lexicon.dates import Parts, forms, move_column, move_date, ordinal, read_column, read_date, write_date

SAMPLES = [(form, text) for form in forms() for text in form.good]
DAYS = st.dates(dt.date(1937, 1, 1), dt.date(2034, 12, 31))
SHIFTS = st.integers(1, 365).flatmap(lambda days: st.sampled_from([days, -days]))


def rewritten(text, day, length):
    """The sample with another date in it (and an end of range some days behind)."""
    sample = read_date(text, day_first=False)
    keep = [part is not None for part in sample.parts]
    start = Parts(*(value if kept else None for value, kept in zip(day.timetuple()[:3], keep, strict=True)))
    until = None
    if sample.until is not None:
        end = day + dt.timedelta(days=length)
        until = Parts(*(value if kept else None for value, kept in zip(end.timetuple()[:3], keep, strict=True)))
    return write_date(sample, start, until), start, until


@pytest.mark.parametrize(("form", "sample"), SAMPLES)
@given(day=DAYS, length=st.integers(1, 27), days=SHIFTS)
@settings(max_examples=25)
def test_what_is_written_is_read_again_and_moves_by_exactly_the_shift(form, sample, day, length, days):
    written, start, until = rewritten(sample, day, length)
    if written is None:  # a range of days that has left its month
        return
    read = read_date(written, day_first=False)
    assert read is not None
    assert (read.parts, read.until) == (start, until)
    assert write_date(read, read.parts, read.until) == written
    after = move_date(read, days)
    if after is None:
        assert {"y", "y2"} & set(read.slots) or "m2" not in read.slots
        return
    again = read_date(after, day_first=False)
    assert again.precision == read.precision
    if read.precision == "day":
        assert ordinal(again.parts) - ordinal(read.parts) == days
        assert read.until is None or ordinal(again.until) - ordinal(read.until) == days
        if read.weekday is not None:
            assert again.weekday == (read.weekday + days) % 7
    if read.precision == "month_day":
        assert again.parts != read.parts
    assert again.tail == read.tail


@given(
    st.lists(
        st.tuples(DAYS, st.sampled_from(["%Y-%m-%d", "%m/%d/%Y", "%Y%m%d", "%d.%m.%Y %H:%M", "%d-%b-%Y"])), max_size=20
    ),
    st.data(),
)
def test_a_column_and_its_values_give_the_same_answers(rows, data):
    texts = [day.strftime(form) for day, form in rows]
    days = [data.draw(SHIFTS) for _ in rows]
    column = move_column(pa.array(texts, pa.large_string()), np.array(days, np.int64), day_first=False).to_pylist()
    assert column == [move_date(read_date(one, day_first=False), by) for one, by in zip(texts, days, strict=True)]


@given(st.lists(st.none() | st.text("0123456789/-.: TZ", max_size=20), max_size=20), st.booleans())
@example(["0000/00/"], False)
@example(["2020-10-5", "2021-11-7"], False)
def test_odd_texts_are_read_alike_one_by_one_and_as_a_column(texts, day_first):
    column = read_column(pa.array(texts, pa.large_string()), day_first=day_first)
    for text, precision in zip(texts, column.precision.to_pylist(), strict=True):
        read = None if text is None else read_date(text, day_first=day_first)
        assert precision == (None if read is None else read.precision)
