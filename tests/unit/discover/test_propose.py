"""What a proposal writes beside `as`: what is sought in the person's other columns and texts."""

import pytest

from veil.discover.propose import rule_text


@pytest.mark.parametrize(
    "column", ["mrn", "MRN_2", "medical_record_number", "medicalRecordNo", "chart_no", "hospital number"]
)
def test_a_second_record_number_is_sought_like_the_first(column):
    assert rule_text("id", column, None, own=False, staff=False) == "{as: id, known: strong, label: MRN}"


@pytest.mark.parametrize("column", ["encounter_id", "order_no", "uncharted_note"])
def test_other_ids_are_pseudonyms_alone(column):
    assert rule_text("id", column, None, own=False, staff=False) == "{as: id}"


def test_the_id_that_keys_a_table_of_people_is_sought():
    assert rule_text("id", "patient_id", None, own=True, staff=False) == "{as: id, known: strong, label: ID}"
    assert rule_text("id", "mrn", None, own=False, staff=True) == "{as: id}"
