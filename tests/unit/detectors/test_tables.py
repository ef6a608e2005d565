"""The rows of the tables prove their own examples."""

import pytest

from veil.detectors.octets import octets
from veil.detectors.patterns import compiled, judge
from veil.detectors.tables import Row, rows
from veil.detectors.weigh import ACCEPTED
from veil.model import Span, Text


def found(row: Row, shown: str) -> list[Span]:
    pattern = compiled(row.pattern)
    text = Text.of(shown)
    group = 1 if pattern.groups else 0
    spans = [judge(row, text, *match.span(group)) for match in pattern.finditer(octets(text.shown))]
    return [span for span in spans if span is not None and span.score >= ACCEPTED]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_a_row_finds_what_it_calls_good_and_leaves_what_it_calls_bad(row: Row) -> None:
    assert row.good
    assert row.bad
    for example in row.good:
        shown = example.replace("«", "").replace("»", "")
        wanted = (example.index("«"), example.index("»") - 1)
        assert wanted in [(span.start, span.end) for span in found(row, shown)], example
    for example in row.bad:
        assert not found(row, example), example


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.name)
def test_a_row_says_who_defines_it_and_has_one_group_at_most(row: Row) -> None:
    assert row.source.startswith(("https://", "45 CFR"))
    assert compiled(row.pattern).groups <= 1
    assert 0 < row.score <= 1


def test_no_two_rows_have_the_same_name() -> None:
    names = [row.name for row in rows()]
    assert len(names) == len(set(names))
