"""Case 34 and its kind: rows that the verification does not clear cost only themselves where a project says so."""

from __future__ import annotations

import json
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.quarantined import ALONE, check_whole, manifest, rows_of

PEOPLE = "id,mrn,last\n" + "".join(
    f"P{i},{4_188_130 + 17 * i},{name}\n"
    for i, name in enumerate(["Quennell", "Tasker", "Whitlock", "Harrow", "Lindqvist", "Okafor"])
)
RESIDUE = """profile: expert
verify: {strong: quarantine-rows}
tables:
  people:
    subject: id
    columns: {id: pseudonym, mrn: {pseudonym: {}, known: strong, label: MRN}, last: {as: family_name, known: true}}
"""
TABLE = RESIDUE + "  labs:\n    subject: id\n    columns: {id: pseudonym, day: shift, test: keep, value: keep}\n"
DOCUMENTS = (
    RESIDUE
    + "trees:\n  labs:\n    subject: $.id\n    columns: {$.id: {pseudonym: {}, domain: id}, $.day: shift, $.test: keep, $.value: keep}\n"
)
BAD = {
    3: ("test", "seen by Quennell"),
    9: ("value", str(4_188_130 + 17 * 3)),
    10: ("test", "Okafor, 2nd"),
    17: ("value", "x 4188147 y"),
}
OWNER = {3: 0, 9: 3, 10: 5, 17: 1}


def labs():
    rows = []
    for i in range(20):
        row = {"id": f"P{OWNER.get(i, i % 6)}", "day": f"2021-03-{1 + i:02}", "test": "BNP", "value": f"{i}.5"}
        rows.append(row | ({BAD[i][0]: BAD[i][1]} if i in BAD else {}))
    return rows


def as_csv(rows):
    return (
        ",".join(rows[0])
        + "\n"
        + "".join(",".join(f'"{v}"' if "," in v else v for v in row.values()) + "\n" for row in rows)
    )


def as_parquet(rows):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=7)
    return bytes(sink.getvalue())


def as_xlsx(rows):
    xlsxwriter = pytest.importorskip("xlsxwriter")
    import io

    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet("labs")
        for i, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
            for j, cell in enumerate(row):
                sheet.write_string(i, j, cell)
    return data.getvalue()


FORMATS = {
    "labs.csv": (TABLE, as_csv, 1),
    "labs.tsv": (
        TABLE,
        lambda rows: "".join("\t".join(row) + "\n" for row in [list(rows[0]), *(row.values() for row in rows)]),
        1,
    ),
    "labs.parquet": (TABLE, as_parquet, 0),
    "labs.xlsx": (TABLE, as_xlsx, 1),
    "labs.ndjson": (DOCUMENTS, lambda rows: "".join(json.dumps(row) + "\n" for row in rows), 0),
    "labs.json": (DOCUMENTS, lambda rows: json.dumps(rows, indent=1), 0),
}


@pytest.mark.parametrize("name", FORMATS)
def test_rows_with_a_residue_cost_themselves_alone(project, tmp_path, monkeypatch, name):
    monkeypatch.setattr("veil.formats.tree.LINES", 4)
    text, written, heads = FORMATS[name]
    made = project(text, {"people.csv": PEOPLE, name: written(labs())})
    made.run()
    assert rows_of(made) == [
        (
            "labs file 1",
            "known-identifier",
            [
                (row + heads + 1, where if name.endswith(("csv", "tsv", "parquet", "xlsx")) else f"$.{where}")
                for row, (where, _) in sorted(BAD.items())
            ],
            True,
        ),
    ]
    assert manifest(made)["checks"]["known-identifier"] == 4
    clean = project(
        text, {"people.csv": PEOPLE, name: written([row for i, row in enumerate(labs()) if i not in BAD])}, "clean"
    )
    assert clean.run().quarantined == []
    if name != "labs.parquet":  # row groups stay where they were
        assert made.bytes_out() == clean.bytes_out()
    assert manifest(made)["counts"] == manifest(clean)["counts"]
    out = b"".join(made.bytes_out().values())
    assert not any(word.encode() in out for word in ("Quennell", "Okafor", "4188147", str(4_188_130 + 51)))
    back, record = check_whole(made, tmp_path)
    assert {
        "what": "labs file 1",
        "why": "not in the release: known-identifier",
        "rows": [row + heads + 1 for row in sorted(BAD)],
    } in record["not_restored"]
    if name == "labs.csv":
        assert (back / "labs.csv").read_text() == as_csv([row for i, row in enumerate(labs()) if i not in BAD])


