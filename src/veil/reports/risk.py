"""The page and the tables of a table's risk: counts, shares, names of columns; no value and no name of a file."""

from __future__ import annotations

from typing import Any

from veil.reports.page import render

Record = dict[str, Any]


def risk_page(record: Record) -> str:
    """One HTML page without scripts; it loads nothing and holds no value."""
    sizes = [
        (row, _width(one["records"] / record["records"]))
        for row, one in zip(size_rows(record), record["sizes"], strict=True)
    ]
    added = [(row, _width(one["unique_added"])) for row, one in
             zip(contribution_rows(record), record["contributions"], strict=True)]  # fmt: skip
    return render(
        "risk.html", record=record, cards=cards(record), figures=figure_rows(record), sizes=sizes, added=added,
        sensitive=sensitive_rows(record),
    )  # fmt: skip


def cards(record: Record) -> list[tuple[str, str, bool]]:
    """Shape: a row a card: figure, what it is, whether it is as bad as can be."""
    who = record["journalist"] or record["prosecutor"]
    return [
        (f"{record['k']:,}", "records in the smallest class (k)", record["k"] == 1),
        (told(record["unique"]), "of records unique", record["unique"] == 1),
        (told(who["highest"]), "highest risk of a record", who["highest"] == 1),
        (told(record["marketer"]), "of all records named rightly by guessing", record["marketer"] == 1),
        (told(who["over"]), f"of records above {record['threshold']:g}", who["over"] == 1),
    ]


def figure_rows(record: Record) -> list[tuple[str, str, str]]:
    """Shape: a row a figure: name, value, what it is; ready to be shown."""
    rows = [
        ("k", f"{record['k']:,}", "records in the smallest class"),
        ("unique", told(record["unique"]), "records that no other looks like"),
        *_risk_rows("prosecutor", "the person is known to be in the table", record["prosecutor"], record["threshold"]),
    ]
    if record["journalist"]:
        rows += _risk_rows(
            "journalist", "the person is known to be in the population", record["journalist"], record["threshold"]
        )
    return [*rows, ("marketer", told(record["marketer"]), "records named rightly by one who guesses all")]


def beside_rows(before: Record, after: Record) -> list[tuple[str, str, str]]:
    """Shape: a row a figure: name, before, after."""
    rows = [("records in classes", f"{before['records']:,}", f"{after['records']:,}"),
            ("suppressed", f"{before['suppressed']:,}", f"{after['suppressed']:,}"),
            ("classes", f"{before['classes']:,}", f"{after['classes']:,}")]  # fmt: skip
    rows += [
        (one[0], one[1], two[1])
        for one, two in zip(figure_rows({**before, "journalist": None}), figure_rows(after), strict=True)
    ]
    for one, two in zip(before["sensitive"], after["sensitive"], strict=True):
        rows += [(f"{one['column']}: l, distinct", f"{one['distinct']:,}", f"{two['distinct']:,}"),
                 (f"{one['column']}: t", f"{one['t']:.4f}", f"{two['t']:.4f}")]  # fmt: skip
    return rows


def size_rows(record: Record) -> list[tuple[str, str, str, str]]:
    """Shape: a row a band of sizes: size, classes, records, share of records."""
    return [
        (
            _band(one["from"], one["to"]),
            f"{one['classes']:,}",
            f"{one['records']:,}",
            told(one["records"] / record["records"]),
        )
        for one in record["sizes"]
    ]


def contribution_rows(record: Record) -> list[tuple[str, str, str, str, str, str]]:
    """Shape: a row a quasi-identifier: name, values, then k, uniqueness, what it adds to it, and marketer risk without it."""
    return [
        (
            one["column"],
            f"{one['values']:,}",
            f"{one['k']:,}",
            told(one["unique"]),
            told(one["unique_added"]),
            told(one["marketer"]),
        )
        for one in record["contributions"]
    ]


def sensitive_rows(record: Record) -> list[tuple[str, str, str, str, str, str]]:
    """Shape: a row a sensitive column: name, l of both kinds, share of records in classes of one value, t, its distance."""
    return [
        (
            one["column"],
            f"{one['distinct']:,}",
            f"{one['entropy']:.2f}",
            told(one["alone"]),
            f"{one['t']:.4f}",
            one["distance"],
        )
        for one in record["sensitive"]
    ]


def told(share: float) -> str:
    """A share of 1 in percent, two places; never rounded up to 100 nor down to 0."""
    shown = f"{100 * share:.2f}"
    if shown == "100.00" and share < 1:
        shown = "99.99"
    if shown == "0.00" and share > 0:
        shown = "0.01"
    return shown + " %"


def _risk_rows(name: str, who: str, risks: Record, threshold: float) -> list[tuple[str, str, str]]:
    return [
        (f"{name}, highest", told(risks["highest"]), f"of any record; {who}"),
        (f"{name}, average", told(risks["average"]), "over records"),
        (f"{name}, over", told(risks["over"]), f"records whose risk is above {threshold:g}"),
    ]


def _band(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} and more"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _width(share: float) -> float:
    """Percent of the bar's room."""
    return round(100 * max(0.0, share), 2)
