"""Signals: what the values of a column look like, as shares; counts of evidence, never a value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from veil.discover.whole_numbers import whole_numbers
from veil.lexicon import places, words

_DATE = re.compile(
    r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z| ?[AP]M)?)?"
    r"|\d{1,2}[- ][A-Za-z]{3,9}[- ,]+\d{2,4}([ T:]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z| ?[AP]M)?)?"
    r"|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}( \d{1,2}:\d{2}(:\d{2})?( ?[AP]M)?)?|(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])(\d{4,6})?",
)
# DDMMYYYY and MMDDYYYY, which as numbers have lost a zero before them
_EIGHT = re.compile(r"((0?[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])|(0?[1-9]|[12]\d|3[01])(0[1-9]|1[0-2]))((19|20)\d{2})")
_TIME = re.compile(r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?")
_PLACES = r"hospital|clinic|medical center|health (center|system)|pharmacy|medicine|practice|nursing|hospice|university|department|laborator\w+"
_RACES = r"white|black|asian|hispanic|latino|caucasian|native|pacific|african|amer-indian|american indian|alaska native|eskimo"
_PATTERNS = {
    "date": _DATE,
    "clock": _TIME,
    "email": re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}"),
    "phone": re.compile(r"(\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}( ?(x|ext\.?) ?\d+)?"),
    "ssn": re.compile(r"\d{3}-\d{2}-\d{4}"),
    "zip": re.compile(r"\d{5}(-\d{4})?"),
    "integer": re.compile(r"-?\d+"),
    "day_count": re.compile(r"[1-7]\d{4}(\.\d+)?"),  # a date as Excel counts days, 10000 (1927) to 79999 (2119)
    "decimal": re.compile(r"-?\d*\.\d+([eE][+-]?\d+)?"),
    "url": re.compile(r"https?://\S+"),
    "ip": re.compile(r"\d{1,3}(\.\d{1,3}){3}"),
    "street": re.compile(
        r"\d+\s+[\w.' ]+\b(St|Street|Ave|Avenue|Rd|Road|Ln|Lane|Dr|Drive|Ct|Court|Blvd|Boulevard|Way|Pl|Place|Ter|Terrace|Hwy)\b.*",
        re.IGNORECASE,
    ),
    "year": re.compile(r"(18|19|20)\d{2}"),
    "uuid": re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
    "coded": re.compile(r"[A-Za-z]{0,4}[-_]?\d{3,}[A-Za-z]?"),
    "json": re.compile(r"\s*[\[{].*[\]}]\s*", re.DOTALL),
    "sex": re.compile(r"[FMU]|female|male|unknown|other|woman|man", re.IGNORECASE),
    "latlon": re.compile(r"-?\d{1,3}\.\d{4,}"),
    "serial": re.compile(
        r"(?=(?:\D*\d){4})(?=.{5,40}$)[A-Za-z0-9()]+([-./_:][A-Za-z0-9()]+)*"
    ),  # one word with four digits and more
    "login": re.compile(r"[a-z]{2,20}\d{1,4}|[a-z]{1,12}[._][a-z]{2,20}\d{0,4}"),
    "icd": re.compile(r"[A-TV-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?"),
    "loinc": re.compile(r"\d{1,5}-\d"),
    "place": re.compile(rf".*\b({_PLACES})\b.*", re.IGNORECASE),
    "race": re.compile(rf"({_RACES}).*|.*(/|or|-)({_RACES}).*", re.IGNORECASE),
    "marriage": re.compile(
        r"(never[- ])?married.*|single|divorced|widowed|separated|partner\w*|spouse.*", re.IGNORECASE
    ),
    "lettered": re.compile(r".*[A-Za-z]{2}.*", re.DOTALL),
}
_MOSTLY = 0.5
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Signals:
    """Shares from 0 to 1 over the values that are there.

    Shape:   `filled`: share of cells that are; `distinct`: share of filled values that differ; `words`: mean words a
             value; `share`: by pattern or list; `seen`: how many values were looked at.
    """

    seen: int
    filled: float
    distinct: float
    different: int
    words: float
    longest: int
    share: dict[str, float]
    first_years: tuple[int, int] | None = None

    def at(self, name: str) -> float:
        return self.share.get(name, 0.0)


def signals_of(values: Sequence[str | None]) -> Signals:
    """Look at a sample of a column.

    Keeps:   `418800.0` is looked at as the whole number it says; `disguised` is the share of such values.
    """
    present = [value.strip() for value in values if value is not None and value.strip()]
    if not present:
        return Signals(0, 0.0, 0.0, 0, 0.0, 0, {})
    whole = whole_numbers(present)
    changed = sum(value != other for value, other in zip(present, whole or present, strict=True)) / len(present)
    present = whole or present
    share = {
        name: sum(bool(pattern.fullmatch(value)) for value in present) / len(present)
        for name, pattern in _PATTERNS.items()
    }
    share["eight"] = sum(bool(_EIGHT.fullmatch(value)) for value in present) / len(present)
    share["date"] += share["eight"]
    share |= _listed(present) | {"disguised": changed}
    dated = max(share["date"], share["year"]) > _MOSTLY
    years = [year for value in present if dated and (year := _year_in(value))]
    return Signals(
        len(present),
        len(present) / len(values),
        len(set(present)) / len(present),
        len(set(present)),
        sum(len(value.split()) for value in present) / len(present),
        max(map(len, present)),
        share,
        (min(years), max(years)) if years else None,
    )


def _year_in(value: str) -> int:
    """The year that a date says; 0 where there is none."""
    eight = _EIGHT.fullmatch(value)
    found = re.search(r"(18|19|20)\d{2}", value)
    return int(eight.group(6)) if eight else int(found.group()) if found else 0


def _listed(present: Sequence[str]) -> dict[str, float]:
    """How many values are borne as given or family names, are towns, states or hospitals."""
    table, towns, states = words.table(), places.cities(), places.states()
    counts = dict.fromkeys(("given", "family", "name", "called", "city", "state", "plain"), 0)
    for value in present:
        parts = [word.lower() for word in _WORD.findall(value)]
        bits = [table.get(word, 0) for word in parts]
        if len(parts) == 1:
            counts["given"] += (
                words.given_bearers(bits[0]) > 0 and words.given_bearers(bits[0]) * 2 >= words.bearers(bits[0]) / 8
            )
            counts["family"] += words.bearers(bits[0]) > 0
        if 2 <= len(parts) <= 4 and not any(char.isdigit() for char in value):
            counts["name"] += any(words.given_bearers(bit) for bit in bits) and any(words.bearers(bit) for bit in bits)
            counts["called"] += _is_called(bits)
        counts["city"] += value.lower() in towns
        counts["state"] += value in states or value.lower() in states
        counts["plain"] += bool(parts) and all(
            bit & (words.ENGLISH | words.EVERYDAY | words.CLINICAL | words.DRUG) for bit in bits
        )
    return {name: count / len(present) for name, count in counts.items()}


def _is_called(bits: Sequence[int]) -> bool:
    """Whether the words are a given name of many and a family name of many, in either order: words of the language may be both."""
    for given, family in ((bits[0], bits[-1]), (bits[-1], bits[0]), (bits[min(1, len(bits) - 1)], bits[0])):
        if words.given_bearers(given) >= 2_048 and words.bearers(family) >= 512:
            return True
    return False
