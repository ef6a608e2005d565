"""L6: a result is encrypted at rest, for its submitter alone, and gone at 72 hours."""

import time

import pytest
from tests.portals import ME, NOTE, OTHER, handed_in, result_of, site_in, working

from veil.errors import LimitError, ServiceError
from veil.service.store import Caller, Limits, ServiceStore
from veil.service.work.sweeper import sweep

HOURS = 3600


@pytest.fixture
def kept(tmp_path):
    site = site_in(tmp_path)
    store = ServiceStore(site)
    job = handed_in(store)
    with working(site) as worker:
        worker.once()
    shift, real = [0.0], time.time
    store.clock._wall = lambda: real() + shift[0]
    yield store, job.id, shift
    store.close()


def test_l6_it_is_encrypted_and_for_the_submitter_alone(kept):
    store, job, _ = kept
    result = result_of(store, job)
    assert result != NOTE
    assert not any(result[:20] in path.read_bytes() for path in store.site.folder.rglob("*") if path.is_file())
    for other in (OTHER, Caller("token:other"), Caller("root", "admin")):
        with pytest.raises(ServiceError):
            store.fetch(other, job)


def test_l6_it_is_there_until_72_hours_and_gone_then_though_nobody_sweeps(kept):
    store, job, shift = kept
    shift[0] = 72 * HOURS - 60
    assert result_of(store, job)
    shift[0] = 72 * HOURS + 1
    with pytest.raises(ServiceError) as caught:
        store.fetch(ME, job)
    assert caught.value.code == "job-expired"
    shift[0] = 0.0
    with pytest.raises(ServiceError):
        store.fetch(ME, job)


def test_l6_then_its_key_and_its_bytes_are_deleted(kept):
    store, job, shift = kept
    keys = [
        row["key"]
        for row in store.database.rows("SELECT key FROM objects UNION SELECT key FROM jobs WHERE key IS NOT NULL")
    ]
    shift[0] = 72 * HOURS + 1
    sweep(store)
    held = b"".join(path.read_bytes() for path in store.site.folder.rglob("*") if path.is_file())
    assert keys
    assert not any(key in held for key in keys)
    assert list((store.site.folder / "objects").iterdir()) == []
    assert store.job(ME, job).state == "expired"


def test_l6_nobody_can_ask_for_longer():
    assert Limits(kept=HOURS).kept == HOURS
    with pytest.raises(LimitError):
        Limits(kept=73 * HOURS)
