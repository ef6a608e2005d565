"""Protected pages: the only pages that show text; made by a flag, mode 0600, never inside the output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from veil.model import TextFindings
from veil.reports.marks import group_of
from veil.reports.page import render


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A stretch of text: of one label, or of none."""

    text: str
    label: str = ""
    rule: str = ""

    @property
    def kind(self) -> str:
        return group_of(self.label)


def side_by_side(rows: Sequence[tuple[str, str, TextFindings]], title: str) -> str:
    """Original and result of each text, spans coloured by label, the rule and the score of each on hover."""
    notes = [{"before": _before(text, found), "after": _after(text, found)} for text, _, found in rows]
    found_labels = sorted({span.label.value for _, _, found in rows for span in found.spans})
    labels = [(label, group_of(label)) for label in found_labels]
    return render("protected.html", title=title, notes=notes, labels=labels)


def _before(text: str, found: TextFindings) -> list[MarkedText]:
    pieces, at = [], 0
    for span, meant in zip(found.spans, found.meant, strict=True):
        pieces.append(MarkedText(text[at : span.start]))
        role = f" · {meant.role}" if span.label.value == "NAME" else ""
        pieces.append(
            MarkedText(
                text[span.start : span.end],
                span.label.value,
                f"{span.label.value} · {span.origin} · {span.score:.2f}{role}",
            )
        )
        at = span.end
    return [*pieces, MarkedText(text[at:])]


def _after(text: str, found: TextFindings) -> list[MarkedText]:
    pieces, at = [], 0
    for span, new in zip(found.spans, found.replacements, strict=True):
        pieces.append(MarkedText(text[at : span.start]))
        pieces.append(MarkedText(new, span.label.value, span.label.value))
        at = span.end
    return [*pieces, MarkedText(text[at:])]
