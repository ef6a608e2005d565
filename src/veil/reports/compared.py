"""The page of a comparison: originals against what was brought back; counts and numbers of rows, no value."""

from __future__ import annotations

from typing import Any

from jinja2 import UndefinedError

from veil.errors import PolicyError
from veil.reports.page import render

ROWS_SHOWN = 20


def compared_page(record: dict[str, Any]) -> str:
    """One HTML page without scripts; it loads nothing.

    Errors:  PolicyError `verify-record` where the record is none of `veil verify`.
    """
    try:
        return render("compared.html", record=record, shown=ROWS_SHOWN)
    except (TypeError, ValueError, UndefinedError):
        raise PolicyError(
            "verify-record",
            "not a record of a comparison",
            hint="create one: veil verify PROJECT REVERSED -o verify.json",
        ) from None
