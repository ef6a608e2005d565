"""Texts: single texts in Python, without a project or a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

import pyarrow as pa

from veil.detectors.scanner import Scanner, standard
from veil.engine.operate import Operators
from veil.engine.scan import Scans
from veil.jobs.find import Finder
from veil.keys import Keys
from veil.model import Report, Span
from veil.policy.plan import Plan, day_first
from veil.policy.profile import read_profile


@lru_cache(maxsize=4)
def _finder(everything: bool) -> Finder:
    return Finder(everything=everything)


@lru_cache(maxsize=1)
def _scanner() -> Scanner:
    return standard()


def find(text: str, *, everything: bool = False) -> list[Span]:
    """What would be found in one text.

    Shape:   disjoint spans in order; `everything`: also what Safe Harbor keeps (ages under 90, bare years, states).
    Units:   code points.
    """
    return _finder(everything).find([text])[0]


def deidentify(texts: Sequence[str], *, profile: str = "safe-harbor", keys: Keys | None = None, subjects: Sequence[str | None] | None = None,
               locale: str = "en-US", reference_date: dt.date | None = None) -> list[str]:  # fmt: skip
    """Texts with everything that identifies replaced as a profile says.

    Shape:   n texts -> n texts, in order. `subjects`: whose record each is; the shift and the stand-ins of a profile
             that derives belong to them. Without them each text is a subject of its own.
    Errors:  KeyringError `keys-missing` where the profile derives and no keys are given.
    """
    chosen = read_profile(profile)
    day = reference_date or dt.datetime.now(tz=dt.UTC).date()
    plan = Plan("texts", chosen.name, chosen.claims, "subject", locale, day, chosen.labels, (), (), {}, None, {})
    held = keys or Keys.none()
    scans = Scans(plan, _scanner(), Operators(plan, held), held, None)
    owners = pa.array(
        list(subjects) if subjects is not None else [f"text:{i}" for i in range(len(texts))], pa.large_string()
    )
    values = pa.array(list(texts), pa.large_string())
    new, _ = scans.column(values, owners, day_first=day_first(locale), report=Report(), address="text")
    return [value or "" for value in new.to_pylist()]
