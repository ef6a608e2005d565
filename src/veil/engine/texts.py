"""Text engine: texts in; spans, replacements, new texts and counts out, the same under every interface."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from veil.detectors.scanner import Scanner, standard
from veil.engine.operators import Operators
from veil.engine.scan import Scans
from veil.engine.unread_texts import UnreadTexts, whole
from veil.keys import Keys
from veil.lexicon.language import Language, language_of
from veil.model import Label, Owner, Report, Span, TextFindings, label_of, put_back
from veil.policy.plan import Plan, day_first
from veil.policy.profile import Profile
from veil.roster import Roster

ADDRESS = "text"


@dataclass(frozen=True, slots=True)
class Treated:
    """One text after its treatment.

    Shape:   k disjoint, sorted spans of the text as it was, k replacements. `language`: the code of a language that is not
             read, "" where the text is read; such a text is one span.
    """

    text: str
    spans: list[Span]
    replacements: list[str]
    language: str = ""


class TextEngine:
    """Finds and replaces by one policy, with one set of keys, in one language.

    Keeps:   the answer for a text does not depend on those beside it, but where a policy draws for all of a batch.
    """

    def __init__(
        self,
        policy: Plan,
        keys: Keys,
        language: Language | None = None,
        *,
        scanner: Scanner | None = None,
        roster: Roster | None = None,
    ) -> None:
        self.policy, self.keys, self.roster = policy, keys, roster
        self.language = language or language_of(policy.locale)
        self.scanner = scanner or scanner_of(policy, self.language, roster)
        self._scans = Scans(policy, self.scanner, Operators(policy, keys), keys, roster)
        self._unread = UnreadTexts(policy, self.language)

    def under(self, policy: Plan, keys: Keys) -> TextEngine:
        """Another policy with the same detectors."""
        return TextEngine(policy, keys, self.language, scanner=self.scanner, roster=self.roster)

    def find(
        self, texts: Sequence[str], owners: Sequence[Owner] | None = None, least: Sequence[float] | None = None
    ) -> list[list[Span]]:
        """Every span, also those that the policy keeps.

        Shape:   n texts, n owners (none: nobody's), n least scores (none: 0.5) -> n lists of disjoint, sorted spans.
        Units:   code points.
        """
        return self.scanner.find(texts, owners, least)

    def changed(self, texts: Sequence[str], found: list[list[Span]]) -> list[list[Span]]:
        """Of the spans that `find` gave, those that the policy changes."""
        return self._scans.treated(texts, found)

    def languages(self, texts: Sequence[str]) -> list[str]:
        """The language of each text that is not read, "" for the others."""
        return self._unread.languages(texts)

    def treat(
        self,
        texts: Sequence[str],
        subjects: Sequence[str | None] | None = None,
        spans: list[list[Span]] | None = None,
        report: Report | None = None,
    ) -> list[Treated]:
        """Each text with what the policy changes replaced.

        Shape:   n texts, n subjects (none: each text is a subject of its own), n lists of spans as `changed` gives them
                 (none: they are found here) -> n. `report` gets the counts.
        """
        own = subjects if subjects is not None else [f"text:{i}" for i in range(len(texts))]
        values, owners = pa.array(list(texts), pa.large_string()), pa.array(list(own), pa.large_string())
        counts = report if report is not None else Report()
        first = day_first(self.policy.locale)
        if spans is None:
            _, found = self._scans.column(values, owners, day_first=first, report=counts, address=ADDRESS)
        else:
            _, found = self._scans.answer(values, owners, spans, day_first=first, report=counts, address=ADDRESS)
        return [_treated(text, result) for text, result in zip(texts, found, strict=True)]

    def put(
        self, texts: Sequence[str], spans: Sequence[list[Span]], replacements: Sequence[list[str]]
    ) -> list[Treated]:
        """Texts with replacements that an interface made itself; one that is not read is masked whole all the same."""
        languages = self._unread.counted(texts, Report(), ADDRESS)
        return [
            _treated(text, whole(text, code) if code else TextFindings(tuple(mine), tuple(new), ()))
            for text, code, mine, new in zip(texts, languages, spans, replacements, strict=True)
        ]


def _treated(text: str, found: TextFindings) -> Treated:
    new = put_back(text, found.spans, found.replacements)
    return Treated(new, list(found.spans), list(found.replacements), found.unread)


def policy_of(profile: Profile, locale: str = "en-US", reference_date: dt.date | None = None) -> Plan:
    """The policy of texts alone: a profile, without tables, records or files."""
    day = reference_date or dt.datetime.now(tz=dt.UTC).date()
    return Plan("texts", profile.name, profile.claims, "subject", locale, day, profile.labels, (), (), {}, None, {})


def scanner_of(policy: Plan, language: Language, roster: Roster | None = None) -> Scanner:
    """The detectors of a policy, made with a language."""
    return standard(
        policy.detectors,
        thresholds={label_of(word): least for word, least in policy.thresholds.items()},
        house=roster.staff() if roster is not None else (),
        files={"filters": policy.filters, "model": policy.model},
        allow=[word for word, _ in policy.allow.words],
        allow_patterns=[pattern for pattern, _ in policy.allow.patterns],
        deny={word: Label(label) for word, label in policy.deny.words},
        deny_patterns={pattern: Label(label) for pattern, label in policy.deny.patterns},
        language=language,
    )
