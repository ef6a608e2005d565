"""A run that is killed anywhere, or finds the disk full there, ends as one that nothing disturbed."""

import os
import random
import shutil
import time

import pytest
from tests.crashing import crashing
from tests.scenes import FirstMonth, NextMonth, Published, PublishedToMaria, PublishedToServer, Scene
from tests.servers import PASSWORD, Maria, Postgres, serving

FEW, ROUND = 4, 6
SPARSE = int(os.environ.get("VEIL_CRASH_STEP", "1"))  # CI, which has an hour, kills at every fourth place
SCENES = {"files": Scene, "first-month": FirstMonth, "next-month": NextMonth, "sqlite": Published}
SERVERS = {"postgresql": PublishedToServer, "mariadb": PublishedToMaria}


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    yield from crashing(tmp_path_factory.mktemp("crashing"))


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory):
    yield from serving(Postgres, tmp_path_factory.mktemp("postgres"))


@pytest.fixture(scope="module")
def mariadb(tmp_path_factory):
    yield from serving(Maria, tmp_path_factory.mktemp("maria"))


@pytest.fixture
def scene(request, tmp_path, keyring_file, monkeypatch):
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)  # before the forks begin
    kind = (SCENES | SERVERS)[request.param]
    if request.param in SERVERS:
        kind.server = request.getfixturevalue(request.param)
    return kind(tmp_path, keyring_file, request.getfixturevalue("forks"))


def ended(scene, where):
    """The same command again, after a kill or a full disk; whether that was before the release."""
    after = scene.check_killed()
    again = scene.run()
    assert again.code == 0, f"{where}: {again.told}"
    scene.check_ended()
    return not after


def killed_at(scene, at, how="before"):
    scene.again()
    done = scene.run(at=at, how=how)
    assert done.killed, f"{at}: {done.told}"
    return ended(scene, at)


def full_at(scene, at):
    scene.again()
    done = scene.run(at=at, how="full")
    assert done.code in (0, 3, 4, 9), f"{at}: {done.told}"
    assert "[internal]" not in done.told
    assert "quarantined" not in done.told  # no file is to blame
    return ended(scene, at)


def some(changes, few):
    """Places spread over a run, the first and the last among them."""
    return sorted({1, changes, *(1 + changes * i // (few - 1) for i in range(1, few - 1))})


def line(what, before):
    """What a test counted, for the end of the page."""
    return f"{what}: {len(before)} times: {sum(before)} before the release, {len(before) - sum(before)} after; all the same"


@pytest.mark.parametrize("scene", ["files", "next-month", "sqlite"], indirect=True)
def test_a_run_that_is_killed_at_some_changes_of_files_ends_as_one_that_is_not(scene, record_property):
    record_property(
        "counted", line("killed at some changes of files", [killed_at(scene, at) for at in some(scene.changes, FEW)])
    )


@pytest.mark.parametrize("scene", ["files"], indirect=True)
def test_a_disk_that_fills_is_told_and_the_next_run_ends_as_if_it_had_not(scene):
    before = [full_at(scene, at) for at in some(scene.changes, FEW)]
    assert any(before)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scene", "step"), [("files", 1), ("first-month", 4), ("next-month", 1), ("sqlite", 1)], indirect=["scene"]
)
def test_a_run_that_is_killed_at_every_change_of_a_file_ends_as_one_that_is_not(scene, step, record_property, request):
    before = [killed_at(scene, at) for at in range(1, scene.changes + 1, step * SPARSE)]
    record_property("counted", line(f"{request.node.callspec.id}: killed at changes of files", before))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scene", "how", "step"),
    [
        ("files", "half", 2),
        ("sqlite", "half", 2),
        *(pytest.param(name, "sent", 1, marks=pytest.mark.server) for name in SERVERS),
    ],
    indirect=["scene"],
)
def test_a_run_that_is_killed_within_writings_and_words_to_a_server_ends_as_one_that_is_not(
    scene, how, step, record_property, request
):
    scene.again()
    before = [killed_at(scene, at, how) for at in range(1, scene.run(how=how).changes + 1, step * SPARSE)]
    record_property("counted", line(f"{request.node.callspec.id}: killed within writings", before))


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["files", "next-month", "sqlite"], indirect=True)
def test_a_disk_that_fills_at_many_moments_costs_nothing(scene, record_property, request):
    before = [full_at(scene, at) for at in range(1, scene.changes + 1, 5 * SPARSE)]
    record_property("counted", line(f"{request.node.callspec.id}: a full disk", before))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scene", "workers", "kills"),
    [
        ("files", 1, 60),
        ("files", 2, 60),
        ("sqlite", 1, 40),
        pytest.param("postgresql", 1, 40, marks=pytest.mark.server),
    ],
    indirect=["scene"],
)
def test_a_run_that_is_killed_at_random_moments_ends_as_one_that_is_not(
    scene, workers, kills, record_property, request
):
    """Killed several times in a row, each time going on from what the last one left."""
    draw, before = random.Random(kills + workers), []
    scene.again()
    begun = time.monotonic()
    assert scene.run(workers=workers).code == 0
    long = time.monotonic() - begun
    while len(before) < kills // SPARSE:
        scene.again()
        for _ in range(ROUND):
            if scene.run(workers=workers, seconds=draw.uniform(0, long)).killed:
                before.append(not scene.check_killed())
        ended(scene, len(before))
    record_property("counted", line(f"{request.node.callspec.id}: killed at random moments", before))


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["files"], indirect=True)
def test_a_reversal_that_is_killed_anywhere_shows_all_or_nothing(scene, record_property, tmp_path):
    words, back = ("reverse", "project.yaml", "--reason", "a test"), scene.folder / "release.reversed"
    shutil.rmtree(tmp_path / "released", ignore_errors=True)
    shutil.copytree(scene.folder, tmp_path / "released", ignore=shutil.ignore_patterns("release.reversed"))
    changes, before = scene.crashing.run(scene.folder, *words).changes, []
    whole = tables_of(back)
    for at in range(1, changes + 1, SPARSE):
        shutil.rmtree(scene.folder)
        shutil.copytree(tmp_path / "released", scene.folder)
        if not scene.crashing.run(scene.folder, *words, at=at).killed:
            break  # what stood there before took more
        assert not back.exists() or tables_of(back) == whole
        before.append(not back.exists())
        assert scene.crashing.run(scene.folder, *words).code == 0
        assert tables_of(back) == whole
        assert not list(scene.folder.glob(".release*"))
    assert len(before) > 10 // SPARSE
    record_property("counted", line("a reversal killed at every change of a file", before))


def tables_of(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}
