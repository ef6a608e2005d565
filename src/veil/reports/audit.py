"""The record of acts as rows, as one file of lines and as a page to print and sign; no value of the data."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from veil.audit import Checked
from veil.reports.page import render

Act = dict[str, Any]
Held = Sequence[tuple[str, Checked]]  # the name of each record of acts, and what it came to
_FRAME = frozenset({"number", "at", "who", "what", "before", "hash", "seal", "line"})
_SHOWN = {
    "run begun": "run started",
    "run ended": "run finished",
    "torn": "incomplete line",
    "unanchored": "no checkpoint",
}
_LONG = 64  # a digest in full; on a screen its beginning is enough to compare


def act_rows(acts: Iterable[Act], *, whole: bool = False) -> list[tuple[str, str, str, str, str, str]]:
    """Shape: a row an act: number, when, who, what, what it tells, whose seal; digests cut to 12 digits unless `whole`."""
    return [
        (
            str(act["number"]),
            str(act["at"]).replace("T", " ").removesuffix("Z"),
            str(act["who"]),
            _SHOWN.get(str(act["what"]), str(act["what"])),
            "; ".join(_details(act, whole)),
            str(act["seal"]["key"])[:12] if "seal" in act else "",
        )
        for act in acts
    ]


def exported(logs: Held) -> str:
    """JSON lines of all acts, oldest first, each with the name of its `record`; the bytes of a line are not those of the chain."""
    rows = [{**act, "record": name} for name, act in _merged(logs)]
    return "".join(json.dumps(row, sort_keys=True) + "\n" for row in rows)


def audit_page(logs: Held) -> str:
    """One HTML page without scripts, with room for a name and a date below; it loads nothing."""
    records = [
        {
            "name": name,
            "count": checked.records,
            "last": checked.last,
            "torn": checked.torn,
            "unanchored": checked.unanchored,
            "rows": [
                (row, _weight(act)) for row, act in zip(act_rows(checked.acts, whole=True), checked.acts, strict=True)
            ],
        }
        for name, checked in logs
    ]
    acts = [act for _, checked in logs for act in checked.acts]
    signatures = [act for act in acts if act["what"] == "signed"]
    return render("audit.html", records=records, cards=_cards(acts), signatures=signatures)


def _cards(acts: list[Act]) -> list[tuple[str, str, bool]]:
    """Shape: a row a card: figure, what it is, whether a person should look."""
    kinds = [str(act["what"]) for act in acts]
    failed = kinds.count("run failed")
    begun, over = kinds.count("run begun"), kinds.count("run ended") + failed
    quarantined = sum(sum(act.get("quarantined", {}).values()) for act in acts)
    return [
        (f"{len(acts):,}", "entries", False),
        (f"{kinds.count('run ended'):,}", "runs finished", False),
        (f"{failed:,}", "runs failed", failed > 0),
        (f"{max(0, begun - over):,}", "runs interrupted", begun > over),
        (f"{quarantined:,}", "quarantined", quarantined > 0),
        (f"{kinds.count('reverse'):,}", "reversals", "reverse" in kinds),
        (f"{kinds.count('signed'):,}", "signatures", False),
    ]


def _merged(logs: Held) -> list[tuple[str, Act]]:
    pairs = [(name, act) for name, checked in logs for act in checked.acts]
    return sorted(pairs, key=lambda pair: str(pair[1]["at"]))  # sorting keeps the order of acts of one second


def _weight(act: Act) -> str:
    """How a line is drawn: what failed, what was torn and what leads back stand out."""
    bad = act["what"] in ("run failed", "torn", "unanchored") or act.get("exit_code") not in (None, 0)
    return "bad" if bad else "good" if act["what"] in ("run ended", "verify", "signed") else ""


def _details(act: Mapping[str, Any], whole: bool) -> list[str]:
    return [
        f"{key.replace('_', ' ')} {_shown(value, whole)}"
        for key, value in sorted(act.items())
        if key not in _FRAME and value not in ({}, None, "")
    ]


def _shown(value: Any, whole: bool) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(inner, whole)}" for key, inner in sorted(value.items()))
    if isinstance(value, str) and len(value) == _LONG and not whole:
        return value[:12]
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
