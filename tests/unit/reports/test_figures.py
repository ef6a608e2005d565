"""What a terminal and a page say of a run, told from its manifest."""

from __future__ import annotations

import pytest

from veil.reports.figures import by_source, column_rows, gone


def manifest(*sources):
    rules, counts = [], []
    for source in sources:
        rules += [
            {
                "source": source,
                "address": "value",
                "cases": [{"where": "", "treatment": "keep"}],
                "known": "",
                "reason": "",
            },
            {
                "source": source,
                "address": "ssn",
                "cases": [{"where": "", "treatment": "drop"}],
                "known": "",
                "reason": "",
            },
        ]
        counts += [
            {"source": source, "column": "", "address": source, "action": "rows", "detail": "", "count": 2},
            {
                "source": source,
                "column": "value",
                "address": f"{source}.value",
                "action": "kept",
                "detail": "",
                "count": 2,
            },
            {
                "source": source,
                "column": "ssn",
                "address": f"{source}.ssn",
                "action": "dropped",
                "detail": "",
                "count": 2,
            },
        ]
    return {"rules": rules, "counts": counts}


@pytest.mark.parametrize(
    "names", [("labs.2020", "labs.2021"), ("text",), ("text", "labs"), ("a.b.c", "a.b", "a"), ("$.x",)]
)
def test_every_source_has_its_own_line_whatever_its_name(names):
    told = manifest(*names)
    assert [row[0] for row in by_source(told)] == list(names)
    assert gone(told) == [f"{name}.ssn" for name in names]
    assert [(row["source"], row["address"], row["counts"]) for row in column_rows(told)] == [
        pair for name in names for pair in ((name, "value", {"kept": 2}), (name, "ssn", {"dropped": 2}))
    ]
