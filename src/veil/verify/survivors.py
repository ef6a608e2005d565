"""Survivors: known identifiers that are still in an output text; told by a reading of its own, not by the detectors'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from veil.lexicon.units import UNITS
from veil.model import Known, Label
from veil.roster.strength import DATES, PEOPLE, SHORTEST_NUMBER, WORDS, needs_capital

SHORTEST_WEAK = 3
_SEPARATED = re.compile(r"(?<=[0-9])[ .\-/()]{1,3}(?=[0-9])")
_DECIMAL = re.compile(r"(?<![0-9.\-/])([0-9]+)\.([0-9]+)(?![.\-/]?[0-9])")
_SPACE = re.compile(r"\s+")
_CUES = ("mrn", "record", "account", "acct", "chart")
_ZIP_CUES = ("zip", "zip code", "postal code")
_NO_END = rf"(?![^\W_]|[./,:%\-^][0-9]|\s?%|[ \-](?:{'|'.join(sorted(UNITS))})\b)"


@dataclass(frozen=True, slots=True)
class Survivor:
    """A known identifier that was found: of which kind, how strong, how often; never which."""

    kind: str
    strength: str
    count: int


class Probe:
    """The identifiers of one subject, ready to be sought in many texts."""

    def __init__(self, known: Sequence[Known]) -> None:
        self._words = [
            (identifier, *_word(identifier))
            for identifier in known
            if identifier.kind in WORDS and identifier.kind not in DATES
        ]
        numbers = [identifier for identifier in known if identifier.kind not in WORDS | DATES]
        self._numbers = [
            (identifier, number)
            for identifier in numbers
            if (number := _joined(identifier.value)).strip("0") and _is_sought(identifier, number)
        ]
        self._short = [
            (identifier, _behind_cue(identifier))
            for identifier in numbers
            if identifier.strength == "weak" and identifier.value.strip()
        ]

    def survivors(self, text: str) -> list[Survivor]:
        """What is left of the subject in a text.

        Keeps:   a word is sought as a whole: a strong one in any case, a weak one (Will, May) only where it is written
                 as a name, with a capital; a number with or without its separators and leading zeros, a short one
                 only behind a cue, as a whole, and not as a dose.
        """
        if not text:
            return []
        found = []
        folded, written = _SPACE.sub(" ", text.casefold()), _SPACE.sub(" ", text)
        for identifier, word, pattern in self._words:
            count = _sightings(identifier, word, pattern, folded, written)
            if count:
                found.append(Survivor(identifier.kind, identifier.strength, count))
        if self._numbers:
            joined = _SEPARATED.sub("", folded)
            exact = _SEPARATED.sub("", _DECIMAL.sub(_whole, folded)) if "." in folded else joined
            for identifier, number in self._numbers:
                found += _numbers(identifier, number, joined, exact)
        for identifier, pattern in self._short:
            count = len(pattern.findall(folded))
            if count:
                found.append(Survivor(identifier.kind, "strong", count))
        return found


def _word(identifier: Known) -> tuple[str, re.Pattern[str]]:
    """The word folded, and what finds it: in folded text a strong one, a weak one in the text as it is written."""
    value = _SPACE.sub(" ", identifier.value.strip())
    folded = value.casefold()
    forms = (
        [folded]
        if identifier.strength == "strong" and not _is_words(identifier)
        else list(dict.fromkeys((value, folded)))
    )
    return folded, re.compile(rf"(?<!\w)({'|'.join(map(re.escape, forms))})(?:['’]?s)?(?!\w)", re.IGNORECASE)


def _sightings(identifier: Known, word: str, pattern: re.Pattern[str], folded: str, written: str) -> int:
    if not word or word not in folded:
        return 0
    if identifier.strength == "strong" and not _is_words(identifier):
        return len(pattern.findall(folded))
    return sum(map(_is_capital, pattern.findall(written)))


def _is_words(identifier: Known) -> bool:
    """Whether every part of a name is a word too (`Art Bone`): it is a name only where it is written as one."""
    return identifier.kind in PEOPLE and needs_capital(identifier.value)


def _is_capital(found: str) -> bool:
    """Whether the last word has a capital, or its letters have no case: `de la Cruz`, `WILL`, `李`."""
    last = found.rpartition(" ")[2]
    return any(char.isupper() or char.istitle() for char in last) or not any(char.islower() for char in last)


def cues(column: str, *, is_zip: bool = False) -> list[str]:
    """The words behind which a short number of a column is meant; where the column's name has several, they are one too."""
    named = [word for word in re.split(r"[\W_]+", column.casefold()) if word]
    return [*(_ZIP_CUES if is_zip else _CUES), *([" ".join(named)] if len(named) > 1 else ())]


