import base64
import datetime as dt
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from veil.audit import read_acts
from veil.audit.check_release import ORDER, check, is_signed, public_of
from veil.audit.signing import PersonKey, sign
from veil.errors import KeyringError, PolicyError

NOW = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
WORDS = "four random words here"
RFC_8032 = [  # section 7.1, tests 1 to 3: public key, message, signature
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_the_signatures_of_the_standard_hold(public, message, signature):
    assert is_signed(*map(bytes.fromhex, (public, signature, message)))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=40), st.data())
def test_a_signature_of_another_library_holds_and_none_that_differs_in_a_bit(secret, message, data):
    key = Ed25519PrivateKey.from_private_bytes(secret)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = key.sign(message)
    assert is_signed(public, signature, message)
    bit = data.draw(st.integers(0, 511))
    changed = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not holds(public, changed, message)
    assert not holds(public, signature, message + b"!")


def holds(*given):
    try:
        return is_signed(*given)
    except ValueError:  # bytes that are no point of the curve
        return False


def test_a_signature_has_one_form_and_a_key_of_few_points_is_none():
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    public, signature = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw), key.sign(b"m")
    other = int.from_bytes(signature[32:], "little") + ORDER
    assert not is_signed(public, signature[:32] + other.to_bytes(32, "little"), b"m")
    identity = (1).to_bytes(32, "little")
    assert not is_signed(identity, identity + bytes(32), b"anything")


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "t.csv").write_text("a\n1\n")
    whole = {"outputs": [{"name": "t.csv", "sha256": hashlib.sha256(b"a\n1\n").hexdigest()}]}
    (folder / "veil-manifest.json").write_text(json.dumps(whole))
    return folder


@pytest.fixture
def key(tmp_path):
    return PersonKey.create(tmp_path / "ada.pem", WORDS)


def test_a_key_opens_with_its_words_alone_and_its_public_half_lies_beside_it(tmp_path, key):
    path = tmp_path / "ada.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("-----BEGIN ENCRYPTED PRIVATE KEY-----")
    assert PersonKey.open(path, WORDS).public == key.public == public_of(str(tmp_path / "ada.pem.pub"))
    with pytest.raises(KeyringError, match="sign-key"):
        PersonKey.open(path, WORDS + "!")
    with pytest.raises(KeyringError, match="keyring-exists"):
        PersonKey.create(path, WORDS)
    with pytest.raises(KeyringError, match="passphrase-short"):
        PersonKey.create(tmp_path / "b.pem", "short")


def test_two_people_sign_one_release_and_each_signature_holds(tmp_path, release, key):
    record = tmp_path / "release.private" / "audit.jsonl"
    other = PersonKey.create(tmp_path / "bo.pem", WORDS)
    sign(release, record, key, "Ada", "very small risk", NOW)
    sign(release, record, other, "Bo", "seen", NOW)
    told = check(release, None, [key.public, other.public])
    assert not [line for line in told if line.startswith("BAD")]
    assert [act["name"] for act in read_acts(record)] == ["Ada", "Bo"]


def test_a_signature_that_was_lost_comes_back_from_the_record_with_the_next(tmp_path, release, key):
    record = tmp_path / "audit.jsonl"
    sign(release, record, key, "Ada", "seen", NOW)
    (release / "veil-signatures.jsonl").unlink()
    sign(release, record, key, "Ada", "seen again", NOW)
    assert len((release / "veil-signatures.jsonl").read_text().splitlines()) == 2


def test_a_release_that_is_not_as_it_was_is_not_signed(tmp_path, release, key):
    (release / "t.csv").write_text("a\n2\n")
    with pytest.raises(PolicyError, match="release-changed"):
        sign(release, tmp_path / "audit.jsonl", key, "Ada", "seen", NOW)
    assert not (tmp_path / "audit.jsonl").exists()
    with pytest.raises(PolicyError, match="release-missing"):
        sign(tmp_path, tmp_path / "audit.jsonl", key, "Ada", "seen", NOW)
    with pytest.raises(PolicyError, match="sign-words"):
        sign(release, tmp_path / "audit.jsonl", key, " ", "seen", NOW)


def test_a_signature_can_be_verified_by_any_tool_of_ed25519(tmp_path, release, key):
    """The statement and its prefix are plain bytes; another library, here the one that did not verify, agrees."""
    sign(release, tmp_path / "audit.jsonl", key, "Ada", "seen", NOW)
    held = json.loads((release / "veil-signatures.jsonl").read_text())
    made = base64.b64decode(held.pop("signature"))
    statement = b"veil signature 1\n" + json.dumps(held, sort_keys=True).encode()
    key._private.public_key().verify(made, statement)


def test_the_checker_is_one_file_of_under_200_lines_that_imports_nothing_of_veil():
    from veil.audit import check_release

    text = Path(check_release.__file__).read_text(encoding="utf-8")
    assert text.count("\n") < 200
    imported = {line.split()[1].split(".")[0] for line in text.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= set(sys.stdlib_module_names)
    assert (
        subprocess.run(
            [sys.executable, "-I", "-S", check_release.__file__], capture_output=True, check=False
        ).returncode
        == 2
    )
