"""A large table: ids and two dates changed, four columns kept, beside a plain polars copy of the same CSV.

Usage: python -m bench.tables [ROWS]     prints one line a size; the aim is at most three times the copy's CPU time.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import polars as pl

from bench.machine import OUT, cost_of, machine

PATIENTS, ENCOUNTERS = 100_000, 1_000_000
PROJECT = """\
name: bench
profile: expert
keyring: bench.key
in: data
out: release
tables:
  events:
    subject: patient_id
    columns:
      patient_id: pseudonym
      encounter_id: pseudonym
      started: shift
      ended: shift
      department: keep
      concept_id: keep
      value: keep
      unit: keep
"""
COPY = "import polars as pl,sys; pl.read_csv(sys.argv[1]).write_csv(sys.argv[2])"


def make(folder: Path, rows: int) -> Path:
    """The table, written in steps of a million rows; the same rows for the same number."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    path = data / "events.csv"
    draw = np.random.default_rng(7)
    with path.open("wb") as file:
        for at in range(0, rows, 1_000_000):
            count = min(1_000_000, rows - at)
            encounter = draw.integers(0, ENCOUNTERS, count)
            start = np.datetime64("2015-01-01T00:00:00") + draw.integers(0, 3_000 * 86_400, count).astype(
                "timedelta64[s]"
            )
            frame = pl.DataFrame(
                {
                    "patient_id": 10_000_000 + encounter % PATIENTS,
                    "encounter_id": 500_000_000 + encounter,
                    "started": pl.Series(start.astype("datetime64[ms]")).dt.strftime("%Y-%m-%d %H:%M:%S"),
                    "ended": pl.Series((start + np.timedelta64(2, "D")).astype("datetime64[ms]")).dt.strftime(
                        "%Y-%m-%d"
                    ),
                    "department": np.array(["Cardiology", "Oncology", "Surgery", "Internal Medicine"])[encounter % 4],
                    "concept_id": 3_000_000 + draw.integers(0, 900, count),
                    "value": draw.normal(100, 15, count).round(2),
                    "unit": np.array(["mg/dL", "mmol/L", "%"])[encounter % 3],
                }
            )
            frame.write_csv(file, include_header=at == 0)
    (folder / "project.yaml").write_text(PROJECT)
    return path


def measure(rows: int) -> tuple[float, float]:
    """Shape: rows -> (ratio of CPU time to the copy's, Veil's peak in MiB)."""
    from veil.keys import Cost, Keyring

    folder = OUT / "tables"
    shutil.rmtree(folder, ignore_errors=True)
    path = make(folder, rows)
    Keyring.create(folder / "bench.key", "bench", Cost.cheap())
    copy = cost_of(sys.executable, "-c", COPY, str(path), str(folder / "copy.csv"))
    (folder / "copy.csv").unlink()
    veil = cost_of(
        str(Path(sys.executable).with_name("veil")),
        "run",
        str(folder / "project.yaml"),
        env={"VEIL_PASSPHRASE": "bench"},
    )
    ratio = veil.cpu / copy.cpu
    print(
        f"{rows:>11,} rows, {path.stat().st_size >> 20} MiB: polars copy {copy.cpu:.1f} CPU s, {copy.peak:.0f} MiB; "
        f"veil run {veil.cpu:.1f} CPU s, {veil.peak:.0f} MiB; ratio {ratio:.2f} (aim 3)",
        flush=True,
    )
    shutil.rmtree(folder)
    return ratio, veil.peak


if __name__ == "__main__":
    print(machine())
    for size in [int(one.replace("_", "")) for one in sys.argv[1:]] or [1_000_000, 10_000_000]:
        measure(size)
