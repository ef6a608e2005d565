"""Spanish: cases of SPACCC_MEDDOCAN (CC BY 4.0), with people of theirs exchanged, and families of our own."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path

from training.languages import invent
from training.languages.es_families import page
from training.languages.page import Page
from veil.model import Label, Text

KINDS: dict[str, Label | None] = {
    "NOMBRE_SUJETO_ASISTENCIA": Label.NAME,
    "NOMBRE_PERSONAL_SANITARIO": Label.NAME,
    "ID_SUJETO_ASISTENCIA": Label.MRN,
    "ID_TITULACION_PERSONAL_SANITARIO": Label.LICENSE,
    "ID_ASEGURAMIENTO": Label.HEALTH_PLAN,
    "ID_CONTACTO_ASISTENCIAL": Label.ID,
    "CALLE": Label.LOCATION,
    "TERRITORIO": Label.LOCATION,
    "PAIS": Label.STATE,
    "FECHAS": Label.DATE,
    "EDAD_SUJETO_ASISTENCIA": Label.AGE,
    "SEXO_SUJETO_ASISTENCIA": None,
    "HOSPITAL": Label.ORGANIZATION,
    "CENTRO_SALUD": Label.ORGANIZATION,
    "INSTITUCION": Label.ORGANIZATION,
    "CORREO_ELECTRONICO": Label.EMAIL,
    "NUMERO_TELEFONO": Label.PHONE,
    "NUMERO_FAX": Label.FAX,
    "OTROS_SUJETO_ASISTENCIA": None,
    "FAMILIARES_SUJETO_ASISTENCIA": None,
    "PROFESION": Label.PROFESSION,
}
HELD = 5  # one document in so many is held out: never trained on
MEDDOCAN, EXCHANGED, LINES_OUT = 0.6, 0.35, 0.15


def is_held(number: int) -> bool:
    return number % HELD == HELD - 1


def documents(corpus: Path) -> list[Page]:
    """The documents that are trained on, as the detectors see them."""
    read = []
    for number, line in enumerate(corpus.open(encoding="utf-8")):
        if is_held(number):
            continue
        record = json.loads(line)
        text = Text.of(record["text"])
        spans = []
        for span in record["spans"]:
            label = KINDS[span["label"]]
            if label is not None:
                spans.append((*text.shown_range(span["start"], span["end"]), label))
        read.append(Page(text.shown, sorted(spans)))
    return read


def pages(draw: random.Random, corpus: Path | None) -> Iterator[Page]:
    """Pages without end."""
    read = documents(corpus) if corpus else []
    while True:
        yield exchanged(draw, draw.choice(read)) if read and draw.random() < MEDDOCAN else page(draw)


def exchanged(draw: random.Random, old: Page) -> Page:
    """A document with some of its people, places and numbers exchanged, and some lines of its head left out."""
    new, at = Page(), 0
    share = EXCHANGED if draw.random() < 0.8 else 0.0
    for start, end, label in old.spans:
        if start < at:
            continue
        new.add(old.text[at:start])
        value = old.text[start:end]
        new.add(other(draw, value, label) if draw.random() < share else value, label)
        at = end
    new.add(old.text[at:])
    return cut_short(draw, new) if draw.random() < LINES_OUT else new


def other(draw: random.Random, value: str, label: Label) -> str:
    """Another value of the same kind and about the same form."""
    if label is Label.NAME:
        words = value.split()
        return " ".join(
            word if not word[0].isupper() or len(word) < 3 else name(draw, first=i == 0 and len(words) > 1)
            for i, word in enumerate(words)
        )
    if label is Label.LOCATION and value.replace(" ", "").isalpha() and len(value.split()) < 3:
        return invent.town(draw, "es_ES")
    if label is Label.EMAIL:
        return f"{invent.syllables(draw, 1, 3)}{draw.choice(['', '.', '_'])}{draw.choice('abcdefg')}@{draw.choice(['gmail.com', 'hotmail.com', 'telefonica.net', 'ya.com', invent.syllables(draw, 1, 2) + '.es'])}"
    if label in {Label.MRN, Label.HEALTH_PLAN, Label.LICENSE, Label.PHONE, Label.FAX, Label.ID} or (
        label is Label.LOCATION and value.isdigit()
    ):
        return "".join(draw.choice("0123456789") if char.isdigit() else char for char in value)
    if label is Label.ORGANIZATION and draw.random() < 0.5:
        return f"Hospital {draw.choice(['', 'Universitario ', 'General ', 'Clínico ', 'Comarcal '])}{draw.choice(['de ', 'Virgen de ', 'San ', '', 'Santa '])}{invent.town(draw, 'es_ES')}"
    return value


def name(draw: random.Random, *, first: bool) -> str:
    return invent.given(draw, "es_ES", woman=draw.random() < 0.5) if first else invent.family(draw, "es_ES")


def cut_short(draw: random.Random, old: Page) -> Page:
    """The page from some line on."""
    lines = [i + 1 for i, char in enumerate(old.text[:700]) if char == "\n"]
    if not lines:
        return old
    at = draw.choice(lines)
    spans = [(start - at, end - at, label) for start, end, label in old.spans if start >= at]
    return Page(old.text[at:], spans)
