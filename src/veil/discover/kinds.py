"""Kinds: what a column seems to be, from its name and its values, with the evidence in words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from veil.discover.signals import Signals

# What a column's name says, when it says something. Whole words between separators; the first row that fits wins.
_NAMES: tuple[tuple[str, str], ...] = (
    (r"first_?name|given(_?name)?|fname|forename|middle_?name|mname|vorname|first", "given_name"),
    (r"last_?name|family(_?name)?|surname|lname|maiden(_?name)?|suffix|last", "family_name"),
    (r"(patient|pat|full|person|member|contact|mother|father|guardian)_?name|name", "person_name"),
    (r"(provider|doctor|physician|attending|nurse|clinician|surgeon)(_?name)?", "staff_name"),
    (r"dob|birth_?date|date_?of_?birth|birthday|birth_?datetime|born", "birth_date"),
    (r"(birth_?year|year_?of_?birth|yob)", "birth_year"),
    (r"(month|day)_?of_?birth", "date_part"),
    (r"ssn|social(_?security)?(_?n(umber|o|r))?|passport.*|drivers?(_?licen[cs]e)?|licen[cs]e.*|.*account.*|acct.*|insurance_?id|policy_?n.*", "number"),
    (r"(home_?|cell_?|mobile_?|work_?)?(phone|tel|telephone|fax)(_?n(umber|o|r))?", "phone"),
    (r"e?_?mail(_?address)?", "email"),
    (r"(street|address|addr|address_?line)(_?\d)?|street_?address", "address"),
    (r"city|town|municipality|birth_?place", "city"),
    (r"county", "county"),
    (r"lat|lon|latitude|longitude", "coordinates"),
    (r"zip|zip_?code|postal(_?code)?|postcode", "zip"),
    (r"state|province|country", "state"),
    (r"sex|gender", "code"),
    (r"age(_?years)?", "age"),
    (r"(note|notes|comment|comments|text|narrative|description|remarks?|report|summary|reason|note_text|free_?text)", "text"),
    (r".*_(date|datetime|dt|time|at|on|ts|timestamp)|date|datetime|timestamp|start|stop|admitted|discharged|collected.*|.*date", "datetime"),
    (r"mrn|.*_?mrn|medical_?record.*", "id"),
    (r"concept_?id|code|loinc|icd.*|snomed.*|cpt.*|rxnorm.*|.*_code|unit|units|.*_concept_id|type|status|class|.*_type", "code"),
    (r"id|.*_id|uuid|guid|key|.*_key|identifier|serial.*|.*_serial", "id"),
)  # fmt: skip
DIRECT = frozenset(
    {"given_name", "family_name", "person_name", "staff_name", "number", "phone", "email", "address", "id"}
)


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind, how sure (0 to 1), and why, in words that hold no value."""

    kind: str
    sure: float
    why: str


def guess(name: str, signals: Signals) -> Guess:
    """What a column seems to be.

    Keeps:   fails closed: what is not told is `text` (scanned), never kept; an empty column is dropped.
    """
    if not signals.seen:
        return Guess("empty", 1.0, "no value in it")
    said, by_values = _by_name(name), _by_values(signals)
    if said is None:
        return by_values
    if by_values.kind == said or _agrees(said, signals):
        return Guess(
            said,
            min(0.99, max(by_values.sure, 0.9)),
            f"its name, and {by_values.why}" if by_values.kind == said else "its name; the values do not gainsay it",
        )
    if by_values.sure >= 0.8:
        return Guess(by_values.kind, by_values.sure, by_values.why + " (its name says otherwise)")
    return Guess(said, 0.6, "its name")


def _by_name(name: str) -> str | None:
    word = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace(" ", "_").replace("-", "_")
    return next((kind for pattern, kind in _NAMES if re.fullmatch(pattern, word)), None)


def _agrees(kind: str, signals: Signals) -> bool:
    """Whether the values could be what the name says."""
    dates = signals.at("date") + signals.at("clock")
    numeric = signals.at("integer") + signals.at("decimal")
    tests = {
        "given_name": numeric < 0.1 and signals.words < 3, "family_name": numeric < 0.1 and signals.words < 4,
        "person_name": numeric < 0.1 and dates < 0.1 and signals.at("name") + signals.at("given") + signals.at("family") > 0.2,
        "staff_name": numeric < 0.1 and signals.at("name") + signals.at("family") > 0.2, "birth_date": dates > 0.5, "datetime": dates > 0.5,
        "birth_year": signals.at("year") > 0.5, "date_part": numeric > 0.5, "number": True, "phone": signals.at("phone") > 0.3 or signals.at("integer") > 0.5,
        "email": signals.at("email") > 0.3, "address": dates < 0.2, "city": numeric < 0.2, "county": numeric < 0.2, "coordinates": numeric > 0.5,
        "zip": True, "state": numeric < 0.2 and signals.longest < 40, "code": signals.different < max(60, signals.seen / 2) and signals.words < 8,
        "age": numeric > 0.5, "text": True, "id": dates < 0.3 and signals.words < 2,
    }  # fmt: skip
    return bool(tests.get(kind, False))


