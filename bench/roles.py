"""Who is meant by each name: patient, relative or clinician, told on the notes of the synthetic hospital.

Usage: python -m bench.roles     shares of names by role, without and with what the tables know of the patient.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections import Counter
from pathlib import Path

from bench.machine import machine
from veil.detectors.scanner import standard
from veil.engine.persons import who_is_meant
from veil.model import Known, Label, Owner
from veil.synth import make_hospital

PATIENTS = 400
ROLES = ("patient", "relative", "clinician")


def owners(folder: Path) -> dict[str, Owner]:
    """What the patient table holds of each patient's name."""
    with (folder / "data" / "patients.csv").open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    made = {}
    for row in rows:
        given, family = row["first_name"], row["last_name"]
        known = (
            Known("given_name", given, Label.NAME, "weak"),
            Known("family_name", family, Label.NAME, "weak"),
            Known("full_name", f"{given} {family}", Label.NAME, "strong"),
        )
        made[row["patient_id"]] = Owner(row["patient_id"], known)
    return made


def tally(texts: list[str], golds: list[list[dict[str, str]]], whose: list[Owner]) -> Counter[tuple[str, str]]:
    """How often a name of the first role was told as the second; `missed` where no span of a name lies on it."""
    counts: Counter[tuple[str, str]] = Counter()
    for text, gold, owner, spans in zip(texts, golds, whose, standard().find(texts, whose), strict=True):
        meant = who_is_meant(text, spans, owner)
        for name in (one for one in gold if one["label"] == "NAME"):
            told = [
                m.role
                for s, m in zip(spans, meant, strict=True)
                if s.label is Label.NAME and s.start < int(name["end"]) and int(name["start"]) < s.end
            ]
            counts[name["role"], told[0] if told else "missed"] += 1
    return counts


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_hospital(folder, PATIENTS)
        known = owners(folder)
        records = [json.loads(line) for line in (folder / "gold" / "notes.jsonl").open(encoding="utf-8")]
    texts, golds = [one["text"] for one in records], [one["spans"] for one in records]
    print(f"{machine()}\nsynthetic hospital, {PATIENTS} patients, {len(texts)} notes\n")
    for title, whose in (
        ("the text alone", [Owner()] * len(texts)),
        ("with the patient table", [known[one["id"].partition("-")[0]] for one in records]),
    ):
        counts = tally(texts, golds, whose)
        print(title)
        for role in ROLES:
            of_role = {told: count for (gold, told), count in counts.items() if gold == role}
            whole = sum(of_role.values()) or 1
            shares = ", ".join(
                f"{told} {100 * of_role[told] / whole:.2f} %"
                for told in sorted(of_role, key=lambda told: -of_role[told])
            )
            print(f"  {role:<10} {whole:>6} names: {shares}")


if __name__ == "__main__":
    main()
