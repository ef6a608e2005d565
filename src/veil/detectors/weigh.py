"""Weigh: which candidates are accepted, from their score, what holds them, and the lists of a policy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from veil.model import Label, Span

ACCEPTED = 0.5


def is_proven(span: Span) -> bool:
    """Whether check digits or a strong known identifier hold the span."""
    return bool(span.proof)


def weigh(
    shown: str,
    spans: Iterable[Span],
    *,
    thresholds: Mapping[Label, float] | None = None,
    allow: Collection[str] = (),
    least: float = ACCEPTED,
) -> list[Span]:
    """The spans that are accepted.

    Shape:   `allow` are small-letter values that are no PHI; a label without a threshold has `least`.
    Keeps:   what check digits or a strong known identifier hold is never refused, whatever score and lists say.
    """
    bars = thresholds or {}
    return [
        span
        for span in spans
        if is_proven(span)
        or (span.score >= bars.get(span.label, least) and not (allow and shown[span.start : span.end].lower() in allow))
    ]
