"""Charts of a run: what was found by label and by source, what happened to the values, the intervals kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from veil.reports.figures import ACTIONS, label_counts, suppressions
from veil.reports.marks import GROUPS, group_of
from veil.reports.plots import Chart, stacked

_MOST_ROWS = 30
_WORDS = {"applied": "replaced", "scanned": "scanned as text", "kept": "kept", "dropped": "dropped", "masked": "masked"}
_ROWS = {
    "right": "in a group that meets the threshold",
    "wrong": "in a group below the threshold",
    "dropped": "suppressed",
}
_INTERVALS, _WRONG_INTERVAL = "checked intervals", "interval"


def run_charts(manifest: dict[str, Any]) -> list[Chart]:
    """The pictures of a report, those with something to show."""
    return [chart for chart in _charts(manifest) if chart.plot.groups]


def _charts(manifest: dict[str, Any]) -> Iterator[Chart]:
    labels = label_counts(manifest)
    yield stacked("Found in text, by kind", [(label, [(group_of(label), count)]) for label, count in labels], GROUPS)
    yield stacked("Found in text, by source", _by_source(manifest, "found", list(GROUPS)), GROUPS)
    yield stacked("What happened to the values, by source", _by_source(manifest, "", list(ACTIONS)), _WORDS)
    yield _intervals(manifest["checks"])
    yield _risk(manifest)


def _by_source(manifest: dict[str, Any], action: str, kinds: list[str]) -> list[tuple[str, list[tuple[str, int]]]]:
    """Counts of each source: of what was found, by group of labels, or of all values, by action; the largest first."""
    sums: dict[str, Counter[str]] = {}
    for row in manifest["counts"]:
        kind = group_of(row["detail"]) if action else row["action"]
        if kind in kinds and action in ("", row["action"]):
            sums.setdefault(row["source"], Counter())[kind] += row["count"]
    largest = sorted(sums.items(), key=lambda pair: (-pair[1].total(), pair[0]))[:_MOST_ROWS]
    return [(source, [(kind, counts[kind]) for kind in kinds if counts[kind]]) for source, counts in largest]


def _intervals(checks: dict[str, int]) -> Chart:
    """Distances between two dates of a patient, of the input and the output: the same, or not."""
    wrong = checks.get(_WRONG_INTERVAL, 0)
    right = checks.get(_INTERVALS, 0) - wrong
    rows = [
        (name, [(kind, count)])
        for name, kind, count in (("kept", "right", right), ("not kept", "wrong", wrong))
        if count > 0
    ]
    return stacked("Intervals between a patient's dates", rows, {"right": "kept", "wrong": "not kept"})


def _risk(manifest: dict[str, Any]) -> Chart:
    """Rows of the tables for which the run measured it: whether enough others look like them, before and after."""
    rows: list[tuple[str, list[tuple[str, int]]]] = []
    for table in suppressions(manifest)[: _MOST_ROWS // 2]:
        rest = ("right", table.rows - table.suppressed)
        for when, kind in (("before", "wrong"), ("after", "dropped")):
            parts = [rest, (kind, table.suppressed)]
            rows.append((f"{table.source[:12]}, {when}", [part for part in parts if part[1]]))
    return stacked("Rows that others look like, before and after", rows, _ROWS)
