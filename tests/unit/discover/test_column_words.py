"""Column words: names are parted into the words they are made of, however they are joined."""

import pytest

from veil.discover.column_words import words_of
from veil.discover.entities import entity_of_column, entity_of_table, singular
from veil.discover.titles import title_of


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PATIENTID", "patient id"),
        ("patientId", "patient id"),
        ("Patient-ID", "patient id"),
        ("ID_PATIENT", "id patient"),
        ("OWNERNAME", "owner name"),
        ("lastbilleddate1", "last billed date1"),
        ("pat_nr", "pat nr"),
        ("PatNr", "pat nr"),
        ("dateofbirth", "date of birth"),
        ("PLACEOFSERVICE", "place of service"),
        ("DOBString", "dob string"),
        ("STATUSP", "status"),
        ("REASONCODE", "reason code"),
    ],
)
def test_the_words_of_a_name(name, words):
    assert " ".join(words_of(name)) == words


@pytest.mark.parametrize(
    "name", ["valid", "covid", "steroid", "paid", "period", "update", "candidate", "surname", "c12"]
)
def test_a_word_that_ends_like_another_is_one_word(name):
    assert words_of(name) == (name,)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("mrn", "id"),
        ("MRNo", "id"),
        ("patient_code", "id"),
        ("ptid", "id"),
        ("pat_nr", "id"),
        ("idPatient", "id"),
        ("SERIES_UID", "id"),
        ("DOB", "birth_date"),
        ("birthDt", "birth_date"),
        ("Geburtsdatum", "birth_date"),
        ("fecha_nac", "birth_date"),
        ("bdate", "birth_date"),
        ("YOB", "birth_year"),
        ("birthyear", "birth_year"),
        ("SSN4", "number"),
        ("memberId", "number"),
        ("mobilePhone", "phone"),
        ("tel_no", "phone"),
        ("OWNERNAME", "person_name"),
        ("LASTNAME", "family_name"),
        ("START_YEAR", "datetime"),
        ("QUANTITY", "measure"),
        ("UNITAMOUNT", "measure"),
        ("COVERED_ENCOUNTERS", "measure"),
        ("DIAGNOSIS2", "code"),
        ("HEALTHCARECLAIMTYPEID1", "code"),
        ("PROCEDURECODE", "code"),
    ],
)
def test_what_a_name_says(name, kind):
    assert title_of(name).kind == kind


def test_a_bare_name_is_of_what_its_table_lists():
    assert title_of("name", "patients").kind == "person_name"
    assert title_of("NAME", "payers").kind == "organization"
    assert title_of("name", "rooms").kind == "code"


@pytest.mark.parametrize(
    ("column", "entity"),
    [
        ("id", ""),
        ("Id", ""),
        ("patient_id", "patient"),
        ("REFERRINGPROVIDERID", "provider"),
        ("visit_patient_nr", "patient"),
        ("mrn", "mrn"),
        ("mother_id", "mother"),
        ("family_member_id", "family"),
        ("PLACEOFSERVICE", "service"),
    ],
)
def test_what_an_id_column_refers_to(column, entity):
    assert entity_of_column(column) == entity


def test_what_a_table_is_a_list_of():
    assert [
        entity_of_table(name)
        for name in ("patients", "tblVisits2024", "patient_visits", "diagnoses", "care_categories")
    ] == [
        "patient",
        "visit",
        "visit",
        "diagnosis",
        "category",
    ]
    assert singular("status") == "status"
