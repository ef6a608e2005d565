"""X7: the same bytes from the command line, Python, REST and the portal (workers: tests/parity/test_doors.py; Spark waits for its issue)."""

import pytest
from tests.conftest import PASSPHRASE
from tests.portals import ME, handed_in, result_of, site_in, working
from tests.services import README

from veil.keys import Keyring
from veil.service.store import JobRequest, ServiceStore, Site

NOTE = README + "\nSeen again 03/20/1985; Mr. Smith, 93 years old, lives in Boston, MA 02139.\n"


@pytest.fixture
def linked(tmp_path, keyring_file):
    """A store whose jobs derive from the site's keyring."""
    site = site_in(tmp_path)
    keys = Keyring.open(keyring_file, PASSPHRASE).keys()
    store = ServiceStore(Site(site.folder, site.keys, site.terms, None, keys))
    yield store, keys
    store.close()


def by_command(veil, folder, keyring_file, *words):
    (folder / "in").mkdir()
    (folder / "in" / "note.txt").write_text(NOTE)
    done = veil(folder, "notes", "-i", "in", "-o", "out", "--keyring", str(keyring_file), *words)
    assert done.code == 0, done.erred
    (note,) = (folder / "out").rglob("*.txt")
    return note.read_bytes()


def by_portal(store, choice):
    job = handed_in(store, "note.txt", NOTE.encode(), choice)
    with working(store.site) as worker:
        worker.once()
    assert store.job(ME, job.id).state == "done", store.report(ME, job.id)
    return result_of(store, job.id)


def test_x7_placeholders_are_the_same_from_every_door(veil, tmp_path, keyring_file, linked, ask):
    import veil as library

    store, _ = linked
    expected = by_command(veil, tmp_path, keyring_file)
    assert by_portal(store, JobRequest("safe-harbor")) == expected
    assert ask("deidentify", text=NOTE)["deidentified_text"].encode() == expected
    assert library.deidentify([NOTE])[0].encode() == expected


def test_x7_what_derives_is_the_same_where_the_site_gave_its_keyring(veil, tmp_path, keyring_file, linked):
    store, _ = linked
    expected = by_command(veil, tmp_path, keyring_file, "--profile", "expert")
    assert b"Smith" not in expected
    assert by_portal(store, JobRequest("expert")) == expected


def test_x7_without_it_two_jobs_share_no_stand_in(tmp_path):
    store = ServiceStore(site_in(tmp_path))
    assert by_portal(store, JobRequest("expert")) != by_portal(store, JobRequest("expert"))
    store.close()


def test_x7_a_posted_policy_is_what_it_is_on_the_command_line(veil, tmp_path, keyring_file, linked):
    from veil.policy.profile import HERE

    store, _ = linked
    text = (HERE / "profiles" / "redact.yaml").read_text().replace("name: redact", "name: own")
    (tmp_path / "own.yaml").write_text(text)
    expected = by_command(veil, tmp_path, keyring_file, "--profile", str(tmp_path / "own.yaml"))
    assert by_portal(store, JobRequest(policy=text)) == expected


@pytest.mark.parametrize("text", ["name: x\nlabels: {}\n", "a: &a [*a]", "labels: [", "&a [&b [*a, *b]]", "x" * 90_000])
def test_x7_a_posted_policy_that_is_none_fails_with_its_code_and_shows_nothing(linked, text):
    store, _ = linked
    job = handed_in(store, "note.txt", NOTE.encode(), JobRequest(policy=text))
    with working(store.site) as worker:
        worker.once()
    told = store.job(ME, job.id)
    assert told.state == "failed"
    assert told.code
    assert "Smith" not in str(store.report(ME, job.id))
