"""Clinical words: what of a language looks like a name or a number of somebody and is a thing of medicine."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

Words = frozenset[str]
Pattern = re.Pattern[str]


@dataclass(frozen=True, eq=False)
class ClinicalWords:
    """Shape: names of things in small letters, words of one name joined by a space; abbreviations as they are written.

    The patterns that end with `$` are sought in what stands before a value, the others are matched behind it.
    """

    eponyms: Words
    drugs: Words
    devices: Words
    abbreviations: Words
    units: Words
    before_a_thing: Pattern
    behind_a_thing: Pattern
    person_behind: Pattern
    person_before: Pattern
    systems: Pattern
    systems_behind: Pattern
    id_before: Pattern
    versions: Pattern
    models: Pattern
    operated: Pattern
    owned: Pattern
    counted: Pattern
    events: Pattern
    pairs_before: Pattern
    pairs_behind: Pattern
    timings_before: Pattern
    timings_behind: Pattern
    complaints: Pattern
    tests: Pattern
    units_behind: Pattern

    @cached_property
    def things(self) -> Words:
        return self.eponyms | self.drugs | self.devices


@cache
def clinical_words(code: str) -> ClinicalWords | None:
    """The clinical words of a language, by its code; None for one that has no such page."""
    place = files("veil.lexicon") / "languages" / f"{code}-clinical.toml"
    if not place.is_file():
        return None
    page = tomllib.loads(place.read_text(encoding="utf-8"))
    return ClinicalWords(**{key: _value(key, value) for key, value in page.items()})


def _value(key: str, value: str) -> Any:
    if key in ("eponyms", "drugs", "devices", "units", "abbreviations"):
        return frozenset(word.replace("_", " ") for word in value.split())
    return re.compile(value.replace("\n", ""), re.IGNORECASE)
