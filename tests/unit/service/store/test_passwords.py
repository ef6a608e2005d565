"""What opens an account, how often one may try, and how a new password comes instead of the old."""

import pytest
from tests.portals import ME, PASSWORD, handed_in, on_disk, sealed, site_in

from veil.errors import ServiceError
from veil.service.store import Caller, ServiceStore, passwords
from veil.service.store.sessions import session_digest

NEW = "another few words"


def code_of(do, *told, **more):
    with pytest.raises(ServiceError) as caught:
        do(*told, **more)
    return caught.value.code


@pytest.fixture
def admin(store):
    return store.people.set_up(store.people.setup_code(), "ada", PASSWORD)


@pytest.fixture
def bob(store, admin):
    return store.people.accept(store.people.invite("submitter")[0], "bob", PASSWORD)


@pytest.fixture
def acts(store, monkeypatch):
    """What comes on the record."""
    found = []
    monkeypatch.setattr(store._record, "add", lambda what, told: found.append((what, told)))
    return found


def test_the_right_one_among_many_tries_at_once_opens_only_while_the_name_is_not_locked(store, bob, monkeypatch):
    real = passwords._stretched

    def late(*told):
        made = real(*told)
        with store.database.change() as line:  # five wrong ones were judged meanwhile
            line.execute("UPDATE people SET locked = ?", (store.clock._wall() + 900,))
        return made

    monkeypatch.setattr(passwords, "_stretched", late)
    assert code_of(store.passwords.enter, "bob", PASSWORD) == "sign-in"


def test_an_unknown_name_costs_the_same_writing_as_a_wrong_password(store, bob):
    seen = [store.database.fact("tried")]
    for name in ("bob", "nobody", "bob"):
        assert code_of(store.passwords.enter, name, "not the password") == "sign-in"
        seen.append(store.database.fact("tried"))
    assert len(set(seen)) == 4


def test_a_name_that_is_locked_is_on_the_record_by_its_id(store, bob, acts):
    for _ in range(7):
        assert code_of(store.passwords.enter, "bob", "not the password") == "sign-in"
    assert acts == [("locked", {"by": bob.id})]


def test_a_new_password_ends_all_other_sessions_and_the_old_one_opens_no_more(store, bob, admin, acts):
    here, there, hers = store.sessions.begin(bob), store.sessions.begin(bob), store.sessions.begin(admin)
    store.passwords.change(bob.id, PASSWORD, NEW, session_digest(here))
    assert store.sessions.person(here).id == bob.id
    assert store.sessions.person(hers).id == admin.id
    assert code_of(store.sessions.person, there) == "session-none"
    assert code_of(store.passwords.enter, "bob", PASSWORD) == "sign-in"
    assert store.passwords.enter("bob", NEW).id == bob.id
    assert acts == [("password changed", {"by": bob.id})]


def test_who_entered_with_a_password_that_is_changed_meanwhile_begins_no_session(store, bob):
    entered = store.passwords.enter("bob", PASSWORD)
    store.passwords.change(bob.id, PASSWORD, NEW, b"")
    assert code_of(store.sessions.begin, entered) == "session-none"
    assert store.sessions.begin(store.passwords.enter("bob", NEW))


def test_of_two_who_change_one_password_at_once_one_does(store, bob, monkeypatch):
    judged = store.passwords._judged

    def overtaken(seen, password):
        found = judged(seen, password)
        monkeypatch.setattr(store.passwords, "_judged", judged)
        store.passwords.change(bob.id, PASSWORD, "words of the other one", b"")
        return found

    monkeypatch.setattr(store.passwords, "_judged", overtaken)
    assert code_of(store.passwords.change, bob.id, PASSWORD, NEW, b"") == "password-wrong"
    assert store.passwords.enter("bob", "words of the other one")


def test_wrong_old_passwords_lock_the_name_as_at_the_door(tmp_path):
    store = ServiceStore(site_in(tmp_path, locked=900.0))
    bob = store.people.set_up(store.people.setup_code(), "bob", PASSWORD)
    told = {code_of(store.passwords.change, bob.id, "not the password", NEW, b"") for _ in range(5)}
    told.add(code_of(store.passwords.change, bob.id, PASSWORD, NEW, b""))
    assert told == {"password-wrong"}
    assert code_of(store.passwords.enter, "bob", PASSWORD) == "sign-in"
    store.close()


