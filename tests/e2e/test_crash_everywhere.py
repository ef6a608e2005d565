"""A run that is killed anywhere, or finds the disk full there, ends as one that nothing disturbed."""

import random
import time

import pytest
from tests.crashing import crashing
from tests.scenes import FirstMonth, NextMonth, Published, PublishedToServer, Scene
from tests.servers import PASSWORD, Postgres, serving

FEW, ROUND = 4, 4
SCENES = {"files": Scene, "first-month": FirstMonth, "next-month": NextMonth, "sqlite": Published}
SERVER = pytest.param("postgresql", marks=pytest.mark.server)


@pytest.fixture(scope="module")
def forks(tmp_path_factory):
    yield from crashing(tmp_path_factory.mktemp("crashing"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    yield from serving(Postgres, tmp_path_factory.mktemp("postgres"))


@pytest.fixture
def scene(request, tmp_path, keyring_file, monkeypatch):
    monkeypatch.setenv("VEIL_DB_PASSWORD", PASSWORD)  # before the forks begin
    kind = SCENES.get(request.param, PublishedToServer)
    if kind is PublishedToServer:
        kind.server = request.getfixturevalue("server")
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


def tell(capsys, what, before):
    with capsys.disabled():
        print(
            f"\n{what}: {len(before)} times, {sum(before)} before the release, {len(before) - sum(before)} after; all the same"
        )


@pytest.mark.parametrize("scene", ["files", "next-month", "sqlite"], indirect=True)
def test_a_run_that_is_killed_at_some_changes_of_files_ends_as_one_that_is_not(scene, capsys):
    tell(capsys, "killed at some changes of files", [killed_at(scene, at) for at in some(scene.changes, FEW)])


@pytest.mark.parametrize("scene", ["files"], indirect=True)
def test_a_disk_that_fills_is_told_and_the_next_run_ends_as_if_it_had_not(scene):
    before = [full_at(scene, at) for at in some(scene.changes, FEW)]
    assert any(before)


@pytest.mark.slow
@pytest.mark.parametrize("scene", [*SCENES, SERVER], indirect=True)
def test_a_run_that_is_killed_at_every_change_of_a_file_ends_as_one_that_is_not(scene, capsys, request):
    before = [killed_at(scene, at) for at in range(1, scene.changes + 1)]
    tell(capsys, f"{request.node.callspec.id}: killed at every change of a file", before)


@pytest.mark.slow
@pytest.mark.parametrize("scene", ["files", "sqlite"], indirect=True)
def test_a_run_that_is_killed_within_every_writing_of_bytes_ends_as_one_that_is_not(scene, capsys, request):
    scene.again()
    writings = scene.run(how="half").changes
    before = [killed_at(scene, at, "half") for at in range(1, writings + 1)]
    tell(capsys, f"{request.node.callspec.id}: killed within every writing of bytes", before)


@pytest.mark.slow
@pytest.mark.parametrize("scene", [*SCENES, SERVER], indirect=True)
def test_a_disk_that_fills_at_many_moments_costs_nothing(scene, capsys, request):
    before = [full_at(scene, at) for at in range(1, scene.changes + 1, 5)]
    tell(capsys, f"{request.node.callspec.id}: a full disk at every fifth change", before)


@pytest.mark.slow
@pytest.mark.parametrize(("scene", "workers", "kills"), [("files", 1, 60), ("files", 2, 60), ("sqlite", 1, 40), pytest.param("postgresql", 1, 40, marks=pytest.mark.server)],
                         indirect=["scene"])  # fmt: skip
def test_a_run_that_is_killed_at_random_moments_ends_as_one_that_is_not(scene, workers, kills, capsys, request):
    """Killed up to four times in a row, each time going on from what the last one left."""
    draw, before = random.Random(kills + workers), []
    scene.again()
    begun = time.monotonic()
    assert scene.run(workers=workers).code == 0
    long = time.monotonic() - begun
    while len(before) < kills:
        scene.again()
        for _ in range(ROUND):
            if scene.run(workers=workers, seconds=draw.uniform(0, long)).killed:
                before.append(not scene.check_killed())
        ended(scene, len(before))
    tell(capsys, f"{request.node.callspec.id}: killed at random moments", before)
