"""Situations of the keyring: who opens it, what it shows, what it refuses."""

import io
import json
import multiprocessing
import pickle
import stat

import pytest

from veil.errors import KeyringError
from veil.keys import Cost, Keyring, Keys, passphrase

WORD = "correct horse"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "hospital.key"


@pytest.fixture
def ring(path):
    return Keyring.create(path, WORD, Cost.cheap())


def refused(code):
    return pytest.raises(KeyringError, match=rf"\[{code}\]")


def test_a_keyring_that_is_opened_again_gives_the_same_keys(ring, path):
    again = Keyring.open(path, WORD)
    assert again.keys().secret("shift") == ring.keys().secret("shift")
    assert again.list() == ring.list()


def test_the_file_is_private(ring, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_may_read_is_refused(ring, path):
    path.chmod(0o640)
    with refused("keyring-open"):
        Keyring.open(path, WORD)


def test_a_wrong_passphrase_is_refused(ring, path):
    with refused("keyring-passphrase"):
        Keyring.open(path, "wrong")


def test_a_second_keyring_does_not_overwrite_the_first(ring, path):
    with refused("keyring-exists"):
        Keyring.create(path, WORD, Cost.cheap())


def test_after_a_rotation_the_new_version_is_used_and_the_old_one_stays(ring, path):
    old = ring.keys()
    ring.rotate()
    again = Keyring.open(path, WORD)
    assert [one.version for one in again.list()] == [1, 2]
    assert again.keys().version == 2
    assert again.keys().secret("x") != old.secret("x")
    assert again.keys(version=1).secret("x") == old.secret("x")
    with refused("keyring-version"):
        again.keys(version=3)


def test_a_version_that_was_taken_out_is_noticed(ring, path):
    ring.rotate()
    page = json.loads(path.read_text())
    page["keys"].pop()
    path.write_text(json.dumps(page))
    with refused("keyring-damaged"):
        Keyring.open(path, WORD)


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b"[1]", b'{"format": 1}'])
def test_a_file_that_is_no_keyring_is_refused(path, content):
    path.write_bytes(content)
    path.chmod(0o600)
    with refused("keyring-damaged"):
        Keyring.open(path, WORD)


def test_the_passphrase_can_be_changed(ring, path):
    before = ring.keys().secret("x")
    ring.change_passphrase("new words")
    assert Keyring.open(path, "new words").keys().secret("x") == before
    with refused("keyring-passphrase"):
        Keyring.open(path, WORD)


def test_no_root_is_in_the_file_or_in_what_is_shown(ring, path):
    root = ring.keys()._root
    assert root not in path.read_bytes()
    assert root.hex() not in path.read_text() + repr(ring) + repr(ring.keys()) + str(ring.list())


def test_nothing_is_left_beside_the_file(ring, path):
    ring.rotate()
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_secrets_differ_by_purpose_domain_and_version():
    root = bytes(range(32))
    keys = Keys.from_secret(root)
    made = {keys.secret("a", "b"), keys.secret("ab"), keys.secret("a"), keys.secret("", "ab"), keys.secret("b", "a")}
    made.add(Keys.from_secret(root, version=2).secret("a", "b"))
    assert len(made) == 6
    assert len(keys.secret("a", size=100)) == 100


def test_a_run_without_a_key_derives_nothing():
    with refused("keys-missing"):
        Keys.none().secret("shift")
    assert Keys.none().id == ""


def test_a_short_secret_is_refused():
    with refused("key-length"):
        Keys.from_secret(b"secret")


def test_keys_are_not_pickled_to_a_file():
    with refused("keys-pickle"):
        pickle.dump(Keys.from_secret(bytes(32)), io.BytesIO())


def test_keys_travel_to_a_worker_process():
    keys = Keys.from_secret(bytes(32))
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(Keys.secret, (keys, "x")) == keys.secret("x")


def test_a_passphrase_comes_from_the_named_file_then_the_variable_then_the_file_of_the_variable(tmp_path):
    file = tmp_path / "word"
    file.write_text("from file\n")
    file.chmod(0o600)
    variables = {"VEIL_PASSPHRASE": "from variable"}
    assert passphrase(file=file, environment=variables) == "from file"
    assert passphrase(environment=variables) == "from variable"
    assert passphrase(environment={"VEIL_PASSPHRASE_FILE": str(file)}) == "from file"
    assert passphrase(lambda: "typed", environment={}) == "typed"
    with refused("passphrase-missing"):
        passphrase(environment={})
    file.chmod(0o644)
    with refused("keyring-open"):
        passphrase(file=file, environment={})
