"""Case 68: ids that a spreadsheet or a data frame wrote are never kept, and join with those that it did not write."""

import shutil

import pytest
from tests.cases.test_case_65_keys_from_one import initiated
from tests.conftest import SHARED
from tests.hospitals import rows_of

from veil.service.store.job_request import JobRequest
from veil.service.work.proposal import propose

CASE = SHARED / "cases" / "68"
KEPT = ("keep", "as code", "as state")
WAYS = {
    "data frame": lambda n: f"{n}.0",
    "spreadsheet": lambda n: f"{n / 100_000:.5f}E+05",
    "padded": lambda n: f"{n:08}",
    "one place": lambda n: f"{n}.",
    "signed": lambda n: f"+{n}",
}


@pytest.mark.parametrize("way", ["data frame", "spreadsheet", "padded"])
@pytest.mark.parametrize("column", ["patient_id", "MRN", "pat_nr"])
def test_ids_written_in_two_ways_join_and_move_their_dates_together(tmp_path, keyring_file, monkeypatch, column, way):
    (tmp_path / "data").mkdir()
    numbers = [418_812 + 13 * i for i in range(30)]
    (tmp_path / "data" / "patients.csv").write_text(
        f"{column},last_name,dob\n" + "".join(f"{n},Pell,1950-0{1 + i % 9}-11\n" for i, n in enumerate(numbers))
    )
    (tmp_path / "data" / "visits.csv").write_text(
        f"visit_id,{column},seen\n"
        + "".join(f"{i + 1},{WAYS[way](numbers[i % 30])},2024-01-1{i % 9}\n" for i in range(60))
    )
    made = initiated(tmp_path, keyring_file, monkeypatch)
    now = {name: rows_of(made.out / f"{name}.csv") for name in ("patients", "visits")}
    whose = [row[column] for row in now["patients"]]
    assert [row[column] for row in now["visits"]] == whose + whose
    assert not {str(n) for n in numbers} & set(whose)
    assert all(row["seen"] for row in now["visits"])


@pytest.mark.corpora
@pytest.mark.parametrize("name", ["people.csv", "excel.csv"])
def test_nothing_of_the_case_is_kept_in_a_job_that_nobody_looks_at(tmp_path, name):
    if not CASE.exists():
        pytest.skip("the cases are not beside the checkout")
    shutil.copy(CASE / name, tmp_path / name)
    rules = {
        one["column"]: one["rule"] for one in propose(tmp_path, name, JobRequest(profile="safe-harbor"))["columns"]
    }
    assert rules.pop("hgb", "as measure") == "as measure"
    assert not {column: rule for column, rule in rules.items() if rule in (*KEPT, "as measure")}
