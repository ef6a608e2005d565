"""A table of results in Parquet, ten and a hundred million rows, beside plain copies of the same file by polars and DuckDB.

Usage: python -m bench.labs [ROWS ...]     the aims: three times the cheaper copy's CPU time, memory flat and under 2 GB.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bench.machine import OUT, cost_of, machine

VEIL = str(Path(sys.executable).with_name("veil"))
POLARS = "import polars as pl,sys; pl.scan_parquet(sys.argv[1]).sink_parquet(sys.argv[2], compression='zstd')"
DUCK = (
    "import duckdb,sys; duckdb.connect(config={'threads': 2}).execute("
    "f\"COPY (SELECT * FROM read_parquet('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet, COMPRESSION zstd)\")"
)


def measure(rows: int) -> None:
    folder = OUT / "labs"
    shutil.rmtree(folder, ignore_errors=True)
    cost_of(VEIL, "synth", "--labs", str(rows), "-o", str(folder))
    env = {"VEIL_PASSPHRASE": "bench of results"}
    cost_of(VEIL, "keys", "new", str(folder / "labs.key"), env=env)
    path, copy = folder / "data" / "labs.parquet", folder / "copy.parquet"
    size = path.stat().st_size >> 20
    costs = {}
    for name, text in (("polars", POLARS), ("DuckDB", DUCK)):
        costs[name] = cost_of(sys.executable, "-c", text, str(path), str(copy))
        copy.unlink()
    veil = cost_of(VEIL, "run", str(folder / "labs.yaml"), env=env)
    least = min(cost.cpu for cost in costs.values())
    told = "; ".join(f"{name} copy {cost.cpu:.1f} CPU s, {cost.peak:.0f} MiB" for name, cost in costs.items())
    print(
        f"{rows:>11,} rows, {size} MiB: {told}; veil {veil.cpu:.1f} CPU s, {veil.peak:.0f} MiB; "
        f"{veil.cpu / least:.2f} times the cheaper copy (aim 3)",
        flush=True,
    )
    shutil.rmtree(folder)


if __name__ == "__main__":
    print(machine())
    for size in [int(one.replace("_", "")) for one in sys.argv[1:]] or [10_000_000, 100_000_000]:
        measure(size)
