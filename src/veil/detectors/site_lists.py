"""Site lists: the words and patterns of a site, those that are never masked and those that always are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import re2  # type: ignore[import-untyped, unused-ignore]  # has no stubs

from veil.detectors.base import Known, Owner
from veil.detectors.known import KnownIdentifiers
from veil.detectors.octets import octets
from veil.errors import PolicyError
from veil.lexicon.language import Language
from veil.model import Label, Span, Text
from veil.model.span import KNOWN


def site_pattern(pattern: str, where: str = "") -> Any:
    """A pattern of a site in RE2, whatever the case of the letters.

    Errors:  PolicyError `list-pattern`; the pattern is not told, for it may hold a name.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.case_sensitive = False
    try:
        return re2.compile(octets(pattern), options)
    except re2.error:
        raise PolicyError(
            "list-pattern",
            "a pattern of a list is not a valid RE2 expression",
            where=where,
            hint="look-around and back-references are not supported; see the syntax of RE2",
        ) from None


class Allowed(Collection[str]):
    """Values that are no PHI: words as they stand, and what a pattern matches whole; in small letters."""

    def __init__(self, words: Iterable[str], patterns: Iterable[str] = ()) -> None:
        self._words = frozenset(word.lower() for word in words)
        self._patterns = tuple(site_pattern(pattern) for pattern in patterns)

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, str):
            return False
        return value in self._words or any(pattern.fullmatch(octets(value)) for pattern in self._patterns)

    def __len__(self) -> int:
        return len(self._words) + len(self._patterns)

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)


class Denied:
    """Finds the words and patterns that a site always wants masked, as if tables held them: nothing refuses them.

    Keeps:   words are found in every written form that a strong known identifier is found in.
    """

    name = "known"
    labels = frozenset(Label)
    reads_owners = False

    def __init__(
        self,
        words: Mapping[str, Label],
        patterns: Mapping[str, Label] | None = None,
        language: Language | None = None,
    ) -> None:
        self._owner = Owner(None, tuple(Known("denied", word, label, "strong") for word, label in words.items()))
        self._patterns = [(site_pattern(pattern), label) for pattern, label in (patterns or {}).items()]
        self._known = KnownIdentifiers((), language)

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        del owners
        found = self._known.find(texts, [self._owner] * len(texts))
        return [[*spans, *self._matches(text)] for text, spans in zip(texts, found, strict=True)]

    def _matches(self, text: Text) -> Iterator[Span]:
        data = octets(text.shown) if self._patterns else b""
        for pattern, label in self._patterns:
            for match in pattern.finditer(data):
                start, end = match.span()
                if end > start:
                    yield Span(*text.raw_range(start, end), label, 1.0, "known:strong:pattern", proof=KNOWN)
