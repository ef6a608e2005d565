"""Languages: each page says all that the detectors ask for, and a locale finds its language."""

import pickle
import re

import pytest

from veil.errors import PolicyError
from veil.lexicon.cues import names_of_cues
from veil.lexicon.language import LANGUAGES, code_of, day_first, english, is_read, language, language_of


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_language_says_all_that_is_asked_of_it(code: str) -> None:
    one = language(code)
    assert one.code == code == one.page["code"]
    assert set(one.page["cues"]) == set(names_of_cues())
    assert len(one.months) == 12
    assert len(one.weekdays) == 7
    assert one.name
    assert one.tables
    for part in (
        "cues",
        "vocabulary",
        "numbers",
        "dates",
        "safe",
        "checks",
        "persons",
        "rereading",
        "no_value",
        "places",
        "surrogates",
    ):
        assert getattr(one, part) is getattr(one, part)
    assert one.cues.heads
    assert one.cues.person_after.search("Ada is a pleasant")


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_words_of_a_language_are_in_small_letters_and_not_empty(code: str) -> None:
    cues = language(code).cues
    as_written = {"titles_never_loud", "credential_states"}
    for name in names_of_cues():
        words = getattr(cues, name)
        assert words, name
        if isinstance(words, frozenset) and name not in as_written:
            assert all(word == word.lower() for word in words), name


@pytest.mark.parametrize(
    ("locale", "code"),
    [
        ("en-US", "en"),
        ("en_GB", "en"),
        ("EN", "en"),
        ("US", "en"),
        ("GB", "en"),
        ("de-DE", "de"),
        ("pt_BR", "pt"),
        ("zh-Hans-CN", "zh"),
        ("fil-PH", "fil"),
    ],
)
def test_a_locale_finds_its_language(locale: str, code: str) -> None:
    assert code_of(locale) == code
    assert is_read(locale) == (code in LANGUAGES)


@pytest.mark.parametrize("locale", ["en-US", "en", "US", "en_us", "en-PH", "es-PR"])
def test_some_locales_write_the_month_first(locale: str) -> None:
    assert not day_first(locale)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE", "fr-FR", "es-MX", "en-AU", "en_IE"])
def test_all_others_write_the_day_first(locale: str) -> None:
    assert day_first(locale)


def test_a_language_is_one_value_wherever_it_is_asked_for() -> None:
    assert language_of("en-AU") is english() is pickle.loads(pickle.dumps(english()))


def test_a_language_that_is_not_read_is_refused_with_those_that_are() -> None:
    with pytest.raises(PolicyError, match="language-unknown") as caught:
        language("fr")
    assert "en" in (caught.value.hint or "")


def test_a_pattern_on_several_lines_is_one_pattern() -> None:
    dates = english().dates
    assert all("\n" not in one.pattern for one in vars(dates).values() if isinstance(one, re.Pattern))
    assert dates.cue.search("seen on ")
    assert dates.ratio_before.search("strength ")
