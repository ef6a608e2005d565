"""Every call of the portal as nobody, another, one whose time is over, an admin and the submitter: nothing crosses."""

import re
import threading
import time

import pytest
from tests.nodes import shared_servers
from tests.portals import NOTE, PASSWORD, TABLE, Browser, joined, served, shared, site_in, working

from veil.service.portal import create_portal
from veil.service.store import ServiceStore

ANYBODY, SIGNED_IN, ADMIN, SUBMITS, OWNER, READER = (
    "anybody",
    "signed in",
    "admin",
    "submits",
    "owner",
    "owner who is a reviewer",
)
CALLS = {
    ("GET", "/state"): (ANYBODY, None),
    ("GET", "/lists"): (ANYBODY, None),
    ("POST", "/setup"): (ANYBODY, {"code": "x", "name": "eve", "password": PASSWORD}),
    ("POST", "/login"): (ANYBODY, {"name": "eve", "password": PASSWORD}),
    ("POST", "/invitations/accept"): (ANYBODY, {"token": "x", "name": "eve", "password": PASSWORD}),
    ("POST", "/password/renew"): (ANYBODY, {"token": "x", "password": PASSWORD}),
    ("GET", "/me"): (SIGNED_IN, None),
    ("PUT", "/password"): (SIGNED_IN, {"old": "not the password", "new": PASSWORD}),
    ("POST", "/logout"): (SIGNED_IN, None),
    ("GET", "/people"): (ADMIN, None),
    ("PATCH", "/people/{person}"): (ADMIN, {"role": "reviewer"}),
    ("POST", "/people/{person}/password"): (ADMIN, None),
    ("GET", "/invitations"): (ADMIN, None),
    ("POST", "/invitations"): (ADMIN, {"role": "submitter"}),
    ("DELETE", "/invitations/{invitation}"): (ADMIN, None),
    ("GET", "/jobs"): (SUBMITS, None),
    ("POST", "/jobs"): (SUBMITS, {"name": "n.txt", "profile": "redact"}),
    ("PUT", "/jobs/{job}/file"): (OWNER, NOTE),
    ("GET", "/jobs/{job}"): (OWNER, None),
    ("POST", "/jobs/{job}/cancel"): (OWNER, None),
    ("DELETE", "/jobs/{job}"): (OWNER, None),
    ("GET", "/jobs/{job}/plan"): (OWNER, None),
    ("PUT", "/jobs/{job}/plan"): (OWNER, {"columns": []}),
    ("POST", "/jobs/{job}/start"): (OWNER, None),
    ("GET", "/jobs/{job}/result"): (OWNER, None),
    ("GET", "/jobs/{job}/report"): (OWNER, None),
    ("GET", "/jobs/{job}/review"): (READER, None),
    ("PUT", "/jobs/{job}/review/mark"): (
        READER,
        {"text": 0, "start": 0, "end": 4, "label": "NAME", "verdict": "missed"},
    ),
    ("PUT", "/jobs/{job}/review/read"): (READER, {"text": 0, "done": True}),
    ("GET", "/jobs/{job}/review/estimate"): (READER, None),
    ("GET", "/jobs/{job}/review/entries"): (READER, None),
    ("POST", "/jobs/{job}/review/entries"): (READER, {"entries": []}),
    ("GET", "/rules"): (READER, None),
    ("GET", "/rules.yaml"): (READER, None),
    ("DELETE", "/rules/{rule}"): (READER, None),
}


@pytest.fixture(scope="module")
def servers():
    yield from shared_servers()


@pytest.fixture(params=["one node", pytest.param("several nodes", marks=pytest.mark.server)])
def nodes(request):
    found = request.getfixturevalue("servers") if request.param == "several nodes" else None
    token = shared.set(found)
    yield found
    shared.reset(token)


@pytest.fixture
def portal(tmp_path, nodes):
    store = ServiceStore(site_in(tmp_path))
    with served(store) as address, Browser(address) as admin:
        admin.enter("/setup", name="ada", code=store.people.setup_code())
        yield store, address, admin
    store.close()