def _by_values(signals: Signals) -> Guess:
    at = signals.at
    strong = (
        ("email", "email"),
        ("ssn", "number"),
        ("url", "number"),
        ("ip", "number"),
        ("uuid", "id"),
        ("json", "document"),
        ("street", "address"),
    )
    for signal, kind in strong:
        if at(signal) > 0.8:
            return Guess(kind, 0.95, f"{at(signal):.0%} of the values have the form of {signal}")
    if at("date") > 0.8 and not _plain_numbers(signals):
        return _dates(signals)
    if at("sex") > 0.95 and signals.different <= 6:
        return Guess("code", 0.9, "few values, those of a sex or gender")
    if at("state") > 0.9 and signals.longest <= 24:
        return Guess("state", 0.9, f"{at('state'):.0%} are names or signs of states")
    if at("phone") > 0.8 and at("integer") < 0.9:
        return Guess("phone", 0.9, f"{at('phone'):.0%} have the form of phone numbers")
    if signals.words > 4 and signals.longest > 30:
        return Guess("text", 0.9, f"{signals.words:.0f} words a value")
    named = _names(signals)
    return named if named is not None else _numbers(signals)


def _dates(signals: Signals) -> Guess:
    low, high = signals.first_years or (2000, 2000)
    if high - low > 45 and signals.distinct > 0.5:
        return Guess("birth_date", 0.8, f"dates over {high - low} years, most of them different")
    return Guess("datetime", 0.9, f"{signals.at('date'):.0%} have the form of dates")


def _plain_numbers(signals: Signals) -> bool:
    return signals.at("integer") > 0.95 and signals.distinct > 0.9


def _names(signals: Signals) -> Guess | None:
    at = signals.at
    if at("name") > 0.6 and signals.distinct > 0.2:
        return Guess("person_name", 0.85, f"{at('name'):.0%} have a given and a family name in them")
    if at("city") > 0.8 and signals.different > 12 and at("city") > at("family"):
        return Guess("city", 0.8, f"{at('city'):.0%} are towns")
    if at("given") > 0.7 and at("given") >= at("family") - 0.15 and _many(signals) and at("plain") < 0.6:
        return Guess("given_name", 0.8, f"{at('given'):.0%} are borne as given names")
    if at("family") > 0.7 and _many(signals) and at("plain") < 0.6:
        return Guess("family_name", 0.8, f"{at('family'):.0%} are borne as family names")
    return None


def _many(signals: Signals) -> bool:
    return signals.different > 12 or (signals.different > 3 and signals.distinct > 0.8)


def _numbers(signals: Signals) -> Guess:
    at = signals.at
    if at("latlon") > 0.8:
        return Guess("coordinates", 0.7, "decimals with four places and more")
    if at("decimal") > 0.2 and at("decimal") + at("integer") > 0.8:
        return Guess("measure", 0.8, "decimal numbers")
    if at("zip") > 0.9 and signals.different > 12:
        return Guess("zip", 0.6, f"{at('zip'):.0%} have five digits")
    if at("integer") > 0.95 or at("coded") > 0.9:
        if signals.distinct > 0.5 and signals.longest >= 3:
            return Guess("id", 0.8, f"{signals.distinct:.0%} of the values differ")
        if signals.longest <= 4 or signals.different <= max(30, signals.seen // 20):
            return Guess("measure" if at("integer") > 0.95 else "code", 0.7, f"{signals.different} different values")
        return Guess("id", 0.6, f"numbers with {signals.different} different values")
    if (
        signals.different <= max(30, signals.seen // 20)
        and signals.distinct < 0.8  # where nearly every value is another, they may be names
        and signals.words < 5
        and (at("plain") > 0.5 or signals.different <= 12)
    ):
        return Guess("code", 0.75, f"{signals.different} different values, words of the language")
    return Guess("text", 0.5, "nothing tells what it is: it is scanned")
