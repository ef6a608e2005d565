"""The page and the tables of an evaluation: shares, intervals, counts; no value and no name of a file."""

from __future__ import annotations

from typing import Any

from veil.measure.figures import LESS_IS_BETTER, NAMES, SHARES
from veil.reports.page import render
from veil.reports.percent import percent, points

MOST_NOTES = 100
Record = dict[str, Any]
MEANS = {
    "chars": "letters and digits of identifiers that are masked",
    "notes": "notes with every identifier fully masked",
    "other": "other letters and digits that are masked",
    "harmless": "notes without identifiers in which anything is masked",
    "token_recall": "tokens of identifiers that are fully masked",
    "token_precision": "masked tokens that are identifiers",
    "retention": "other tokens that are kept",
    "span_recall": "identifiers that are fully masked",
}


def evaluation_page(record: Record) -> str:
    """One HTML page without scripts; it loads nothing and holds no value."""
    figures = record["figures"]
    rows = label_rows(record)
    floor = _floor([100 * figures["recall"] for _, figures, ends in rows if ends])
    worst = sorted(figures["notes"], key=lambda note: (-note["leaks"], -note["fp"], note["note"]))
    touched = [note for note in worst if note["leaks"] or note["fp"]]
    return render(
        "evaluation.html",
        record=record,
        figures=figures,
        shares=share_rows(record),
        labels=[_drawn(row, floor) for row in rows],
        floor=floor,
        spans=span_rows(record),
        notes=touched[:MOST_NOTES],
        touched=len(touched),
        found_by=found_by(record),
        clear=rule_of_three(record),
    )


def found_by(record: Record) -> str:
    return f"Veil {record['veil']}" if record["found_by"] == "veil" else f"predictions read from {record['found_by']}"


def share_rows(record: Record) -> list[tuple[str, str, str, str]]:
    """Shape: a row a share: name, value, interval, what it is; ready to be shown."""
    figures = record["figures"]
    rows = []
    for name in SHARES:
        value, ends = figures["shares"][name], figures["intervals"].get(name)
        between = f"{points(ends[0])} to {points(ends[1])}" if ends else ""
        means = MEANS[name] + (" (lower is better)" if name in LESS_IS_BETTER else "")
        rows.append((name, points(value), between, means))
    return rows


def label_rows(record: Record) -> list[tuple[str, Record, list[float] | None]]:
    """Shape: a row a label, in the order of the law: name, its figures, the interval of its recall in percent."""
    labels = record["figures"]["labels"]
    return [
        (name, labels[name], [100 * end for end in labels[name]["interval"]] if labels[name]["interval"] else None)
        for name in NAMES
        if name in labels
    ]


def span_rows(record: Record) -> list[list[str]]:
    """Shape: a row a way to match spans: name, recall and precision, then both under the right label."""
    spans = record["figures"]["spans"]
    recall, precision = spans["recall"], spans["precision"]
    return [
        [
            means,
            *(
                percent(share[key]) if key in share else ""
                for key in (name, f"{name}_same")
                for share in (recall, precision)
            ),
        ]
        for name, means in (("exact", "exact match"), ("any", "overlap"), ("covered", "fully masked"))
    ]


def rule_of_three(record: Record) -> str:
    """What a set without a leak shows, and what it does not."""
    with_phi = sum(note["spans"] > 0 for note in record["figures"]["notes"])
    if not with_phi or record["figures"]["leaks"]["spans"]:
        return ""
    return (
        f"No leak in {with_phi:,} notes with identifiers: by the rule of three, up to {points(min(100.0, 300 / with_phi))} "
        "of such notes may still leak."
    )


def _drawn(row: tuple[str, Record, list[float] | None], floor: int) -> Record:
    """A label's row with the places of its dot and bar on a scale from `floor` to 100, in percent of its width.

    Keeps:   no dot lies below `floor`; a bar that begins below it is cut there, its numbers stand beside it.
    """
    name, figures, ends = row
    width = 100 / (100 - floor)
    places = {}
    if ends:
        low = max(ends[0], floor)
        places = {
            "low": (low - floor) * width,
            "span": max(0.6, (ends[1] - low) * width),
            "dot": (100 * figures["recall"] - floor) * width,
        }
    return {
        "name": name,
        **figures,
        "ends": [points(end) for end in ends] if ends else None,
        "places": places,
        "recall": percent(figures["recall"]),
        "precision": percent(figures["precision"]),
    }


def _floor(lows: list[float]) -> int:
    return next((floor for floor in (90, 80, 50) if lows and min(lows) >= floor), 0)
