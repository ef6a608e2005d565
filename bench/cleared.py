"""The tables of a hospital, by Cleared and by Veil from Cleared's own configuration, in one run; a part of `make bench-tables`.

Usage: python -m bench.cleared [TIMES ...]     prints a line a size (1: 260,000 rows) and the slope between the first and the last.

The aims: ten times Cleared's rows per CPU second with start-up, fifty times in the slope, at no more memory.
"""

from __future__ import annotations

import compileall
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench.machine import OUT, Cost, cost_of, machine

PEER = Path(os.environ.get("PEERS_VENVS", Path.home() / "peers-venvs")) / "cleared" / "bin" / "cleared"
VEIL = str(Path(sys.executable).with_name("veil"))
PATIENTS, ENCOUNTERS, LABS = 10_000, 50_000, 200_000
ROWS = PATIENTS + ENCOUNTERS + LABS
ID = "{{method: IDDeidentifier, uid: {uid}, configs: {{idconfig: {{name: {column}, uid: {of}}}}}}}"
DAY = "{{method: DateTimeDeidentifier, uid: {uid}, configs: {{idconfig: {{name: patient_id, uid: patient}}, datetime_column: {column}}}}}"
DROP = "{{method: ColumnDropper, uid: {uid}, configs: {{idconfig: {{name: {column}, uid: {uid}}}}}}}"
# Cleared reads the shift's key from the table as it is by then: dates stand before ids, or the shifts of tables differ.
RULES = {
    "patients": [(DAY, "birth_date", ""), (ID, "patient_id", "patient"), (ID, "mrn", "mrn"), (DROP, "first_name", "")],
    "encounters": [
        (DAY, "admitted", ""),
        (DAY, "discharged", ""),
        (ID, "encounter_id", "encounter"),
        (ID, "patient_id", "patient"),
    ],
    "labs": [
        (DAY, "collected", ""),
        (DAY, "resulted", ""),
        (ID, "encounter_id", "encounter"),
        (ID, "patient_id", "patient"),
        (ID, "lab_id", "lab"),
        (DROP, "comment", ""),
    ],
}
IO = """io:
  data:
    input_config: {{io_type: filesystem, configs: {{base_path: {folder}/data, file_format: csv}}}}
    output_config: {{io_type: filesystem, configs: {{base_path: {folder}/out, file_format: csv}}}}
  deid_ref:
    input_config: {{io_type: filesystem, configs: {{base_path: {folder}/old}}}}
    output_config: {{io_type: filesystem, configs: {{base_path: {folder}/ref}}}}
  runtime_io_path: {folder}/runtime
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """What one size cost both; Cleared's is None where its package is not at hand."""

    rows: int
    veil: Cost
    cleared: Cost | None


def make(folder: Path, times: int) -> None:
    """The data, `times` the size, and Cleared's configuration of fourteen rules."""
    for name in ("data", "out", "old", "ref", "runtime"):
        (folder / name).mkdir(parents=True)
    draw = np.random.default_rng(11)
    people, visits, labs = PATIENTS * times, ENCOUNTERS * times, LABS * times
    who = 100_000 + np.arange(people)
    visit_of = draw.choice(who, visits)
    pl.DataFrame(
        {
            "patient_id": who,
            "mrn": 50_000_000 + draw.permutation(people),
            "birth_date": _days(draw, people, 1940, 24_000),
            "first_name": np.array(["Mary", "John", "Wei", "Ana"])[who % 4],
            "sex": np.array(["F", "M"])[who % 2],
        }
    ).write_csv(folder / "data/patients.csv")
    pl.DataFrame(
        {
            "encounter_id": 7_000_000 + np.arange(visits),
            "patient_id": visit_of,
            "admitted": _days(draw, visits, 2015, 3_000),
            "discharged": _days(draw, visits, 2015, 3_000),
            "department": np.array(["Cardiology", "Oncology", "Surgery"])[visit_of % 3],
        }
    ).write_csv(folder / "data/encounters.csv")
    at = draw.integers(0, visits, labs)
    pl.DataFrame(
        {
            "lab_id": 30_000_000 + np.arange(labs),
            "encounter_id": 7_000_000 + at,
            "patient_id": visit_of[at],
            "collected": _days(draw, labs, 2015, 3_000),
            "resulted": _days(draw, labs, 2015, 3_000),
            "concept_id": 3_000_000 + draw.integers(0, 900, labs),
            "value": draw.normal(100, 15, labs).round(2),
            "comment": np.array(["haemolysed", "repeat", ""])[at % 3],
        }
    ).write_csv(folder / "data/labs.csv")
    (folder / "bench.yaml").write_text(_config(folder))


