"""Situations of persons: who is meant by a name."""

import pytest

from veil.engine.persons import tokens_of, who_is_meant
from veil.model import Known, Label, Owner, Span

OWNER = Owner(
    "p1", (Known("given_name", "John", Label.NAME, "strong"), Known("family_name", "Smith", Label.NAME, "strong"))
)


def meant(text, *names, owner=OWNER):
    spans, at = [], 0
    for name in names:
        at = text.index(name, at)
        spans.append(Span(at, at + len(name), Label.NAME))
        at += len(name)
    return [(one.role, one.person) for one in who_is_meant(text, spans, owner)]


@pytest.mark.parametrize(
    "name", ["John Smith", "Smith, John", "JOHN SMITH", "Smith", "J. Smith", "John Smith's", "John"]
)
def test_the_patient_is_meant_in_every_form_of_their_name(name):
    assert meant(f"Patient {name} came.", name) == [("patient", None)]


def test_a_doctor_is_a_clinician_and_one_person_in_all_notes():
    first = meant("Seen by Dr. Alice Wong today.", "Alice Wong")
    other = meant("Signed, Alice Wong, MD", "Alice Wong", owner=Owner("p2"))
    assert first == other
    assert first[0][0] == "clinician"


def test_a_relative_belongs_to_this_patient_alone():
    role, person = meant("Her mother, Mary Jones, called.", "Mary Jones")[0]
    assert role == "relative"
    assert person != meant("Her mother, Mary Jones, called.", "Mary Jones", owner=Owner("p2"))[0][1]


def test_a_later_mention_is_the_same_person():
    full, short, initial = meant("Mary Jones came. Jones said no. M. Jones left.", "Mary Jones", "Jones", "M. Jones")
    assert full == short == initial


def test_a_mention_that_could_be_two_people_is_neither():
    answers = meant("Mary Jones and Peter Jones came. Jones left.", "Mary Jones", "Peter Jones", "Jones")
    assert len({person for _, person in answers}) == 3


def test_what_is_no_name_means_the_owner():
    assert who_is_meant("on 04/12/2020", [Span(3, 13, Label.DATE)], OWNER)[0].person is None


@pytest.mark.parametrize(
    ("name", "words"),
    [("Smith, John", ("john", "smith")), ("Dr. JOHN Smith's", ("john", "smith")), ("O'Brien", ("o'brien",)), ("", ())],
)
def test_the_words_of_a_name_are_folded_given_names_first(name, words):
    assert tokens_of(name) == words
