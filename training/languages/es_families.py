"""Families of Spanish notes: heads whose keys, order and signs are drawn, reports, referrals, short notes; all invented."""

from __future__ import annotations

import random

from training.languages import invent
from training.languages.es_words import DRUGS, FEET, NAMED, SAFE, SERVICES, THINGS
from training.languages.page import Page, fill
from veil.model import Label

COUNTRY = "es_ES"
MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
HEADS = {
    "name": [
        "Nombre",
        "Nombre y apellidos",
        "Paciente",
        "Apellidos y nombre",
        "NOMBRE",
        "Nombre del paciente",
        "Pte.",
        "Titular",
        "Sr./Sra.",
    ],
    "given": ["Nombre", "Nombre de pila", "NOMBRE"],
    "families": ["Apellidos", "1er apellido", "APELLIDOS", "Apellido"],
    "birth": ["Fecha de nacimiento", "F. nacimiento", "F.N.", "Nacido el", "FN", "Fecha nac.", "F. Nac."],
    "day": [
        "Fecha",
        "Fecha de ingreso",
        "Fecha de alta",
        "F. ingreso",
        "Fecha del informe",
        "Ingreso",
        "Alta",
        "Fecha de consulta",
        "F. alta",
    ],
    "record": ["NHC", "Nº historia", "Historia clínica", "N.º de historia clínica", "Nº HC", "Hª clínica", "Historia"],
    "insurance": [
        "NASS",
        "NUSS",
        "Nº Seguridad Social",
        "Nº SS",
        "Tarjeta sanitaria",
        "CIP",
        "CIPA",
        "Póliza",
        "Nº de afiliado",
    ],
    "national": ["DNI", "NIF", "D.N.I.", "NIE", "Documento"],
    "episode": ["Episodio", "Nº episodio", "Nº de solicitud", "Muestra", "Proceso"],
    "street": ["Domicilio", "Dirección", "Calle", "Dir."],
    "town": ["Localidad", "Población", "Municipio", "Localidad/ Provincia", "Ciudad"],
    "zip": ["CP", "C.P.", "Código postal"],
    "phone": ["Teléfono", "Tel.", "Tfno", "Móvil", "Tlf.", "Teléfono de contacto"],
    "mail": ["Correo electrónico", "E-mail", "Email", "Correo"],
    "doctor": [
        "Médico",
        "Médico responsable",
        "Facultativo",
        "Responsable clínico",
        "Remitido por",
        "Dr./Dra.",
        "Firmado",
        "Médico de familia",
        "Cirujano",
        "Enfermera",
        "Residente",
    ],
    "college": ["NºCol", "Nº colegiado", "Colegiado", "N.º Col."],
    "hospital": ["Centro", "Hospital", "Centro emisor", "Procedencia"],
    "country": ["País", "País de nacimiento", "Nacionalidad"],
    "age": ["Edad", "EDAD"],
    "sex": ["Sexo", "SEXO"],
    "service": ["Servicio", "Especialidad", "Unidad"],
    "reason": ["Motivo de consulta", "Motivo de ingreso", "Diagnóstico", "Juicio clínico"],
    "diet": ["Alergias", "Antecedentes", "Tratamiento", "Hábitos tóxicos", "Dieta"],
}


def day(draw: random.Random) -> str:
    d, m, y = draw.randint(1, 28), draw.randint(1, 12), draw.randint(1935, 2024)
    word = MONTHS[m - 1]
    return draw.choice(
        [
            f"{d:02}/{m:02}/{y}",
            f"{d}/{m}/{y % 100:02}",
            f"{d:02}-{m:02}-{y}",
            f"{d}.{m}.{y}",
            f"{d} de {word} de {y}",
            f"{d} de {word} del {y}",
            f"{d} de {word}",
            f"{d:02}/{m:02}",
            f"{d} {word[:3]} {y}",
            f"{d} {word} {y}",
            f"{y}-{m:02}-{d:02}",
        ]
    )


