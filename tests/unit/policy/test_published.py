"""Published: a condition on whether a URL is a name that a publisher of standards gave."""

import pyarrow as pa

from veil.policy.condition import condition
from veil.policy.standards.published import published_in


def test_a_url_is_published_or_not_and_a_missing_one_is_not():
    urls = pa.array(["http://loinc.org", "http://mercy.example/mrn", "", None], pa.large_string())
    assert published_in([urls]).to_pylist() == ["yes", "no", "no", "no"]


def test_codes_of_the_lists_of_fhir_are_published_and_words_of_people_are_not():
    codes = pa.array(["generated", "entered-in-error", "EMER", "Patient", "Braunstein", "watson"], pa.large_string())
    assert published_in([codes]).to_pylist() == ["yes", "yes", "yes", "yes", "no", "no"]


def test_a_condition_reads_the_url_beside_a_value():
    systems = pa.array(["http://loinc.org", "http://mercy.example/lab", None], pa.large_string())
    parsed = condition("published(\"Observation.code.coding.system\") = 'yes'")
    assert parsed.columns == {"Observation.code.coding.system"}
    assert parsed.mask({"Observation.code.coding.system": systems}).to_pylist() == [True, False, False]
