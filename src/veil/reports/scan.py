"""The page and the tables of a scan: names of columns, what they seem to be, shares and words of evidence; no value."""

from __future__ import annotations

from collections import Counter
from typing import Any

from veil.reports.page import render

Record = dict[str, Any]
MEANS = {
    "direct": "direct identifiers: each identifies a person by itself",
    "quasi": "quasi-identifiers: combined, they can identify a person",
    "key": "ids and keys: replaced by pseudonyms, so that tables can still be joined",
    "text": "text: it may contain names, so it is scanned",
    "date": "dates of the record",
    "code": "codes",
    "measure": "measured and counted numbers",
    "empty": "columns without a value",
}


def ranked(record: Record) -> list[tuple[str, Record]]:
    """Columns of all tables, those that harm most first."""
    rows = [(table["table"], column) for table in record["tables"] for column in table["columns"]]
    order = list(MEANS)
    return sorted(rows, key=lambda row: order.index(row[1]["role"]))


def scan_page(record: Record) -> str:
    """One HTML page without scripts; it loads nothing and holds no value."""
    return render(
        "scan.html",
        record=record,
        cards=cards(record),
        columns=column_rows(record),
        tables=table_rows(record),
        means=MEANS,
    )


def cards(record: Record) -> list[tuple[str, str, bool]]:
    """Shape: a row a card: figure, what it is, whether it asks for care."""
    counts = Counter(column["role"] for _, column in ranked(record))
    return [
        (f"{counts[role]:,}", means.partition(":")[0], role == "direct" and counts[role] > 0)
        for role, means in MEANS.items()
        if counts[role]
    ]


def column_rows(record: Record) -> list[list[str]]:
    """Shape: a row a column: role, table, column, kind, sure, null, distinct, evidence; what harms most stands first."""
    return [
        [
            column["role"],
            table,
            column["column"],
            column["kind"] + (f" ({column['form']})" if column["form"] else ""),
            f"{column['sure']:.0%}",
            f"{column['null']:.0%}",
            f"{column['distinct']:.0%}",
            column["evidence"],
        ]
        for table, column in ranked(record)
    ]


def table_rows(record: Record) -> list[list[str]]:
    """Shape: a row a table: name, rows looked at, rows they were drawn from, quasi-identifiers, share of rows alone in them."""
    return [
        [
            table["table"],
            f"{table['looked_at']:,}",
            f"{table['drawn_from']:,}" + ("" if table["whole"] else " of more"),
            ", ".join(table["quasi"]) or "none",
            f"{table['unique_on_quasi']:.0%}" if table["quasi"] else "",
        ]
        for table in record["tables"]
    ]
