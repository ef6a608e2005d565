"""Situations of columns that name other people than the subject of their row."""

import pytest

from veil.discover.person_names import person_word, with_person


@pytest.mark.parametrize(
    ("column", "word"),
    [
        ("mother_name", "mother"),
        ("mother_first_name", "mother"),
        ("MothersMaidenName", "mother"),
        ("mother's name", "mother"),
        ("spouse_name", "spouse"),
        ("husband", "spouse"),
        ("next_of_kin", "next_of_kin"),
        ("nextOfKinName", "next_of_kin"),
        ("NOK_LAST_NAME", "next_of_kin"),
        ("emergency_contact_name", "emergency_contact"),
        ("EmergencyContact2", "emergency_contact_2"),
        ("guardian", "guardian"),
        ("GUARDIANNAME", "guardian"),
        ("contact1_first_name", "contact_1"),
        ("attending", "attending"),
        ("referring_physician", "referring"),
        ("ref_provider_name", "referring"),
        ("pcp_first", "pcp"),
        ("OWNERNAME", "owner"),
        ("guarantor_last_name", "guarantor"),
        ("NEXTOFKIN", "next_of_kin"),
        ("ordering_provider", "ordering"),
        ("patient_name", ""),
        ("last_name", ""),
        ("name", ""),
        ("FIRST", ""),
        ("maidenname", ""),
        ("kindness", ""),
        ("person_name", ""),
        ("sonographer_code", ""),
    ],
)
def test_a_column_tells_whom_it_names(column, word):
    assert person_word(column) == word


def test_a_rule_is_written_with_its_person():
    assert with_person("as person_name", "person_name", "mother") == "{as: person_name, person: mother}"
    assert (
        with_person("{as: given_name, known: true}", "given_name", "nok_first")
        == "{as: given_name, known: true, person: next_of_kin}"
    )
    assert with_person("{as: given_name, known: true}", "given_name", "first") == "{as: given_name, known: true}"
    assert with_person("as id", "id", "mother_id") == "as id"
    assert with_person("drop", "person_name", "mother") == "drop"
