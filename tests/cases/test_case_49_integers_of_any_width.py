"""Cases 49 and 71: integers of any width come back as integers, texts with leading zeros as texts, and ids that join still join."""

import io
import runpy
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import PASSPHRASE, SHARED, Made

WIDTHS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
RULES = "profile: expert\ntables:\n  people: {subject: id, columns: {id: pseudonym, zip: zip3, age: age, mrn: {as: integer_id}, floor: keep, year: {as: birth_year}}}\n"


def copied(tmp_path, keyring_file, case):
    """The project of a case as it was filed, with a keyring of these tests."""
    folder = tmp_path / "case"
    shutil.copytree(SHARED / "cases" / case, folder)
    shutil.copy(keyring_file, folder / "study.key")
    return Made(folder / "p.yaml")


def run(made):
    session = made.session()
    outcome = session.run(session.keys(lambda: PASSPHRASE))
    assert outcome.quarantined == []
    return outcome


@pytest.mark.corpora
@pytest.mark.skipif(not (SHARED / "cases/49").is_dir(), reason="the cases are not beside the checkout")
def test_the_people_of_case_49_keep_their_types_and_zeros(tmp_path, keyring_file):
    made = copied(tmp_path, keyring_file, "49")
    run(made)
    before, after = (pq.read_table(folder / "people.parquet") for folder in (made.folder, made.out))
    assert after.schema.field("mrn").type == pa.int64()
    assert after.schema.field("age").type == before.schema.field("age").type
    assert after.column("age").to_pylist() == [
        min(age, 90) if age is not None else None for age in before.column("age").to_pylist()
    ]
    assert after.column("zip").to_pylist()[:3] == ["005", "010", "021"]
    numbers = [{mrn for mrn in table.column("mrn").to_pylist() if mrn is not None} for table in (before, after)]
    assert len(numbers[0]) == len(numbers[1])
    assert not numbers[0] & numbers[1]
    assert after.schema.field("at").type == before.schema.field("at").type
    assert str(after.column("amt").to_pylist()) == str(before.column("amt").to_pylist())


@pytest.mark.corpora
@pytest.mark.skipif(not (SHARED / "cases/71").is_dir(), reason="the cases are not beside the checkout")
def test_the_tables_of_case_71_join_after_as_before(tmp_path, keyring_file, monkeypatch):
    made = copied(tmp_path, keyring_file, "71")
    monkeypatch.chdir(made.folder)
    runpy.run_path(str(made.folder / "make.py"))
    run(made)
    people, visits = (pq.read_table(made.out / f"{name}.parquet") for name in ("patients", "visits"))
    assert people.schema.field("patient_id").type == visits.schema.field("patient_id").type == pa.int64()
    assert people.join(visits, "patient_id", join_type="inner").num_rows == 300


@pytest.mark.parametrize("kind", WIDTHS, ids=str)
@pytest.mark.parametrize("nulls", [False, True])
def test_integers_of_every_width_come_back_as_integers(project, kind, nulls):
    count = [7, 9, 11, None if nulls else 13]
    table = pa.table(
        {
            "id": ["001", "002", "003", "004"],
            "zip": ["00501", "01010", "02134", "10001"],
            "age": pa.array([34, 57, 95, None if nulls else 3], kind),
            "mrn": pa.array([1, 2, 3, None if nulls else 4], kind),
            "floor": pa.array(count, kind),
            "year": pa.array([1961, 1926, 1988, None if nulls else 2001], pa.int16() if kind.bit_width < 16 else kind),
        }
    )
    held = io.BytesIO()
    pq.write_table(table, held)
    made = project(RULES, {"people.parquet": held.getvalue()})
    assert made.run().quarantined == []
    after = pq.read_table(made.out / "people.parquet")
    assert all(pa.types.is_integer(after.schema.field(name).type) for name in ("age", "mrn", "floor"))
    assert after.schema.field("mrn").type == pa.int64()
    assert after.column("age").to_pylist() == [34, 57, 90, None if nulls else 3]
    assert after.column("floor").to_pylist() == count
    assert [str(zip3)[:3] for zip3 in after.column("zip").to_pylist()] == ["005", "010", "021", "100"]
    assert all(isinstance(one, str) for one in after.column("id").to_pylist())
