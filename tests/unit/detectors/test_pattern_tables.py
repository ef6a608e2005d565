"""The rows of the tables prove their own examples."""

import pytest

from veil.detectors.octets import octets
from veil.detectors.pattern_tables import PatternRow, rows
from veil.detectors.patterns import Patterns, compiled
from veil.detectors.weigh import ACCEPTED
from veil.lexicon.language import LANGUAGES, language
from veil.model import Span, Text

ROWS = [(code, row) for code in LANGUAGES for row in rows(language(code).tables)]
NAMES = [f"{code}:{row.name}" for code, row in ROWS]


def found(code: str, row: PatternRow, shown: str) -> list[Span]:
    patterns = Patterns(language(code))
    pattern = compiled(row.pattern)
    text = Text.of(shown)
    group = 1 if pattern.groups else 0
    spans = [patterns.judged(row, text, *match.span(group)) for match in pattern.finditer(octets(text.shown))]
    return [span for span in spans if span is not None and span.score >= ACCEPTED]


@pytest.mark.parametrize(("code", "row"), ROWS, ids=NAMES)
def test_a_row_finds_what_it_calls_good_and_leaves_what_it_calls_bad(code: str, row: PatternRow) -> None:
    assert row.good
    assert row.bad
    for example in row.good:
        shown = example.replace("«", "").replace("»", "")
        wanted = (example.index("«"), example.index("»") - 1)
        assert wanted in [(span.start, span.end) for span in found(code, row, shown)], example
    for example in row.bad:
        assert not found(code, row, example), example


@pytest.mark.parametrize(("code", "row"), ROWS, ids=NAMES)
def test_a_row_says_who_defines_it_and_has_one_group_at_most(code: str, row: PatternRow) -> None:
    assert row.source.startswith(("https://", "45 CFR"))
    assert compiled(row.pattern).groups <= 1
    assert 0 < row.score <= 1


def test_no_two_rows_have_the_same_name() -> None:
    assert len(NAMES) == len(set(NAMES))
