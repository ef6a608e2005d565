"""Dates: reading, writing and moving them, one text or a whole column at a time."""

from veil.lexicon.dates_calendar import Parts, ordinal
from veil.lexicon.dates_columns import (
    ColumnDates,
    Formed,
    contradicting,
    day_numbers,
    infer_form,
    iso_days,
    move_column,
    read_column,
)
from veil.lexicon.dates_forms import Form, forms
from veil.lexicon.dates_words import MONTHS, WEEKDAYS
from veil.lexicon.dates_written import LATEST, WrittenDate, move_date, read_date, write_date

__all__ = [
    "LATEST",
    "MONTHS",
    "WEEKDAYS",
    "ColumnDates",
    "Form",
    "Formed",
    "Parts",
    "WrittenDate",
    "contradicting",
    "day_numbers",
    "forms",
    "infer_form",
    "iso_days",
    "move_column",
    "move_date",
    "ordinal",
    "read_column",
    "read_date",
    "write_date",
]
