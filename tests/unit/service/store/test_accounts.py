"""Who may enter, and how that ends."""

import hashlib
import json
import time

import pytest
from tests.portals import PASSWORD, on_disk, site_in

from veil.errors import ServiceError
from veil.service.store import ServiceStore
from veil.service.store.sessions import change_token


def code_of(do, *told, **more):
    with pytest.raises(ServiceError) as caught:
        do(*told, **more)
    return caught.value.code


@pytest.fixture
def admin(store):
    return store.people.set_up(store.people.setup_code(), "ada", PASSWORD)


def test_the_code_of_the_first_run_makes_one_admin_and_no_second(store):
    code = store.people.setup_code()
    assert code_of(store.people.set_up, "another", "ada", PASSWORD) == "setup-code"
    store.people.set_up(code, "ada", PASSWORD)
    assert code_of(store.people.set_up, code, "bob", PASSWORD) == "setup-done"
    assert store.people.setup_code() is None


def test_an_invitation_is_good_once(store, admin):
    token, _ = store.people.invite("submitter")
    assert store.people.accept(token, "bob", PASSWORD).role == "submitter"
    assert code_of(store.people.accept, token, "eve", PASSWORD) == "invitation-unknown"


def test_an_invitation_that_was_withdrawn_or_is_too_old_is_none(tmp_path):
    store = ServiceStore(site_in(tmp_path, invitation=0.05))
    token, _ = store.people.invite("submitter")
    time.sleep(0.1)
    assert code_of(store.people.accept, token, "bob", PASSWORD) == "invitation-unknown"
    token, name = store.people.invite("submitter")
    store.people.withdraw(name)
    assert code_of(store.people.accept, token, "bob", PASSWORD) == "invitation-unknown"
    store.close()


def test_a_name_that_is_taken_leaves_the_invitation_as_it_was(store, admin):
    token, _ = store.people.invite("submitter")
    assert code_of(store.people.accept, token, "ada", PASSWORD) == "person-taken"
    assert store.people.accept(token, "bob", PASSWORD).name == "bob"


@pytest.mark.parametrize(
    ("name", "password", "code"),
    [("x", PASSWORD, "person-name"), ("a b", PASSWORD, "person-name"), ("bob", "short", "password-short")],
)
def test_a_bad_name_or_a_short_password_is_told(store, name, password, code):
    assert code_of(store.people.set_up, store.people.setup_code(), name, password) == code


def test_five_wrong_passwords_lock_the_name_for_the_right_one_too(tmp_path):
    store = ServiceStore(site_in(tmp_path, locked=0.3))
    store.people.set_up(store.people.setup_code(), "ada", PASSWORD)
    told = {code_of(store.passwords.enter, "ada", "not the password") for _ in range(5)}
    told.add(code_of(store.passwords.enter, "ada", PASSWORD))
    told.add(code_of(store.passwords.enter, "nobody", PASSWORD))
    assert told == {"sign-in"}
    time.sleep(0.35)
    assert store.passwords.enter("ada", PASSWORD).name == "ada"
    store.close()


def test_of_a_password_or_a_token_nothing_is_on_disk(store, admin):
    token = store.sessions.begin(admin)
    link, _ = store.people.invite("reviewer")
    held = on_disk(store.site)
    for secret in (PASSWORD, token, link, change_token(token)):
        assert secret.encode() not in held


def test_a_session_ends_after_its_idle_time_and_in_any_case_after_its_longest(tmp_path):
    store = ServiceStore(site_in(tmp_path, idle=1.2, session=2.4))
    person = store.people.set_up(store.people.setup_code(), "ada", PASSWORD)
    idle, used = store.sessions.begin(person), store.sessions.begin(person)
    for _ in range(4):
        time.sleep(0.4)
        assert store.sessions.person(used).id == person.id
    assert code_of(store.sessions.person, idle) == "session-none"
    time.sleep(0.9)
    assert code_of(store.sessions.person, used) == "session-none"
    store.close()


