"""Language: all that the detectors know of one language, as one value that a locale loads."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from veil.errors import PolicyError
from veil.lexicon import places
from veil.lexicon.cues import Cues
from veil.lexicon.numbers import Numbers
from veil.lexicon.vocabulary import Vocabulary
from veil.lexicon.words import read_list

# The languages whose text is read: a code of ISO 639-1 and the page that holds it. A new language is a page and a row.
# What the page of another language leaves out is that of English, such as the lists of names.
LANGUAGES = {"en": "en.toml", "es": "es.toml", "de": "de.toml"}
DEFAULT = "en"
# Locales of other languages that write the month before the day.
_MONTH_FIRST = frozenset({"es-pr"})

Pattern = re.Pattern[str]
Words = frozenset[str]


@dataclass(frozen=True)
class DateWords:
    """The words around a date that say that it is one, or that it is something else; see `detectors.date_context`."""

    clock: str  # a time of day, in RE2
    any_date: Pattern  # whether a text can be a date at all
    cue: Pattern
    month_cue: Pattern
    ratio_before: Pattern
    ratio_behind: Pattern
    unit: Pattern
    id_word: Pattern
    version: Pattern
    clock_behind: Pattern
    verb: Pattern
    named_on: Pattern
    other_words: Words
    names_too: Words
    short_months: Words
    spans_before: tuple[str, ...]


@dataclass(frozen=True)
class SafeForms:
    """How the safe words of a language are formed, and what stands behind a measure; see `detectors.safe_words`."""

    fronts: tuple[str, ...]
    ends: tuple[tuple[str, str], ...]
    clinical_ends: tuple[str, ...]
    unit: Pattern
    mixed: Pattern


@dataclass(frozen=True)
class CheckWords:
    """Words that say that a number is no street and no identifier; see `detectors.checks`."""

    no_street: Words
    no_street_name: Words
    public: tuple[str, ...]
    no_initials: Words


@dataclass(frozen=True)
class NoValueWords:
    """What people write where there is no value: in whatever case, and in these very letters."""

    any_case: tuple[str, ...]
    exact: tuple[str, ...]


@dataclass(frozen=True)
class PublicWords:
    """The words around a number or a date that is printed and nobody's; see `detectors.ner.published_numbers`."""

    register: Pattern
    numbered: Pattern
    paper: Pattern
    issued: Pattern


@dataclass(frozen=True)
class PersonCues:
    """What tells, beside a name, who it is: a clinician, a relative; and words that are no part of a name."""

    clinician_before: Pattern
    clinician_behind: Pattern
    relative_before: Pattern
    not_of_names: Words


@dataclass(frozen=True)
class RereadingWords:
    """The few words by which `verify` reads a text again, apart from the detectors'."""

    titled: Pattern
    month: str
    faxed: Pattern


@dataclass(frozen=True, eq=False)
class PlaceNames:
    """Shape: all in small letters, but for `short`, the abbreviations of states, and their keys in `states`."""

    short: Mapping[str, str]
    states: Mapping[str, str]

    @cached_property
    def cities(self) -> Words:
        return places.cities()

    @cached_property
    def countries(self) -> Words:
        return places.countries()

    @cached_property
    def states_first(self) -> Words:
        """The first words of the names of states."""
        return frozenset(name.split()[0] for name in self.states if name.islower())


@dataclass(frozen=True)
class Surrogates:
    """Names to draw from: title case, sorted, without doubles, the same in every process."""

    family: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]

    @cached_property
    def either(self) -> tuple[str, ...]:
        return tuple(sorted({*self.women, *self.men}))

    def given(self, sex: str | None = None) -> tuple[str, ...]:
        """Given names of F, M, or both for None."""
        return {"F": self.women, "M": self.men}.get(sex or "", self.either)


