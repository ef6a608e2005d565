"""Date orders: whether the dates of a table are written with the day or with the month first."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa

from veil.discover.survey import SurveyedTable
from veil.lexicon.dates import infer_form

DATED = ("birth_date", "datetime", "date")
_MOST = 2_000


@dataclass(slots=True)
class DateOrders:
    """How a table's dates are read.

    Shape:   `day_first`: True, False, or None where nothing shows it; `unclear`: columns in which it matters and nothing shows it;
             `mixed`: columns that are written in both orders, or otherwise than the rest of the table.
    """

    day_first: bool | None = None
    unclear: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)


def date_orders_of(table: SurveyedTable) -> DateOrders:
    """The order of a table's dates, by all of its columns together."""
    shown: dict[str, bool] = {}
    found = DateOrders()
    for column, guess in table.guesses.items():
        if guess.kind not in DATED or table.signals[column].at("date") == 0:
            continue
        formed = infer_form(pa.array(table.sample.get(column, []), pa.large_string()), _MOST)
        if formed.day_first is not None:
            shown[column] = formed.day_first
        elif formed.ambiguous:
            (found.mixed if formed.contradicts else found.unclear).append(column)
    if shown:
        first = sum(shown.values()) * 2 > len(shown)
        found.day_first = first
        found.mixed += [column for column, order in shown.items() if order is not first]
        found.unclear.clear()
    return found
