"""L5: after the answer no byte of the input is on disk."""

import pytest
from tests.e2e.test_canary import forms
from tests.portals import ME, handed_in, site_in, working

from veil.service.store import JobRequest, ServiceStore
from veil.service.work.memory_folder import memory_folder

WORDS = ("Zebulonia", "Quackenthorpe", "88410377")
GOOD = b"Patient: Zebulonia Quackenthorpe, MRN: 88410377.\n"


@pytest.mark.parametrize(
    ("name", "data", "state"), [("Zebulonia.txt", GOOD, "done"), ("Zebulonia.json", b'{"Zebulonia": ' + GOOD, "failed")]
)
def test_l5_of_a_job_that_ended_no_input_is_in_the_data_folder_or_in_memory(tmp_path, name, data, state):
    site = site_in(tmp_path)
    store = ServiceStore(site)
    job = handed_in(store, name, data, JobRequest("safe-harbor"))
    inputs = {path.name for path in (site.folder / "objects").iterdir()}
    keys = [row["key"] for row in store.database.rows("SELECT key FROM objects")]
    assert len(inputs) == 1
    with working(site) as worker:
        worker.once()
        assert store.job(ME, job.id).state == state
        memory = [
            path for path in memory_folder(site.folder, None).rglob("*") if path.is_file() and path.name != "lock"
        ]
        assert memory == []
    assert not inputs & {path.name for path in (site.folder / "objects").iterdir()}
    held = b"".join(str(path).encode() + path.read_bytes() for path in site.folder.rglob("*") if path.is_file())
    assert not any(key in held for key in keys)
    for word in WORDS:
        assert not any(form in held for form in forms(word) if len(form) > 5)
    store.close()