def street(draw: random.Random) -> str:
    kind = draw.choice(
        [
            "Calle",
            "C/",
            "c/",
            "Avenida",
            "Avda.",
            "Av.",
            "Plaza",
            "Pza.",
            "Paseo",
            "Pº",
            "Camino",
            "Carretera",
            "Ronda",
            "Travesía",
            "Urb.",
            "Calle de",
            "Rúa",
            "Carrer",
            "Polígono",
        ]
    )
    name = draw.choice([invent.town, invent.family])(draw, COUNTRY)
    more = draw.choice(["", "", "de ", "del ", "de la ", "San ", "Santa ", "Virgen de ", "Dr. ", "Marqués de "])
    number = draw.choice(
        [
            f" {draw.randint(1, 180)}",
            f", {draw.randint(1, 180)}",
            f" nº {draw.randint(1, 99)}",
            ", s/n",
            f", {draw.randint(1, 99)}, {draw.randint(1, 9)}º {draw.choice('ABCD')}",
            f" {draw.randint(1, 99)}, {draw.randint(1, 9)}º izda",
        ]
    )
    return f"{kind} {more}{name}{number}"


def values(draw: random.Random) -> dict[str, tuple[str, Label | None]]:
    woman = draw.random() < 0.5

    def full(title: bool = False) -> str:
        words = [invent.given(draw, COUNTRY, woman=woman)]
        if draw.random() < 0.2:
            words.append(invent.given(draw, COUNTRY, woman=woman))
        words.append(invent.family(draw, COUNTRY))
        if draw.random() < 0.7:
            words.append(draw.choice(["", "", "", "de ", "y ", "de la "]) + invent.family(draw, COUNTRY))
        if title and draw.random() < 0.2:
            words[0] = words[0][0] + "."
        return " ".join(words)

    hospital = f"{draw.choice(['Hospital', 'Hospital Universitario', 'Hospital General', 'Clínica', 'Complejo Hospitalario', 'Centro de Salud', 'Policlínica', 'Hospital Clínico', 'C.S.', 'Residencia', 'Fundación'])} {draw.choice(['', 'de ', 'Virgen de ', 'San ', 'Santa ', 'Nuestra Señora de ', 'Dr. ', 'La '])}{draw.choice([invent.town, invent.family])(draw, COUNTRY)}"
    doctor = full(title=True)
    found: dict[str, tuple[str, Label | None]] = {
        "patient": (full(), Label.NAME),
        "other": (draw.choice([full(), invent.given(draw, COUNTRY, woman=True)]), Label.NAME),
        "doctor": (doctor, Label.NAME),
        "family": (invent.family(draw, COUNTRY), Label.NAME),
        "name": (
            draw.choice(
                [
                    full(),
                    f"{invent.family(draw, COUNTRY)} {invent.family(draw, COUNTRY)}, {invent.given(draw, COUNTRY, woman=woman)}",
                ]
            ),
            Label.NAME,
        ),
        "given": (invent.given(draw, COUNTRY, woman=woman), Label.NAME),
        "families": (f"{invent.family(draw, COUNTRY)} {invent.family(draw, COUNTRY)}", Label.NAME),
        "birth": (day(draw), Label.DATE),
        "day": (day(draw), Label.DATE),
        "month": (f"{draw.choice(MONTHS)} de {draw.randint(1990, 2024)}", Label.DATE),
        "record": (
            invent.shaped(draw, draw.choice(["999999", "9999999", "99999", "AA-99999", "9999999-9"])),
            Label.MRN,
        ),
        "insurance": (
            invent.shaped(
                draw, draw.choice(["99 99999999 99", "99/99999999/99", "999999999999", "AAAA9999999999", "99 99999999"])
            ),
            Label.HEALTH_PLAN,
        ),
        "national": (
            invent.shaped(draw, draw.choice(["99999999A", "99.999.999-A", "A9999999A", "99999999-A"])),
            Label.ID,
        ),
        "episode": (invent.shaped(draw, draw.choice(["99999999", "A9999999", "9999-99999", "99A9999"])), Label.ID),
        "street": (street(draw), Label.LOCATION),
        "town": (invent.town(draw, COUNTRY), Label.LOCATION),
        "zip": (f"{draw.randint(1, 52):02}{invent.digits(draw, 3)}", Label.LOCATION),
        "phone": (
            invent.shaped(
                draw,
                draw.choice(
                    ["699 999 999", "699999999", "+34 699 999 999", "91 999 99 99", "999 99 99 99", "93-999-99-99"]
                ),
            ),
            Label.PHONE,
        ),
        "fax": (invent.shaped(draw, draw.choice(["91 999 99 99", "999 999 999", "999999999"])), Label.FAX),
        "mail": (
            f"{invent.syllables(draw, 1, 3)}@{invent.syllables(draw, 1, 2)}.{draw.choice(['es', 'com', 'org'])}",
            Label.EMAIL,
        ),
        "college": (
            invent.shaped(draw, draw.choice(["99 99 99999", "99-99-99999", "999999999", "99/99999"])),
            Label.LICENSE,
        ),
        "hospital": (hospital, Label.ORGANIZATION),
        "country": (
            draw.choice(
                ["España", "España", "Marruecos", "Ecuador", "Colombia", "Rumanía", "Francia", "Perú", "Argentina"]
            ),
            Label.STATE,
        ),
        "age": (str(draw.randint(1, 99)), Label.AGE),
        "sex": (draw.choice(["H", "M", "Varón", "Mujer", "V", "F"]), None),
        "service": (draw.choice(SERVICES), None),
        "thing": (draw.choice(THINGS), None),
        "reason": (draw.choice(THINGS).capitalize(), None),
        "diet": (draw.choice(["no conocidas", "sin interés", draw.choice(DRUGS), draw.choice(THINGS)]), None),
        "drug": (draw.choice(DRUGS), None),
        "n": (str(draw.randint(1, 12)), None),
        "n1": (str(draw.randint(10, 99)), None),
        "n2": (str(draw.randint(100, 190)), None),
        "n3": (draw.choice(["100", "250", "500", "850", "1000", "50"]), None),
    }
    return found