def test_a_closed_account_and_its_sessions_enter_no_more(store, admin):
    token, _ = store.people.invite("submitter")
    bob = store.people.accept(token, "bob", PASSWORD)
    session = store.sessions.begin(bob)
    store.people.change(bob.id, admin.id, active=False)
    assert code_of(store.sessions.person, session) == "session-none"
    assert code_of(store.passwords.enter, "bob", PASSWORD) == "sign-in"


def test_links_that_an_admin_may_have_kept_end_with_the_admin(store, admin):
    token, _ = store.people.invite("admin")
    ben = store.people.accept(token, "ben", PASSWORD)
    kept, _ = store.people.invite("admin")
    renewing = store.passwords.offer(admin.id, ben.id)
    store.people.change(ben.id, admin.id, role="admin", active=True)
    assert [one["role"] for one in store.people.invitations()] == ["admin"]
    store.people.change(ben.id, admin.id, active=False)
    assert code_of(store.people.accept, kept, "eve", PASSWORD) == "invitation-unknown"
    assert code_of(store.renew, renewing, PASSWORD) == "invitation-unknown"


def test_an_account_that_is_shut_while_its_password_is_looked_at_begins_no_session(store, admin):
    token, _ = store.people.invite("submitter")
    store.people.accept(token, "bob", PASSWORD)
    bob = store.passwords.enter("bob", PASSWORD)
    store.people.change(bob.id, admin.id, active=False)
    assert code_of(store.sessions.begin, bob) == "session-none"


def test_a_wrong_code_of_the_first_run_costs_no_stretching(store, monkeypatch):
    def stretched(*_):
        raise AssertionError("a password was stretched")

    store.people.setup_code()
    monkeypatch.setattr("veil.service.store.passwords._stretched", stretched)
    assert code_of(store.people.set_up, "another", "ada", PASSWORD) == "setup-code"


def test_a_role_that_cannot_be_recorded_is_not_changed_and_one_that_is_refused_is_not_recorded(
    store, admin, monkeypatch
):
    told = []
    monkeypatch.setattr(store._record, "add", lambda what, _: told.append(what))
    assert code_of(store.people.change, admin.id, admin.id, role="submitter") == "admin-last"
    assert code_of(store.people.change, "nobody", admin.id, role="submitter") == "person-unknown"
    assert told == []
    bob = store.people.accept(store.people.invite("submitter")[0], "bob", PASSWORD)

    def broken(*_):
        raise ServiceError("store-closed", "no record")

    monkeypatch.setattr(store._record, "add", broken)
    assert code_of(store.people.change, bob.id, admin.id, role="admin") == "store-closed"
    assert [one.role for one in store.people.all()] == ["admin", "submitter"]


def test_a_name_of_the_hospital_that_somebody_took_keeps_nobody_out(store, admin):
    known = hashlib.sha256(json.dumps(["https://login.example.org", "1"]).encode()).hexdigest()
    store.people.accept(store.people.invite("submitter")[0], f"ada-{known[:6]}", PASSWORD)
    came = store.people.vouched("https://login.example.org", "1", "ada", "submitter")
    assert came.name not in ("ada", f"ada-{known[:6]}")
    assert store.sessions.person(store.sessions.begin(came)).id == came.id


def test_the_last_admin_stays(store, admin):
    assert code_of(store.people.change, admin.id, admin.id, active=False) == "admin-last"
    assert code_of(store.people.change, admin.id, admin.id, role="submitter") == "admin-last"
    assert code_of(store.people.change, "nobody", admin.id, role="admin") == "person-unknown"
    assert store.passwords.enter("ada", PASSWORD).role == "admin"


def test_a_session_that_signed_out_is_none(store, admin):
    token = store.sessions.begin(admin)
    store.sessions.end(token)
    assert code_of(store.sessions.person, token) == "session-none"
