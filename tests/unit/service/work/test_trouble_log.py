"""What keeps a worker or the sweeper from its work is said, once."""

import logging

import pytest
from tests.portals import site_in

from veil.errors import ServiceError
from veil.service.work import sweeper, worker
from veil.service.work.processes import ServiceProcesses


class EndError(Exception):
    """The loop of a test is over."""


@pytest.fixture
def said(caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("veil"), "propagate", True)
    caplog.set_level(logging.INFO, "veil")
    return caplog


def turns(*faults):
    """What happens turn by turn; then the loop is over."""
    left = iter([*faults, EndError()])

    def turn(*_):
        fault = next(left)
        if fault is not None:
            raise fault

    return turn


FAULTS = (
    ServiceError("store-closed", "Quackenthorpe"),
    ServiceError("store-closed", "Quackenthorpe"),
    None,
    OSError(28, "full", "Quackenthorpe.txt"),
)


def test_a_sweeper_that_is_hindered_says_so_once_and_that_it_goes_on(tmp_path, monkeypatch, said):
    monkeypatch.setattr(sweeper, "sweep", turns(*FAULTS))
    monkeypatch.setattr(sweeper, "wipe_dead", lambda _: None)
    with pytest.raises(EndError):
        sweeper.serve(site_in(tmp_path), pause=0)
    assert said.messages == [
        "hindered who=sweeper code=store-closed",
        "goes on who=sweeper",
        "hindered who=sweeper code=OSError",
    ]


def test_a_worker_whose_store_is_away_says_so_once(tmp_path, monkeypatch, said):
    monkeypatch.setattr(worker.JobWorker, "once", turns(*FAULTS[:3]))
    monkeypatch.setattr(worker.tempfile, "tempdir", None)
    with pytest.raises(EndError):
        worker.serve(site_in(tmp_path), pause=0)
    assert said.messages == ["hindered who=worker code=store-closed", "goes on who=worker"]


def test_a_crew_without_a_folder_in_memory_does_not_begin(tmp_path):
    from dataclasses import replace

    memory = tmp_path / "memory"
    memory.mkdir(mode=0o755)
    crew = ServiceProcesses(replace(site_in(tmp_path), memory=memory))
    with pytest.raises(ServiceError) as told:
        crew.start()
    assert (told.value.code, crew.processes) == ("memory-folder", [])
