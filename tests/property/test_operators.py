"""Laws of every operator: nulls, heights, neighbours, determinism, what comes back."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.keys import Keys
from veil.lexicon.dates import day_numbers
from veil.model import Label, about_table
from veil.operators.dates import Shift
from veil.operators.generalize import Age, Band, Round, Zip3
from veil.operators.pseudonym import Hash, Pseudonym
from veil.operators.redact import Constant, Mask, Placeholder, Remove
from veil.operators.surrogate import KINDS, Surrogate
from veil.operators.years import AgeAt, BirthYear, Month, Year

KEYS = Keys.from_secret(bytes(range(32)))
REFERENCE = "2026-11-22"
OPERATORS = [
    Remove(),
    Mask(),
    Mask("blocks"),
    Placeholder(),
    Constant("x"),
    Pseudonym(),
    Pseudonym("integer"),
    Pseudonym("keep"),
    Pseudonym(canonical="integer"),
    Hash(),
    Shift(),
    Shift(unit="weeks"),
    Shift(unit="hours"),
    Shift(unit="months"),
    Shift(unit="years"),
    Shift(birth=True, reference_date=REFERENCE),
    Shift(reference_date=REFERENCE),
    Year(),
    Year(reference_date=REFERENCE),
    BirthYear(reference_date=REFERENCE),
    Month(),
    AgeAt(reference_date=REFERENCE),
    Zip3(),
    Age(),
    Band(),
    Round(),
    *(Surrogate(kind) for kind in KINDS),
]
NAMES = [f"{type(one).__name__}-{i}" for i, one in enumerate(OPERATORS)]
DATES = st.dates(dt.date(1900, 1, 1), dt.date(2030, 1, 1))
VALUES = st.one_of(
    st.none(),
    st.text(max_size=30),
    DATES.map(str),
    DATES.map(lambda day: day.strftime("%m/%d/%Y %H:%M")),
    DATES.map(lambda day: day.strftime("%B %d, %Y")),
    st.integers(0, 10**10).map(str),
    st.sampled_from(
        ["John Smith", "Smith, J.", "12 Oak St, Boston, MA 02139", "617-253-1000", "a@b.org", "10.0.0.1", "April 2012"]
    ),
)
ROWS = st.lists(
    st.tuples(
        VALUES,
        st.sampled_from([None, "p1", "p2", "a-much-longer-subject-id-than-others"]),
        st.sampled_from([None, *(label.value for label in Label)]),
        st.sampled_from([None, "F", "M"]),
        st.sampled_from([None, dt.date(1931, 4, 12), dt.date(1990, 1, 1)]),
    ),
    max_size=8,
)


def columns(rows):
    values, subjects, labels, sexes, born = zip(*rows, strict=True) if rows else ([], [], [], [], [])
    about = about_table(
        len(rows),
        subject=pa.array(subjects, pa.large_string()),
        label=pa.array(labels, pa.large_string()),
        sex=pa.array(sexes, pa.large_string()),
        born=pa.array(born, pa.date32()),
        domain="d",
    )
    return pa.array(values, pa.large_string()), about


def told(operator, rows):
    values, about = columns(rows)
    made = operator.replace(values, about, KEYS)
    assert made.values.type == pa.large_string()
    assert len(made.values) == len(rows)
    unread = [False] * len(rows) if made.unread is None else made.unread.to_pylist()
    for value, new, odd in zip(values.to_pylist(), made.values.to_pylist(), unread, strict=True):
        assert (new is None) == (value is None or odd)
        assert not (value is None and odd)
    return made.values.to_pylist()


@pytest.mark.parametrize("operator", OPERATORS, ids=NAMES)
@given(rows=ROWS, data=st.data())
@settings(max_examples=25, deadline=None)
def test_the_answer_for_a_value_depends_on_nothing_beside_it(operator, rows, data):
    together = told(operator, rows)
    assert told(operator, rows) == together
    assert [answer for row in rows for answer in told(operator, [row])] == together
    order = data.draw(st.permutations(range(len(rows))))
    assert told(operator, [rows[i] for i in order]) == [together[i] for i in order]


@pytest.mark.parametrize("operator", [Pseudonym(), Pseudonym("integer"), Pseudonym("keep")], ids=str)
@given(rows=ROWS)
@settings(max_examples=50)
def test_what_is_reversible_comes_back_exactly(operator, rows):
    values, about = columns(rows)
    made = operator.replace(values, about, KEYS).values
    back = operator.restore(made, about, KEYS).values
    assert [b for b, m in zip(back.to_pylist(), made.to_pylist(), strict=True) if m is not None] == [
        v for v, m in zip(values.to_pylist(), made.to_pylist(), strict=True) if m is not None
    ]


@pytest.mark.parametrize("unit", ["days", "weeks"])
@pytest.mark.parametrize(
    "form", ["%Y-%m-%d", "%m/%d/%Y", "%Y%m%d%H%M", "%d-%b-%Y", "%Y-%m-%dT%H:%M:%SZ", "%A, %B %d, %Y"]
)
@given(days=st.lists(DATES, min_size=1, max_size=10), subject=st.text(min_size=1, max_size=40))
@settings(max_examples=25)
def test_intervals_of_a_subject_stay_exact_and_no_date_stays(unit, form, days, subject):
    values = pa.array([day.strftime(form) for day in days], pa.large_string())
    about = about_table(len(days), subject=pa.array([subject] * len(days), pa.large_string()))
    moved = Shift(unit=unit).replace(values, about, KEYS).values
    was, now = day_numbers(values, day_first=False).to_pylist(), day_numbers(moved, day_first=False).to_pylist()
    apart = {b - a for a, b in zip(was, now, strict=True)}
    assert len(apart) == 1
    assert 0 not in apart
    back = Shift(unit=unit).restore(moved, about, KEYS).values
    assert day_numbers(back, day_first=False).to_pylist() == was
    if form != "%A, %B %d, %Y":
        assert back.equals(values)
