"""Values: what a column seems to be by its values alone."""

from __future__ import annotations

from dataclasses import dataclass

from veil.discover.signals import Signals

_STRONG = (
    ("email", "email", ""),
    ("ssn", "number", "SSN"),
    ("url", "number", "URL"),
    ("ip", "number", "IP"),
    ("uuid", "id", ""),
    ("json", "document", ""),
    ("street", "address", ""),
)


_EIGHT = 8  # digits of a date that is written as a number
_MEASURED = 4  # digits of whole numbers that a measure written with a decimal point usually has


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind, how sure (0 to 1), and why, in words that hold no value; `form` says which number or circumstance it is."""

    kind: str
    sure: float
    why: str
    form: str = ""


def by_values(signals: Signals) -> Guess:
    """What the values say. Keeps: fails closed: what is not told is text, which is scanned."""
    for signal, kind, form in _STRONG:
        if signals.at(signal) > 0.8:
            return Guess(kind, 0.95, f"{signals.at(signal):.0%} of the values have the form of {signal}", form)
    for tell in (_times, _listed, _places, _prose, _names, _coded, _numbers):
        found = tell(signals)
        if found is not None:
            return found
    return _left(signals)


def _times(signals: Signals) -> Guess | None:
    at = signals.at
    numbered = at("integer") > 0.95 and signals.distinct > 0.9 and not (at("date") > 0.95 and signals.longest <= _EIGHT)
    if at("date") > 0.8 and not numbered:
        low, high = signals.first_years or (2000, 2000)
        if high - low > 45 and signals.distinct > 0.5:
            return Guess("birth_date", 0.8, f"dates over {high - low} years, most of them different")
        return Guess("datetime", 0.9, f"{at('date'):.0%} have the form of dates")
    if at("clock") > 0.8:
        return Guess("time", 0.9, f"{at('clock'):.0%} have the form of a time of day")
    if at("year") > 0.95 and signals.different > 3:
        low, high = signals.first_years or (2000, 2000)
        kind = "birth_year" if high - low > 45 else "datetime"
        return Guess(kind, 0.7, f"years over {high - low} years")
    return None


def _listed(signals: Signals) -> Guess | None:
    """Words of a short list that tells of a person."""
    at = signals.at
    if at("sex") > 0.95 and signals.different <= 6:
        return Guess("code", 0.9, "few values, all words for sex or gender", "sex")
    if at("race") > 0.6 and signals.different <= 40 and signals.words < 6:
        return Guess("code", 0.85, f"{at('race'):.0%} are words for race or ethnicity", "race")
    if at("marriage") > 0.8 and signals.different <= 20:
        return Guess("code", 0.85, f"{at('marriage'):.0%} are words for marital status", "circumstance")
    if at("state") > 0.9 and signals.longest <= 24:
        return Guess("state", 0.9, f"{at('state'):.0%} are names or signs of states")
    if at("phone") > 0.8 and at("integer") < 0.9:
        return Guess("phone", 0.9, f"{at('phone'):.0%} have the form of phone numbers")
    return None


def _places(signals: Signals) -> Guess | None:
    if signals.at("place") > 0.6 and signals.words < 9 and signals.different > 3 and signals.at("plain") < 0.8:
        return Guess("organization", 0.85, f"{signals.at('place'):.0%} have a word for a hospital, clinic or company")
    return None


def _prose(signals: Signals) -> Guess | None:
    if signals.words > 4 and signals.longest > 30:
        return Guess("text", 0.9, f"{signals.words:.0f} words per value")
    return None


def _names(signals: Signals) -> Guess | None:
    at = signals.at
    if at("called") > 0.8 and signals.different > 5:
        return Guess("person_name", 0.9, f"{at('called'):.0%} are a given and a family name of many people")
    if at("name") > 0.6 and _many(signals) and at("plain") < 0.6:
        return Guess("person_name", 0.85, f"{at('name'):.0%} have a given and a family name in them")
    if at("city") > 0.8 and signals.different > 12 and at("city") > at("family"):
        return Guess("city", 0.8, f"{at('city'):.0%} are towns")
    if at("given") > 0.7 and at("given") >= at("family") - 0.15 and _many(signals) and at("plain") < 0.6:
        return Guess("given_name", 0.8, f"{at('given'):.0%} are given names")
    if at("family") > 0.7 and _many(signals) and at("plain") < 0.6:
        return Guess("family_name", 0.8, f"{at('family'):.0%} are family names")
    return None


def _many(signals: Signals) -> bool:
    return signals.different > 12 or (signals.different > 3 and signals.distinct > 0.8)


def _coded(signals: Signals) -> Guess | None:
    """Codes of published vocabularies: many, and yet no person's."""
    at = signals.at
    for signal, what in (("icd", "a diagnosis code"), ("loinc", "a LOINC code")):
        if at(signal) > 0.9 and signals.distinct < 0.8:
            return Guess("code", 0.8, f"{at(signal):.0%} have the form of {what}")
    return None


def _numbers(signals: Signals) -> Guess | None:
    at = signals.at
    if at("latlon") > 0.8:
        return Guess("coordinates", 0.7, "decimals with four places and more")
    if at("decimal") > 0.2 and at("decimal") + at("integer") > 0.8:
        return Guess("measure", 0.8, "decimal numbers")
    if at("zip") > 0.9 and signals.different > 12:
        return Guess("zip", 0.6, f"{at('zip'):.0%} have five digits")
    if at("integer") > 0.95 or at("coded") > 0.9:
        return _whole(signals)
    if at("serial") > 0.8 and signals.distinct > 0.5:
        return Guess(
            "number", 0.75, f"{at('serial'):.0%} are one word with digits, {signals.distinct:.0%} of them differ"
        )
    if at("login") > 0.8 and signals.different > 12:
        return Guess("number", 0.7, f"{at('login'):.0%} have the form of a login")
    return None


def _whole(signals: Signals) -> Guess:
    if signals.at("disguised") > 0.5 and signals.longest <= _MEASURED:
        return Guess("measure", 0.7, "decimal numbers without a fraction")
    few = signals.different <= max(30, signals.seen // 20)
    if signals.distinct > 0.5 and signals.longest >= 3:
        return Guess("id", 0.8, f"{signals.distinct:.0%} of the values differ")
    if few and signals.longest >= 4:
        return Guess("code", 0.6, f"{signals.different} different numbers")
    if signals.longest <= 4 or few:
        return Guess(
            "measure" if signals.at("integer") > 0.95 else "code", 0.7, f"{signals.different} different values"
        )
    return Guess("id", 0.6, f"numbers with {signals.different} different values")


def _left(signals: Signals) -> Guess:
    at = signals.at
    few = signals.different <= max(30, signals.seen // 20)
    if few and signals.distinct < 0.8 and signals.words < 5 and (at("plain") > 0.5 or signals.different <= 12):
        words = ", words of the language" if at("plain") > 0.5 else ", each of them often"
        return Guess("code", 0.75, f"{signals.different} different values{words}")
    return Guess("text", 0.5, "no evidence of what it is: it is scanned")