def sent(browser, method, path, told, job="0" * 32, person="0" * 16):
    path = path.format(job=job, person=person, invitation="x", rule="x")
    more = {"content": told} if isinstance(told, bytes) else {"json": told} if told is not None else {}
    return browser.ask(method, path, **more)


def test_the_table_below_names_every_call_there_is(portal):
    there = {
        (method.upper(), path.removeprefix("/portal/api"))
        for path, calls in create_portal(portal[0]).openapi()["paths"].items()
        for method in calls
    }
    assert there == set(CALLS)


def test_nobody_and_one_with_a_made_up_session_get_nothing_that_is_not_for_anybody(portal):
    _, address, _ = portal
    with Browser(address) as nobody, Browser(address) as made_up:
        made_up._client.cookies.set("veil", "x" * 43)
        made_up.me = {"change": "y" * 64}
        for (method, path), (who, told) in CALLS.items():
            if who != ANYBODY:
                for browser in (nobody, made_up):
                    answer = sent(browser, method, path, told)
                    assert answer.status_code == 401, (method, path)


def test_another_person_finds_no_job_and_an_admin_none_either(portal):
    store, address, admin = portal
    with (
        joined(store, address, "bob") as bob,
        joined(store, address, "eve") as eve,
        joined(store, address, "rev", "reviewer") as rev,
    ):
        job = bob.hand_in("Wong_Alice.csv", TABLE, review=True)
        with working(store.site) as worker:
            worker.once()
        assert bob.ask("GET", f"/jobs/{job}").json()["state"] == "planned"
        for (method, path), (who, told) in CALLS.items():
            if who == OWNER:
                for browser, status in ((eve, 404), (rev, 404), (admin, 403)):
                    answer = sent(browser, method, path, told, job)
                    assert answer.status_code == status, (method, path)
                    assert "Wong" not in answer.text
                    assert (
                        answer.json() == sent(browser, method, path, told, "f" * 32).json()
                    )  # as if it were not there
        assert eve.ask("GET", "/jobs").json() == []
        assert admin.ask("GET", "/jobs").status_code == 403
        assert bob.ask("GET", f"/jobs/{job}").json()["state"] == "planned"


def test_who_is_no_reviewer_reads_no_sample_and_a_reviewer_none_of_another(portal):
    store, address, admin = portal
    with (
        joined(store, address, "rev", "reviewer") as rev,
        joined(store, address, "ron", "reviewer") as ron,
        joined(store, address, "eve") as eve,
    ):
        asked = {"name": "n.txt", "profile": "safe-harbor", "sample": 3}
        job = rev.ask("POST", "/jobs", json=asked).json()["id"]
        rev.ask("PUT", f"/jobs/{job}/file", content=NOTE)
        with working(store.site) as worker:
            worker.once()
        assert "Wong" in rev.ask("GET", f"/jobs/{job}/review").text
        for (method, path), (who, told) in CALLS.items():
            if who == READER:
                for browser in (eve, admin):
                    assert sent(browser, method, path, told, job).status_code == 403, (method, path)
                if "{job}" in path:
                    answer = sent(ron, method, path, told, job)
                    assert (answer.status_code, "Wong" in answer.text) == (404, False), (method, path)
        with store.database.change() as line:
            line.execute("UPDATE jobs SET until = ?", (time.time() - 1,))
        for (method, path), (who, told) in CALLS.items():
            if who == READER and "{job}" in path:
                assert sent(rev, method, path, told, job).status_code == 410, (method, path)


def test_one_who_sends_many_files_at_once_waits_for_the_first(portal, monkeypatch):
    store, address, _ = portal
    monkeypatch.setattr("veil.service.portal.files._AT_ONCE", 1)
    begun, go, told = threading.Event(), threading.Event(), []

    def slowly():
        yield b"Seen by "
        begun.set()
        go.wait(20)
        yield b"Dr. Wong\n"

    with joined(store, address, "bob") as bob, joined(store, address, "eve") as eve:
        first, second = (
            bob.ask("POST", "/jobs", json={"name": "n.txt", "profile": "redact"}).json()["id"] for _ in range(2)
        )
        thread = threading.Thread(target=lambda: told.append(bob.ask("PUT", f"/jobs/{first}/file", content=slowly())))
        thread.start()
        assert begun.wait(20)
        again = Browser(address)
        again.enter("/login", name="bob")
        answer = again.ask("PUT", f"/jobs/{second}/file", content=NOTE)
        assert (answer.status_code, answer.json()["code"]) == (429, "uploads-many")
        assert eve.hand_in()
        go.set()
        thread.join()
        assert told[0].status_code == 200
        assert again.ask("PUT", f"/jobs/{second}/file", content=NOTE).status_code == 200
        again.__exit__()


