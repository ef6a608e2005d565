"""Names that others chose, of files and of tables: none leads out of the release, and none takes the place of its own pages."""

import contextlib
import json
import sqlite3

import pyarrow.parquet as pq


def test_a_table_whose_name_climbs_out_lies_in_the_release(project):
    made = project("profile: redact\ntables: {t: {files: ../../evil, columns: {a: keep}}}\n", {"none.txt": ""})
    made.file.write_text(made.file.read_text().replace("in: data\n", "in: sqlite:///emr.db\n"))
    with contextlib.closing(sqlite3.connect(made.folder / "emr.db")) as line:
        line.execute('CREATE TABLE "../../evil" AS SELECT 7 AS a')
        line.commit()
    assert made.run().exit_code == 0
    assert not list(made.folder.parent.rglob("evil.parquet"))
    (one,) = json.loads((made.out / "veil-manifest.json").read_text())["outputs"]
    assert pq.read_table(made.out / one["name"])["a"].to_pylist() == [7]


def test_an_input_that_is_called_as_the_manifest_is_not_lost(project):
    files = {name: json.dumps({"a": name}) for name in ("veil-manifest.json", "other.json")}
    made = project("profile: redact\ntrees: {t: {files: '*.json', columns: {$.a: keep}}}\n", files)
    assert made.run().exit_code == 0
    names = [one["name"] for one in json.loads((made.out / "veil-manifest.json").read_text())["outputs"]]
    assert "veil-manifest.json" not in names
    assert {json.loads((made.out / name).read_text())["a"] for name in names} == set(files)
