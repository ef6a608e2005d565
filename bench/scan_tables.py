"""Labelled tables: what each column holds is known, the values look as they do in hospitals, and no person in them exists."""

from __future__ import annotations

import csv
import datetime as dt
import random
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from bench.corpora import CORPORA
from bench.shapes import Someone, definition, shaped

PEOPLE = 300
TUNED = ("omop-5.3", "synthea-csv", "clarity-like")
UNSEEN = ("pcornet", "cerner-like", "mimic-iv")  # not looked at while the rules were written
Table = dict[str, list[str | None]]
HOSPITAL = {
    "patients": {
        "patient_id": "id",
        "mrn": "mrn",
        "first_name": "given_name",
        "last_name": "family_name",
        "sex": "code",
        "birth_date": "birth_date",
        "ssn": "number",
        "phone": "phone",
        "email": "email",
        "street": "address",
        "city": "city",
        "state": "state",
        "zip": "zip",
        "death_date": "datetime",
    },
    "encounters": {
        "encounter_id": "id",
        "patient_id": "id",
        "provider_id": "id",
        "admitted": "datetime",
        "discharged": "datetime",
        "reason": "text",
        "department": "code",
    },
    "labs": {
        "lab_id": "id",
        "encounter_id": "id",
        "collected_at": "datetime",
        "concept_id": "code",
        "value": "measure",
        "unit": "code",
        "comment": "text",
        "payload": "document",
    },
    "providers": {
        "provider_id": "id",
        "first_name": "given_name",
        "last_name": "family_name",
        "credential": "code",
        "specialty": "code",
    },
}
ADULT = {
    "sex": "code",
    "age": "age",
    "race": "code",
    "marital-status": "code",
    "education": "code",
    "native-country": "state",
    "workclass": "code",
    "occupation": "code",
    "salary-class": "code",
}
ICD = ("E11.9", "I10", "J45.909", "N18.3", "F41.1", "K21.9", "M54.5", "Z00.00", "R07.9", "I48.91")
LOINC = ("718-7", "2345-7", "2160-0", "4548-4", "6690-2", "777-3", "2951-2", "2823-3")
DRUGS = (
    "lisinopril 10 mg tablet",
    "metformin 500 mg tablet",
    "atorvastatin 20 mg tablet",
    "insulin glargine",
    "heparin",
    "vancomycin",
    "acetaminophen 325 mg",
)
PROBLEMS = (
    "Essential hypertension",
    "Type 2 diabetes mellitus",
    "Asthma",
    "Chest pain",
    "Atrial fibrillation",
    "Low back pain",
    "Hyperlipidemia",
)
RACES, MARRIED = (
    ("White", "Black or African American", "Asian", "Other", "Unknown"),
    ("Married", "Single", "Divorced", "Widowed"),
)
STATES = ("Active", "Completed", "Cancelled", "In progress")
UNITS = ("mg/dL", "mmHg", "%", "mL", "K/uL", "kg")
WARDS = ("Medicine", "Cardiology", "Surgery", "Emergency Department", "MICU", "Oncology")
TOLD = (
    "Patient {given} {family} seen today for follow-up of {problem}. Denies chest pain. Continue {drug}.",
    "Stable overnight, tolerating diet. Plan to discharge home with {drug}; call with questions.",
    "{given} called to reschedule; reached at {phone}. Family updated.",
    "Pain controlled with {drug}. Ambulating with assistance, no acute distress.",
    "Reviewed labs with the patient. {problem} is improving, repeat in three months.",
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A table with what each of its columns holds."""

    set: str
    name: str
    columns: Table
    holds: dict[str, str]


def labelled(seed: int = 1) -> list[Labelled]:
    """All tables, those that need the corpora only where they are."""
    found = [*_hospital(seed), *(one for shape in (*TUNED, *UNSEEN) for one in _shape(shape, seed))]
    if CORPORA.exists():
        found += [*_adult(seed), *_omop(seed)]
    return found


def people_of(count: int, seed: int) -> list[Someone]:
    """People of the synthetic hospital, with the identifiers that the shapes ask for."""
    from veil.lexicon import places
    from veil.synth.people import patient

    towns = sorted(places.cities())
    made = []
    for number in range(count):
        draw = random.Random(f"{seed}:{number}")
        who, other = patient(draw, number + 1), patient(random.Random(f"o{seed}:{number}"), number + 1)
        made.append(
            Someone(
                who.person.given,
                other.person.given,
                who.person.family,
                other.person.family,
                who.person.sex,
                who.born,
                who.street,
                who.city or draw.choice(towns),
                draw.choice(("Suffolk", "Marion", "Cook", "Kings", "Orange", "Wayne")),
                who.state,
                who.zip,
                who.phone,
                who.email,
                who.mrn,
                who.ssn,
            )
        )
    return made


def _shape(shape: str, seed: int) -> list[Labelled]:
    """The tables of a published shape with values as hospitals write them; forms differ from shape to shape."""
    people, staff = people_of(PEOPLE, seed), people_of(40, seed + 1)
    made = shaped(shape, people, staff, seed)
    found = []
    for table in made.tables:
        columns = [one for one in definition(shape) if one.table == table]
        draw = random.Random(f"{shape}:{table}:{seed}")
        if len(columns) < 2:
            continue
        forms = _Forms(draw)
        cells: Table = {}
        for one in columns:
            said = made.tables[table][one.name]
            kind = "mrn" if one.of == "mrn" else one.holds
            cells[one.name] = _with_gaps(
                draw,
                one.key or one.holds == "id",
                [forms.cell(kind, one.name, one.type, value, people[row % PEOPLE]) for row, value in enumerate(said)],
            )
        holds = {one.name: _gold(one.holds, one.of) for one in columns}
        found.append(Labelled(shape, table, cells, holds))
    return found


def _gold(holds: str, of: str) -> str:
    if of == "mrn":
        return "mrn"
    return {"staff_given": "given_name", "staff_family": "family_name", "release": "datetime", "year": "year"}.get(
        holds, holds
    )


def _with_gaps(draw: random.Random, full: bool, values: list[str]) -> list[str | None]:
    share = 0.0 if full else draw.choice((0.0, 0.0, 0.05, 0.3))
    return [None if draw.random() < share else value for value in values]


class _Forms:
    """The forms that one table writes its dates, numbers and codes in."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.day = draw.choice(("%Y-%m-%d", "%m/%d/%Y", "%Y-%m-%d", "%d-%b-%Y"))
        self.clock = draw.choice((" %H:%M:%S", " %H:%M", "T%H:%M:%SZ", " %H:%M:%S"))
        self.phone = draw.choice(("{}-{}-{}", "({}) {}-{}", "{}{}{}", "+1 {} {} {}"))
        self.numbers: dict[str, int] = {}
        self.lists: dict[str, tuple[str, ...]] = {}

    def cell(self, kind: str, name: str, typed: str, value: str, who: Someone) -> str:
        draw = self.draw
        if kind in ("date", "datetime", "birth_date", "release"):
            day = dt.datetime.fromisoformat(value)
            return day.strftime(self.day + (self.clock if typed == "datetime" else ""))
        if kind == "code":
            return value if typed == "integer" else self.code(name)
        if kind == "number":
            return self.number(name)
        if kind == "measure":
            return (
                str(draw.randrange(1, 90))
                if typed == "integer"
                else draw.choice((f"{draw.gauss(90, 25):.1f}", f"{draw.gauss(12, 3):.2f}"))
            )
        if kind == "phone":
            return self.phone.format(*value[:12].split("-")) if value.count("-") == 2 else value
        if kind == "mrn":
            return value
        if kind == "text":
            return draw.choice(TOLD).format(
                given=who.given,
                family=who.family,
                problem=draw.choice(PROBLEMS).lower(),
                drug=draw.choice(DRUGS),
                phone=who.phone,
            )
        if kind == "organization":
            return (
                f"{who.city} {draw.choice(('General Hospital', 'Medical Center', 'Family Health Clinic', 'Pharmacy'))}"
            )
        if kind == "coordinates":
            return f"{draw.choice((-1, 1)) * draw.uniform(25, 120):.6f}"
        return value

    def code(self, name: str) -> str:
        word = name.lower()
        hints = (
            (r"flag|_yn|_ind$|expire", ("Y", "N")),
            (r"race", RACES),
            (r"marital", MARRIED),
            (r"icd|^dx$|diag.*\d|dx_id", ICD),
            (r"loinc", LOINC),
            (r"unit|uom", UNITS),
            (r"sex$|gender", ("F", "M")),
            (r"drug|med|rxnorm|product", DRUGS),
            (r"desc|title|name|label|concept_name", PROBLEMS),
            (r"ward|care_?unit|service|dept", WARDS),
            (r"status", STATES),
            (r"code|_cd$|concept", ICD),
        )
        chosen = next((values for pattern, values in hints if re.search(pattern, word)), None)
        if chosen is None:
            chosen = self.lists.setdefault(
                name, self.draw.choice((STATES, ("Y", "N"), ("01", "02", "OT", "UN"), WARDS, ("A", "B", "C")))
            )
        return self.draw.choice(chosen)

    def number(self, name: str) -> str:
        word, draw = name.lower(), self.draw
        if "ssn" in word:
            return f"{draw.randint(100, 665):03d}-{draw.randint(10, 99)}-{draw.randint(1000, 9999)}"
        if "npi" in word:
            return _npi(draw)
        if "dea" in word:
            return f"{draw.choice('ABFM')}{draw.choice('BCDFGH')}{draw.randint(1_000_000, 9_999_999)}"
        if re.search(r"login|username", word):
            return f"{draw.choice('abcdefgh')}{draw.choice(('smith', 'jones', 'patel', 'nguyen', 'garcia'))}{draw.randint(1, 99)}"
        form = self.numbers.setdefault(name, draw.randrange(4))
        return (
            f"{draw.randint(10**8, 10**9 - 1)}",
            f"W{draw.randint(10**8, 10**9 - 1)}",
            f"{draw.choice('ABCX')}{draw.randint(10**7, 10**8 - 1)}X",
            f"H-{draw.randint(10, 26)}-{draw.randint(10_000, 99_999)}",
        )[form]


def _npi(draw: random.Random) -> str:
    """Ten digits that satisfy the check of national provider identifiers: Luhn over 80840 and them."""
    nine = f"{draw.choice('12')}{draw.randrange(10**8):08d}"
    total = 0
    for place, digit in enumerate(reversed("80840" + nine)):
        number = int(digit) * (2 if place % 2 == 0 else 1)
        total += number - 9 if number > 9 else number
    return nine + str(-total % 10)


def _read(path: Path, delimiter: str = ",") -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter=delimiter))
    return {name: [row[i] or None for row in rows[1:]] for i, name in enumerate(rows[0])}


