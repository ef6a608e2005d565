"""C17: compare every column; exit 0 on pass, 1 on mismatch; JSON with per-column counts and indices, no values; HTML from it."""

import json

from tests.rows.conftest import ENCOUNTERS, LABS, PATIENTS
from tests.rows.test_c16_reverse import FILES, POLICY


def reversed_project(project, veil):
    made = project(POLICY.replace("UNIT", "days"), FILES)
    assert made.run().exit_code == 0
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back").code == 0
    return made


def verified(made, veil):
    done = veil(made.folder, "verify", "project.yaml", "back", "-o", "verify.json")
    return done.code, json.loads((made.folder / "verify.json").read_text())


def test_c17_what_came_back_passes_and_every_column_is_in_the_record(project, veil):
    made = reversed_project(project, veil)
    code, record = verified(made, veil)
    assert (code, record["passed"]) == (0, True)
    told = {(table["table"], one["column"]): one["status"] for table in record["tables"] for one in table["columns"]}
    columns = [line.split("\n")[0].split(",") for line in (PATIENTS, ENCOUNTERS, LABS)]
    assert len(told) == sum(map(len, columns))
    assert told["patients file 1", "zip"] == told["labs file 1", "lab_id"] == "not-reversible"
    assert told["patients file 1", "patient_id"] == told["labs file 1", "concept_id"] == "pass"


def test_c17_a_spoiled_cell_of_any_column_is_found_with_its_row_and_no_value(project, veil):
    for column in range(5):
        made = reversed_project(project, veil)
        path = made.folder / "back/labs.csv"
        rows = [line.split(",") for line in path.read_text().splitlines()]
        name, rows[3][column] = rows[0][column], "SPOILED"
        path.write_text("\n".join(map(",".join, rows)) + "\n")
        code, record = verified(made, veil)
        assert (code, record["passed"]) == (1, False)
        (bad,) = [one for table in record["tables"] for one in table["columns"] if one["status"] == "mismatch"]
        assert (bad["column"], bad["mismatches"], bad["first_rows"]) == (name, 1, [2])
        page = veil(made.folder, "report-verify", "verify.json", "-o", "page.html")
        assert page.code == 0, page.erred
        whole = (made.folder / "verify.json").read_text() + (made.folder / "page.html").read_text()
        assert name in whole
        assert not any(value in whole for value in ("SPOILED", "1042", "00771234", "2019-01-31", "98.6"))


def test_c17_rows_files_and_columns_that_are_missing_or_too_many_are_mismatches(project, veil):
    made = reversed_project(project, veil)
    back = made.folder / "back"
    (back / "labs.csv").write_text("".join((back / "labs.csv").read_text().splitlines(keepends=True)[:-1]))
    (back / "encounters.csv").write_text("encounter_id,patient_id,more\n901,1042,\n902,7,\n903,1042,\n")
    (back / "patients.csv").unlink()
    code, record = verified(made, veil)
    told = {table["table"]: table for table in record["tables"]}
    assert code == 1
    assert told["labs file 1"]["code"] == "row-count"
    assert told["patients file 1"]["code"] == "file-missing"
    assert {one["column"]: one["status"] for one in told["encounters file 1"]["columns"]} == {
        "encounter_id": "pass",
        "patient_id": "pass",
        "start": "missing",
        "more": "foreign",
    }


def test_c17_a_file_that_is_no_record_makes_no_page(tmp_path, veil):
    (tmp_path / "x.json").write_text('{"passed": true}')
    assert "[verify-record]" in veil(tmp_path, "report-verify", "x.json").erred


def test_c17_another_type_is_a_mismatch_though_the_text_is_the_same(project, veil):
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = project(
        "profile: expert\ntables: {t: {columns: {pid: {pseudonym: {format: integer}}, n: keep}}}\n", {"a.csv": "x\n"}
    )
    pq.write_table(pa.table({"pid": [1, 2], "n": [3, 4]}), made.folder / "data/t.parquet")
    assert made.run().exit_code == 0
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back").code == 0
    assert verified(made, veil)[0] == 0
    pq.write_table(pa.table({"pid": ["1", "2"], "n": [3, 4]}), made.folder / "back/t.parquet")
    code, record = verified(made, veil)
    assert code == 1
    assert [one["status"] for one in record["tables"][0]["columns"]] == ["mismatch", "pass"]
