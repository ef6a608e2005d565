"""A sealed file: nothing of it shows, only its passphrase opens it, any change is noticed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.errors import KeyringError
from veil.keys import Cost
from veil.keys.sealed import seal, unseal


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("sealed") / "words.sealed"


@given(content=st.binary(max_size=200))
def test_what_was_sealed_comes_back_and_shows_nothing(path, content):
    seal(path, content, "open sesame", Cost.cheap())
    assert unseal(path, "open sesame") == content
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(content) < 8 or content not in path.read_bytes()


def test_another_passphrase_or_a_changed_file_opens_nothing(path):
    seal(path, b"[]", "open sesame", Cost.cheap())
    with pytest.raises(KeyringError, match="sealed-passphrase"):
        unseal(path, "open")
    page = json.loads(path.read_bytes())
    for key, value, code in (
        ("salt", "AAAA", "sealed-passphrase"),
        ("format", "other", "sealed-damaged"),
        ("sealed", "?", "sealed-damaged"),
        ("cost", 3, "sealed-damaged"),
    ):
        path.write_text(json.dumps({**page, key: value}))
        with pytest.raises(KeyringError, match=code):
            unseal(path, "open sesame")
    with pytest.raises(KeyringError, match="passphrase-missing"):
        seal(path, b"", "")


def test_a_file_that_others_may_read_is_not_opened(path):
    seal(path, b"[]", "open sesame", Cost.cheap())
    path.chmod(0o644)
    with pytest.raises(KeyringError, match="keyring-open"):
        unseal(path, "open sesame")
