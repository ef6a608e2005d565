"""The log: events of counts, codes and digests; it refuses values.

A line is an event name and fields. A field is an int, a float, a bool, or a `Name`: a word that the program
or the project file gave (a code, a column, a digest), never a cell or a text of the data.
"""

from __future__ import annotations

import logging
import sys
from typing import NewType

Name = NewType("Name", str)
_LONGEST = 200
_log = logging.getLogger("veil")


def event(what: str, **fields: float | bool | Name) -> None:
    """Write one event at INFO; a field that is not a number or a short name is refused with TypeError."""
    for field, value in fields.items():
        if not isinstance(value, (int, float, str)) or (isinstance(value, str) and not _is_name(value)):
            raise TypeError(f"log field {field} is not a count, a code or a name")
    if _log.isEnabledFor(logging.INFO):
        _log.info("%s %s", what, " ".join(f"{field}={value}" for field, value in fields.items()))


def _is_name(value: str) -> bool:
    return len(value) <= _LONGEST and value.isprintable()


def to_stderr() -> None:
    """Events of this process go to standard error, a line each; what libraries log goes nowhere, for it may hold a value."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _log.handlers = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False
    logging.getLogger().addHandler(logging.NullHandler())
