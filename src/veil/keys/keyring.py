"""Keyring: the file that holds the root secrets, by version, under a passphrase."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from veil.errors import KeyringError, LimitError
from veil.keys.derive import ROOT_BYTES, Keys, key_id
from veil.keys.stores import read_private, write_private
from veil.keys.vault import Vault

_FORMAT = 1
_MOST_MEMORY = 4 << 20  # KiB: a forged header must not take the machine


@dataclass(frozen=True, slots=True)
class Cost:
    """What a guess at the passphrase costs.

    Units:   memory in KiB, iterations, lanes.
    Source:  Argon2id, RFC 9106 section 4, second recommended option.
    """

    memory: int = 64 << 10
    iterations: int = 3
    lanes: int = 4

    @classmethod
    def cheap(cls) -> Cost:
        """For tests only."""
        return cls(memory=8, iterations=1, lanes=1)

    def wrapping_key(self, passphrase: str, salt: bytes) -> bytes:
        if self.memory > _MOST_MEMORY or self.iterations > 1000 or self.lanes > 64:
            raise LimitError("keyring-cost", "the passphrase cost stored in the keyring is above the allowed limit")
        kdf = Argon2id(salt=salt, length=32, iterations=self.iterations, lanes=self.lanes, memory_cost=self.memory)
        return kdf.derive(passphrase.encode())


@dataclass(frozen=True, slots=True)
class Version:
    """What may be shown of one root secret."""

    version: int
    created: str  # UTC, ISO 8601
    id: str


@dataclass(slots=True)
class _Sealed:
    public: Version
    sealed: bytes

    def stamp(self) -> bytes:
        return json.dumps(asdict(self.public), sort_keys=True).encode()


class Keyring:
    """Root secrets of 32 random bytes, by version; the newest is used unless another is asked for.

    Keeps:   the file has mode 0600 and is replaced as a whole; old versions stay for re-runs and for the way back;
             a version that was taken out, changed or put in is noticed.
    """

    def __init__(self, path: Path, wrapping_key: bytes, salt: bytes, cost: Cost, versions: list[_Sealed]) -> None:
        self.path = path
        self._wrapping_key = wrapping_key
        self._salt = salt
        self._cost = cost
        self._sealed_versions = versions

    def __repr__(self) -> str:
        return f"Keyring({self.path.name!r}, versions={len(self._sealed_versions)})"

    @classmethod
    def create(cls, path: Path | str, passphrase: str, cost: Cost | None = None) -> Keyring:
        """A new keyring with one root secret.

        Takes:   `path`: the new file; `passphrase`: protects the file; `cost`: the cost of guessing the passphrase,
                 by default that of the library
        Errors:  KeyringError `keyring-exists`, `passphrase-missing`.
        """
        path = Path(path)
        if path.exists():
            raise KeyringError("keyring-exists", "the file exists already", where=path.name)
        if not passphrase:
            raise KeyringError("passphrase-missing", "no passphrase was given")
        cost = cost or Cost()
        salt = os.urandom(16)
        ring = cls(path, cost.wrapping_key(passphrase, salt), salt, cost, [])
        ring.rotate()
        return ring

    @classmethod
    def open(cls, path: Path | str, passphrase: str) -> Keyring:
        """The keyring of a file.

        Takes:   `path`: the keyring file; `passphrase`: its passphrase
        Errors:  KeyringError `keyring-missing`, `keyring-open` (others may read it), `keyring-damaged`,
                 `keyring-passphrase`.
        """
        path = Path(path)
        content = read_private(path)
        try:
            page = json.loads(content)
            cost = Cost(**page["cost"])
            salt = base64.b64decode(page["salt"], validate=True)
            versions = [_from_page(row) for row in page["keys"]]
            mark = base64.b64decode(page["mark"], validate=True)
            if page["format"] != _FORMAT or not versions:
                raise ValueError  # noqa: TRY301 - one answer for every fault of the page
        except (ValueError, KeyError, TypeError):
            raise KeyringError("keyring-damaged", "not a keyring, or an incomplete one", where=path.name) from None
        ring = cls(path, cost.wrapping_key(passphrase, salt), salt, cost, versions)
        ring._unwrap(versions[0])
        if not hmac.compare_digest(ring._mark(), mark):
            raise KeyringError("keyring-damaged", "the versions of this keyring were changed", where=path.name)
        return ring

    def rotate(self) -> Version:
        """A new root secret, from now on the one that is used; written before it is given."""
        root = os.urandom(ROOT_BYTES)
        number = 1 + max((sealed.public.version for sealed in self._sealed_versions), default=0)
        created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        fresh = _Sealed(Version(number, created, key_id(root, number)), b"")
        nonce = os.urandom(12)
        fresh.sealed = nonce + AESGCM(self._wrapping_key).encrypt(nonce, root, fresh.stamp())
        before, self._sealed_versions = self._sealed_versions, [*self._sealed_versions, fresh]
        try:
            write_private(self.path, self._page())
        except KeyringError:
            self._sealed_versions = before
            raise
        return fresh.public

    def list(self) -> list[Version]:
        """What may be shown: versions, when they were made, key ids."""
        return [sealed.public for sealed in self._sealed_versions]

    def keys(self, version: int | None = None, vault: Vault | None = None) -> Keys:
        """The keys of one version, by default the newest.

        Takes:   `version`: the version of the root secret; `vault`: an open vault for random codes
        Errors:  KeyringError `keyring-version`.
        """
        wanted = self._sealed_versions[-1].public.version if version is None else version
        for sealed in self._sealed_versions:
            if sealed.public.version == wanted:
                return Keys.from_secret(self._unwrap(sealed), wanted, vault)
        raise KeyringError("keyring-version", "the keyring has no such version", where=f"version {wanted}")

    def change_passphrase(self, passphrase: str) -> None:
        """The same secrets under another passphrase.

        Takes:   `passphrase`: the new passphrase
        """
        if not passphrase:
            raise KeyringError("passphrase-missing", "no passphrase was given")
        roots = [self._unwrap(sealed) for sealed in self._sealed_versions]
        salt = os.urandom(16)
        wrapping_key = self._cost.wrapping_key(passphrase, salt)
        versions = []
        for root, old in zip(roots, self._sealed_versions, strict=True):
            nonce = os.urandom(12)
            versions.append(_Sealed(old.public, nonce + AESGCM(wrapping_key).encrypt(nonce, root, old.stamp())))
        fresh = Keyring(self.path, wrapping_key, salt, self._cost, versions)
        write_private(self.path, fresh._page())
        self._wrapping_key, self._salt, self._sealed_versions = wrapping_key, salt, versions

    def _unwrap(self, version: _Sealed) -> bytes:
        try:
            return AESGCM(self._wrapping_key).decrypt(version.sealed[:12], version.sealed[12:], version.stamp())
        except (InvalidTag, ValueError):
            raise KeyringError(
                "keyring-passphrase", "the passphrase does not open this keyring", where=self.path.name
            ) from None

    def _mark(self) -> bytes:
        whole = b"\n".join(sealed.stamp() for sealed in self._sealed_versions)
        key = hmac.digest(self._wrapping_key, b"keyring-mark", hashlib.sha256)
        return hmac.digest(key, whole, hashlib.sha256)

    def _page(self) -> bytes:
        page = {
            "format": _FORMAT,
            "cost": asdict(self._cost),
            "salt": base64.b64encode(self._salt).decode(),
            "keys": [
                {**asdict(version.public), "sealed": base64.b64encode(version.sealed).decode()}
                for version in self._sealed_versions
            ],
            "mark": base64.b64encode(self._mark()).decode(),
        }
        return json.dumps(page, indent=1).encode() + b"\n"


def _from_page(row: dict[str, Any]) -> _Sealed:
    public = Version(int(row["version"]), str(row["created"]), str(row["id"]))
    return _Sealed(public, base64.b64decode(row["sealed"], validate=True))
