"""The same bytes whatever the workers, the batches, the order of rows and the door."""

import csv
import random
import shutil

import pytest
from tests.conftest import Made, bytes_of
from typer.testing import CliRunner

from veil.jobs.session import open_session
from veil.jobs.work import units


@pytest.fixture
def expected(hospital):
    held = hospital.bytes_out()
    assert len(held) > 100
    return held


@pytest.mark.slow
@pytest.mark.parametrize("workers", [2, 4])
def test_any_number_of_workers_gives_the_same_bytes(fresh_hospital, expected, workers):
    assert fresh_hospital.run(workers=workers).quarantined == []
    assert fresh_hospital.bytes_out() == expected


@pytest.mark.slow
@pytest.mark.parametrize(("workers", "size"), [(1, 997), (1, 20_000), (2, 20_000)])
def test_any_size_of_units_and_batches_gives_the_same_bytes(fresh_hospital, expected, monkeypatch, size, workers):
    monkeypatch.setattr(units, "UNIT_BYTES", size)
    monkeypatch.setattr(units, "NOTES_FILES", 7)
    monkeypatch.setattr("veil.formats.tabular.BLOCK", 611)
    assert fresh_hospital.run(workers=workers).quarantined == []
    assert fresh_hospital.bytes_out() == expected


def test_the_command_line_and_python_give_the_same_bytes(fresh_hospital, expected, monkeypatch, passphrase):
    from veil.cli.app import app

    monkeypatch.setenv("VEIL_PASSPHRASE", passphrase)
    done = CliRunner().invoke(app, ["run", str(fresh_hospital.file), "-w", "2"])
    assert done.exit_code == 0
    assert fresh_hospital.bytes_out() == expected
    session = open_session(fresh_hospital.file, [f"out={fresh_hospital.folder.as_posix()}/again"])
    session.run(session.keys(lambda: passphrase))
    assert bytes_of(fresh_hospital.folder / "again") == expected


def test_a_second_run_over_a_release_gives_the_same_bytes(fresh_hospital, expected):
    fresh_hospital.run()
    fresh_hospital.run()
    assert fresh_hospital.bytes_out() == expected


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def shuffle(folder, seed):
    """Every table with its rows in another order, and the two orders of each."""
    draw, orders = random.Random(seed), {}
    for path in sorted(folder.rglob("*.csv")):
        header, *body = rows(path)
        order = list(range(len(body)))
        draw.shuffle(order)
        with path.open("w", encoding="utf-8", newline="") as file:
            made = csv.writer(file, lineterminator="\n")
            made.writerow(header)
            made.writerows(body[i] for i in order)
        orders[path.relative_to(folder).as_posix()] = order
    return orders


def test_shuffled_rows_give_the_same_rows(fresh_hospital, hospital, expected):
    orders = shuffle(fresh_hospital.folder / "data", 7)
    fresh_hospital.run()
    for name, order in orders.items():
        _, *before = rows(hospital.out / name)
        _, *after = rows(fresh_hospital.out / name)
        assert after == [before[i] for i in order], name
    notes = {name: data for name, data in expected.items() if name.startswith("notes/")}
    assert {name: data for name, data in fresh_hospital.bytes_out().items() if name.startswith("notes/")} == notes


def test_a_note_has_the_same_bytes_alone(fresh_hospital, expected):
    notes = fresh_hospital.folder / "data" / "notes"
    kept = sorted(notes.iterdir())[::9]
    for path in notes.iterdir():
        if path not in kept:
            path.unlink()
    fresh_hospital.run()
    alone = {name: data for name, data in fresh_hospital.bytes_out().items() if name.startswith("notes/")}
    assert len(alone) == len(kept)
    assert all(expected[name] == data for name, data in alone.items())


def test_another_key_gives_other_bytes(fresh_hospital, expected, passphrase):
    from veil.keys import Cost, Keyring

    (fresh_hospital.folder / "hospital.key").unlink()
    Keyring.create(fresh_hospital.folder / "hospital.key", passphrase, Cost.cheap())
    fresh_hospital.run()
    other = fresh_hospital.bytes_out()
    assert not {name for name in other if name.startswith("notes/")} & set(expected)
    assert other["patients.csv"] != expected["patients.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_safe_harbor_gives_the_same_bytes_from_the_same_vault(project, monkeypatch, workers):
    people = "patient_id,born,note\n" + "".join(
        f"{i:03},19{30 + i % 60}-02-03,seen by Dr. Okonkwo\n" for i in range(400)
    )
    made = project(
        "profile: safe-harbor\nvault: codes.vault\ntables:\n  people:\n    subject: patient_id\n    columns: "
        "{patient_id: {pseudonym: {}, known: strong}, born: as birth_date, note: scan}\n",
        {"people.csv": people},
    )
    made.run()
    once = made.bytes_out()
    monkeypatch.setattr(units, "UNIT_BYTES", 1000)
    made.run(workers=workers)
    assert made.bytes_out() == once
    shutil.copytree(
        made.folder, made.folder.parent / "elsewhere", ignore=shutil.ignore_patterns("codes.vault*", "release")
    )
    other = Made(made.folder.parent / "elsewhere" / made.file.name)
    other.run()
    assert other.bytes_out() != once
