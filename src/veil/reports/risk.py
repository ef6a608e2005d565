"""The page and the tables of a table's risk: counts, shares, names of columns; no value and no name of a file."""

from __future__ import annotations

from typing import Any

from veil.reports.page import render
from veil.reports.percent import percent
from veil.reports.plots import Plot, lying, upright

Record = dict[str, Any]


def risk_page(record: Record) -> str:
    """One HTML page without scripts; it loads nothing and holds no value."""
    after = record.get("after")
    return render(
        "risk.html",
        record=record,
        after=after,
        fix=record.get("fix"),
        cards=cards(after or record),
        figures=figure_rows(record),
        beside=beside_rows(record, after) if after else [],
        levels=level_rows(record["fix"]) if record.get("fix") else [],
        sizes=size_rows(record),
        added=contribution_rows(record),
        sensitive=sensitive_rows(record),
        sizes_plot=_sizes_plot(record, after),
        added_plot=_added_plot(record, after),
        percent=percent,
    )


def _sizes_plot(record: Record, after: Record | None) -> Plot:
    names = [row[0].replace(" and more", "+").replace(" to ", "-") for row in size_rows(record)]
    return upright(
        names,
        [
            (kind, [band["records"] / shares["records"] for band in shares["sizes"]])
            for kind, shares in _both(record, after)
        ],
    )


def _added_plot(record: Record, after: Record | None) -> Plot:
    """Columns by what knowing them makes unique, the riskiest first."""
    order = sorted(range(len(record["contributions"])), key=lambda at: -record["contributions"][at]["unique_added"])
    names = [record["contributions"][at]["column"] for at in order]
    return lying(
        names,
        [
            (kind, [max(0, side["contributions"][at]["unique_added"]) for at in order])
            for kind, side in _both(record, after)
        ],
    )


def _both(record: Record, after: Record | None) -> list[tuple[str, Record]]:
    return [("was", record), ("now", after)] if after else [("now", record)]


def cards(record: Record) -> list[tuple[str, str, bool]]:
    """Shape: a row a card: figure, what it is, whether it is as bad as can be."""
    who = record["journalist"] or record["prosecutor"]
    return [
        (f"{record['k']:,}", "records in the smallest class (k)", record["k"] == 1),
        (percent(record["unique"]), "of records unique", record["unique"] == 1),
        (percent(who["highest"]), "highest risk of a record", who["highest"] == 1),
        (
            percent(record["marketer"]),
            "of all records re-identified by an attacker who guesses all",
            record["marketer"] == 1,
        ),
        (percent(who["over"]), f"of records above {record['threshold']:g}", who["over"] == 1),
    ]


def figure_rows(record: Record) -> list[tuple[str, str, str]]:
    """Shape: a row a figure: name, value, what it is; ready to be shown."""
    rows = [
        ("k", f"{record['k']:,}", "records in the smallest class"),
        ("unique", percent(record["unique"]), "records with a unique combination of quasi-identifiers"),
        *_risk_rows("prosecutor", "the person is known to be in the table", record["prosecutor"], record["threshold"]),
    ]
    if record["journalist"]:
        rows += _risk_rows(
            "journalist", "the person is known to be in the population", record["journalist"], record["threshold"]
        )
    return [
        *rows,
        ("marketer", percent(record["marketer"]), "share of records re-identified by an attacker who guesses all"),
    ]


def beside_rows(before: Record, after: Record) -> list[tuple[str, str, str]]:
    """Shape: a row a figure: name, before, after."""
    rows = [
        ("records in classes", f"{before['records']:,}", f"{after['records']:,}"),
        ("suppressed", f"{before['suppressed']:,}", f"{after['suppressed']:,}"),
        ("classes", f"{before['classes']:,}", f"{after['classes']:,}"),
    ]
    rows += [
        (old_row[0], old_row[1], new_row[1])
        for old_row, new_row in zip(figure_rows({**before, "journalist": None}), figure_rows(after), strict=True)
    ]
    for old, new in zip(before["sensitive"], after["sensitive"], strict=True):
        rows += [
            (f"{old['column']}: l, distinct", f"{old['distinct']:,}", f"{new['distinct']:,}"),
            (f"{old['column']}: t", f"{old['t']:.4f}", f"{new['t']:.4f}"),
        ]
    return rows


def level_rows(fix: Record) -> list[tuple[str, str, str, str, str, str]]:
    """Shape: a row a column of a search: name, level of how many, rule, values before and after, loss of its cells."""
    return [
        (
            column["column"],
            f"{column['level']} of {column['levels'] - 1}",
            column["rule"],
            f"{column['before']:,}",
            f"{column['after']:,}",
            percent(column["loss"]),
        )
        for column in fix["columns"]
    ]


def size_rows(record: Record) -> list[tuple[str, str, str, str]]:
    """Shape: a row a band of sizes: size, classes, records, share of records."""
    return [
        (
            _band(band["from"], band["to"]),
            f"{band['classes']:,}",
            f"{band['records']:,}",
            percent(band["records"] / record["records"]),
        )
        for band in record["sizes"]
    ]


def contribution_rows(record: Record) -> list[tuple[str, str, str, str, str, str]]:
    """Shape: a row a quasi-identifier: name, values, then k, uniqueness, what it adds to it, and marketer risk without it."""
    return [
        (
            column["column"],
            f"{column['values']:,}",
            f"{column['k']:,}",
            percent(column["unique"]),
            percent(column["unique_added"]),
            percent(column["marketer"]),
        )
        for column in record["contributions"]
    ]


def sensitive_rows(record: Record) -> list[tuple[str, str, str, str, str, str]]:
    """Shape: a row a sensitive column: name, l of both kinds, share of records in classes of one value, t, its distance."""
    return [
        (
            column["column"],
            f"{column['distinct']:,}",
            f"{column['entropy']:.2f}",
            percent(column["alone"]),
            f"{column['t']:.4f}",
            column["distance"],
        )
        for column in record["sensitive"]
    ]


def _risk_rows(name: str, who: str, risks: Record, threshold: float) -> list[tuple[str, str, str]]:
    return [
        (f"{name}, highest", percent(risks["highest"]), f"of any record; {who}"),
        (f"{name}, average", percent(risks["average"]), "over records"),
        (f"{name}, over", percent(risks["over"]), f"records whose risk is above {threshold:g}"),
    ]


def _band(low: int, high: int | None) -> str:
    if high is None:
        return f"{low:,} and more"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
