"""C15: re-run on new data with an old map: old ids keep pseudonyms, new ids get new ones; maps encrypted, kept in a failure."""

import os
import signal
import subprocess
import sys

import pytest
from tests.conftest import PASSPHRASE
from tests.rows.conftest import ALL, PATIENTS, column, policy

MORE = PATIENTS + "88,00555555,,Di,2001-01-01,60614\n"
CODES = "profile: safe-harbor\ntables: {patients: {subject: patient_id, columns: {patient_id: pseudonym, mrn: pseudonym, ssn: drop, first: drop, born: birth_year, zip: zip3}}}\n"
DERIVED = CODES.replace("safe-harbor", "expert")


@pytest.mark.parametrize("text", [CODES, DERIVED], ids=["random codes", "derived"])
def test_c15_next_months_data_keeps_the_old_pseudonyms_and_adds_new_ones(project, veil, text):
    made = project(text, {"patients.csv": PATIENTS})
    assert veil(made.folder, "run", "project.yaml").code == 0
    first = column(made.out, "patients", "patient_id")
    (made.folder / "data/patients.csv").write_text(MORE)
    assert veil(made.folder, "run", "project.yaml").code == 0
    second = column(made.out, "patients", "patient_id")
    assert second[:3] == first
    assert second[3] not in first
    for vault in made.folder.rglob("*.vault"):
        assert not any(
            value in vault.read_bytes() for value in (b"1042", b"00771234", b"1950-02-28", first[0].encode())
        )


def test_c15_a_crash_half_way_loses_no_code(project):
    """Killed when its first file is placed: the codes are on disk before any output is visible."""
    made = project(CODES, {"patients.csv": PATIENTS})
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE}
    die = "import os, veil.jobs.release.assemble as release\nrelease._place = lambda *_: os.kill(os.getpid(), 9)\nfrom veil.cli import main\nmain()"
    killed = subprocess.run(
        [sys.executable, "-c", die, "run", "project.yaml"], cwd=made.folder, env=told, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert not made.out.exists()
    session = made.session()
    import pyarrow as pa

    held = (
        session.keys(lambda: PASSPHRASE)
        .require_vault()
        .codes("patient_id", pa.array(["1042", "7"], pa.large_string()))
        .to_pylist()
    )
    assert None not in held
    assert made.run().exit_code == 0
    assert column(made.out, "patients", "patient_id")[:2] == held


def test_c15_a_table_that_fails_later_takes_no_map_with_it(project, veil):
    made = project(policy(), {**ALL, "labs.csv": ALL["labs.csv"] + "6,901,7\n"})  # ragged
    assert veil(made.folder, "run", "project.yaml").code == 8
    first = column(made.out, "patients", "patient_id")
    assert veil(made.folder, "reverse", "project.yaml", "--reason", "r", "-o", "back").code == 0
    assert (made.folder / "back/encounters.csv").read_text() == ALL["encounters.csv"]
    (made.folder / "data/labs.csv").write_text(ALL["labs.csv"])
    assert veil(made.folder, "run", "project.yaml").code == 0
    assert column(made.out, "patients", "patient_id") == first


@pytest.mark.parametrize("step", ["Shelf.keep", "seal_head", "swap"])
def test_c15_a_killed_run_that_goes_on_comes_back_whole(project, step):
    """The way back is on disk before a unit counts as done, and its first page before the output is visible."""
    made = project(policy(), ALL)
    place, name = ("release.Shelf", "keep") if "." in step else ("release", step)
    die = (
        f"import os, veil.jobs.release.assemble as release\ntrue, calls = {place}.{name}, [0]\n"
        f"def die(*given, **named):\n    calls[0] += 1\n    os.kill(os.getpid(), 9) if calls[0] == 2 or {name!r} != 'keep' else None\n"
        f"    return true(*given, **named)\n{place}.{name} = die\nfrom veil.cli import main\nmain()"
    )
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE}
    killed = subprocess.run(
        [sys.executable, "-c", die, "run", "project.yaml"], cwd=made.folder, env=told, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert made.run().exit_code == 0
    from veil.jobs.reversal.reverse import open_reversal, reverse

    reversal = open_reversal(made.file)
    out = reverse(reversal, reversal.keys(lambda: PASSPHRASE), "r").out
    assert (out / "encounters.csv").read_text() == ALL["encounters.csv"]
    assert (out / "labs.csv").read_text() == ALL["labs.csv"]