def test_a_file_that_is_called_as_a_sample_is_none(portal):
    store, address, _ = portal
    with joined(store, address, "rev", "reviewer") as rev:
        job = rev.hand_in("sample.json", b'{"texts": [{"text": "Dr. Wong"}]}', profile="redact")
        with working(store.site) as worker:
            worker.once()
        assert rev.ask("GET", f"/jobs/{job}").json()["state"] == "done"
        answer = rev.ask("GET", f"/jobs/{job}/review")
        assert (answer.status_code, answer.json().get("code")) == (409, "review-none")


def test_who_is_no_admin_manages_nobody(portal):
    store, address, _ = portal
    with joined(store, address, "bob") as bob, joined(store, address, "rev", "reviewer") as rev:
        for (method, path), (who, told) in CALLS.items():
            if who == ADMIN:
                for browser in (bob, rev):
                    assert sent(browser, method, path, told, person=bob.me["id"]).status_code == 403, (method, path)
        assert store.sessions.person(bob._client.cookies["veil"]).role == "submitter"


def test_a_session_whose_time_is_over_is_nobodys(portal):
    store, address, _ = portal
    with joined(store, address, "bob") as bob:
        job = bob.hand_in()
        real = time.time
        store.clock._wall = lambda: real() + 1801
        for (method, path), (who, told) in CALLS.items():
            if who != ANYBODY:
                assert sent(bob, method, path, told, job).status_code == 401, (method, path)


def test_a_job_whose_time_is_over_gives_nothing_to_its_submitter_either(portal):
    store, address, _ = portal
    with joined(store, address, "bob") as bob:
        job = bob.hand_in("Wong_Alice.txt")
        with working(store.site) as worker:
            worker.once()
        assert bob.ask("GET", f"/jobs/{job}/result").status_code == 200
        with store.database.change() as line:
            line.execute("UPDATE jobs SET until = ?", (time.time() - 1,))
        for (method, path), (who, told) in CALLS.items():
            if who == OWNER and (method, path) not in {("DELETE", "/jobs/{job}"), ("GET", "/jobs/{job}")}:
                assert sent(bob, method, path, told, job).status_code == 410, (method, path)
        seen = bob.ask("GET", f"/jobs/{job}")
        assert seen.json()["state"] == "expired"
        assert "Wong" not in seen.text
        assert bob.ask("DELETE", f"/jobs/{job}").status_code == 200


def test_a_change_without_the_sessions_own_token_is_refused(portal):
    store, address, admin = portal
    with joined(store, address, "bob") as bob:
        job = bob.hand_in()
        right = bob.me.pop("change")
        for (method, path), (who, told) in CALLS.items():
            if who != ANYBODY and method != "GET":
                browser = admin if who == ADMIN else bob
                kept = browser.me.pop("change", None)
                assert sent(browser, method, path, told, job).status_code == 403, (method, path)
                browser.me |= {"change": kept} if kept else {}
        bob.me["change"] = admin.me["change"]
        assert bob.ask("POST", "/logout").status_code == 403
        bob.me["change"] = right
        assert bob.ask("POST", "/logout").status_code == 200
        assert bob.ask("GET", "/me").status_code == 401


def test_the_cookie_is_for_no_script_and_no_other_site(portal):
    store, address, _ = portal
    token, _ = store.people.invite("submitter")
    with Browser(address) as browser:
        answer = browser.ask("POST", "/invitations/accept", json={"token": token, "name": "bob", "password": PASSWORD})
        told = answer.headers["set-cookie"].lower()
        assert "httponly" in told
        assert "samesite=strict" in told
        again = browser.ask("POST", "/login", json={"name": "bob", "password": PASSWORD})
        assert again.headers["set-cookie"].split(";")[0].lower() != told.split(";")[0]


