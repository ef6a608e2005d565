"""Entities: what a table is a list of, and what an id column refers to, by their names."""

from __future__ import annotations

from functools import cache

from veil.discover.column_words import words_of

PERSON = "patient"
# Words of one meaning; the first stands for all.
_GROUPS = (
    (
        "patient",
        "pat",
        "pt",
        "person",
        "people",
        "subject",
        "member",
        "client",
        "participant",
        "resident",
        "demographic",
        "mrn",
        "mpi",
        "empi",
        "pid",
        "paziente",
        "paciente",
    ),
    (
        "provider",
        "prov",
        "doctor",
        "doc",
        "physician",
        "practitioner",
        "clinician",
        "nurse",
        "surgeon",
        "therapist",
        "staff",
        "employee",
        "emp",
        "caregiver",
        "attending",
        "prescriber",
        "prsnl",
    ),
    ("encounter", "enc", "visit", "csn"),
    ("admission", "adm", "hadm"),
    ("appointment", "appt"),
    ("organization", "organisation", "org", "hospital", "facility", "clinic"),
    ("department", "dept", "ward", "unit"),
    ("medication", "med", "drug"),
    ("prescription", "rx", "order"),
    ("test", "lab"),
    ("payer", "payor", "insurer", "insurance"),
    ("location", "loc", "address"),
    ("claim", "bill", "invoice"),
)
_FIRST = {word: group[0] for group in _GROUPS for word in group}
_RELATIVES = frozenset(
    {"mother", "father", "parent", "spouse", "sibling", "child", "twin", "newborn", "donor", "recipient", "partner"}
)
_NOT_PATIENTS = frozenset(
    {"staff", "family", "contact", "emergency", "guardian", "guarantor", "team", "board", *_RELATIVES}
)
_ID_WORDS = frozenset(
    {
        "id",
        "ids",
        "uuid",
        "guid",
        "key",
        "no",
        "nr",
        "num",
        "number",
        "nbr",
        "code",
        "pk",
        "fk",
        "sk",
        "identifier",
        "ident",
        "ref",
        "reference",
        "uid",
        "index",
    }
)
_SAID_OF_TABLES = frozenset(
    {
        "tbl",
        "table",
        "dim",
        "fact",
        "data",
        "list",
        "info",
        "details",
        "detail",
        "master",
        "all",
        "new",
        "export",
        "csv",
        "main",
    }
) | {"record", "registry", "roster"}
_PLACES = frozenset(
    {
        "provider",
        "organization",
        "department",
        "payer",
        "location",
        "room",
        "bed",
        "specialty",
        "user",
        "supplier",
        "vendor",
    }
)
_THINGS = _PLACES | {
    "medication",
    "test",
    "diagnosis",
    "concept",
    "vocabulary",
    "product",
    "item",
    "device",
    "service",
    "procedure",
}


@cache
def entity_of_column(name: str) -> str:
    """What an id column refers to, in the singular; empty where its name says no more than that it is an id."""
    words = [singular(word.rstrip("0123456789")) for word in words_of(name)]
    left = [word for word in words if word and word not in _ID_WORDS]
    if not left:
        return ""
    last = left[-1]
    if last in _RELATIVES or (group_of(last) == PERSON and _NOT_PATIENTS & set(left)):
        return next(word for word in left if word in _NOT_PATIENTS)
    return last


@cache
def entity_of_table(name: str) -> str:
    """What a table is a list of, in the singular: `visit` for `patient_visits` and `tblVisits2024`."""
    words = [singular(word.rstrip("0123456789")) for word in words_of(name)]
    left = [word for word in words if word and word not in _SAID_OF_TABLES] or words
    return left[-1] if left else ""


def group_of(entity: str) -> str:
    """The word that stands for all of an entity's meaning: `patient` for `member`."""
    return _FIRST.get(entity, entity)


def is_called_id(name: str) -> bool:
    """Whether a column's name has a word for ids beside what they are of: `room_id`."""
    return bool(_ID_WORDS & {word.rstrip("0123456789") for word in words_of(name)}) and bool(entity_of_column(name))


def is_of_things(table: str) -> bool:
    """Whether a table by its name lists staff, places, drugs or the like: nobody whose record the data is."""
    return group_of(entity_of_table(table)) in _THINGS


def is_of_places(table: str) -> bool:
    """Whether a table by its name lists staff or places, whose rows are in no patient's record."""
    return group_of(entity_of_table(table)) in _PLACES


def is_relative(entity: str) -> bool:
    return entity in _RELATIVES


def singular(word: str) -> str:
    """`diagnosis` for `diagnoses`, `category` for `categories`, `visit` for `visits`."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("noses", "alyses")):
        return word[:-2] + "is"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word
