"""Sample: texts drawn at random from a file, with what was found in each, for a reviewer to read."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from typing import Any

from veil.jobs.session import Session
from veil.jobs.texts.protected_page import Row, found_rows
from veil.keys import Keys
from veil.service.work.task import RESULT, Task

LONGEST = 100_000
Record = dict[str, Any]


def sample_of(session: Session, keys: Keys, task: Task) -> Record:
    """Draws texts, each with the same chance, and writes them to the folder as JSON; returns counts only.

    Shape:   `{"texts": [{"text", "result", "spans": [{"start", "end", "label", "score", "source", "replacement"}]}]}`
    """
    rows, of = drawn(found_rows(session, keys, task.folder / "tmp", cells=True), task.sample)
    page = {"texts": [_text_of(*row) for row in rows]}
    (task.folder / RESULT).write_text(json.dumps(page), encoding="utf-8")
    return {"name": "sample.json", "texts": len(rows), "of": of, "spans": sum(len(row[2].spans) for row in rows)}


def drawn(rows: Iterable[Row], most: int, seed: int | None = None) -> tuple[list[Row], int]:
    """So many of the rows, in their order, and how many there were; empty and very long ones are not drawn.

    Source:  Vitter, Random sampling with a reservoir (1985), algorithm R.
    """
    chance = random.Random(seed)  # noqa: S311  a sample, no secret
    sample: list[tuple[int, Row]] = []
    of = 0
    for row in rows:
        if not row[0] or len(row[0]) > LONGEST:
            continue
        of += 1
        if len(sample) < most:
            sample.append((of, row))
        elif (place := chance.randrange(of)) < most:
            sample[place] = (of, row)
    return [row for _, row in sorted(sample, key=lambda drawn_row: drawn_row[0])], of


def _text_of(text: str, result: str | None, found: Any) -> Record:
    spans = [
        {
            "start": span.start,
            "end": span.end,
            "label": span.label.value,
            "score": round(span.score, 4),
            "source": span.origin,
            "replacement": new,
        }
        for span, new in zip(found.spans, found.replacements, strict=True)
    ]
    return {"text": text, "result": result or "", "spans": spans}
