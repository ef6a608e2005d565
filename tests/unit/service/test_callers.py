"""Callers: who may call is told before what they send is read, and how often they may."""

import asyncio

import httpx2
import pytest

from veil.keys import Keys
from veil.service.app import create_app
from veil.service.gate.callers import Callers
from veil.service.gate.grants import SCOPES, Grants, new_grant
from veil.service.setting import Setting

KEYS = Keys.from_secret(bytes(32))
FORBIDDEN = Grants(KEYS).token(new_grant(["metrics"], 60))


@pytest.mark.parametrize("rate", [0.1, 0.5, 1, 3])
def test_a_rate_below_one_a_second_lets_the_first_call_through_and_the_next_when_its_time_has_come(rate, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr("veil.service.gate.callers.time.monotonic", lambda: now[0])
    callers, grant = Callers(Setting(KEYS, rate=rate)), new_grant(["detect"], 60)
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


@pytest.mark.parametrize("call", ["detect", "deidentify", "explain", "batch", "phi"])
@pytest.mark.parametrize(("token", "status"), [("", 401), ("veil_made_up", 401), (FORBIDDEN, 403)])
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
        app, token = create_app(Setting(KEYS, rate=2)), Grants(KEYS).token(new_grant(SCOPES, 60))
        return [(await posted("/api/v1/phi", b"{}", token, app)).status_code for _ in range(3)]

    assert asyncio.run(three()) == [422, 422, 429]


async def posted(path, body, token, app=None):
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    carried = httpx2.ASGITransport(app=app or create_app(Setting(KEYS)))
    async with httpx2.AsyncClient(transport=carried, base_url="http://veil") as client:
        return await client.post(path, content=body, headers=headers)
