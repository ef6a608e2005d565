"""The lists of names and places, and numbers in words."""

import pytest

from veil.lexicon import names, places
from veil.lexicon.language import english


def test_the_lists_know_who_is_called_what() -> None:
    assert names.surnames()["smith"] > names.surnames()["kocher"]
    assert names.given_names()["mary"][0] == "F"
    assert names.given_names()["jordan"][0] is None
    assert names.sex_of("Thomas") == "M"


@pytest.mark.parametrize("sex", ["F", "M", None])
def test_surrogate_names_are_many_sorted_and_in_title_case(sex: str | None) -> None:
    drawn = names.surrogate_given(sex)
    assert len(drawn) >= 1_500
    assert list(drawn) == sorted(set(drawn))
    assert all(name.istitle() for name in drawn)
    assert names.surrogate_given(sex) is drawn


def test_surrogate_families_are_no_everyday_words() -> None:
    drawn = names.surrogate_family()
    assert len(drawn) == 8_000
    assert list(drawn) == sorted(set(drawn))
    assert not {"Will", "May", "White", "Young", "Long"} & set(drawn)


def test_places_are_known_by_name() -> None:
    assert {"boston", "cedar falls", "new york city"} <= places.cities()
    assert places.states()["massachusetts"] == places.states()["MA"] == "MA"
    assert "cook county" in places.counties()
    assert "mexico" in places.countries()
    assert len(places.surrogate_cities()) > 1_000


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("ninety-two", 92),
        ("Ninety", 90),
        ("a hundred", 100),
        ("one hundred and three", 103),
        ("nineteen", 19),
        ("fifty twelve", None),
        ("many", None),
        ("", None),
        ("92", None),
    ],
)
def test_a_number_in_words_is_read(words: str, number: int | None) -> None:
    assert english().numbers.read(words) == number
