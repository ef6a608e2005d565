"""The protected page of an evaluation: each leak and each false alarm in its context; it holds PHI."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from veil.measure.mistakes import ALARM, LEAK, PART, WIDE, Mistake
from veil.measure.sheet import LABELS
from veil.reports.page import render

_ORDER = {kind: at for at, kind in enumerate((LEAK, PART, ALARM, WIDE))}
_LAW = {label.value: at for at, label in enumerate(LABELS)}


def mistakes_page(found: Sequence[Mistake], ids: Sequence[str]) -> str:
    """By label in the order of the law, then by kind, then by surface form, the most frequent first.

    Shape:   `ids`: of each note by position, shown beside its number.
    """
    groups = [
        _group(label, kind, list(members), ids) for (label, kind), members in groupby(sorted(found, key=_key), _name)
    ]
    kinds = [(kind, sum(mistake.kind == kind for mistake in found)) for kind in _ORDER]
    return render("mistakes.html", groups=groups, kinds=kinds)


def _group(label: str, kind: str, members: list[Mistake], ids: Sequence[str]) -> dict[str, Any]:
    forms: dict[str, list[dict[str, Any]]] = {}
    for mistake in members:
        forms.setdefault(" ".join(mistake.surface.casefold().split()), []).append(
            {"mistake": mistake, "id": ids[mistake.note - 1]}
        )
    ranked = sorted(forms.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return {"label": label, "kind": kind, "count": len(members), "leak": kind in (LEAK, PART), "forms": ranked}


def _name(mistake: Mistake) -> tuple[str, str]:
    return mistake.label, mistake.kind


def _key(mistake: Mistake) -> tuple[int, int, int]:
    return _LAW.get(mistake.label, len(_LAW)), _ORDER[mistake.kind], mistake.note