def test_refusals_hold_no_word_of_what_was_asked(portal):
    _, _, admin = portal
    for answer in (
        admin.ask("POST", "/login", json={"name": "Zebulonia", "password": "Quackenthorpe"}),
        admin.ask("POST", "/invitations", json={"role": "Zebulonia"}),
        admin.ask("PATCH", "/people/Zebulonia", json={"role": "admin"}),
    ):
        assert answer.status_code >= 400
        assert not re.search("Zebulonia|Quackenthorpe", answer.text)


def test_a_person_changes_the_password_and_other_browsers_are_signed_out(portal):
    store, address, _ = portal
    with joined(store, address, "bob") as bob, Browser(address) as elsewhere:
        elsewhere.enter("/login", name="bob")
        wrong = bob.ask("PUT", "/password", json={"old": "not the password", "new": "another few words"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "password-wrong")
        assert bob.ask("PUT", "/password", json={"old": PASSWORD, "new": "another few words"}).status_code == 200
        assert bob.ask("GET", "/me").status_code == 200
        assert elsewhere.ask("GET", "/me").status_code == 401
        assert bob.ask("POST", "/login", json={"name": "bob", "password": PASSWORD}).status_code == 401
        assert bob.ask("POST", "/login", json={"name": "bob", "password": "another few words"}).status_code == 200


def test_an_admin_who_takes_the_link_to_a_new_password_finds_nothing_that_was_handed_in(portal):
    store, address, admin = portal
    with joined(store, address, "bob") as bob, Browser(address) as taken:
        job = bob.hand_in("Wong_Alice.txt")
        with working(store.site) as worker:
            worker.once()
        waiting = bob.hand_in("Wong_Alice.csv", TABLE, review=True)
        token = admin.ask("POST", f"/people/{bob.me['id']}/password").json()["token"]
        assert bob.ask("GET", f"/jobs/{job}/result").status_code == 200  # a link that is not used changes nothing
        taken.enter("/password/renew", token=token, password="words of the admin")
        assert taken.me["id"] == bob.me["id"]
        for (method, path), (who, told) in CALLS.items():
            if who in (OWNER, SUBMITS) and method != "POST":
                for one in (job, waiting):
                    assert "Wong" not in sent(taken, method, path, told, one).text, (method, path)
        assert taken.ask("GET", "/jobs").json() == []
        assert bob.ask("GET", "/me").status_code == 401
        assert taken.ask("POST", "/password/renew", json={"token": token, "password": PASSWORD}).status_code == 404


def test_many_who_sign_in_at_once_hold_up_nobody_who_is_signed_in(portal, monkeypatch):
    store, address, admin = portal
    real, start = store.passwords.enter, threading.Barrier(61)

    def slow(name, password):
        time.sleep(0.3)
        return real(name, password)

    monkeypatch.setattr(store.passwords, "enter", slow)

    def enter():
        with Browser(address) as browser:
            start.wait()
            browser.ask("POST", "/login", json={"name": "nobody", "password": PASSWORD})

    threads = [threading.Thread(target=enter) for _ in range(60)]
    [thread.start() for thread in threads]
    start.wait()
    time.sleep(0.5)
    began = time.monotonic()
    assert admin.ask("GET", "/people").status_code == 200
    assert time.monotonic() - began < 6  # behind all of them it would be 18
    [thread.join() for thread in threads]


def test_wrong_codes_in_parallel_make_no_second_admin(tmp_path):
    store = ServiceStore(site_in(tmp_path))
    code = store.people.setup_code()
    with served(store) as address:
        answers, start = [], threading.Barrier(6)

        def enter(name):
            with Browser(address) as browser:
                start.wait()
                answers.append(
                    browser.ask("POST", "/setup", json={"code": code, "name": name, "password": PASSWORD}).status_code
                )

        threads = [threading.Thread(target=enter, args=(f"ada{i}",)) for i in range(6)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
    assert answers.count(200) == 1
    store.close()
