"""A known person: the tables of a hospital with known identifiers against the same tables without; a part of `make bench`.

Usage: python -m bench.known [TIMES ...]     a line a size (1: 10,000 patients, 50,000 visits, 200,000 results); by default 1 and 10.

The aim: with a known name, record number and birth date at most 1.6 times the CPU time without, the learning of the roster apart.
"""

from __future__ import annotations

import compileall
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.cleared import ROWS, make
from bench.machine import OUT, Cost, cost_of, machine

VEIL = str(Path(sys.executable).with_name("veil"))
AIM = 1.6
PROJECT = """profile: expert
keyring: veil.key
reference_date: 2026-06-30
in: data
out: {name}
reversible: false
tables:
  patients:
    subject: patient_id
    columns:
      patient_id: pseudonym
      mrn: {{as: number{mrn}}}
      birth_date: {{as: birth_date{known}}}
      first_name: {{as: given_name{known}}}
      sex: keep
  encounters:
    subject: patient_id
    columns: {{encounter_id: pseudonym, patient_id: pseudonym, admitted: shift, discharged: shift, department: keep}}
  labs:
    subject: patient_id
    columns: {{lab_id: pseudonym, encounter_id: pseudonym, patient_id: pseudonym, collected: shift, resulted: shift, concept_id: keep,
              value: keep, comment: drop}}
"""
LEARN = """
import sys
from pathlib import Path
from veil.jobs.work.first_pass import pass_one
from veil.jobs.session import open_session
from veil.jobs.work.units import units_of
session = open_session(Path(sys.argv[1]), [])
keys = session.keys(lambda: "bench of tables", None)
units = units_of(session.plan, session.inputs)
if sys.argv[2] == "learn":
    pass_one(session.plan, session.inputs, Path(sys.argv[3]), keys, units, mint=False)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """What one size cost without known identifiers, with them, and what learning them cost of that."""

    rows: int
    unknown: Cost
    known: Cost
    learning: float

    @property
    def ratio(self) -> float:
        """CPU time with known identifiers, without the learning of them, over that without."""
        return (self.known.cpu - self.learning) / self.unknown.cpu


def measure(times: int) -> Pair:
    """Both projects on the same data, each in a process of its own."""
    folder = OUT / "known"
    shutil.rmtree(folder, ignore_errors=True)
    make(folder, times)
    env = {"VEIL_PASSPHRASE": "bench of tables"}
    cost_of(VEIL, "keys", "new", str(folder / "veil.key"), env=env)
    (folder / "unknown.yaml").write_text(PROJECT.format(name="without", mrn="", known=""))
    (folder / "known.yaml").write_text(
        PROJECT.format(name="with", mrn=", known: strong, label: MRN", known=", known: true")
    )
    unknown = cost_of(VEIL, "run", str(folder / "unknown.yaml"), env=env)
    known = cost_of(VEIL, "run", str(folder / "known.yaml"), env=env)
    learning, nothing = (
        cost_of(sys.executable, "-c", LEARN, str(folder / "known.yaml"), what, str(folder / "roster"), env=env)
        for what in ("learn", "nothing")
    )
    shutil.rmtree(folder)
    return Pair(ROWS * times, unknown, known, learning.cpu - nothing.cpu)


def told(pair: Pair) -> str:
    """A line of the bench."""
    return (
        f"{pair.rows:>10,} rows: without {pair.unknown.cpu:.2f} CPU s, {pair.unknown.peak:.0f} MiB; with known identifiers "
        f"{pair.known.cpu:.2f} CPU s ({pair.learning:.2f} of it learning), {pair.known.peak:.0f} MiB; "
        f"ratio without learning {pair.ratio:.2f} (aim {AIM})"
    )


if __name__ == "__main__":
    print(machine())
    compileall.compile_dir(Path(__file__).parents[1] / "src", quiet=1)  # as an installed wheel is
    for size in [int(one) for one in sys.argv[1:]] or [1, 10]:
        print(told(measure(size)), flush=True)
