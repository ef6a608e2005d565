"""Signing: a person's own key, and what they sign: the manifest of a release, in their words."""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from veil.audit.chain import canonical, digest
from veil.audit.check_release import MANIFEST, PREFIX, SIGNATURES, check_outputs
from veil.audit.log_file import append, read_acts
from veil.errors import KeyringError, PolicyError
from veil.keys.stores import create_private, read_private, sync_folder, write_private

SIGNED_ACT = "signed"
FEWEST = 12  # characters of a passphrase: PKCS#8 stretches it by 2,048 rounds only


@dataclass(frozen=True, slots=True)
class PersonKey:
    """An Ed25519 key of one person: not a key of the project, and never in the keyring."""

    _private: Ed25519PrivateKey = field(repr=False)

    @property
    def public(self) -> bytes:
        return self._private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def fingerprint(self) -> str:
        """Half of the digest of the public key: what its owner tells others, by another way than the release."""
        return digest(self.public)[:32]

    @classmethod
    def create(cls, path: Path, passphrase: str) -> PersonKey:
        """A new key in a file of PKCS#8 PEM under a passphrase, mode 0600; the public key beside it, as FILE.pub.

        Errors:  KeyringError `keyring-exists`, `keyring-write`, `passphrase-short`.
        """
        if len(passphrase) < FEWEST:
            raise KeyringError(
                "passphrase-short", f"a passphrase must have at least {FEWEST} characters", hint="use several words"
            )
        key = cls(Ed25519PrivateKey.generate())
        beside = path.with_name(f"{path.name}.pub")
        if beside.exists():
            raise KeyringError("keyring-exists", "the file exists already", where=beside.name)
        under = BestAvailableEncryption(passphrase.encode())
        create_private(path, key._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, under))
        public = key._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_private(beside, public)
        beside.chmod(0o644)
        return key

    @classmethod
    def open(cls, path: Path, passphrase: str) -> PersonKey:
        """Errors: KeyringError `keyring-missing`, `keyring-open`, `sign-key`."""
        content = read_private(path)
        try:
            private = load_pem_private_key(content, passphrase.encode())
        except (ValueError, TypeError):
            private = None
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyringError(
                "sign-key",
                "the passphrase does not open this key, or the file is not an Ed25519 key",
                where=path.name,
                hint="create one: veil audit key new FILE",
            ) from None
        return cls(private)

    def sign(self, manifest: str, name: str, meaning: str, now: dt.datetime) -> bytes:
        """The line of a signature, without its end: statement, public key and signature. Shape: `manifest` is its digest."""
        statement = {
            "veil": "signature 1",
            "manifest": manifest,
            "name": name,
            "meaning": meaning,
            "at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "public_key": base64.b64encode(self.public).decode(),
        }
        signature = self._private.sign(PREFIX + canonical(statement))
        return canonical({**statement, "signature": base64.b64encode(signature).decode()})


def sign(release: Path, record: Path, key: PersonKey, name: str, meaning: str, now: dt.datetime | None = None) -> str:
    """Sign the manifest of a release; gives its digest.

    Keeps:   the act is in the record before the signature lies beside the release; one that the record tells of and that is
             not there is put back. The release is as its manifest says, or nothing is signed.
    Errors:  PolicyError `release-missing`, `release-changed`, `sign-words`; those of the record.
    """
    if not name.strip() or not meaning.strip():
        raise PolicyError("sign-words", "a signature needs a name and a meaning", hint="--name WHO --meaning WHAT")
    try:
        data = (release / MANIFEST).read_bytes()
        seen: list[str] = []
        check_outputs(release, json.loads(data), seen)
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise PolicyError(
            "release-missing",
            "this folder is not a release with a manifest",
            where=release.name,
            hint="give the output folder of a run",
        ) from None
    if any(line.startswith("BAD") for line in seen):
        raise PolicyError(
            "release-changed",
            "the release does not match its manifest: nothing was signed",
            hint="see what differs: veil audit check RELEASE",
        )
    manifest = digest(data)
    line = key.sign(manifest, name.strip(), meaning.strip(), now or dt.datetime.now(tz=dt.UTC))
    statement = {
        "name": name.strip(),
        "meaning": meaning.strip(),
        "key": key.fingerprint,
        "line": line.decode(),
        "sha256": {"manifest": manifest, "signature": digest(line)},
    }
    append(record, SIGNED_ACT, statement, now=now)
    _lay_beside(release, record, manifest)
    return manifest


def _lay_beside(release: Path, record: Path, manifest: str) -> None:
    """Every signature of this manifest that the record tells of, behind those that are there."""
    path = release / SIGNATURES
    lines = path.read_bytes().splitlines() if path.exists() else []
    for act in read_acts(record):
        if act["what"] == SIGNED_ACT and act["sha256"]["manifest"] == manifest and act["line"].encode() not in lines:
            lines.append(act["line"].encode())
    write_private(path, b"".join(line + b"\n" for line in lines))
    path.chmod(0o644)
    sync_folder(release)
