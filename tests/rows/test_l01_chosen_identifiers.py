"""L1, L2: any of the sixteen identifiers may be ticked, Standard and Premium in one engine; all others stay."""

import pytest
from tests.portals import ME, handed_in, result_of, site_in, working

from veil.service.locate import PREMIUM, STANDARD
from veil.service.store import JobRequest, ServiceStore

WORDS = {
    "Name": "Zebulonia Quackenthorpe",
    "Date": "03/04/2019",
    "Telephone": "617-555-1234",
    "Geographic Data": "4417 Maple Street",
    "Fax": "617-555-9876",
    "SSN": "519-38-2746",
    "Email": "zq@kestrel.example",
    "Web URL": "https://kestrel.example/a",
    "IP Address": "10.20.30.40",
    "Age": "48 years",
    "Medical Record Number": "88410377",
    "Account Number": "4400118822",
    "Health Plan Beneficiary Number": "XYZ123456789",
    "Certificate/License Number": "MD-448812",
    "Vehicle": "1HGCM82633A004352",
    "Device": "SN-99817253",
}
NOTE = """Patient: {Name}. Seen on {Date}. Phone: {Telephone}. Fax: {Fax}.
Address: {Geographic Data}. SSN: {SSN}. Email: {Email}. Website: {Web URL}. IP address: {IP Address}.
Patient Age : {Age} old. MRN: {Medical Record Number}. Account number: {Account Number}.
Health plan beneficiary number: {Health Plan Beneficiary Number}. License number: {Certificate/License Number}.
VIN: {Vehicle}. Device serial number: {Device}.
""".format(**WORDS)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """What comes of the note for a choice of identifiers."""
    site = site_in(tmp_path_factory.mktemp("l1"))
    store = ServiceStore(site)
    with working(site) as worker:

        def do(*names):
            job = handed_in(store, "n.txt", NOTE.encode(), JobRequest(identifiers=names))
            worker.once()
            assert store.job(ME, job.id).state == "done", store.report(ME, job.id)
            return result_of(store, job.id).decode()

        yield do
    store.close()


@pytest.mark.parametrize("name", [*STANDARD, *PREMIUM])
def test_l1_one_ticked_identifier_goes_and_all_others_stay(done, name):
    text = done(name)
    assert WORDS[name] not in text
    for other, word in WORDS.items():
        assert (word in text) == (other != name), other


def test_l2_both_sets_go_in_one_run(done):
    text = done(*STANDARD, *PREMIUM)
    assert [word for word in WORDS.values() if word in text] == []
    assert (len(STANDARD), len(PREMIUM)) == (10, 6)


def test_l2_the_standard_set_leaves_the_premium_one_alone(done):
    text = done(*STANDARD)
    assert [name for name, word in WORDS.items() if word in text] == list(PREMIUM)
