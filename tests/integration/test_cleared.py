"""Cleared 0.4.11 and an imported project on the same synthetic data: the same partition, the same intervals; old maps go on."""

import csv
import datetime as dt
import json
import os
import random
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from veil.importers.where import where_of
from veil.policy.condition import condition

PEER = Path(os.environ.get("PEERS_VENVS", Path.home() / "peers-venvs")) / "cleared" / "bin"
VEIL = Path(sys.executable).with_name("veil")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PEER / "cleared").exists(), reason="cleared==0.4.11 is in no environment of its own (.ci/run builds it)"
    ),
]
IDS = {
    ("patients", "patient_id"): "patient",
    ("patients", "mrn"): "mrn",
    ("encounters", "encounter_id"): "encounter",
    ("encounters", "patient_id"): "patient",
    ("labs", "encounter_id"): "encounter",
    ("labs", "patient_id"): "patient",
}
DATES = {"patients": ("birth_date",), "encounters": ("admitted", "discharged"), "labs": ("collected",)}
CONFIG = """
defaults: [io_config]
name: hospital
deid_config:
  time_shift: {{method: {method}, min: {low}, max: {high}}}
tables:
  labs:
    name: labs
    depends_on: [patients]
    transformers: [{labs}]
  patients:
    name: patients
    transformers:
      - {{method: DateTimeDeidentifier, uid: born, configs: {{idconfig: {{name: patient_id, uid: patient_uid}}, datetime_column: birth_date}}}}
      - {{method: IDDeidentifier, uid: pid, depends_on: [born], configs: {{idconfig: {{name: patient_id, uid: patient_uid}}}}}}
      - {{method: IDDeidentifier, uid: mrn, configs: {{idconfig: {{name: mrn, uid: mrn_uid}}}}}}
      - {{method: ColumnDropper, uid: name, configs: {{idconfig: {{name: first_name, uid: first_name}}}}}}
  encounters:
    name: encounters
    transformers:
      - {{method: DateTimeDeidentifier, uid: in, configs: {{idconfig: {{name: patient_id, uid: patient_uid}}, datetime_column: admitted}}}}
      - {{method: DateTimeDeidentifier, uid: out, configs: {{idconfig: {{name: patient_id, uid: patient_uid}}, datetime_column: discharged}}}}
      - {{method: IDDeidentifier, uid: eid, configs: {{idconfig: {{name: encounter_id, uid: encounter_uid}}}}}}
      - {{method: IDDeidentifier, uid: epid, configs: {{idconfig: {{name: patient_id, uid: patient_uid}}}}}}
"""
LAB_DATES = [
    "{method: DateTimeDeidentifier, uid: at, configs: {idconfig: {name: patient_id, uid: patient_uid}, datetime_column: collected}}",
    "{method: DateTimeDeidentifier, uid: when, configs: {idconfig: {name: patient_id, uid: patient_uid}, datetime_column: value},"
    " filter: {where_condition: \"test == 'date of onset'\"}}",
]
LAB_IDS = [
    "{method: IDDeidentifier, uid: ref, configs: {idconfig: {name: value, uid: patient_uid}}, value_cast: integer,"
    ' filter: {where_condition: "test in [\\"donor\\", \\"twin\\"]"}}',
    "{method: IDDeidentifier, uid: lpid, configs: {idconfig: {name: patient_id, uid: patient_uid}}}",
    "{method: IDDeidentifier, uid: leid, configs: {idconfig: {name: encounter_id, uid: encounter_uid}}}",
]
IO = """
io:
  data:
    input_config: {io_type: filesystem, configs: {base_path: "${oc.env:HOSPITAL}/data", file_format: csv}}
    output_config: {io_type: filesystem, configs: {base_path: "${oc.env:HOSPITAL}/out", file_format: csv}}
  deid_ref:
    input_config: {io_type: filesystem, configs: {base_path: "${oc.env:HOSPITAL}/old"}}
    output_config: {io_type: filesystem, configs: {base_path: "${oc.env:HOSPITAL}/ref"}}
  runtime_io_path: ${oc.env:HOSPITAL}/runtime
"""


