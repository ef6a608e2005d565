"""Counts say their source and their column apart, so that a dot in a name joins nothing."""

from __future__ import annotations

from veil.model import Report


def counted(source, *lines):
    report = Report(source)
    for line in lines:
        report.count(*line)
    return report


def test_two_sources_whose_names_share_their_beginning_stay_two():
    whole = Report() + counted("labs.2020", ("", "rows", "", 3)) + counted("labs.2021", ("", "rows", "", 4))
    assert [(row["source"], row["count"]) for row in whole.rows()] == [("labs.2020", 3), ("labs.2021", 4)]


def test_a_source_with_a_dot_is_not_a_column_of_another():
    whole = counted("labs", ("2020.value", "kept", "", 1)) + counted("labs.2020", ("value", "kept", "", 1))
    assert len(whole.rows()) == 1 + 1
    assert {row["address"] for row in whole.rows()} == {"labs.2020.value"}
    merged = Report()
    merged.add((counted("labs", ("2020.value", "kept", "", 1))).rows())
    merged.add((counted("labs.2020", ("value", "kept", "", 1))).rows())
    assert [(row["source"], row["column"]) for row in merged.rows()] == [("labs", "2020.value"), ("labs.2020", "value")]


def test_what_rows_give_comes_back_the_same():
    report = counted("a.b", ("c.d > $.e", "found", "NAME", 2), ("", "rows", "", 5))
    again = Report()
    again.add(report.rows())
    assert again.counts == report.counts
    assert again.total("found") == again.total("found", "NAME") == 2
