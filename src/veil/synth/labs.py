"""Labs: a table of results as large as one likes, in Parquet, made as it is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROWS = 1_000_000  # made at once
_PEOPLE, _FIRST = 50, np.datetime64("2015-01-01T00:00:00", "us")
_UNITS = pa.array(["mg/dL", "mmol/L", "g/dL", "%", "IU/L"])
_PROJECT = """\
name: labs
synthetic: true
profile: expert
keyring: labs.key
reference_date: 2026-06-30
in: data
out: release
tables:
  labs:
    subject: patient_id
    columns:
      lab_id: drop
      encounter_id: {pseudonym: {format: integer}}
      patient_id: {pseudonym: {format: integer}}
      collected_at: shift
      concept_id: keep
      value: keep
      unit: keep
"""

Progress = Callable[[int, int], None]


def make_labs(out: Path, rows: int, *, seed: int = 1, progress: Progress | None = None) -> Path:
    """A project with one table of results: a patient has fifty on average, in some ten encounters.

    Shape:   `out/data/labs.parquet`, a row group a million rows; `out/labs.yaml`.
    Keeps:   the same rows for the same number and seed; a million rows in memory, whatever the number.
    """
    (out / "data").mkdir(parents=True, exist_ok=True)
    path = out / "data" / "labs.parquet"
    with pq.ParquetWriter(path, _rows(np.random.default_rng(seed), 0, 0, rows).schema, compression="zstd") as writer:
        for first in range(0, rows, ROWS):
            count = min(ROWS, rows - first)
            writer.write_table(_rows(np.random.default_rng((seed, first)), first, count, rows))
            if progress is not None:
                progress(first + count, rows)
    (out / "labs.yaml").write_text(_PROJECT, encoding="utf-8")
    return path


def _rows(draw: np.random.Generator, first: int, count: int, whole: int) -> pa.Table:
    encounter = draw.integers(0, max(1, whole // 5), count)
    seconds = draw.integers(0, 4_000 * 86_400, count)
    return pa.table(
        {
            "lab_id": pa.array(np.arange(first, first + count)),
            "encounter_id": pa.array(500_000_000 + encounter),
            "patient_id": pa.array(10_000_000 + encounter * 5 // _PEOPLE),
            "collected_at": pa.array(_FIRST + (seconds * 1_000_000).astype("timedelta64[us]")),
            "concept_id": pa.array((3_000_000 + draw.integers(0, 900, count)).astype(np.int32)),
            "value": pa.array(draw.normal(100, 15, count).round(2)),
            "unit": _UNITS.take(pa.array(draw.integers(0, len(_UNITS), count))),
        }
    )
