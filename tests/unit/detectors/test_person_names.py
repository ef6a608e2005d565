"""The rules for names of persons: which rule comes first, and which words no rule may take."""

import pytest

from veil.detectors.found_names import FoundNames
from veil.detectors.person_names import PersonNames
from veil.detectors.tokens import Tokens
from veil.lexicon.language import english


def names_in(text, taken=()):
    tokens = Tokens(text, english())
    found = PersonNames(tokens, set(taken)).read().found
    return [(" ".join(tokens.words[name.first : name.last + 1]), name.rule) for name in found]


@pytest.mark.parametrize(
    ("text", "name", "rule"),
    [
        ("Seen by Dr. Graves today.", "Graves", "title"),
        ("Attending: Casper Holloway\n", "Casper Holloway", "key"),
        ("She came with her husband Anders.", "Anders", "relative"),
        ("The patient Orla Quist is well.", "Orla Quist", "role"),
        ("Casper Holloway, D.O. at noon.", "Casper Holloway", "credential"),
        ("At noon Thomas Brandvold slept.", "Thomas Brandvold", "pair"),
        ("At noon, J. Kowalski slept.", "J Kowalski", "initial"),
    ],
)
def test_each_rule_finds_its_name(text, name, rule):
    assert (name, rule) in names_in(text)


def test_a_cue_comes_before_the_rules_without_one():
    """`Thomas Brandvold` is a pair as well, and it comes first in the text."""
    assert names_in("Thomas Brandvold spoke with Dr. Graves.")[0] == ("Graves", "title")


def test_a_taken_word_is_in_no_name():
    assert names_in("We saw Thomas Brandvold at noon.", taken=[2, 3]) == []


def test_no_word_is_in_two_names_and_a_placeholder_in_none():
    tokens = Tokens("Thomas Brandvold", english())
    names = FoundNames(tokens, set())
    names.add(0, 1, 0.9, "pair")
    names.add(1, 1, 0.6, "single")
    assert [name.rule for name in names.found] == ["pair"]
    assert names.taken == {0, 1}
    placeholders = Tokens("XXX Brandvold", english())
    names = FoundNames(placeholders, set())
    names.add(0, 0, 0.9, "title")
    assert names.found == []
