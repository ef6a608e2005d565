"""Fact rows: tables whose rows say what they are about in one column, and hold a fact about a person in another."""

from __future__ import annotations

import json
import re

from veil.discover.survey import SurveyedTable
from veil.policy.facts import fact_of, spaced

_ABOUT = re.compile(
    r"(^| )(attr(ibute)?|concept|question|item|variable|field|key|property|parameter|param|element|observation|obs|measure(ment)?|test|code|name|"
    r"type|description|label|entry|fact|characteristic)s?( |$)"
)
_VALUE = re.compile(r"(^| )(value|val|answer|response|result|reading|content|entry|data)s?( |$)")
_CODES = re.compile(r"\b(concept|code|loinc|snomed|ppi)s?\b")
_MOST = 500  # names of facts that a table has; more are free texts


def fact_lines(table: SurveyedTable) -> list[str]:
    """The `facts:` line of a table, where a column names what its rows are about, and some of that is a fact about a person."""
    by = [
        column
        for column, values in table.sample.items()
        if _ABOUT.search(spaced(column)) and _names_facts(values, codes=bool(_CODES.search(spaced(column))))
    ]
    value_columns = [column for column in table.sample if column not in by and _VALUE.search(spaced(column))]
    if not by or not value_columns:
        return []
    numbers = [column for column in value_columns if table.guesses[column].kind == "measure"]
    texts = [column for column in value_columns if column not in numbers]
    said = {"by": by, "values": texts, "numbers": numbers}
    settings = ", ".join(
        f"{key}: {json.dumps(columns, ensure_ascii=False)}" for key, columns in said.items() if columns
    )
    return [
        f"    facts: {{{settings}}}   # rows with a birth date, an age, a name ... are treated like a column of that kind"
    ]


def _names_facts(values: list[str | None], *, codes: bool) -> bool:
    """Whether some values name a fact; a bare number does so where its column holds codes."""
    words = {value for value in values if value}
    return len(words) <= _MOST and any(fact_of(word) for word in words if codes or not word.strip().isdigit())