def _days(draw: np.random.Generator, count: int, year: int, span: int) -> pl.Series:
    days = np.datetime64(f"{year}-01-01") + draw.integers(0, span, count)
    return pl.Series(days.astype("datetime64[ms]")).dt.strftime("%Y-%m-%d")


def _config(folder: Path) -> str:
    lines = [
        "name: bench",
        "deid_config: {time_shift: {method: shift_by_days, min: -365, max: 366}}",
        IO.format(folder=folder),
        "tables:",
    ]
    for table, rules in RULES.items():
        lines += [f"  {table}:", f"    name: {table}", "    transformers:"]
        for form, column, of in rules:
            lines.append("      - " + form.format(uid=f"{table}_{column}", column=column, of=of))
    return "\n".join(lines) + "\n"


def measure(times: int) -> Pair:
    """Both on the same data, each in a process of its own."""
    folder = OUT / "cleared"
    shutil.rmtree(folder, ignore_errors=True)
    make(folder, times)
    env = {"VEIL_PASSPHRASE": "bench of tables"}
    cost_of(VEIL, "keys", "new", str(folder / "veil.key"), env=env)
    cost_of(VEIL, "import", "cleared", str(folder / "bench.yaml"), "-o", str(folder / "project.yaml"), env=env)
    veil = cost_of(VEIL, "run", str(folder / "project.yaml"), "-o", "out=release", env=env)
    cleared = cost_of(str(PEER), "run", str(folder / "bench.yaml")) if PEER.exists() else None
    shutil.rmtree(folder)
    return Pair(ROWS * times, veil, cleared)


def told(pair: Pair) -> str:
    line = f"{pair.rows:>10,} rows: veil {_speed(pair.rows, pair.veil)}"
    if pair.cleared is None:
        return line + "; Cleared is not at hand (an environment of its own: .ci/run says how)"
    times = pair.cleared.cpu / pair.veil.cpu
    return f"{line}; Cleared 0.4.11 {_speed(pair.rows, pair.cleared)}; {times:.1f} times (aim 10), memory {pair.veil.peak / pair.cleared.peak:.2f} (aim 1)"


def _speed(rows: int, cost: Cost) -> str:
    return f"{cost.cpu:.2f} CPU s, {rows / cost.cpu:,.0f} rows a CPU s, {cost.peak:.0f} MiB"


def slope(small: Pair, large: Pair) -> str:
    """Rows per CPU second between two sizes: without what starting costs."""
    rows = large.rows - small.rows
    veil = rows / (large.veil.cpu - small.veil.cpu)
    if small.cleared is None or large.cleared is None:
        return f"slope: veil {veil:,.0f} rows a CPU s"
    cleared = rows / (large.cleared.cpu - small.cleared.cpu)
    return f"slope: veil {veil:,.0f} rows a CPU s, Cleared {cleared:,.0f}; {veil / cleared:.1f} times (aim 50)"


if __name__ == "__main__":
    print(machine())
    compileall.compile_dir(Path(__file__).parents[1] / "src", quiet=1)  # as an installed wheel is
    found = []
    for size in [int(one) for one in sys.argv[1:]] or [1, 10]:
        found.append(measure(size))
        print(told(found[-1]), flush=True)
    if len(found) > 1:
        print(slope(found[0], found[-1]))
