"""Which detectors read a text, and which texts none reads."""

import pytest

from veil.lexicon.language import english, language
from veil.lexicon.text_language import common_words, text_languages, wholly


def told(text, code="en", expected=True):
    return tuple(text_languages(language(code)).of([text], expected=expected)[0])


@pytest.mark.parametrize(
    ("text", "reader"),
    [
        ("The patient was seen and is doing well.", "en"),
        ("El paciente refiere dolor desde hace tres días.", "es"),
        ("Die Patientin wurde wegen Schmerzen aufgenommen.", "de"),
        ("Nombre: Ana\nApellidos: Ruiz Sanz\nNHC: 12345", "es"),
        ("Nachname: Vogt\nVorname: Ilse\nGeburtsdatum: 03.04.1956", "de"),
        ("kein Befund; stabil", "de"),
        ("sin hallazgos", "es"),
        ("John Smith, MRN 12345", "en"),
        ("", "en"),
        ("12.5", "en"),
    ],
)
def test_a_text_tells_which_detectors_read_it(text, reader):
    assert told(text) == (reader, "")


@pytest.mark.parametrize(
    "text",
    [
        "Le patient est vu par le médecin pour une toux depuis trois jours.",
        "Il paziente non ha febbre e non ha dolore, nessuna allergia.",
        "O doente não tem febre, nega tosse e foi observado pelo médico.",
        "De patiënt heeft geen pijn en is niet opgenomen.",
        "El pacient presenta dolor des de fa tres dies, sense febre, i també tos.",
        "Пациент осмотрен",
        "Patienten har ingen smärta och är inte inlagd.",
    ],
)
def test_other_languages_are_not_read_as_their_neighbours(text):
    reader, unread = told(text)
    assert reader == "en"
    assert unread


def test_a_text_in_two_languages_counts_as_unread():
    note = "The patient was seen today and she is doing well with her medication. " * 6
    letter = "Die Patientin wurde bei uns stationär aufgenommen und erhielt keine Therapie mit Insulin. " * 6
    assert told(note + letter) == ("en", "de")


@pytest.mark.parametrize("code", ["es", "de"])
def test_a_locale_reads_what_tells_nothing_and_english_where_it_is_plain(code):
    assert told("Schröder", code) == (code, "")
    assert told("The patient was seen and she is doing well.", code) == ("en", "")
    assert told("Le patient est vu par le médecin pour une toux, il est sorti.", code)[1]
    assert told("Пациент осмотрен доктором", code)[1]


def test_under_a_locale_that_is_not_read_a_word_alone_tells_nothing():
    assert told("stabil", expected=False)[0] == "en"
    assert told("stabil", expected=False)[1]


def test_readers_are_those_of_the_texts_one_by_one():
    languages = text_languages(english())
    texts = ["El paciente refiere dolor.", "stable", "", "El paciente refiere dolor.", "kein Befund"]
    assert languages.readers(texts) == ["es", "en", "en", "es", "de"]
    assert languages.readers(texts) == [spoken.reader for spoken in languages.of(texts)]


def test_common_words_are_of_languages_that_are_read_beside_english():
    assert "nicht" in common_words("de")
    assert common_words("en") == frozenset()
    assert wholly("nicht der Befund") == "de"
