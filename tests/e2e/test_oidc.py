"""Signing in with an account of the hospital, against a real OpenID provider in a process of its own."""

import json
import re
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.ports import free_port
from tests.services import served

from veil.errors import ServiceError
from veil.service.provider import Provider

ROLES = [
    "--oidc-role",
    "veil-users=submitter",
    "--oidc-role",
    "veil-admins=admin",
    "--oidc-role",
    "veil-readers=reviewer",
]
PEOPLE = {
    "ana": ["veil-users"],
    "ada": ["staff", "veil-admins", "veil-users"],
    "rita": "veil-readers",
    "eve": ["staff"],
    "nil": None,
    "odd": 7,
    "odder": {"veil-users": ["veil-users"]},
    "oddest": [["veil-users"], {}],
}


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    port = free_port()
    words = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for name, groups in PEOPLE.items():
        claims = {"sub": name, "preferred_username": name, **({"groups": groups} if groups is not None else {})}
        words += ["--user-claims", json.dumps(claims)]
    log = (tmp_path_factory.mktemp("oidc") / "log").open("w")
    with subprocess.Popen(words, stdout=log, stderr=log) as process:
        for _ in range(150):
            try:
                if httpx2.get(f"http://localhost:{port}/.well-known/openid-configuration").status_code == 200:
                    break
            except httpx2.TransportError:
                time.sleep(0.1)
        yield f"http://localhost:{port}"
        process.terminate()
    log.close()


@pytest.fixture(scope="module")
def service(provider, tmp_path_factory):
    port = free_port()
    options = [
        "--data",
        "data",
        "--key-file",
        "key",
        "--oidc-issuer",
        provider,
        "--oidc-client",
        "veil",
        *ROLES,
        "--public-url",
        f"http://localhost:{port}",
        "--port",
        str(port),
    ]
    with served(tmp_path_factory.mktemp("single"), *options, more={"VEIL_OIDC_SECRET": "secret"}) as one:
        yield one


def browser(service):
    return httpx2.Client(base_url=service.url.replace("127.0.0.1", "localhost"), timeout=30)


def sent_away(one):
    """Where the service sends a browser."""
    answer = one.get("/portal/api/oidc")
    assert answer.status_code == 302
    return answer.headers["location"]


def vouched(where, name):
    """The provider's answer for who says to be this person: the address that it sends the browser back to."""
    answer = httpx2.post(where, data={"sub": name})
    assert answer.status_code in (302, 303), answer.text
    return urlsplit(answer.headers["location"])


def entered(service, one, name):
    back = vouched(sent_away(one), name)
    return one.get(f"{back.path}?{back.query}")


@pytest.mark.parametrize(("name", "role"), [("ana", "submitter"), ("ada", "admin"), ("rita", "reviewer")])
def test_who_has_a_group_comes_in_with_its_role(service, name, role):
    with browser(service) as one:
        answer = entered(service, one, name)
        assert answer.status_code == 200
        assert 'http-equiv="refresh"' in answer.text
        told = one.get("/portal/api/me").json()
        assert (told["name"], told["role"]) == (name, role)
        again = entered(service, one, name)
        assert again.status_code == 200
        assert one.get("/portal/api/me").json()["id"] == told["id"]


@pytest.mark.parametrize("name", ["eve", "nil", "odd", "odder", "oddest"])
def test_who_has_no_group_does_not_come_in(service, name):
    with browser(service) as one:
        answer = entered(service, one, name)
        assert (answer.status_code, answer.json()["code"]) == (403, "oidc-role")
        assert one.get("/portal/api/me").status_code == 401


def test_an_answer_to_another_browser_or_to_nobody_is_refused(service):
    with browser(service) as mine, browser(service) as theirs, browser(service) as nobody:
        back = vouched(sent_away(mine), "ana")
        sent_away(theirs)
        for one in (theirs, nobody):
            answer = one.get(f"{back.path}?{back.query}")
            assert (answer.status_code, answer.json()["code"]) == (403, "oidc-refused")
        code = parse_qs(back.query)["code"][0]
        forged = mine.get(f"{back.path}?code={code}&state=another")
        assert forged.status_code == 403


def test_the_way_there_is_bound_to_this_browser_and_to_this_try(service):
    with browser(service) as one:
        first, second = (parse_qs(urlsplit(sent_away(one)).query) for _ in range(2))
    for told in (first, second):
        assert told["code_challenge_method"] == ["S256"]
        assert {"state", "nonce", "code_challenge", "redirect_uri", "client_id"} <= set(told)
    assert all(first[key] != second[key] for key in ("state", "nonce", "code_challenge"))


def test_a_code_that_was_used_is_refused(service):
    with browser(service) as one:
        back = vouched(sent_away(one), "ana")
        cookies = dict(one.cookies)
        assert one.get(f"{back.path}?{back.query}").status_code == 200
        with browser(service) as again:
            again.cookies.update(cookies)
            assert again.get(f"{back.path}?{back.query}").status_code == 403


def test_the_page_offers_it_and_nothing_of_it_is_in_the_log(service):
    with browser(service) as one:
        assert one.get("/portal/api/state").json() == {"needs_setup": False, "single_sign_on": True}
        entered(service, one, "ana")
    log = service.log.read_text()
    assert "/portal/api/oidc/back" in log
    assert not re.search(r"code=|state=|ana\b", log)


@pytest.mark.parametrize(
    "address", ["http://localhost.evil.example", "http://127.0.0.1@evil.example", "http://id.example", "localhost"]
)
def test_an_address_in_clear_to_another_machine_is_refused(address):
    with pytest.raises(ServiceError, match="oidc-address"):
        Provider(address, "veil", "secret", "https://veil.example", {"veil-users": "submitter"})
