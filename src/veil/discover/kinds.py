"""Kinds: what a column seems to be, from its name and its values, with the evidence in words."""

from __future__ import annotations

from veil.discover.column_words import words_of
from veil.discover.signals import Signals
from veil.discover.titles import Title, title_of
from veil.discover.values import Guess, by_values

__all__ = ["DIRECT", "KEPT", "Guess", "guess", "identifying"]
DIRECT = frozenset(
    {"given_name", "family_name", "person_name", "staff_name", "number", "phone", "email", "address", "id"}
)
KEPT = frozenset({"code", "measure", "state", "age"})  # what a profile may leave as it is
_DATED, _MOSTLY = frozenset({"birth_date", "datetime"}), 0.8
_FINDINGS = frozenset(
    {
        "diagnosis",
        "dx",
        "diag",
        "procedure",
        "proc",
        "reaction",
        "icd",
        "snomed",
        "loinc",
        "rxnorm",
        "cpt",
        "ndc",
        "reason",
    }
)
_SHOWS = DIRECT | {"birth_date", "birth_year"}
_CERTAIN, _LIKELY, _UNSURE = 0.9, 0.75, 0.5
_LONG = 8  # digits of a whole number that is hardly a measure


def guess(name: str, signals: Signals, table: str = "") -> Guess:
    """What a column seems to be; `table` is the name of its table.

    Keeps:   fails closed: what is not known is `text` (scanned), never kept; an empty column is dropped; few words that nobody knows
             are no code where the column's name says that they are a person's. A name that says identifier or date is never
             overruled by values towards what a profile keeps.
    """
    if not signals.seen:
        return Guess("empty", 1.0, "no value in it")
    title = title_of(name, table)
    if title is not None and title.kind == "code" and _is_of_findings(name, signals):
        return Guess("code", 0.8, "column name; numbers like codes of findings", title.form)
    if title is not None and title.kind in _DATED and signals.at("day_count") > _MOSTLY:
        return Guess(title.kind, 0.5, "column name; numbers of days, as in spreadsheets: not read as dates", title.form)
    return _strict(title, _guessed(title, signals), signals)


def _is_of_findings(name: str, signals: Signals) -> bool:
    """Whether a column by its name holds codes of what was found or done, however many of them differ."""
    words = {word.rstrip("0123456789") for word in words_of(name)}
    return bool(words & _FINDINGS) and signals.at("integer") > _MOSTLY and not words & {"id", "key", "number"}


def identifying(name: str, signals: Signals, table: str = "") -> Guess | None:
    """What a column says by its name or its values that no release may show; None where neither does.

    Keeps:   codes, counts and measures by their names are none, whatever few letters or many digits they have; whole numbers
             that differ are ids only where the name says so too.
    """
    if not signals.seen:
        return None
    title, guessed = title_of(name, table), guess(name, signals, table)
    if guessed.kind not in _SHOWS:
        return None
    if title is not None and title.kind == guessed.kind and (guessed.sure > _UNSURE or not title.weak):
        return guessed
    is_kept = title is not None and title.kind in KEPT
    return guessed if guessed.kind != "id" and guessed.sure >= (_CERTAIN if is_kept else _LIKELY) else None


def _guessed(title: Title | None, signals: Signals) -> Guess:
    """What name and values say together."""
    seems = by_values(signals)
    if title is None:
        return seems
    if seems.kind == title.kind:
        return Guess(
            seems.kind, min(0.99, max(seems.sure, 0.9)), f"column name, and {seems.why}", title.form or seems.form
        )
    if _agrees(title.kind, signals) and not _harms(title.kind, seems, signals):
        return Guess(title.kind, 0.9, "column name; values are consistent with it", title.form)
    if title.kind in DIRECT - {"id"} and seems.kind == "code" and signals.at("lettered") > 0.5 >= signals.at("plain"):
        return Guess(title.kind, 0.5, f"column name, but {seems.why}", title.form)
    if seems.sure >= 0.8 or (title.weak and seems.sure > 0.5):
        return Guess(seems.kind, seems.sure, seems.why + " (its name says otherwise)", seems.form)
    if title.kind in KEPT and seems.kind not in KEPT:
        return seems
    return Guess(title.kind, 0.6, "column name", title.form)


def _strict(title: Title | None, seems: Guess, signals: Signals) -> Guess:
    """The guess, but never a kind that a profile keeps where the name says an identifier, a place or a date.

    Keeps:   words of the language under a name that may say several things (`name`: blood test, surgery) stay a code.
    """
    if title is None or seems.kind not in KEPT or title.kind in KEPT or title.kind == "text":
        return seems
    if title.weak and seems.kind == "code" and signals.at("plain") > 0.5:
        return seems
    return Guess(title.kind, 0.5, f"column name, but {seems.why}", title.form)


def _harms(kind: str, seems: Guess, signals: Signals) -> bool:
    """Whether the name would keep what the values say nobody may see."""
    if kind == "measure" and seems.kind in ("id", "number") and signals.longest >= _LONG:
        return True
    return kind in KEPT and seems.kind in DIRECT - {"id"} and seems.sure >= 0.8


def _agrees(kind: str, signals: Signals) -> bool:
    """Whether the values could be what the name says."""
    at = signals.at
    dates, numeric = at("date") + at("clock"), at("integer") + at("decimal")
    named = at("name") + at("given") + at("family")
    tests = {
        "given_name": numeric < 0.1 and signals.words < 3,
        "family_name": numeric < 0.1 and signals.words < 4,
        "person_name": numeric < 0.1 and dates < 0.1 and named > 0.3 and at("place") < 0.5 and at("plain") < 0.7,
        "staff_name": numeric < 0.1 and named > 0.2,
        "organization": at("place") > 0.3 or (at("lettered") > 0.9 and signals.words > 1 and at("plain") < 0.5),
        "birth_date": at("date") > 0.5,
        "datetime": at("date") > 0.5,
        "birth_year": at("year") > 0.5,
        "date_part": numeric > 0.5,
        "time": at("clock") > 0.5,
        "number": at("serial") + at("login") + at("integer") > 0.3 and at("name") < 0.5,
        "phone": at("phone") > 0.3 or at("integer") > 0.5,
        "email": at("email") > 0.3,
        "address": dates < 0.2 and numeric < 0.5 and signals.words > 1,
        "city": numeric < 0.2,
        "county": True,
        "coordinates": numeric > 0.5,
        "zip": signals.longest <= 12,
        "state": numeric < 0.2 and signals.longest < 40 and signals.different < 260,
        "code": signals.different < max(60, signals.seen / 2) and signals.words < 8,
        "age": numeric > 0.5,
        "measure": numeric > 0.5,
        "text": not _short_list(signals) and dates < 0.5 and numeric < 0.9,
        "id": dates < 0.3 and signals.words < 2 and at("decimal") < 0.2,
    }
    return bool(tests.get(kind, False))


def _short_list(signals: Signals) -> bool:
    """Few words of the language, met again and again: no text that people write."""
    few = signals.seen >= 100 and signals.different <= max(12, signals.seen // 50)
    return few and signals.at("plain") > 0.8 and signals.words < 5
