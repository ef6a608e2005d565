"""C30: scan data, list the columns that hold identifiers with evidence, report how unique rows are over quasi-identifiers."""

import json

from tests.rows.conftest import PATIENTS

HEADER = PATIENTS.splitlines()[0]
MANY = (
    "\n".join(
        [
            HEADER,
            *(
                f"{610_000 + 3 * n},{10_000_000 + 977 * n},{200 + n % 400}-{10 + n % 80}-{1000 + n},{name},{1940 + n % 60}-0{1 + n % 9}-1{n % 9},0{2100 + n % 40}"
                for n, name in enumerate(["Ada", "Maria", "John", "Linda", "Peter", "Susan", "David", "Karen"] * 20)
            ),
        ]
    )
    + "\n"
)


def test_c30_scan_lists_identifiers_with_evidence_and_no_value(tmp_path, veil):
    (tmp_path / "patients.csv").write_text(MANY)
    done = veil(tmp_path, "scan", "patients.csv", "--json", "-o", "scan.html")
    assert done.code == 0, done.erred
    table = json.loads(done.said)["tables"][0]
    columns = {one["column"]: one for one in table["columns"]}
    assert {name for name, one in columns.items() if one["role"] == "direct"} == {"mrn", "ssn", "first"}
    assert columns["patient_id"]["role"] == "key"
    assert table["quasi"] == ["born", "zip"]
    assert all(one["evidence"] and 0 < one["sure"] <= 1 for one in columns.values())
    page = (tmp_path / "scan.html").read_text()
    for row in MANY.splitlines()[1:]:
        for cell in row.split(",")[:3]:
            assert cell not in done.said + done.erred + page
    assert "<script" not in page


def test_c30_risk_counts_what_scan_proposes(tmp_path, veil):
    (tmp_path / "patients.csv").write_text(MANY)
    table = json.loads(veil(tmp_path, "scan", "patients.csv", "--json").said)["tables"][0]
    record = json.loads(veil(tmp_path, "risk", "patients.csv", "--json").said)
    assert record["quasi"] == table["quasi"]
    assert record["unique"] == round(table["unique_on_quasi"], 4) == 1.0
    assert record["k"] == 1


def test_c30_a_scanned_folder_becomes_a_project_that_runs(tmp_path, veil):
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "patients.csv").write_text(MANY)
    assert veil(tmp_path, "scan", "extract", "--write", "project.yaml").code == 0
    assert veil(tmp_path, "keys", "new", "veil.key").code == 0
    done = veil(tmp_path, "run", "project.yaml")
    assert done.code == 0, done.erred
    released = (tmp_path / "release" / "patients.csv").read_text()
    assert not [row for row in MANY.splitlines()[1:] if row.split(",")[2] in released]
