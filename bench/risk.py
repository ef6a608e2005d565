"""Risk out of core: every figure of a table of eight quasi-identifiers, beside DuckDB's plain group-by of the same file.

Usage: python -m bench.risk [ROWS]     prints one line a table; the aim is at most 1.5 times the group-by's CPU time.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from bench.corpora import CORPORA
from bench.machine import OUT, cost_of, machine

# How many values each column has, and how steeply they fall off: near to what the Adult set has.
ADULT = {
    "sex": (2, 0.7),
    "age": (74, 0.3),
    "race": (5, 2.6),
    "marital": (7, 1.2),
    "education": (16, 1.1),
    "country": (41, 2.4),
    "workclass": (7, 1.7),
    "occupation": (14, 0.5),
}
UNIQUE = ADULT | {"age": (500, 0.0), "education": (500, 0.0), "country": (500, 0.0), "occupation": (500, 0.0)}
GROUP = """
import duckdb, sys
table = duckdb.connect()
table.execute("set threads = 2; set preserve_insertion_order = false")
names = ", ".join(sys.argv[2:])
read = f"read_csv('{sys.argv[1]}', all_varchar = true)" if sys.argv[1].endswith("csv") else f"'{sys.argv[1]}'"
print(table.execute(f"select n, count(*) from (select count(*) n from {read} group by {names}) group by n").fetchall())
"""
STEP = 1_000_000


def make(path: Path, rows: int, shape: dict[str, tuple[int, float]]) -> None:
    """A table of independent columns; the same rows for the same number. A CSV has no quotes."""
    draw = np.random.default_rng(7)
    with path.open("wb") as file:
        writer = None
        for at in range(0, rows, STEP):
            columns = {}
            for name, (values, steep) in shape.items():
                weights = 1 / np.arange(1, values + 1) ** steep
                codes = draw.choice(values, min(STEP, rows - at), p=weights / weights.sum())
                columns[name] = pa.array([f"{name}-{code:03}" for code in range(values)]).take(pa.array(codes))
            table = pa.table(columns)
            if path.suffix == ".csv":
                pl.DataFrame(table).write_csv(file, include_header=at == 0)
            else:
                writer = writer or pq.ParquetWriter(file, table.schema)
                writer.write_table(table)
        if writer is not None:
            writer.close()


def measure(what: str, rows: int, shape: dict[str, tuple[int, float]], ending: str, memory: int) -> float:
    """Shape: a table -> the ratio of CPU time to the group-by's."""
    path = OUT / "risk" / f"table.{ending}"
    path.parent.mkdir(parents=True, exist_ok=True)
    make(path, rows, shape)
    group = cost_of(sys.executable, "-c", GROUP, str(path), *shape)
    words = [word for name in shape for word in ("-q", name)]
    veil = cost_of(
        str(Path(sys.executable).with_name("veil")), "risk", str(path), *words, "--json", "--memory", str(memory)
    )
    shutil.rmtree(path.parent)
    print(
        f"{what}, {rows:,} rows, {ending}, {memory} MiB of keys: group-by {group.cpu:.1f} CPU s, {group.peak:.0f} MiB; veil risk "
        f"{veil.cpu:.1f} CPU s, {veil.peak:.0f} MiB; ratio {veil.cpu / group.cpu:.2f} (aim 1.5)",
        flush=True,
    )
    return veil.cpu / group.cpu


def search() -> None:
    """The search of the Adult set, in a process of its own, with ARX's hierarchies."""
    adult = CORPORA / "adult"
    if not adult.exists():
        print("the Adult set is not beside the checkout: no search")
        return
    names = ("sex", "age", "race", "marital-status", "education", "native-country", "workclass", "occupation")
    words = [
        word
        for name in names
        for word in ("-q", name, "--hierarchy", f"{name}={adult / f'adult_hierarchy_{name}.csv'}")
    ]
    cost = cost_of(
        str(Path(sys.executable).with_name("veil")),
        "risk",
        str(adult / "adult.csv"),
        "--delimiter",
        ";",
        *words,
        "--fix",
        "--k",
        "5",
        "--json",
    )
    print(f"Adult, k = 5, 5 % suppressed at most: veil risk --fix {cost.cpu:.1f} CPU s, {cost.peak:.0f} MiB (aim 3 s)")


if __name__ == "__main__":
    print(machine())
    count = int(sys.argv[1].replace("_", "")) if sys.argv[1:] else 10_000_000
    for title, columns in (("like Adult", ADULT), ("nearly all unique", UNIQUE)):
        measure(title, count, columns, "parquet", 1024)
        measure(title, count, columns, "parquet", 256)
        measure(title, count, columns, "csv", 1024)
    search()
