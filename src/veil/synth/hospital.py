"""The synthetic hospital on disk: tables with realistic flaws, notes, gold spans and a project file."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TextIO

from veil.synth.notes import HOSPITALS, Visit, write_note
from veil.synth.people import TODAY, Patient, clinicians, patient

Progress = Callable[[str, int, int], None]
PATIENTS = (
    "patient_id",
    "mrn",
    "first_name",
    "last_name",
    "sex",
    "birth_date",
    "ssn",
    "phone",
    "email",
    "street",
    "city",
    "state",
    "zip",
    "death_date",
)
ENCOUNTERS = ("encounter_id", "patient_id", "provider_id", "department", "admitted", "discharged", "reason")
LABS = ("lab_id", "encounter_id", "collected_at", "concept_id", "value", "unit", "comment", "payload")
PROVIDERS = ("provider_id", "first_name", "last_name", "credential", "specialty")
CONCEPTS = (
    (3004249, "128", "mmHg"),
    (3012888, "76", "mmHg"),
    (3016723, "1.1", "mg/dL"),
    (3000963, "11.2", "g/dL"),
    (3004410, "6.4", "%"),
)
SEGMENT = 20_000


def make_hospital(out: Path, patients: int, *, seed: int = 1, progress: Progress | None = None) -> dict[str, int]:
    """Write the hospital.

    Shape:   patients.csv, encounters.csv, providers.csv, labs/part-N.csv, notes/*.txt, gold/notes.jsonl, hospital.yaml.
    Keeps:   the same number and seed give the same bytes; no person in it exists.
    """
    data = out / "data"
    (data / "labs").mkdir(parents=True, exist_ok=True)
    (data / "notes").mkdir(exist_ok=True)
    (out / "gold").mkdir(exist_ok=True)
    staff = clinicians(seed, max(6, min(200, patients // 5)))
    counts = {"patients": 0, "encounters": 0, "labs": 0, "notes": 0}
    _table(
        data / "providers.csv",
        PROVIDERS,
        (
            [f"P{i:04d}", who.given, who.family, credential, specialty]
            for i, (who, specialty, credential) in enumerate(staff)
        ),
    )
    with (
        _opened(data / "patients.csv", PATIENTS) as people,
        _opened(data / "encounters.csv", ENCOUNTERS) as visits,
        (out / "gold" / "notes.jsonl").open("w", encoding="utf-8") as gold,
        _Labs(data / "labs") as labs,
    ):
        for number in range(1, patients + 1):
            draw = random.Random(f"{seed}:{number}")  # noqa: S311  invented people, not secrets
            who = patient(draw, number)
            people.row(_patient_row(draw, who))
            counts["patients"] += 1
            for visit, encounter in _visits(draw, who, number, staff):
                visits.row(_encounter_row(draw, visit, encounter, staff))
                counts["encounters"] += 1
                for row in _lab_rows(draw, visit, encounter, counts["labs"]):
                    labs.row(row)
                    counts["labs"] += 1
                counts["notes"] += _note(draw, visit, data / "notes", gold)
            if progress:
                progress("making patients", number, patients)
    (out / "hospital.yaml").write_text(PROJECT, encoding="utf-8")
    return counts


class _opened:  # noqa: N801  reads as the verb it is
    """A CSV file with its header."""

    def __init__(self, path: Path, header: tuple[str, ...]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(header)

    def row(self, cells: list[Any]) -> None:
        self._writer.writerow(cells)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


class _Labs:
    """Labs in segments of 20,000 rows."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._rows, self._part = folder, 0, 0
        self._at = _opened(folder / "part-0.csv", LABS)

    def row(self, cells: list[Any]) -> None:
        if self._rows == SEGMENT:
            self._at.__exit__()
            self._part, self._rows = self._part + 1, 0
            self._at = _opened(self._folder / f"part-{self._part}.csv", LABS)
        self._rows += 1
        self._at.row(cells)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._at.__exit__()


def _table(path: Path, header: tuple[str, ...], rows: Iterator[list[Any]]) -> None:
    with _opened(path, header) as table:
        for row in rows:
            table.row(row)


def _patient_row(draw: random.Random, who: Patient) -> list[Any]:
    """Flaws: empty cells, capitals, several forms of one date column, a blank around a value."""
    given = who.person.given.upper() if draw.random() < 0.05 else who.person.given
    family = who.person.family.lower() if draw.random() < 0.02 else who.person.family
    born = f"{who.born:%m/%d/%Y}" if draw.random() < 0.1 else who.born.isoformat()
    phone = "" if draw.random() < 0.03 else who.phone.replace("-", "") if draw.random() < 0.1 else who.phone
    return [
        who.patient_id,
        who.mrn,
        given,
        family,
        who.person.sex,
        born,
        who.ssn,
        phone,
        who.email,
        who.street,
        who.city,
        who.state,
        who.zip,
        who.died.isoformat() if who.died else "",
    ]


def _visits(draw: random.Random, who: Patient, number: int, staff: list[Any]) -> Iterator[tuple[Visit, str]]:
    for i in range(draw.randint(1, 4)):
        latest = (TODAY - max(who.born, TODAY - dt.timedelta(days=1800))).days
        day = TODAY - dt.timedelta(days=draw.randint(1, max(2, latest)))
        admitted = dt.datetime(day.year, day.month, day.day, draw.randint(0, 23), draw.randint(0, 59))  # noqa: DTZ001  local wall time
        (clinician, _, credential), (other, _, _) = draw.sample(staff, 2)
        discharged = admitted + dt.timedelta(hours=draw.randint(2, 200))
        yield (
            Visit(who, admitted, discharged, clinician, credential, other, draw.choice(HOSPITALS), i + 1),
            f"{number * 10 + i:08d}",
        )


def _encounter_row(draw: random.Random, visit: Visit, encounter: str, staff: list[Any]) -> list[Any]:
    provider = next(i for i, (who, _, _) in enumerate(staff) if who.key == visit.clinician.key)
    reason = draw.choice(("chest pain", "Follow-up, routine", "fall at home", 'said "short of breath"', "NA", ""))
    return [
        encounter,
        visit.patient.patient_id,
        f"P{provider:04d}",
        staff[provider][1],
        f"{visit.admitted:%Y-%m-%d %H:%M}",
        f"{visit.discharged:%Y-%m-%d %H:%M}",
        reason,
    ]


def _lab_rows(draw: random.Random, visit: Visit, encounter: str, first: int) -> Iterator[list[Any]]:
    for i in range(draw.randint(1, 5)):
        concept, value, unit = draw.choice(CONCEPTS)
        taken = visit.admitted + dt.timedelta(minutes=draw.randint(5, 600))
        collected = f"{taken:%m/%d/%Y %H:%M}" if draw.random() < 0.1 else f"{taken:%Y-%m-%dT%H:%M:%S}"
        comment = ""
        if draw.random() < 0.1:
            comment = f"Called to Dr. {visit.clinician.family}, {visit.admitted:%m/%d/%Y}"
        payload = ""
        if draw.random() < 0.2:
            payload = json.dumps(
                {
                    "patient": {"name": visit.patient.person.full, "mrn": visit.patient.mrn},
                    "device": {"serial": f"SN{first + i:07d}"},
                    "flag": "H",
                }
            )
        yield [f"L{first + i:09d}", encounter, collected, concept, value, unit, comment, payload]


def _note(draw: random.Random, visit: Visit, folder: Path, gold: TextIO) -> int:
    if draw.random() < 0.2:
        return 0
    note = write_note(draw, visit)
    name = f"{visit.patient.patient_id}-{visit.number}.txt"
    (folder / name).write_bytes(note.text.encode("utf-8"))
    gold.write(json.dumps({"id": name, "text": note.text, "spans": note.spans}, ensure_ascii=False) + "\n")
    return 1


PROJECT = """\
# A synthetic hospital: one patient, one pseudonym, one set of surrogate names, one date shift, in tables and notes.
name: synthetic hospital
synthetic: true
profile: expert
keyring: hospital.key
in: data
out: release
reference_date: 2026-06-30

tables:
  patients:
    subject: patient_id
    sex: sex
    born: birth_date
    columns:
      patient_id: pseudonym
      mrn:        {pseudonym: {format: keep}, known: strong, label: MRN}
      first_name: {surrogate: given_name, known: true}
      last_name:  {surrogate: family_name, known: true}
      sex:        keep
      birth_date: {shift: {birth: true}, known: true, kind: birth_date}
      ssn:        {drop: , known: strong, label: SSN}
      phone:      {surrogate: phone, known: strong}
      email:      {surrogate: email, known: strong}
      street:     {surrogate: street, known: true}
      city:       {surrogate: city, known: true}
      state:      keep
      zip:        {zip3: , known: true, label: ZIP}
      death_date: shift
  encounters:
    subject: patient_id
    columns:
      encounter_id: pseudonym
      patient_id:   pseudonym
      provider_id:  pseudonym
      department:   keep
      admitted:     shift
      discharged:   shift
      reason:       scan
  providers:
    columns:
      provider_id: pseudonym
      first_name:  {surrogate: given_name, known: staff}
      last_name:   {surrogate: family_name, known: staff}
      credential:  keep
      specialty:   keep
  labs:
    subject: {through: encounters, on: encounter_id}
    columns:
      lab_id:       pseudonym
      encounter_id: pseudonym
      collected_at: shift
      concept_id:   keep
      value:        keep
      unit:         keep
      comment:      scan
      payload:
        open: json
        rules:
          $.patient.name:  scan
          $.patient.mrn:   {pseudonym: {format: keep, domain: mrn}}
          $.device.serial: {pseudonym: {domain: device}}
          $.flag:          keep

notes:
  notes:
    subject: {from: file_name, pattern: "{patient_id}-{n}.txt"}
    columns:
      text: scan
"""
