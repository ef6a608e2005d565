"""Text findings: what a scan found in one text and its replacements; for protected pages and reviews, never for reports."""

from __future__ import annotations

from dataclasses import dataclass

from veil.model.span import Span


@dataclass(frozen=True, slots=True)
class Meant:
    """Who a name means: a role, and a key for surrogates (`person` None: the owner of the record).

    Shape:   `words`: what a person beside the owner is called, folded, given name first.
    """

    role: str
    person: str | None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextFindings:
    """Shape: k spans, k replacements, k answers to who is meant; `unread`: the language of a text masked whole for it."""

    spans: tuple[Span, ...]
    replacements: tuple[str, ...]
    meant: tuple[Meant, ...]
    unread: str = ""
