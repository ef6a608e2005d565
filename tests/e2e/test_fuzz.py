"""schemathesis over every call of the service, by everybody: no 5xx, no answer outside its schema (bench-fuzz runs 50,000 cases)."""

import pytest
from bench.fuzz import run


@pytest.mark.slow
def test_no_call_breaks_on_what_its_schema_allows_or_does_not(record_property):
    cases, fine = run(5)
    record_property("counted", f"fuzz: {cases:,} cases over the OpenAPI, by four kinds of visitors")
    assert cases > 1_800
    assert fine
