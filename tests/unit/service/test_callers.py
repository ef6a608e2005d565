"""Callers: who may call is told before what they send is read, and how often they may."""

import asyncio

import httpx2
import pytest
from fastapi import HTTPException

from veil.errors import ServiceError
from veil.keys import Keys
from veil.service.app import create_app
from veil.service.gate.callers import Callers, read_revoked
from veil.service.gate.grants import SCOPES, Grants, new_grant
from veil.service.settings import ServiceSettings

KEYS = Keys.from_secret(bytes(32))
FORBIDDEN = Grants(KEYS).token(new_grant(["metrics"], 86_400))


@pytest.mark.parametrize("rate", [0.1, 0.5, 1, 3])
def test_a_rate_below_one_a_second_lets_the_first_call_through_and_the_next_when_its_time_has_come(rate, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("veil.service.gate.callers.time.monotonic", lambda: now[0])
    callers, grant = Callers(ServiceSettings(KEYS, rate=rate)), new_grant(["detect"], 60)
    let = [is_let(callers, grant) for _ in range(5)]
    assert let == [i < max(rate, 1) for i in range(5)]
    now[0] += 1 / rate + 0.01
    assert [is_let(callers, grant), is_let(callers, grant)] == [True, False]


def is_let(callers, grant):
    try:
        callers.count(grant)
    except Exception as error:  # noqa: BLE001
        assert error.status_code == 429
        assert int(error.headers["Retry-After"]) >= 1
        return False
    return True


def test_a_token_is_taken_back_by_its_id_by_itself_or_by_its_access_key(tmp_path):
    grants, held = Grants(KEYS), [new_grant(["phi"], 60) for _ in range(5)]
    file = tmp_path / "revoked"
    file.write_text(
        f"{held[0].id}\n{held[1].id.upper()}\n\n{grants.token(held[2])}\n{grants.access_pair(held[3])[0]}\n"
    )
    callers = Callers(ServiceSettings(KEYS, revoked=file))
    assert [status_of(callers.check, one) for one in held] == [401, 401, 401, 401, 200]


def test_a_list_that_takes_back_nothing_is_refused_at_the_start_and_does_not_take_back_less_later(tmp_path, caplog):
    file, (known, other) = tmp_path / "revoked", [new_grant(["phi"], 60) for _ in range(2)]
    for content in (b"not an id\n", known.id.encode() + b"\nveil_cut\n", b"\xff\xfe"):
        file.write_bytes(content)
        with pytest.raises(ServiceError, match="revoked-broken") as told:
            read_revoked(file)
        assert "veil_cut" not in str(told.value)
    file.write_text(known.id)
    callers = Callers(ServiceSettings(KEYS, revoked=file))
    assert [status_of(callers.check, one) for one in (known, other)] == [401, 200]
    with caplog.at_level("INFO", logger="veil"):
        changed(file, f"veil_cut\n{other.id}\n")
        assert [status_of(callers.check, one) for one in (known, other)] == [200, 401]
    assert "revoked-unread lines=1" in caplog.text
    assert "veil_cut" not in caplog.text
    file.unlink()
    assert status_of(callers.check, known) == 503


def changed(file, content):
    before = file.stat().st_mtime_ns
    while file.stat().st_mtime_ns == before:
        file.write_text(content)


def status_of(check, grant):
    try:
        check(grant)
    except HTTPException as error:
        return error.status_code
    return 200


@pytest.mark.parametrize("call", ["detect", "deidentify", "explain", "batch", "phi"])
@pytest.mark.parametrize(
    ("token", "status"),
    [("", 401), ("veil_made_up", 401), (FORBIDDEN, 403)],
    ids=["none", "made up", "of another scope"],
)
def test_the_body_of_who_may_not_call_is_not_read(call, token, status):
    read = []

    async def body():
        read.append(True)
        yield b"{not json"

    answer = asyncio.run(posted(f"/api/v1/{call}", body(), token))
    assert answer.status_code == status
    assert not read


def test_a_call_is_counted_once():
    async def three():
        app, token = create_app(ServiceSettings(KEYS, rate=2)), Grants(KEYS).token(new_grant(SCOPES, 60))
        return [(await posted("/api/v1/phi", b"{}", token, app)).status_code for _ in range(3)]

    assert asyncio.run(three()) == [422, 422, 429]


async def posted(path, body, token, app=None):
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    carried = httpx2.ASGITransport(app=app or create_app(ServiceSettings(KEYS)))
    async with httpx2.AsyncClient(transport=carried, base_url="http://veil") as client:
        return await client.post(path, content=body, headers=headers)
