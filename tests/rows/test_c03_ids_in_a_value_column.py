"""C3: de-identify `value` only where a condition holds, with the map of patient_id; strings and ints match; the rest stays."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.rows.conftest import ALL, LABS, column, policy

WHERE = "event_name = 'user submitted' and value is not null"


@pytest.mark.parametrize(
    "where", [WHERE, WHERE.replace("=", "=="), "concept_id in (3004249, 99) and concept_id = 99", "concept_id in [99]"]
)
def test_c3_an_id_in_a_value_has_the_pseudonym_of_its_own_column(project, veil, where):
    made = project(policy(f'[{{where: "{where}", pseudonym: {{domain: patient_id}}}}, keep]'), ALL)
    assert veil(made.folder, "run", "project.yaml").code == 0
    patients = dict(
        zip(
            column(made.folder / "data", "patients", "patient_id"),
            column(made.out, "patients", "patient_id"),
            strict=True,
        )
    )
    was, now = column(made.folder / "data", "labs", "value"), column(made.out, "labs", "value")
    assert now[1] == patients["1042"]
    assert [now[i] for i in (0, 2, 3, 4)] == [was[i] for i in (0, 2, 3, 4)]


@pytest.mark.parametrize("written", ["1042", "1042.0", " 1042", "01042"])
def test_c3_a_text_and_a_number_that_say_one_id_match(project, veil, written):
    value = f'[{{where: "{WHERE}", pseudonym: {{domain: patient_id}}, cast: integer}}, keep]'
    made = project(policy(value), {**ALL, "labs.csv": LABS.replace(",1042,", f",{written},")})
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert column(made.out, "labs", "value")[1] == column(made.out, "patients", "patient_id")[0]


@pytest.mark.parametrize("kind", [pa.string(), pa.int64(), pa.float64()])
def test_c3_a_typed_value_matches_the_typed_id(project, veil, kind):
    ids = pa.table({"patient_id": pa.array([1042, 7], pa.int64())})
    labs = pa.table({"kind": ["id", "x"], "value": pa.array([1042, 7]).cast(kind)})
    files = {}
    for name, table in (("p", ids), ("l", labs)):
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink)
        files[f"{name}.parquet"] = sink.getvalue().to_pybytes()
    rules = "{p: {columns: {patient_id: pseudonym}}, l: {columns: {kind: keep, value: [{where: kind = 'id', pseudonym: {domain: patient_id}}, keep]}}}"
    made = project(f"profile: expert\ntables: {rules.replace('kind = ', 'kind = ')}\n", files)
    assert veil(made.folder, "run", "project.yaml").code == 0
    value = pq.read_table(made.out / "l.parquet")["value"].to_pylist()
    assert value == [pq.read_table(made.out / "p.parquet")["patient_id"][0].as_py(), "7"]


def test_c3_other_rows_keep_their_bytes_odd_quotes_too(project, veil):
    data = 'kind,value\nx,"a"\nid,"5"\nx, "b" \nx,"c,d"\nx,\nx,""\n'
    made = project(
        "profile: expert\ntables: {t: {columns: {kind: keep, value: [{where: kind = 'id', pseudonym: {}}, keep]}}}\n",
        {"t.csv": data},
    )
    assert veil(made.folder, "run", "project.yaml").code == 0
    was, now = data.splitlines(), (made.out / "t.csv").read_text().splitlines()
    assert [now[i] for i in (0, 1, 3, 4, 5, 6)] == [was[i] for i in (0, 1, 3, 4, 5, 6)]
