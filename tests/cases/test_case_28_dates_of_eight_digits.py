"""Case 28: DDMMYYYY, MMDDYYYY and YYYYMMDD are dates, are read by the locale, and move in their own form."""

import datetime as dt
import shutil

import pytest
from tests.conftest import PASSPHRASE, SHARED, Made
from tests.hospitals import rows_of
from typer.testing import CliRunner

from veil.cli.app import app
from veil.discover.propose import propose
from veil.discover.write import project_text

WRITTEN = {
    "day first": ("%d%m%Y", True),
    "month first": ("%m%d%Y", False),
    "year first": ("%Y%m%d", False),
    "day first, the zero lost": ("%d%m%Y", True),
    "month first, the zero lost": ("%m%d%Y", False),
    "as a data frame writes it": ("%Y%m%d.0", False),
    "day first with a point": ("%d%m%Y.0", True),
}


def read(text, form):
    padded = text.zfill(8 if "." not in form else 10)
    return dt.datetime.strptime(padded, form).replace(tzinfo=dt.UTC).date()


@pytest.mark.parametrize("way", WRITTEN)
def test_init_calls_them_dates_and_a_run_moves_them_by_one_step(tmp_path, keyring_file, way):
    form, day_first = WRITTEN[way]
    write = lambda day: day.strftime(form).lstrip("0") if "lost" in way else day.strftime(form)  # noqa: E731
    start = dt.date(2023, 1, 1)
    born = [dt.date(1940 + i % 60, 1 + i % 12, 1 + i % 28) for i in range(60)]
    seen = [start + dt.timedelta(7 * i) for i in range(60)]
    (tmp_path / "data").mkdir()
    rows = "".join(f"P{1000 + i},{write(born[i])},{write(seen[i])}\n" for i in range(60))
    (tmp_path / "data" / "patients.csv").write_text("pid,dob,seen\n" + rows)
    shutil.copy(keyring_file, tmp_path / "veil.key")
    proposal = propose(tmp_path / "data", "expert")
    assert {column: one.kind for column, one in proposal.tables[0].guesses.items()} == {
        "pid": "id",
        "dob": "birth_date",
        "seen": "datetime",
    }
    (tmp_path / "p.yaml").write_text(project_text(proposal, tmp_path))
    made = Made(tmp_path / "p.yaml")
    assert made.session().plan.source("patients").day_first is day_first
    assert made.run().quarantined == []
    for row, one, other in zip(rows_of(made.out / "patients.csv"), born, seen, strict=True):
        steps = {(read(row["seen"], form) - other).days}
        if one.year > 1937:
            steps.add((read(row["dob"], form) - one).days)
        assert len(steps) == 1
        assert 0 not in steps


def test_a_number_of_eight_digits_that_is_no_date_is_no_date(tmp_path):
    (tmp_path / "patients.csv").write_text("pid,chart\n" + "".join(f"{i},{41_887_000 + 131 * i}\n" for i in range(60)))
    assert propose(tmp_path, "expert").tables[0].guesses["chart"].kind == "id"


@pytest.mark.corpora
def test_the_people_of_the_case(tmp_path, keyring_file, monkeypatch):
    case = SHARED / "cases" / "28"
    if not case.exists():
        pytest.skip("the cases are not beside the checkout")
    shutil.copytree(case, tmp_path / "c")
    shutil.copy(keyring_file, tmp_path / "c" / "study.key")
    monkeypatch.setenv("VEIL_PASSPHRASE", PASSPHRASE)
    assert CliRunner().invoke(app, ["run", str(tmp_path / "c" / "p.yaml")]).exit_code == 0
    now = rows_of(tmp_path / "c" / "release" / "people.csv")
    assert [len(row["seen"]) for row in now] == [8] * 4
    assert [len(row["dob"]) for row in now] == [8] * 4
    assert all(row["seen"] != was["seen"] for row, was in zip(now, rows_of(case / "people.csv"), strict=True))
