"""Texts in a language that is not read are told from English, short as they are; English in its telegraphic forms is not."""

import json
from pathlib import Path

import pytest

from veil.lexicon.language import english
from veil.lexicon.language_check import UNKNOWN, unread

CORPORA = Path(__file__).parents[4] / "shared" / "corpora"
FOREIGN = {
    "de": (
        "kein Befund; stabil",
        "Gesehen von Dr. Weiß am 02.01.2024",
        "ohne pathologischen Befund",
        "unauffällig",
        "Z.n. Appendektomie 1998, RR 120/80, keine Ödeme",
        "HERR MEIER WURDE HEUTE ENTLASSEN",
        "Kontrolle in 6 Wochen",
    ),
    "fr": (
        "Le patient se plaint de douleurs abdominales depuis deux jours.",
        "absence de fièvre",
        "Vu par le Dr Lefèvre pour suivi de diabète",
        "Mme Dupont, 72 ans, hospitalisée pour dyspnée d'effort.",
    ),
    "pt": (
        "Paciente refere dor torácica há três dias, sem febre.",
        "O doente foi internado no serviço de cardiologia.",
        "Nega alergias medicamentosas",
    ),
    "es": ("sin hallazgos", "No refiere alergias conocidas", "tos y fiebre", "EL PACIENTE FUE VISTO POR EL DR. GOMEZ"),
    "nl": ("Patiënt klaagt over hoofdpijn sinds gisteren.", "goed ingesteld, geen koorts", "geen bijzonderheden"),
    "it": ("Il paziente riferisce dolore toracico da tre giorni.", "Ricoverata per polmonite", "nessuna allergia nota"),
    "pl": ("Pacjent zgłasza bóle brzucha od dwóch dni.", "Przyjęta do szpitala z powodu gorączki"),
    "sv": ("Patienten söker för buksmärtor sedan två dagar.", "inga anmärkningar"),
    "ru": ("Пациент жалуется на боли в животе.", "без особенностей", "Осмотрен доктором Ивановым 02.01.2024"),
    "zh": ("患者主诉腹痛两天。", "未见异常", "张伟于2024年1月2日就诊"),
    "ar": ("يشكو المريض من ألم في البطن منذ يومين", "لا يوجد"),
    "he": ("החולה מתלונן על כאבי בטן",),
    "ko": ("환자는 이틀 전부터 복통을 호소함.",),
    "hi": ("रोगी को दो दिन से बुखार है",),
}
ENGLISH = (
    "Pt c/o CP, SOB x 3d. Denies n/v/d.",
    "NAD",
    "WNL",
    "no acute distress on RA",
    "Mr. de la Cruz seen by Dr. van der Berg",
    "Juan de la Cruz",
    "s/p R TKA POD#2, afebrile, VSS",
    "A/P: 1. HTN - cont lisinopril 2. DM2 - metformin 3. f/u PCP",
    "Cefazolin, Ceftriaxone, Azithromycin, Piperacillin-tazobactam",
    "en route to hospital, de novo AML",
    "grand mal seizure, cafe au lait spots",
    "Hospital de los Niños",
    "Rue des Lilas 4",
    "per os bid, pro re nata",
    "los 3 d",
    "ETOH neg, tob 1 ppd x 20 yrs",
    "pt no show",
    "Called, no ans, lvm",
    "lorem ipsum " * 40,
    "refill sent",
    "stable",
    "UNKNOWN",
    "N/A",
    "",
    "lisinopril 10 mg po daily",
    "Crohn's flare, on infliximab q8wk",
    "Hans Muller",
    "José Martínez",
    "Müller, Jörg",
    "Björn Åkesson",
    "tumor, rubor, calor, dolor",
    "hernia inguinalis dextra",
    "heparin gtt, norepi gtt, propofol gtt",
    "abd soft nt nd bs+",
    "perrla eomi",
    "aaox3 cn ii-xii intact",
    "120/80 72 16 98.6",
    "α-fetoprotein 4 µg/L",
    "naïve, fiancée",
    'La patient states "no hablo ingles" and her daughter interpreted for the whole visit today.',
)


@pytest.mark.parametrize(("code", "text"), [(code, text) for code, texts in FOREIGN.items() for text in texts])
def test_a_text_of_another_language_is_told(code: str, text: str) -> None:
    assert unread(english()).language_of(text) in (code, UNKNOWN)
    assert unread(english()).language_of(text, expected=False)


@pytest.mark.parametrize("text", ENGLISH)
def test_notes_as_they_are_written_in_english_are_english(text: str) -> None:
    assert unread(english()).language_of(text) == ""


@pytest.mark.parametrize("text", ["stabil", "Übelkeit, Fieber", "Schröder", "RAS", "intet abnormt", "bulgu yok"])
def test_where_another_language_is_expected_only_plain_english_passes(text: str) -> None:
    assert unread(english()).language_of(text, expected=False)


@pytest.mark.parametrize(
    "text",
    [
        "Dr. José Martínez saw the patient on 12.04.2012.\nHb 11.2, BP 120/80.",
        "12.04.2012",
        "98.6",
        "",
        "She was admitted with chest pain and has been stable since.",
    ],
)
def test_plain_english_passes_where_another_language_is_expected(text: str) -> None:
    assert unread(english()).language_of(text, expected=False) == ""


def test_a_letter_in_another_language_inside_a_long_note_is_seen() -> None:
    note = "The patient was seen today for follow up of her diabetes and she is doing well. " * 20
    letter = (
        "Die Patientin wurde am 3.2. bei uns stationär aufgenommen und erhielt eine Therapie mit Insulin, keine Ödeme. "
        * 4
    )
    assert unread(english()).language_of(note) == ""
    assert unread(english()).language_of(note + letter + note) == "de"


@pytest.mark.corpora
@pytest.mark.skipif(not CORPORA.exists(), reason="the corpora are not here")
def test_every_foreign_text_of_the_corpora_is_told_and_next_to_no_english_one() -> None:
    telling = unread(english())
    alarms = texts = 0
    for path in sorted(CORPORA.glob("*.jsonl")):
        told = [
            (one.get("lang", "en"), telling.language_of(one["text"]))
            for one in map(json.loads, path.read_text(encoding="utf-8").split("\n")[:-1])
        ]
        if path.stem in ("meddocan-es", "grascco-de"):
            assert all(code in (path.stem[-2:], UNKNOWN) for _, code in told), path.stem
        elif path.stem != "openmed-golden":  # that set is of many languages, and does not always say of which
            texts += len(told)
            alarms += sum(code != "" for _, code in told)
    assert texts > 8_000
    assert alarms <= 2  # an address in Greek, and another in Danish without capitals
