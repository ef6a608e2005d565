"""L3: a file comes back as the type it was, without its PHI. PDF, PNG and JPEG wait until the engine reads them; handwriting is not offered."""

import pytest
from tests.portals import ME, handed_in, result_of, site_in, working

from veil.errors import ServiceError
from veil.parts import kind_of
from veil.service.store import JobRequest, ServiceStore
from veil.service.store.job_request import not_covered

FILES = {
    "n.txt": b"Patient: Zebulonia Quackenthorpe, MRN: 88410377.\n",
    "t.csv": b"mrn,first,last,note\n88410377,Zebulonia,Quackenthorpe,Zebulonia came\n99120044,Bo,Smith,ok\n",
    "r.json": b'{"mrn": "88410377", "name": "Zebulonia Quackenthorpe", "note": "MRN: 88410377"}',
}


@pytest.mark.parametrize("name", FILES)
def test_l3_the_same_type_comes_out_without_its_phi(tmp_path, name):
    site = site_in(tmp_path)
    store = ServiceStore(site)
    job = handed_in(store, name, FILES[name], JobRequest("safe-harbor"))
    with working(site) as worker:
        worker.once()
    out, data = store.fetch(ME, job.id)[0], result_of(store, job.id)
    assert kind_of(out) == kind_of(name)
    assert data
    assert not any(word in data for word in (b"Zebulonia", b"Quackenthorpe", b"88410377"))
    store.close()


@pytest.mark.parametrize("name", ["scan.pdf", "scan.png", "scan.jpeg"])
def test_l3_pages_and_pictures_are_refused_until_the_engine_reads_them(tmp_path, name):
    store = ServiceStore(site_in(tmp_path))
    if kind_of(name):
        pytest.fail("the engine reads this type now: the row asks for its text layer, pixels and metadata")
    with pytest.raises(ServiceError) as caught:
        store.create(ME, name, JobRequest("safe-harbor"), review=False)
    assert caught.value.code == "job-format"
    store.close()


def test_l3_handwriting_is_said_not_to_be_looked_for():
    assert "handwriting" in " ".join(not_covered(JobRequest("safe-harbor")))
