"""L11: a result is no certificate; its report says what was not covered."""

from tests.portals import ME, handed_in, site_in, working

from veil.service.store import JobRequest, ServiceStore


def test_l11_a_report_gives_no_certificate_and_names_what_stays(tmp_path):
    site = site_in(tmp_path)
    store = ServiceStore(site)
    with working(site) as worker:
        told = []
        for choice in (JobRequest("safe-harbor"), JobRequest(identifiers=("Name",))):
            job = handed_in(store, choice=choice)
            worker.once()
            told.append(store.report(ME, job.id))
    for report in told:
        assert report["certificate"] is None
        assert "no certificate" in report["not_covered"][0]
        assert "handwriting" in report["not_covered"][-1]
    stays = [report["not_covered"][1] for report in told]
    assert "SSN" not in stays[0]
    assert "WEEKDAY" in stays[0]
    assert all(word in stays[1] for word in ("SSN", "DATE", "PHONE"))
    store.close()