def titled(draw: random.Random, template: str) -> str:
    return template.replace(
        "{doctor}",
        draw.choice(["Dr. {doctor}", "Dra. {doctor}", "{doctor}", "el Dr. {doctor}", "Dr {doctor}", "Prof. {doctor}"]),
        1,
    )


def head(draw: random.Random, page: Page) -> None:
    keys = draw.sample(list(HEADS), draw.randint(3, 16))
    if draw.random() < 0.5:
        keys = ["given", "families", *[key for key in keys if key not in {"name", "given", "families"}]]
    sign = draw.choice([": ", ": ", ": ", ":", ":  ", " - ", "\t", " = ", ": "])
    close = draw.choice(["\n", "\n", ".\n", "  ", "; ", " | ", "\n"])
    known = values(draw)
    for key in keys:
        word = draw.choice(HEADS[key])
        if draw.random() < 0.06:
            word = invent.syllables(draw, 1, 2).capitalize()
        shown, label = known[key]
        if key == "doctor" and draw.random() < 0.4:
            page.add(f"{word}{sign}{draw.choice(['Dr. ', 'Dra. '])}")
        else:
            page.add(f"{word}{sign}")
        page.add(shown if draw.random() > 0.06 or label is not Label.NAME else shown.upper(), label)
        if key == "age" and draw.random() < 0.7:
            page.add(" años")
        page.add(close)
    page.add("\n")


def page(draw: random.Random) -> Page:
    new = Page()
    if draw.random() < 0.7:
        head(draw, new)
    known = values(draw)
    named = draw.choice([0.1, 0.3, 0.6])
    for _ in range(draw.randint(2, 14)):
        fresh = values(draw) | {key: known[key] for key in ("patient", "family") if draw.random() < 0.7}
        template = titled(draw, draw.choice(NAMED)) if draw.random() < named else draw.choice(SAFE)
        fill(new, template, fresh)
        new.add(draw.choice([" ", " ", "\n", "\n\n"]))
    if draw.random() < 0.5:
        new.add("\n")
        fill(new, titled(draw, draw.choice(FEET)), known)
    return new
