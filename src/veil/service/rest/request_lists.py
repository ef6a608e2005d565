"""Request lists: words of a request that are never replaced, and words that always are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veil.detectors.resolve import resolve
from veil.detectors.site_lists import Allowed, Denied
from veil.model import Label, Owner, Span, Text


@dataclass(frozen=True, slots=True)
class Lists:
    """The words of one request, whatever their case.

    Shape:   `allow`: a span that is one of these as a whole is left; `deny`: found wherever they are, with the label ID
             where no detector has another.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def put_on(self, texts: Sequence[str], found: Sequence[list[Span]]) -> list[list[Span]]:
        """Shape: n texts, n lists of spans -> n lists of disjoint spans in order. Units: code points."""
        if not self.allow and not self.deny:
            return [list(spans) for spans in found]
        allowed = Allowed(self.allow)
        denied = Denied(dict.fromkeys(self.deny, Label.ID))
        more = denied.find([Text.of(text) for text in texts], [Owner()] * len(texts))
        return [
            resolve(text, [*(span for span in spans if text[span.start : span.end].lower() not in allowed), *always])
            for text, spans, always in zip(texts, found, more, strict=True)
        ]


NO_LISTS = Lists()
