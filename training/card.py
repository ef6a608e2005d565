"""Card: fills the model card that ships in the documentation: data, licences, sizes, figures, known failures.

    python -m training.card FIGURES.json > docs/reference/model-card.md

FIGURES.json is what `python -m bench.detect --json FIGURES.json` wrote: a figure stands on the card only if a command
printed it.
"""

from __future__ import annotations

import json
import pathlib
import sys

from training.generator.template import families
from veil.detectors.ner.network import WEIGHTS
from veil.detectors.ner.shipped import CARD_SHA256

ROOM = pathlib.Path(__file__).parent.parent / "src/veil/detectors/ner"
TEXT = pathlib.Path(__file__).parent / "card.md"


def main(path: str) -> None:
    figures = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    every = families()
    rows = [
        "| {corpus} | {seen} | {chars:.2f} | {notes} | {other:.2f} | {precision} |".format(
            corpus=one["corpus"],
            seen="seen" if one["seen"] else "not seen",
            chars=one["chars"],
            notes=f"{one['notes']:.2f}",
            other=one["other"],
            precision=f"{one['token_precision']:.2f}",
        )
        for one in figures["corpora"]
        if one["system"] == "veil" and one["chars"] == one["chars"]
    ]
    held = [one for one in every if one.held_out]
    weight = sum(one.stat().st_size for one in (ROOM / WEIGHTS).rglob("*") if one.is_file())
    values = {
        "families": len(every),
        "held_out": len(held),
        "templates": sum(len(one.templates) for one in every),
        "held_names": ", ".join(f"`{one.name}`" for one in held),
        "machine": figures["machine"],
        "bytes": f"{weight:,}",
        "digest": CARD_SHA256,
        "networks": json.loads((ROOM / WEIGHTS / "card.json").read_text())["networks"],
        "rows": "\n".join(rows),
    }
    print(TEXT.read_text(encoding="utf-8").format(**values), end="")


if __name__ == "__main__":
    main(sys.argv[1])
