"""Texts: single texts in Python, without a project or a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from veil.detectors.scanner import Scanner
from veil.engine.texts import TextEngine, policy_of, scanner_of
from veil.jobs.texts.find import Finder
from veil.keys import Keys
from veil.lexicon.language import Language, language_of
from veil.model import Span
from veil.policy.profile import read_profile


@lru_cache(maxsize=4)
def _finder(everything: bool) -> Finder:
    return Finder(everything=everything)


@lru_cache(maxsize=4)
def _scanner(language: Language) -> Scanner:
    return scanner_of(policy_of(read_profile("safe-harbor")), language)


def find(text: str, *, everything: bool = False) -> list[Span]:
    """What would be found in one text.

    Takes:   `text`: the text to search; `everything`: also find what Safe Harbor keeps
    Shape:   disjoint spans in order; `everything`: also what Safe Harbor keeps (ages under 90, bare years, states).
    Units:   code points.
    """
    return _finder(everything).find([text])[0]


def deidentify(
    texts: Sequence[str],
    *,
    profile: str = "safe-harbor",
    keys: Keys | None = None,
    subjects: Sequence[str | None] | None = None,
    locale: str = "en-US",
    reference_date: dt.date | None = None,
) -> list[str]:
    """Texts with everything that identifies replaced as a profile says.

    Takes:   `texts`: the texts, in order; `profile`: name or file of a profile, which says what replaces each label;
             `keys`: keys for profiles that derive pseudonyms or shifts; `subjects`: the patient of each text, None
             where unknown; `locale`: language and country of the texts; `reference_date`: the day for which ages are
             computed, by default today
    Shape:   n texts -> n texts, in order. `subjects`: whose record each is; the shift and the stand-ins of a profile
             that derives belong to them. Without them each text is a subject of its own.
    Keeps:   a text in a language that is not read is masked whole.
    Errors:  KeyringError `keys-missing` where the profile derives and no keys are given.
    """
    policy, language = policy_of(read_profile(profile), locale, reference_date), language_of(locale)
    engine = TextEngine(policy, keys or Keys.none(), language, scanner=_scanner(language))
    return [result.text for result in engine.treat(texts, subjects)]
