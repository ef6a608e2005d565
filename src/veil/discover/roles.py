"""Roles: whether a column names a person, may tell who it is beside others, or says nothing of that."""

from __future__ import annotations

from veil.discover.kinds import DIRECT, Guess

_ROLES = {
    "birth_date": "quasi",
    "birth_year": "quasi",
    "date_part": "quasi",
    "age": "quasi",
    "zip": "quasi",
    "city": "quasi",
    "county": "quasi",
    "state": "quasi",
    "coordinates": "quasi",
    "organization": "quasi",
    "datetime": "date",
    "date": "date",
    "time": "date",
    "text": "text",
    "document": "text",
    "id": "key",
    "code": "code",
    "measure": "measure",
    "empty": "empty",
}
_WIDE = frozenset(
    {"coordinates", "organization", "time"}
)  # nearly every row its own, or nothing that an outsider knows


def role_of(guess: Guess) -> str:
    """Shape: direct, quasi, key, text, date, code, measure or empty."""
    if guess.kind in DIRECT - {"id"} or guess.form == "MRN":
        return "direct"
    if guess.kind == "code" and guess.form in ("sex", "race", "circumstance"):
        return "quasi"
    return _ROLES.get(guess.kind, "text")


def is_quasi(guess: Guess) -> bool:
    """Whether an outsider may know it and `veil risk` can count it."""
    return role_of(guess) == "quasi" and guess.kind not in _WIDE