class Hospital:
    """A folder with data, a configuration of Cleared, and what both tools make of it."""

    def __init__(self, folder: Path, labs: list[str], method: str = "shift_by_days", low: int = -365, high: int = 366):
        self.folder = folder
        self.env = {**os.environ, "HOSPITAL": str(folder), "VEIL_PASSPHRASE": "open sesame"}
        for name in ("data", "out", "old", "ref", "runtime"):
            (folder / name).mkdir(parents=True)
        text = CONFIG.format(labs=", ".join(labs), method=method, low=low, high=high)
        (folder / "hospital.yaml").write_text(text, encoding="utf-8")
        (folder / "io_config.yaml").write_text(IO, encoding="utf-8")

    def made(self, patients: list[int], seed: int) -> "Hospital":
        draw = random.Random(seed)

        def day() -> str:
            return (dt.date(2015, 1, 1) + dt.timedelta(draw.randrange(2_000))).isoformat()

        encounters = [(7_000_000 + 3 * n, draw.choice(patients)) for n in range(len(patients) * 4)]
        self.write(
            "patients",
            ["patient_id", "mrn", "birth_date", "zip", "first_name"],
            [
                [p, f"MRN{p:09d}", f"{draw.randrange(1940, 2010)}-03-14", f"0{p % 9000 + 1000}", "Mary"]
                for p in patients
            ],
        )
        self.write(
            "encounters",
            ["encounter_id", "patient_id", "admitted", "discharged"],
            [[e, p, f"{day()} 08:30:00", f"{day()} 17:05:00"] for e, p in encounters],
        )
        rows = []
        for n in range(len(patients) * 10):
            e, p = draw.choice(encounters)
            test = draw.choice(["donor", "twin", "date of onset", "hemoglobin"])
            value = (
                draw.choice(patients)
                if test in ("donor", "twin")
                else day()
                if test == "date of onset"
                else draw.randrange(90)
            )
            rows.append([n, e, p, day(), test, value])
        self.write("labs", ["lab_id", "encounter_id", "patient_id", "collected", "test", "value"], rows)
        return self

    def write(self, table: str, head: list[str], rows: list[list]) -> None:
        with (self.folder / "data" / f"{table}.csv").open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])

    def cleared(self) -> None:
        done = subprocess.run(
            [PEER / "cleared", "run", self.folder / "hospital.yaml"],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def veil(self, *words: str) -> str:
        done = subprocess.run(
            [VEIL, *words], env=self.env, capture_output=True, text=True, timeout=300, cwd=self.folder
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def imported(self, *more: str) -> str:
        if not (self.folder / "veil.key").exists():
            self.veil("keys", "new", "veil.key")
        said = self.veil("import", "cleared", "hospital.yaml", "-o", "project.yaml", "-f", *more)
        self.veil("run", "project.yaml", "-o", "out=release")
        self.veil("verify", "project.yaml", "--override", "out=release")
        return said

    def table(self, where: str, table: str) -> list[dict[str, str]]:
        with (self.folder / where / f"{table}.csv").open(newline="") as file:
            return list(csv.DictReader(file))


def moved(hospital: Hospital, where: str) -> dict[str, list[int]]:
    """How far each date of each patient moved, in seconds, table by table."""
    found: dict[str, list[int]] = {}
    for table, columns in DATES.items():
        for before, after in zip(hospital.table("data", table), hospital.table(where, table), strict=True):
            some = columns + (("value",) if before.get("test") == "date of onset" else ())
            for column in some:
                if not after[column]:  # a day without an hour cannot move by hours
                    continue
                step = dt.datetime.fromisoformat(after[column]) - dt.datetime.fromisoformat(before[column])
                found.setdefault(before["patient_id"], []).append(round(step.total_seconds()))
    return found


def ids_of(hospital: Hospital, where: str) -> dict[str, list[str]]:
    """All ids of each kind, in the order of tables and rows."""
    found: dict[str, list[str]] = {}
    for (table, column), kind in IDS.items():
        found.setdefault(kind, []).extend(row[column] for row in hospital.table(where, table))
    before = hospital.table("data", "labs")
    after = hospital.table(where, "labs")
    found["patient"] += [
        new["value"] for old, new in zip(before, after, strict=True) if old["test"] in ("donor", "twin")
    ]
    return found


def one_to_one(left: list[str], right: list[str]) -> bool:
    pairs = set(zip(left, right, strict=True))
    return len(pairs) == len(set(left)) == len(set(right))


@pytest.fixture(scope="module")
def hospital(tmp_path_factory) -> Hospital:
    made = Hospital(tmp_path_factory.mktemp("cleared"), LAB_DATES + LAB_IDS).made(list(range(100_000, 100_900, 3)), 1)
    made.cleared()
    return made


def test_the_partition_by_id_is_that_of_cleared_and_no_rank_is_told(hospital) -> None:
    hospital.imported()
    theirs, mine = ids_of(hospital, "out"), ids_of(hospital, "release")
    assert {kind: one_to_one(theirs[kind], mine[kind]) for kind in theirs} == dict.fromkeys(theirs, True)
    originals = ids_of(hospital, "data")
    assert one_to_one(originals["patient"], mine["patient"])
    pairs = sorted({(int(old), int(new)) for old, new in zip(originals["patient"], mine["patient"], strict=True)})
    rising = sum(second > first for (_, first), (_, second) in pairwise(pairs))
    assert 0.35 < rising / (len(pairs) - 1) < 0.65


def test_every_interval_of_dates_is_that_of_cleared_and_no_true_date_is_left(hospital) -> None:
    hospital.imported()
    theirs, mine = moved(hospital, "out"), moved(hospital, "release")
    assert theirs.keys() == mine.keys()
    assert all(len(set(steps)) == 1 for steps in theirs.values())  # this configuration has dates before ids everywhere
    assert all(len(set(steps)) == 1 and steps[0] for steps in mine.values())


def test_with_maps_the_very_same_pseudonyms_and_shifts_go_on(hospital) -> None:
    said = hospital.imported("--maps", "ref")
    assert ids_of(hospital, "out") == ids_of(hospital, "release")
    theirs, mine = moved(hospital, "out"), moved(hospital, "release")
    still = {patient for patient, steps in theirs.items() if not steps[0]}  # Cleared released true dates of these
    assert {key: steps for key, steps in theirs.items() if key not in still} == {
        key: steps for key, steps in mine.items() if key not in still
    }
    assert all(mine[patient][0] for patient in still)
    assert f"{300 - len(still)} old shifts are kept" in said


def test_new_patients_beside_old_ones_get_new_codes_and_the_old_keep_theirs(hospital, tmp_path) -> None:
    next_year = Hospital(tmp_path / "next", LAB_DATES + LAB_IDS).made(list(range(100_300, 101_500, 3)), 2)
    next_year.imported("--maps", str(hospital.folder / "ref"))
    with (hospital.folder / "ref" / "patient_uid.csv").open() as file:
        old = {row["patient_uid"]: row["patient_uid__deid"] for row in csv.DictReader(file)}
    pairs = set(zip(ids_of(next_year, "data")["patient"], ids_of(next_year, "release")["patient"], strict=True))
    assert one_to_one(*map(list, zip(*pairs, strict=True)))
    kept = {original: code for original, code in pairs if original in old}
    assert kept == {original: old[original] for original in kept}
    assert 150 < len(kept) < len(pairs)
    assert not {code for original, code in pairs if original not in old} & set(old.values())


def test_nothing_that_veil_wrote_holds_an_original_in_clear(hospital) -> None:
    hospital.imported("--maps", "ref")
    originals = {row["mrn"].encode() for row in hospital.table("data", "patients")}
    shifts = (hospital.folder / "ref" / "patient_uid_shift.csv").read_bytes().split()[1:]
    for path in hospital.folder.rglob("*"):
        if path.is_file() and path.relative_to(hospital.folder).parts[0] not in (
            "data",
            "out",
            "ref",
            "old",
            "runtime",
        ):
            content = path.read_bytes()
            assert not any(one in content for one in originals), path.name
            assert not any(one in content for one in shifts), path.name
            assert path.parent.name == "release" or path.suffix == ".yaml" or path.stat().st_mode & 0o077 == 0, (
                path.name
            )


def test_shifts_that_were_kept_under_pseudonyms_go_on_too_and_a_split_key_is_told(tmp_path) -> None:
    """Dates behind ids in one table, before them in others: Cleared gave each patient two shifts; here there is one."""
    split = Hospital(tmp_path / "split", LAB_IDS + LAB_DATES).made(list(range(500_000, 500_300, 3)), 3)
    split.cleared()
    theirs = moved(split, "out")
    assert sum(len(set(steps)) > 1 for steps in theirs.values()) > 90
    said = split.imported("--maps", "ref")
    assert "had two shifts" in said
    mine = moved(split, "release")
    assert all(len(set(steps)) == 1 for steps in mine.values())
    assert all(mine[key][0] == steps[0] or not steps[0] for key, steps in theirs.items())


@pytest.mark.parametrize("method", ["shift_by_weeks", "shift_by_hours", "shift_by_months"])
def test_other_units_keep_the_partition_and_say_what_does_not_go_on(tmp_path, method) -> None:
    made = Hospital(tmp_path / method, LAB_DATES + LAB_IDS, method, -5, 6).made(list(range(900, 1_100, 3)), 4)
    made.cleared()
    said = made.imported("--maps", "ref")
    assert ids_of(made, "out") == ids_of(made, "release")
    theirs, mine = moved(made, "out"), moved(made, "release")
    if method == "shift_by_weeks":
        assert all(mine[key] == steps for key, steps in theirs.items() if steps[0])
    else:
        assert "are not kept" in said
    if method == "shift_by_hours":
        assert "without an hour" in said
        assert {row["birth_date"] for row in made.table("release", "patients")} == {""}
    if method != "shift_by_months":
        assert all(len(set(steps)) == 1 and steps[0] for steps in mine.values())


QUERIES = [
    "a == 5",
    "a != 5",
    "not (a == 5)",
    "a in [1, 2, 3]",
    "a not in [1, 2, 3]",
    "1 <= a < 5",
    "~(a > 2)",
    "a.isnull()",
    "a.notna()",
    "a != a",
    "b == 'x'",
    "b != 'x'",
    "b in ['x', 'y y']",
    "b not in ['x']",
    "`odd name` > 1.5",
    "5 > a",
    "(a > 1) & (b == 'x') | (`odd name` < 0)",
    "not (a > 1 and b == 'x')",
    "b.str.contains('y', na=False)",
    "b.str.startswith('y', na=False) and a == a",
    "b.isin(['x', 'NA'])",
    "not b.isnull() and a <= -1",
    'a == -2 or b == "O\'Brien"',
    "flag",
    "not flag",
    "flag == True and a > 0",
    "flag != True",
]
PANDAS = """
import json, sys
import pandas as pd
table = pd.read_csv(sys.argv[1])
print(json.dumps([table.query(one).index.tolist() for one in json.load(sys.stdin)]))
"""


def test_conditions_hold_for_the_rows_that_pandas_holds_them_for(tmp_path) -> None:
    draw = random.Random(5)
    rows = [
        [
            draw.choice(["", "NA", *map(str, range(-3, 8))]),
            draw.choice(["", "x", "y", "y y", "O'Brien", "null"]),
            draw.choice(["", "1.5", "2.0", "-1", "7"]),
            draw.choice(["True", "False"]),
        ]
        for _ in range(500)
    ]
    file = tmp_path / "table.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([["a", "b", "odd name", "flag"], *rows])
    done = subprocess.run(
        [PEER / "python", "-c", PANDAS, file], input=json.dumps(QUERIES), capture_output=True, text=True, check=True
    )
    columns = {
        name: pa.array([row[at] or None for row in rows], pa.large_string())
        for at, name in enumerate(["a", "b", "odd name", "flag"])
    }
    for query, theirs in zip(QUERIES, json.loads(done.stdout), strict=True):
        mine = condition(where_of(query, "here")[0]).mask(columns).to_pylist()
        assert [at for at, held in enumerate(mine) if held] == theirs, query
