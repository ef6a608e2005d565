"""DetectPHI: what fails in the service has the name that clients of AWS know for it."""

import asyncio

import httpx2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from veil.keys import Keys
from veil.service.app import create_app
from veil.service.gate.grants import Grants, new_grant
from veil.service.reader import Reader
from veil.service.settings import ServiceSettings

KEYS = Keys.from_secret(bytes(32))
URL, BODY = "http://veil/", b'{"Text": "Zebulonia"}'


def asked(setting, monkeypatch, failing=None):
    if failing is not None:

        async def find(*_, **__):
            raise failing

        monkeypatch.setattr(Reader, "find", find)
    request = AWSRequest("POST", URL, headers={"X-Amz-Target": "ComprehendMedical_20181030.DetectPHI"}, data=BODY)
    SigV4Auth(
        Credentials(*Grants(KEYS).access_pair(new_grant(["phi"], 60))), "comprehendmedical", "us-east-1"
    ).add_auth(request)

    async def ask():
        carried = httpx2.ASGITransport(app=create_app(setting), raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=carried) as client:
            return await client.post(URL, content=BODY, headers=dict(request.headers))

    return asyncio.run(ask())


def test_a_failure_is_one_of_the_service_and_the_log_tells_its_kind(monkeypatch, caplog):
    with caplog.at_level("INFO", logger="veil"):
        answer = asked(ServiceSettings(KEYS), monkeypatch, RuntimeError("Zebulonia"))
    assert (answer.status_code, answer.json()["__type"]) == (500, "InternalServerException")
    assert answer.headers["x-amzn-requestid"] == answer.headers["x-request-id"]
    assert "failed kind=RuntimeError" in caplog.text
    assert "Zebulonia" not in answer.text + caplog.text


def test_while_nobody_knows_what_was_taken_back_the_service_is_away_and_no_key_ran_out(tmp_path, monkeypatch):
    answer = asked(ServiceSettings(KEYS, revoked=tmp_path / "away"), monkeypatch)
    assert (answer.status_code, answer.json()["__type"]) == (503, "ServiceUnavailableException")
