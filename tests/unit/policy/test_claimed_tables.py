"""Which tables of a database belong to a source."""

import pytest

from veil.policy.files import claimed
from veil.policy.project import SourceSection

THERE = ["PATIENTS", "Visits", "visits"]


@pytest.mark.parametrize(
    ("name", "files", "own"),
    [
        ("visits", None, ["visits"]),
        ("patients", None, ["PATIENTS"]),
        ("v", "Visits", ["Visits"]),
        ("all", ["VISITS"], ["Visits", "visits"]),
    ],
)
def test_of_two_tables_whose_names_differ_in_case_the_one_that_is_named_is_meant(name, files, own):
    source = SourceSection.model_validate({"files": files} if files else {})
    assert claimed(name, source, THERE, "tables", "sql") == own