@dataclass(frozen=True, eq=False)
class Language:
    """One language; its parts are loaded when they are first asked for.

    Keeps:   one value a process and language, so that what is derived from it is derived once.
    """

    code: str
    page: Mapping[str, Any] = field(repr=False)

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return language, (self.code,)

    @property
    def name(self) -> str:
        return str(self.page["name"])

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of patterns that are sought in its texts."""
        return tuple(self.page["tables"].split())

    @cached_property
    def no_value(self) -> NoValueWords:
        return NoValueWords(*(tuple(self.page["no_value"][key]) for key in ("any_case", "exact")))

    @cached_property
    def months(self) -> tuple[str, ...]:
        return tuple(self.page["months"].split())

    @cached_property
    def weekdays(self) -> tuple[str, ...]:
        return tuple(self.page["weekdays"].split())

    @cached_property
    def cues(self) -> Cues:
        return Cues.read(self.page["cues"])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        words = self.page["words"]
        return Vocabulary(self.page["lists"], tuple(words["endings"].split()), _pairs(words["bent"]))

    @cached_property
    def numbers(self) -> Numbers:
        words = self.page["numbers"]
        return Numbers(*(tuple(words[key].split()) for key in ("units", "tens", "hundred", "joint", "one")))

    @cached_property
    def dates(self) -> DateWords:
        page = self.page["dates"]
        exact = {"verb", "named_on"}
        words: dict[str, Any] = {
            key: frozenset(page[key].split()) for key in ("other_words", "names_too", "short_months")
        } | {"clock": _joined(page["clock"]), "spans_before": tuple(page["spans_before"].split())}
        for key in page.keys() - words:
            words[key] = _pattern(page[key], re.NOFLAG if key in exact else re.IGNORECASE)
        return DateWords(**words)

    @cached_property
    def safe(self) -> SafeForms:
        page = self.page["safe"]
        return SafeForms(
            tuple(page["fronts"].split()),
            _pairs(page["ends"]),
            tuple(page["clinical_ends"].split()),
            _pattern(page["unit"]),
            _pattern(page["mixed"]),
        )

    @cached_property
    def checks(self) -> CheckWords:
        page = self.page["checks"]
        return CheckWords(
            frozenset(page["no_street"].split()),
            frozenset(page["no_street_name"].split()),
            tuple(page["public"].split()),
            frozenset(page.get("no_initials", "").split()),
        )

    @cached_property
    def public(self) -> PublicWords:
        return PublicWords(**{key: _pattern(text) for key, text in self.page["public"].items()})

    @cached_property
    def persons(self) -> PersonCues:
        page = self.page["persons"]
        return PersonCues(
            _pattern(page["clinician_before"]),
            _pattern(page["clinician_behind"], re.NOFLAG),
            _pattern(page["relative_before"]),
            frozenset(page["not_of_names"].split()),
        )

    @cached_property
    def rereading(self) -> RereadingWords:
        page = self.page["rereading"]
        return RereadingWords(_pattern(page["titled"], re.NOFLAG), _joined(page["month"]), _pattern(page["faxed"]))

    @cached_property
    def places(self) -> PlaceNames:
        return PlaceNames(places.STATES, places.states())

    @cached_property
    def surrogates(self) -> Surrogates:
        lines = read_list(self.page["lists"]["surrogates"]).split("\n")
        family, women, men = (tuple(line.split(" ")) for line in lines)
        return Surrogates(family, women, men)


@cache
def language(code: str) -> Language:
    """The language of a code.

    Errors:  PolicyError `language-unknown`, with those that are read.
    """
    if code not in LANGUAGES:
        raise PolicyError(
            "language-unknown",
            "text in this language is not supported",
            where=code,
            hint=f"supported: {', '.join(LANGUAGES)}",
        )
    page = tomllib.loads((files("veil.lexicon") / "languages" / LANGUAGES[code]).read_text(encoding="utf-8"))
    return Language(code, page if code == DEFAULT else _completed(page, english().page))


def _completed(page: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """A page with what `base` has and it has not, also section by section."""
    sections = {key: {**base[key], **value} for key, value in page.items() if isinstance(value, dict) and key in base}
    return {**base, **page, **sections}


def english() -> Language:
    return language(DEFAULT)


def code_of(locale: str) -> str:
    """The language of a locale: `en-US`, `en_GB` and `en` are `en`; a country alone (`US`) is read as English."""
    first = locale.replace("_", "-").partition("-")[0]
    return DEFAULT if len(first) == 2 and first.isupper() and "-" not in locale and "_" not in locale else first.lower()


def is_read(locale: str) -> bool:
    """Whether the detectors read the language of a locale."""
    return code_of(locale) in LANGUAGES


def language_of(locale: str) -> Language:
    """The language that reads the texts of a locale: its own, or else English, which then only tells that it is another."""
    return language(code_of(locale)) if is_read(locale) else english()


def day_first(locale: str) -> bool:
    """Whether a locale writes the day before the month."""
    written = locale.replace("_", "-").lower()
    return written not in _MONTH_FIRST and written not in english().page["month_first"].split()


def _joined(text: str) -> str:
    """A pattern of a page without the ends of its lines, which are for the reader."""
    return text.replace("\n", "")


def _pattern(text: str, flags: re.RegexFlag = re.IGNORECASE) -> Pattern:
    return re.compile(_joined(text), flags)


def _pairs(items: list[str]) -> tuple[tuple[str, str], ...]:
    """`ies>y`: an ending, and what stands in its place."""
    return tuple((pair.partition(">")[0], pair.partition(">")[2]) for pair in items)