def _hospital(seed: int) -> list[Labelled]:
    import tempfile

    from veil.synth import make_hospital

    with tempfile.TemporaryDirectory() as folder:
        make_hospital(Path(folder), PEOPLE, seed=seed)
        data = Path(folder) / "data"
        files = {name: data / f"{name}.csv" for name in HOSPITAL} | {"labs": data / "labs" / "part-0.csv"}
        return [Labelled("hospital", name, _read(path), HOSPITAL[name]) for name, path in files.items()]


def _adult(seed: int) -> list[Labelled]:
    whole = _read(CORPORA / "adult" / "adult.csv", ";")
    rows = random.Random(seed).sample(range(len(whole["sex"])), 2_000)
    return [Labelled("adult", "adult", {name: [values[i] for i in rows] for name, values in whole.items()}, ADULT)]


def _omop(seed: int) -> list[Labelled]:
    """The OMOP set that nobody here wrote, labelled by the definition where the two versions have the same column."""
    gold = {(one.table, one.name): _gold(one.holds, one.of) for one in definition("omop-5.3")}
    found = []
    with zipfile.ZipFile(CORPORA / "omop-synthea27nj" / "Synthea27Nj_5.4.zip") as packed:
        for name in sorted(one for one in packed.namelist() if one.endswith(".csv") and "__MACOSX" not in one):
            table = Path(name).stem.lower()
            with packed.open(name) as file:
                rows = list(csv.reader(line.decode("utf-8") for line in file))
            kept = random.Random(seed).sample(rows[1:], min(2_000, len(rows) - 1))
            columns: Table = {column: [row[i] or None for row in kept] for i, column in enumerate(rows[0])}
            holds = {column: gold[table, column.lower()] for column in columns if (table, column.lower()) in gold}
            if holds and kept:
                found.append(Labelled("omop set", table, columns, holds))
    return found
