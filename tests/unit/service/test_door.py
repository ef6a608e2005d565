"""Door: what passes it, what it answers when something breaks behind it, and what is too large for it."""

import asyncio

import httpx2
import pytest

from veil.keys import Keys
from veil.service.app import create_app
from veil.service.gate.grants import SCOPES, Grants, new_grant
from veil.service.rest.answers import Answers
from veil.service.setting import Setting

KEYS = Keys.from_secret(bytes(32))
TOKEN = Grants(KEYS).token(new_grant(SCOPES, 86_400))


def asked(method, path, setting=None, **more):
    async def ask():
        carried = httpx2.ASGITransport(app=create_app(setting or Setting(KEYS)), raise_app_exceptions=False)
        headers = {"Authorization": f"Bearer {TOKEN}", **more.pop("headers", {})}
        async with httpx2.AsyncClient(transport=carried, base_url="http://veil", headers=headers) as client:
            return await client.request(method, path, **more)

    return asyncio.run(ask())


def test_a_failure_of_the_service_is_answered_in_the_shape_of_all_refusals_and_tells_nothing(monkeypatch):
    async def failing(*_, **__):
        raise ValueError("Zebulonia Quackenthorpe")

    monkeypatch.setattr(Answers, "find", failing)
    answer = asked("POST", "/api/v1/detect", json={"text": "x"})
    assert answer.status_code == 500
    assert answer.json() == {"detail": "the service failed; the id of this request stands in its log"}
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("path", ["/api/v1/detect/", "/api/v1/health/"])
def test_nobody_is_sent_elsewhere_with_their_text(path):
    """A redirect would name the host that the caller named, without TLS behind a proxy, and a client would send the text again."""
    answer = asked("POST", path, json={"text": "x"}, headers={"Host": "elsewhere.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize(("accept", "kind"), [
    ("*/*", "application/json"), ("application/json", "application/json"), ("text/html", "text/html"), ("TEXT/HTML", "text/html"),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"), ("application/json, text/html;q=0.1", "application/json"),
    ("text/html;q=0", "application/json"), ("text/html;q=nan,;,=", "text/html"),
])  # fmt: skip
def test_the_first_address_answers_with_what_its_caller_likes_best(accept, kind):
    assert asked("GET", "/", headers={"Accept": accept}).headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(("path", "status"), [("/", 413), ("/api/v1/entities", 413), ("/api/v1/batch", 422)])
def test_only_texts_may_be_large(path, status):
    assert asked("POST", path, content=b" " * (5 << 20)).status_code == status


def test_a_limit_below_that_of_small_bodies_holds_for_all():
    for path in ("/", "/api/v1/batch"):
        assert asked("POST", path, Setting(KEYS, body=1000), content=b" " * 1001).status_code == 413