def test_rows_of_a_database_cost_themselves_alone(project, tmp_path):
    made = project(
        TABLE.replace("  labs:", "  labs:\n    in: sqlite:///DB").replace("DB", str(tmp_path / "labs.db")),
        {"people.csv": PEOPLE},
    )
    with sqlite3.connect(tmp_path / "labs.db") as base:
        base.execute("create table labs (id text, day text, test text, value text)")
        base.executemany("insert into labs values (:id, :day, :test, :value)", labs())
    made.run()
    assert [(what, code, [row for row, _ in rows], only) for what, code, rows, only in rows_of(made)] == [
        ("labs file 1", "known-identifier", [row + 1 for row in sorted(BAD)], True)
    ]
    assert pq.read_table(made.out / "labs.parquet").num_rows == 16
    check_whole(made, tmp_path)


def test_broken_rows_and_rows_with_a_residue_are_named_by_the_rows_of_the_file(project, tmp_path, monkeypatch):
    monkeypatch.setattr("veil.jobs.work.units.UNIT_BYTES", 150)
    lines = as_csv(labs()).splitlines()
    for row in (18, 11, 4, 1):  # before each bad row, and at the beginning
        lines.insert(row, "P9,2021-03-01")
    made = project(ALONE + TABLE, {"people.csv": PEOPLE, "labs.csv": "\n".join(lines) + "\n"})
    made.run()
    there = dict(enumerate(lines, 1))
    told = {code: [row for row, _ in rows] for _, code, rows, _ in rows_of(made)}
    assert told["csv-ragged"] == [number for number, line in there.items() if line == "P9,2021-03-01"]
    assert told["known-identifier"] == [n for n, line in there.items() if any(word in line for _, word in BAD.values())]
    back, _ = check_whole(made, tmp_path)
    assert len((back / "labs.csv").read_text().splitlines()) == 17


def test_weak_evidence_may_cost_its_rows(project, tmp_path):
    text = TABLE.replace("strong: quarantine-rows", "weak: quarantine-rows").replace(
        "id: pseudonym, mrn", "zip: {as: zip, known: weak}, id: pseudonym, mrn"
    )
    people = "zip," + PEOPLE.replace("\nP", "\n01201,P", 6)
    rows = [
        {"id": f"P{i % 6}", "day": "2021-03-01", "test": "BNP", "value": "1201" if i in (2, 5) else f"{i}.5"}
        for i in range(9)
    ]
    made = project(text, {"people.csv": people, "labs.csv": as_csv(rows)})
    made.run()
    assert rows_of(made) == [("labs file 1", "weak-identifier", [(4, "value"), (7, "value")], True)]
    assert manifest(made)["weak_evidence"] == []
    check_whole(made, tmp_path)


def test_a_run_that_is_killed_in_the_middle_goes_on_to_the_same_bytes(project, monkeypatch):
    monkeypatch.setattr("veil.jobs.work.units.UNIT_BYTES", 150)
    whole = project(TABLE, {"people.csv": PEOPLE, "labs.csv": as_csv(labs())}, "whole")
    whole.run()
    made = project(TABLE, {"people.csv": PEOPLE, "labs.csv": as_csv(labs())})
    from veil.jobs.work.worker import UnitWorker

    do, done = UnitWorker.do, []

    def dies(self, unit):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(unit)
        return do(self, unit)

    with monkeypatch.context() as patched:
        patched.setattr(UnitWorker, "do", dies)
        with pytest.raises(KeyboardInterrupt):
            made.run()
    assert not made.out.exists()
    made.run()
    assert made.bytes_out() == whole.bytes_out()
    assert manifest(made)["quarantined"] == manifest(whole)["quarantined"]
