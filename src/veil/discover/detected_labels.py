"""Detected labels: what the detectors find in some values of a column; shares by label, never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from veil.detectors.scanner import Scanner, standard
from veil.discover.values import Guess
from veil.model import Label

VALUES = 40
LONGEST = 2_000
_TELLING = frozenset(
    {
        "NAME",
        "LOCATION",
        "PHONE",
        "FAX",
        "EMAIL",
        "SSN",
        "MRN",
        "ACCOUNT",
        "HEALTH_PLAN",
        "LICENSE",
        "ID",
        "ZIP",
        "URL",
        "IP",
        "DEVICE",
        "VEHICLE",
    }
)
_PEOPLE = frozenset({"NAME", "LOCATION", "PHONE", "FAX", "EMAIL", "SSN", "URL"})
_OFTEN = 0.4
_READ = frozenset({"text", "code", "document"})


@lru_cache(maxsize=1)
def _scanner() -> Scanner:
    return standard()


def labels_in(values: Sequence[str | None]) -> dict[str, float]:
    """Share of values in which a detector finds each label; of as many different values as VALUES, cut at LONGEST."""
    there = sorted({value.strip()[:LONGEST] for value in values if value and value.strip()})
    some = there[:: max(1, len(there) // VALUES)][:VALUES]
    if not some:
        return {}
    counts: Counter[str] = Counter()
    for spans in _scanner().find(some):
        counts.update({Label(span.label).value for span in spans})
    return {label: count / len(some) for label, count in counts.most_common()}


def is_worth_scanning(seems: Guess, share: Mapping[str, float]) -> bool:
    """Whether values are read at all: words that may hold a person."""
    return seems.kind in _READ and share.get("lettered", 0.0) > 0.3


def with_detected_labels(seems: Guess, heard: Mapping[str, float], *, named: bool = False) -> Guess:
    """The guess with what was heard; a code in which people are heard is text, which is scanned.

    Shape:   `named`: the column's name says that it holds codes: then a number or a serial in it is one, as of a drug.
    """
    shares = {label: share for label, share in heard.items() if label in _TELLING and share >= 0.05}
    if not shares:
        return seems
    words = ", ".join(f"{share:.0%} {label}" for label, share in list(shares.items())[:3])
    most = max((share for label, share in shares.items() if not named or label in _PEOPLE), default=0.0)
    kind = "text" if seems.kind == "code" and most >= _OFTEN and not seems.form else seems.kind
    return Guess(kind, seems.sure, f"{seems.why}; detectors find {words}", seems.form)