def _behind_cue(identifier: Known) -> re.Pattern[str]:
    """What finds a short number behind a word that says what it is: `MRN: 12`, `patient id 7`."""
    words = [
        re.escape(word).replace(r"\ ", "[ _]") for word in cues(identifier.domain, is_zip=identifier.label is Label.ZIP)
    ]
    value = identifier.value.strip().casefold()
    zeros = "0*" if value.isdigit() else ""
    value = re.escape((value.lstrip("0") or "0") if zeros else value)
    return re.compile(
        rf"(?<![^\W_])(?:{'|'.join(words)})(?: (?:no|number|num|id))?[ :#=]{{1,3}}{zeros}{value}{_NO_END}"
    )


def _is_sought(identifier: Known, number: str) -> bool:
    """Whether a number is looked for without a cue: one or two signs would be met in every other cell."""
    return identifier.strength == "strong" or len(number) >= SHORTEST_WEAK


def _joined(value: str) -> str:
    return re.sub(r"[\s.\-/()]", "", value.casefold())


def _numbers(identifier: Known, number: str, joined: str, exact: str) -> list[Survivor]:
    """Where a number is left: strong as it is known, weak where a measured value may be equal to it by chance.

    Shape:   `joined`: the text without what separates digits; `exact`: the same, but decimals stay decimals.
    Keeps:   a strong number that has fewer than five digits without its zeros is weak where the zeros are missing
             (a BNP of 1201 beside 0001201), and every number where only a decimal point divides it (412.77); a weak one is
             seen without a cue only where it is the whole of a cell.
    """
    bare = number.lstrip("0")
    if bare not in joined and bare not in exact:
        return []
    if identifier.strength != "strong":
        return [Survivor(identifier.kind, "weak", 1)] if exact.strip().lstrip("0") == bare else []
    count = max(_bounded(bare, joined), _bounded(bare, exact))
    short = bare.isdigit() and len(bare) < SHORTEST_NUMBER
    strong = _bounded(number, exact, zeros=False) if short else _bounded(bare, exact)
    split = [Survivor(identifier.kind, "strong", strong), Survivor(identifier.kind, "weak", count - strong)]
    return [survivor for survivor in split if survivor.count > 0]


def _whole(decimal: re.Match[str]) -> str:
    """A decimal number as it is compared: 41277.0 is 41277, and 412.77 keeps its point."""
    return decimal[1] if not decimal[2].strip("0") else f"{decimal[1]},{decimal[2]}"


def _bounded(number: str, text: str, *, zeros: bool = True) -> int:
    """How often a number is in a text as a whole; `zeros`: leading zeros before it belong to it."""
    count, at = 0, text.find(number)
    while at >= 0:
        end = at + len(number)
        start = at
        while (
            zeros and start > 0 and text[start - 1] == "0"
        ):  # read back, not cut off: there may be thousands in a long text
            start -= 1
        if not text[max(0, start - 1) : start].isalnum() and not text[end : end + 1].isalnum():
            count += 1
        at = text.find(number, end)
    return count
