"""Kinds: what a column seems to be, from its name and its values, with the evidence in words."""

from __future__ import annotations

from veil.discover.signals import Signals
from veil.discover.titles import title_of
from veil.discover.values import Guess, by_values

__all__ = ["DIRECT", "Guess", "guess"]
DIRECT = frozenset(
    {"given_name", "family_name", "person_name", "staff_name", "number", "phone", "email", "address", "id"}
)
_KEPT = frozenset({"code", "measure", "state", "age"})  # what a profile may leave as it is


def guess(name: str, signals: Signals) -> Guess:
    """What a column seems to be.

    Keeps:   fails closed: what is not told is `text` (scanned), never kept; an empty column is dropped; few words that nobody knows
             are no code where the column's name says that they are a person's.
    """
    if not signals.seen:
        return Guess("empty", 1.0, "no value in it")
    title, seems = title_of(name), by_values(signals)
    if title is None:
        return seems
    if seems.kind == title.kind:
        return Guess(
            seems.kind, min(0.99, max(seems.sure, 0.9)), f"its name, and {seems.why}", title.form or seems.form
        )
    if _agrees(title.kind, signals) and not _harms(title.kind, seems):
        return Guess(title.kind, 0.9, "its name; the values do not gainsay it", title.form)
    if title.kind in DIRECT - {"id"} and seems.kind == "code" and signals.at("lettered") > 0.5 >= signals.at("plain"):
        return Guess(title.kind, 0.5, f"its name, though {seems.why}", title.form)
    if seems.sure >= 0.8 or (title.weak and seems.sure > 0.5):
        return Guess(seems.kind, seems.sure, seems.why + " (its name says otherwise)", seems.form)
    if title.kind in _KEPT and seems.kind not in _KEPT:
        return seems
    return Guess(title.kind, 0.6, "its name", title.form)


def _harms(kind: str, seems: Guess) -> bool:
    """Whether the name would keep what the values say nobody may see."""
    return kind in _KEPT and seems.kind in DIRECT - {"id"} and seems.sure >= 0.8


def _agrees(kind: str, signals: Signals) -> bool:
    """Whether the values could be what the name says."""
    at = signals.at
    dates, numeric = at("date") + at("clock"), at("integer") + at("decimal")
    named = at("name") + at("given") + at("family")
    tests = {
        "given_name": numeric < 0.1 and signals.words < 3, "family_name": numeric < 0.1 and signals.words < 4,
        "person_name": numeric < 0.1 and dates < 0.1 and named > 0.3 and at("place") < 0.5 and at("plain") < 0.7, "staff_name": numeric < 0.1 and named > 0.2,
        "organization": at("place") > 0.3 or (at("lettered") > 0.9 and signals.words > 1 and at("plain") < 0.5), "birth_date": at("date") > 0.5, "datetime": at("date") > 0.5,
        "birth_year": at("year") > 0.5, "date_part": numeric > 0.5, "time": at("clock") > 0.5, "number": at("serial") + at("login") + at("integer") > 0.3 and at("name") < 0.5,
        "phone": at("phone") > 0.3 or at("integer") > 0.5, "email": at("email") > 0.3, "address": dates < 0.2 and numeric < 0.5 and signals.words > 1, "city": numeric < 0.2,
        "county": True, "coordinates": numeric > 0.5, "zip": signals.longest <= 12, "state": numeric < 0.2 and signals.longest < 40 and signals.different < 260,
        "code": signals.different < max(60, signals.seen / 2) and signals.words < 8, "age": numeric > 0.5,
        "text": not _short_list(signals) and dates < 0.5 and numeric < 0.9, "id": dates < 0.3 and signals.words < 2 and at("decimal") < 0.2,
    }  # fmt: skip
    return bool(tests.get(kind, False))


def _short_list(signals: Signals) -> bool:
    """Few words of the language, met again and again: no text that people write."""
    few = signals.seen >= 100 and signals.different <= max(12, signals.seen // 50)
    return few and signals.at("plain") > 0.8 and signals.words < 5
