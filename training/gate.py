"""Gate: the small sets of invented texts that the tests measure recall and precision on.

python -m training.gate tests/gate/sets
"""

from __future__ import annotations

import json
import pathlib
import random
import sys

from training.generator.damage import damaged
from training.generator.template import Family, families, render

COUNT = 150
SETS = {
    "held-out": lambda one: one.held_out,
    "trained-on": lambda one: not one.held_out and one.name not in {"harmless_clinical", "term_statements"},
    "harmless": lambda one: one.name in {"harmless_clinical", "term_statements"},
}


def texts(chosen: list[Family], seed: str) -> list[dict[str, object]]:
    """As many texts as the gate holds, evenly over the families."""
    rng = random.Random(seed)
    made: list[dict[str, object]] = []
    for i in range(COUNT):
        text, spans = "", []
        for piece in damaged(render(rng.choice(chosen[i % len(chosen)].templates), rng), rng):
            if piece.label:
                spans.append({"start": len(text), "end": len(text) + len(piece.text), "label": piece.label})
            text += piece.text
        made.append({"id": f"{seed}-{i}", "text": text, "spans": spans})
    return made


def main(folder: str) -> None:
    for name, belongs in SETS.items():
        lines = texts([one for one in families() if belongs(one)], name)
        path = pathlib.Path(folder) / f"{name}.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