def test_a_short_new_password_changes_nothing(store, bob, acts):
    assert code_of(store.passwords.change, bob.id, PASSWORD, "short", b"") == "password-short"
    assert acts == []
    assert store.passwords.enter("bob", PASSWORD)


def test_nothing_is_changed_that_cannot_be_recorded(store, bob, monkeypatch):
    token = store.passwords.offer(bob.id, "0" * 16)

    def broken(*_):
        raise ServiceError("store-closed", "no record")

    monkeypatch.setattr(store._record, "add", broken)
    for do in (
        lambda: store.passwords.change(bob.id, PASSWORD, NEW, b""),
        lambda: store.renew(token, NEW),
        lambda: store.passwords.offer(bob.id, "0" * 16),
    ):
        assert code_of(do) == "store-closed"
    assert store.passwords.enter("bob", PASSWORD)


def test_a_link_sets_a_forgotten_password_once_and_what_was_handed_in_is_shredded(store, bob, admin, acts):
    job, others = handed_in(store, caller=Caller(bob.id, "submitter")), handed_in(store, caller=ME)
    session = store.sessions.begin(bob)
    token = store.passwords.offer(bob.id, admin.id)
    assert len(sealed(store.site)) == 2
    assert store.renew(token, NEW).id == bob.id
    assert code_of(store.job, Caller(bob.id, "submitter"), job.id) == "job-unknown"
    assert store.job(ME, others.id).state == "uploaded"
    assert len(sealed(store.site)) == 1
    assert code_of(store.sessions.person, session) == "session-none"
    assert code_of(store.renew, token, PASSWORD) == "invitation-unknown"
    assert store.passwords.enter("bob", NEW)
    told = [(what, by["by"]) for what, by in acts if "password" in what]
    assert told == [("new password offered", admin.id), ("password renewed", bob.id)]


def test_a_link_to_a_new_password_opens_a_name_that_was_locked(store, bob, admin):
    for _ in range(5):
        code_of(store.passwords.enter, "bob", "not the password")
    store.renew(store.passwords.offer(bob.id, admin.id), NEW)
    assert store.passwords.enter("bob", NEW)


@pytest.mark.parametrize("why", ["too old", "a newer one", "a changed password", "a shut account", "another role"])
def test_a_link_to_a_new_password_ends(store, bob, admin, why):
    token, real = store.passwords.offer(bob.id, admin.id), store.clock._wall
    if why == "too old":
        store.clock._wall = lambda: real() + 24 * 3600 + 1
    elif why == "a newer one":
        store.passwords.offer(bob.id, admin.id)
    elif why == "a changed password":
        store.passwords.change(bob.id, PASSWORD, NEW, b"")
    else:
        store.people.change(
            bob.id, admin.id, **({"active": False} if why == "a shut account" else {"role": "reviewer"})
        )
    assert code_of(store.renew, token, NEW) == "invitation-unknown"


def test_of_a_link_and_a_new_password_nothing_is_on_disk(store, bob, admin):
    token = store.passwords.offer(bob.id, admin.id)
    store.renew(token, NEW)
    held = on_disk(store.site)
    assert token.encode() not in held
    assert NEW.encode() not in held


def test_an_account_of_the_hospital_gets_no_password_here(store, admin):
    ana = store.people.vouched("https://login.example.org", "ana", "ana", "submitter")
    assert code_of(store.passwords.offer, ana.id, admin.id) == "password-none"
    assert code_of(store.passwords.change, ana.id, "", NEW, b"") == "password-none"
    assert code_of(store.passwords.enter, "ana", "") == "sign-in"
    assert store.sessions.begin(store.people.vouched("https://login.example.org", "ana", "ana", "reviewer"))


def test_a_password_that_such_an_account_once_got_is_gone_when_the_hospital_vouches_again(store, admin):
    ana = store.people.vouched("https://login.example.org", "ana", "ana", "submitter")
    with store.database.change() as line:
        line.execute("UPDATE people SET digest = ? WHERE id = ?", (bytes(32), ana.id))
    store.people.vouched("https://login.example.org", "ana", "ana", "submitter")
    assert code_of(store.passwords.offer, ana.id, admin.id) == "password-none"
