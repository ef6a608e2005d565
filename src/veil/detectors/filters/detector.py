"""Filters: an ordered list of filters as a detector; what no filter makes safe is found."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from pathlib import Path

from veil.detectors.base import Owner
from veil.detectors.filters.entries import EVERY_WORD, FilterEntry, read_entries
from veil.detectors.filters.expressions import SECONDS, TimeBudget
from veil.detectors.filters.ledger import Ledger, Range, joined
from veil.detectors.filters.tagger import Tagger, perceptron
from veil.detectors.filters.words import TaggedWords
from veil.detectors.known import KnownIdentifiers
from veil.lexicon.language import Language
from veil.model import Label, Span, Text

KNOWN, UNKNOWN = 0.9, 0.6  # the score of what a filter found, and of what no filter knows
_LABELS = {
    "DATE": Label.DATE,
    "HOLIDAYS": Label.DATE,
    "ID": Label.ID,
    "NAME": Label.NAME,
    "LOCATION": Label.LOCATION,
    "TOWN": Label.LOCATION,
    "PROVIDER_ADDRESS_OR_LOCATION": Label.LOCATION,
    "EMAIL": Label.EMAIL,
    "PATIENT_SOCIAL_SECURITY_NUMBER": Label.SSN,
}
_WORD = re.compile(r"[A-Za-z0-9]+")


class Filters:
    """Applies the filters of a file in their order; what is not safe in the end is found.

    Keeps:   the answer for a text does not depend on its neighbours; every letter and digit that is not safe is found.
    Errors:  LimitError `filters-slow` where the patterns take over `seconds` on a text: it cannot be answered.
    """

    name = "filters"
    labels = frozenset(Label)

    def __init__(
        self,
        entries: Sequence[FilterEntry] | Path,
        *,
        tagger: Tagger | None = None,
        seconds: float = SECONDS,
        language: Language | None = None,
    ) -> None:
        self._entries = read_entries(entries) if isinstance(entries, Path) else tuple(entries)
        self._types = {entry.number: entry.phi_type for entry in self._entries}
        self._seconds = seconds
        asked = any(entry.pos for entry in self._entries)
        self._tagger = tagger or (perceptron() if asked else None)
        self._known = (
            KnownIdentifiers((), language) if any(entry.type == "dynamic" for entry in self._entries) else None
        )
        self._contexts = {entry.around for entry in self._entries if entry.type == "regex_context"}

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        return [self._found(text, owner) for text, owner in zip(texts, owners, strict=True)]

    def _found(self, text: Text, owner: Owner) -> list[Span]:
        known = self._known.find([text], [owner])[0] if self._known is not None else []
        shown = text.shown
        ledger, words, clock = Ledger(shown), TaggedWords(shown, self._tagger), TimeBudget(shown, self._seconds)
        found: dict[str, list[Range]] = {}
        for entry in self._entries:
            if entry.type == "dynamic":
                ledger.settle(_shown_ranges(text, known), entry.number, exclude=True, override=True)
                continue
            ranges = self._ranges(entry, shown, words, clock, ledger, found)
            if entry.title in self._contexts:
                found[entry.title] = ranges
            ledger.settle(ranges, entry.number, exclude=entry.exclude, override=entry.type == "regex_context")
        return [*known, *(self._span(text, *ledger_span) for ledger_span in ledger.spans())]

    def _ranges(
        self,
        entry: FilterEntry,
        shown: str,
        words: TaggedWords,
        clock: TimeBudget,
        ledger: Ledger,
        found: dict[str, list[Range]],
    ) -> list[Range]:
        """What one filter matches, before it is settled; those that touch are one."""
        if entry.type == "match_all":
            return [(0, len(shown))] if shown else []
        if entry.type == "pos_matcher":
            return words.tagged(entry.pos)
        if entry.type == "set":
            return _listed(entry, words)
        assert entry.pattern is not None
        if entry.type == "regex_context":
            around = ledger_phi(ledger, shown) if entry.around == "all" else found.get(entry.around, [])
            return joined(_in_context(entry, list(entry.pattern.spans(shown, clock)), shown, around))
        if entry.pattern.written == EVERY_WORD:
            return words.places()
        return joined(entry.pattern.spans(shown, clock))

    def _span(self, text: Text, start: int, end: int, number: int) -> Span:
        value = text.shown[start:end]
        label = label_of_type(self._types.get(number, "OTHER"), value)
        source = f"filters:{number}" if number else "filters:unknown"
        return Span(*text.raw_range(start, end), label, KNOWN if number else UNKNOWN, source)


def _shown_ranges(text: Text, spans: Sequence[Span]) -> list[Range]:
    """Where spans stand in what is shown, those that touch made one."""
    back = text.back
    ranges = ((span.start, span.end) for span in spans)
    return joined(
        ranges if back is None else ((bisect_left(back, start), bisect_left(back, end)) for start, end in ranges)
    )


def ledger_phi(ledger: Ledger, shown: str) -> list[Range]:
    """The stretches of plain letters, digits and stars that are not safe: what a context of `all` looks at."""
    free = "".join(char if not safe else " " for char, safe in zip(shown, ledger.safe, strict=True))
    return [match.span() for match in re.finditer(r"[A-Za-z0-9*]+", free)]


def label_of_type(phi_type: str, value: str) -> Label:
    """The label of a type of Philter: by the type, and where it says too little by what stands there."""
    kind = phi_type.upper()
    if kind in _LABELS:
        return _LABELS[kind]
    if kind.startswith("AGE"):
        years = [int(piece) for piece in re.findall(r"\d+", value)]
        young = bool(years) and all(age < 90 for age in years)
        return Label.AGE if young and kind != "AGE>=90" else Label.AGE_OVER_89
    if "@" in value:
        return Label.EMAIL
    if kind == "CONTACT":
        return Label.URL if any(char.isalpha() for char in value) else Label.PHONE
    return Label.NAME if not any(char.isdigit() for char in value) else Label.ID


def _listed(entry: FilterEntry, words: TaggedWords) -> list[Range]:
    found = words.listed(entry.words)
    if not entry.pos:
        return [(start, end) for start, end, _ in found]
    return [(start, end) for start, end, i in found if words.tags()[i] in entry.pos]


def _in_context(entry: FilterEntry, matches: list[Range], shown: str, around: list[Range]) -> list[Range]:
    """The words of those matches that PHI stands right before, right behind, or both."""
    starts, ends = {start for start, _ in around}, {end for _, end in around}
    found: list[Range] = []
    for start, end in matches:
        left, right = start in ends, end in starts
        fits = {"left": left, "right": right, "left_or_right": left or right, "left_and_right": left and right}
        if fits[entry.context]:
            found += [match.span() for match in _WORD.finditer(shown, start, end)]
    return found
