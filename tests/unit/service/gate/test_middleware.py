"""Door: what passes it, what it answers when something breaks behind it, and what is too large for it."""

import asyncio

import httpx2
import pytest

from veil import errors
from veil.keys import Keys
from veil.service.app import create_app
from veil.service.gate.grants import SCOPES, Grants, new_grant
from veil.service.gate.origins import Origins
from veil.service.rest.answers import Answers
from veil.service.settings import ServiceSettings

KEYS = Keys.from_secret(bytes(32))
TOKEN = Grants(KEYS).token(new_grant(SCOPES, 86_400))


def asked(method, path, setting=None, **more):
    async def ask():
        carried = httpx2.ASGITransport(app=create_app(setting or ServiceSettings(KEYS)), raise_app_exceptions=False)
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


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("text/html", "text/html"),
        ("TEXT/HTML", "text/html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("application/json, text/html;q=0.1", "application/json"),
        ("text/html;q=0", "application/json"),
        ("text/html;q=nan,;,=", "text/html"),
    ],
)
def test_the_first_address_answers_with_what_its_caller_likes_best(accept, kind):
    assert asked("GET", "/", headers={"Accept": accept}).headers["content-type"].partition(";")[0] == kind


@pytest.mark.parametrize(("path", "status"), [("/", 413), ("/api/v1/entities", 413), ("/api/v1/batch", 422)])
def test_only_texts_may_be_large(path, status):
    assert asked("POST", path, content=b" " * (5 << 20)).status_code == status


def test_a_limit_below_that_of_small_bodies_holds_for_all():
    for path in ("/", "/api/v1/batch"):
        assert asked("POST", path, ServiceSettings(KEYS, body=1000), content=b" " * 1001).status_code == 413


FORWARDED = [
    {"X-Forwarded-For": "203.0.113.9"},
    {"Forwarded": "for=203.0.113.9;proto=https"},
    {"X-Forwarded-Host": "veil.example"},
    {"X-Forwarded-Proto": "https"},
    {"X-Real-IP": "203.0.113.9"},
    {"Via": "1.1 vegur"},
    {"x-forwarded-for": ""},
    {"CF-Connecting-IP": "203.0.113.9"},
    {"X-Envoy-External-Address": "203.0.113.9"},
    {"X-Forwarded-Client-Cert": "By=x"},
]
LOCAL = ServiceSettings(KEYS, local=True)


@pytest.mark.parametrize("path", ["/", "/api/v1/health", "/api/v1/detect", "/docs", "/portal/api/state"])
@pytest.mark.parametrize("headers", FORWARDED, ids=lambda one: next(iter(one)))
def test_without_tokens_no_call_through_a_proxy_is_answered(headers, path):
    answer = asked("POST", path, LOCAL, json={"text": "SSN 123-45-6789"}, headers={"Host": "localhost:8000", **headers})
    assert answer.status_code == 403
    assert answer.json()["code"] == "proxied"
    assert "--behind-proxy" in answer.json()["hint"]
    assert "123-45" not in answer.text
    assert "203.0.113.9" not in answer.text


@pytest.mark.parametrize(
    "host",
    [
        "veil.example",
        "veil.example:8000",
        "10.1.2.3",
        "localhost.evil.example",
        "upstream",
        "[::2]:80",
        "",
        "127.0.0.1.nip.io",
    ],
)
def test_without_tokens_no_other_host_is_served(host):
    answer = asked("GET", "/", LOCAL, headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"])
def test_this_machine_is_served_without_a_token(host):
    assert asked("GET", "/", LOCAL, headers={"Host": host}).status_code == 200


def test_a_second_host_beside_a_good_one_is_refused():
    scope = {"headers": [(b"host", b"localhost"), (b"host", b"veil.example")], "http_version": "1.1"}
    assert Origins(local=True, hosts=()).refused(scope).code == "host"


def test_http_1_0_is_taken_for_a_proxy_and_answered_with_tokens_only():
    """nginx adds no header by default, names its upstream as the host, and speaks HTTP/1.0."""
    scope = {"headers": [(b"host", b"127.0.0.1:8000"), (b"connection", b"close")], "http_version": "1.0"}
    assert Origins(local=True, hosts=()).refused(scope).code == "proxied"
    assert Origins(local=False, hosts=()).refused(scope) is None


@pytest.mark.parametrize("headers", FORWARDED, ids=lambda one: next(iter(one)))
def test_with_tokens_a_proxy_may_add_what_it_likes(headers):
    assert asked("GET", "/", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.BadRequestError, 400),
        (errors.UnauthenticatedError, 401),
        (errors.ForbiddenError, 403),
        (errors.NotFoundError, 404),
        (errors.ConflictError, 409),
        (errors.GoneError, 410),
        (errors.LimitError, 413),
        (errors.MisdirectedError, 421),
        (errors.InvalidError, 422),
        (errors.FormatError, 422),
        (errors.BusyError, 429),
        (errors.ServiceError, 500),
        (errors.UpstreamError, 502),
        (errors.UnavailableError, 503),
        (errors.StoreError, 503),
        (errors.UnwritableError, 503),
        (errors.PolicyError, 400),
        (errors.KeyringError, 500),
    ],
)
def test_an_error_says_its_own_status_whatever_its_code(monkeypatch, error, status):
    async def failing(*_, **__):
        raise error("a-code-of-tomorrow", "a sentence", hint="a hint")

    monkeypatch.setattr(Answers, "find", failing)
    answer = asked("POST", "/api/v1/detect", json={"text": "x"})
    assert answer.status_code == status
    assert answer.json() == {"detail": "a sentence", "code": "a-code-of-tomorrow", "hint": "a hint"}


PAGE = "https://app.example.org"
SHARED = ServiceSettings(KEYS, origins=frozenset({PAGE}))


def test_a_page_of_a_listed_origin_may_ask_and_call_with_a_token():
    asks = {"Origin": PAGE, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    before = asked("OPTIONS", "/api/v1/deidentify", SHARED, headers=asks)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == PAGE
    assert "Authorization" in before.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in before.headers
    answer = asked("GET", "/api/v1/entities", SHARED, headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    assert answer.headers.get_list("cross-origin-resource-policy") == ["cross-origin"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://app.example.org.evil.example", "http://app.example.org", ""]
)
def test_a_page_of_another_origin_gets_nothing_to_read(origin):
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    for setting in (SHARED, ServiceSettings(KEYS)):
        assert (
            "access-control-allow-origin" not in asked("OPTIONS", "/api/v1/deidentify", setting, headers=asks).headers
        )
        assert "access-control-allow-origin" not in asked("GET", "/", setting, headers={"Origin": origin}).headers


def test_every_call_has_a_name_of_its_own_that_people_would_give():
    calls = asked("GET", "/openapi.json").json()["paths"]
    names = {(path, method): one["operationId"] for path, methods in calls.items() for method, one in methods.items()}
    assert len(set(names.values())) == len(names)
    assert names["/api/v1/phi", "post"] == "detect_phi"
    assert not any("api_v1" in name for name in names.values())
