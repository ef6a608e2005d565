"""Explain: the spans of one text with their reasons, also those that a policy keeps."""

from __future__ import annotations

from collections.abc import Mapping

from veil.engine.texts import Treated
from veil.model import Label, Span
from veil.service.rest.entity_types import kind_of
from veil.service.rest.schemas import ExplainAnswer, Reason


def explained(text: str, done: Treated, every: list[Span], policy: Mapping[Label, str]) -> ExplainAnswer:
    """Shape: spans in order, disjoint; places in the text as it was and as it is. Units: code points."""
    changed = {(span.start, span.end): (span, new) for span, new in zip(done.spans, done.replacements, strict=True)}
    kept = {(span.start, span.end): (span, text[span.start : span.end]) for span in every if not done.language}
    reasons, moved = [], 0
    for place, (span, new) in sorted((kept | changed).items()):
        start = span.start + moved
        moved += len(new) - span.length
        reasons.append(
            Reason(
                start=span.start,
                end=span.end,
                label=span.label.value,
                entity_type=kind_of(span.label),
                score=round(span.score, 4),
                source=span.origin,
                kept=place not in changed,
                policy=policy[span.label],
                replacement=new if place in changed else "",
                result_start=start,
                result_end=start + len(new),
            )
        )
    return ExplainAnswer(deidentified_text=done.text, spans=reasons, language=done.language or None)
