"""Keys: the secret of one run, and what is derived from it."""

from __future__ import annotations

import struct
from collections.abc import Callable
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, NoReturn

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from veil.errors import KeyringError

if TYPE_CHECKING:
    from veil.keys.vault import Vault

ROOT_BYTES = 32
_SCHEME = b"veil-keys-1"


class Keys:
    """What a run holds: one root secret of one version, and perhaps the vault.

    Keeps:   the root is never shown: not by `repr`, not by an error. Pickling to bytes is refused; only the pipes of
             `multiprocessing`, which stay in memory, carry it to worker processes.
    """

    __slots__ = ("_root", "id", "vault", "version")

    def __init__(self, root: bytes | None, version: int, vault: Vault | None) -> None:
        self._root = root
        self.version = version
        self.vault = vault
        self.id = "" if root is None else key_id(root, version)

    @classmethod
    def from_secret(cls, secret: bytes, version: int = 1, vault: Vault | None = None) -> Keys:
        """The keys of a root secret.

        Takes:   `secret`: 32 random bytes; `version`: the version that pseudonyms and manifests name; `vault`: an
                 open vault for random codes
        Units:   32 random bytes; other lengths are refused.
        Errors:  KeyringError `key-length`.
        """
        if len(secret) != ROOT_BYTES:
            raise KeyringError("key-length", f"a root secret must have {ROOT_BYTES} bytes", hint="use os.urandom(32)")
        return cls(bytes(secret), version, vault)

    @classmethod
    def none(cls, vault: Vault | None = None) -> Keys:
        """Keys for a profile without a key: every derivation raises `keys-missing`.

        Takes:   `vault`: an open vault for random codes
        """
        return cls(None, 0, vault)

    def with_vault(self, vault: Vault | None) -> Keys:
        """The same keys with this vault.

        Takes:   `vault`: an open vault, or None for none
        """
        return Keys(self._root, self.version, vault)

    def secret(self, purpose: str, domain: str = "", size: int = 32) -> bytes:
        """The secret for one purpose in one domain.

        Takes:   `purpose`: what the secret is for; `domain`: the domain of ids; `size`: number of bytes
        Shape:   `size` bytes, 1 to 8160.
        Keeps:   (purpose, domain, version) are length-prefixed, so no two of them give the same input.
        Errors:  KeyringError `keys-missing` where the run has no key.
        Source:  HKDF-SHA256, RFC 5869.
        """
        if self._root is None:
            raise KeyringError(
                "keys-missing", "this run has no key", hint="set `keyring:`, or use an operator that needs no key"
            )
        return _derive(self._root, purpose, domain, self.version, size)

    def require_vault(self) -> Vault:
        """The vault of this run.

        Errors:  KeyringError `vault-missing`.
        """
        if self.vault is None:
            raise KeyringError(
                "vault-missing",
                "this run has no vault",
                hint="set a vault in the project: `keyring: {file: ..., vault: ...}`",
            )
        return self.vault

    def __repr__(self) -> str:
        return f"Keys(id={self.id!r}, version={self.version})"

    def __reduce__(self) -> NoReturn:
        raise KeyringError(
            "keys-pickle", "keys cannot be pickled", hint="open the keyring in the process that needs it"
        )


def framed(*parts: str) -> str:
    """Several texts as one, for a key's derivation alone: nobody reads the parts out of it again."""
    return "\x1f".join(parts)


def key_id(root: bytes, version: int) -> str:
    """The public name of a root secret: 16 hex digits from which the secret cannot be had."""
    return _derive(root, "key-id", "", version, 8).hex()


def _derive(root: bytes, purpose: str, domain: str, version: int, size: int) -> bytes:
    info = b"".join(
        [_prefixed(_SCHEME), _prefixed(purpose.encode()), _prefixed(domain.encode()), struct.pack(">I", version)]
    )
    return HKDF(algorithm=SHA256(), length=size, salt=None, info=info).derive(root)


def _prefixed(part: bytes) -> bytes:
    return struct.pack(">I", len(part)) + part


def _to_worker(keys: Keys) -> tuple[Callable[..., Keys], tuple[bytes | None, int, Vault | None]]:
    return Keys, (keys._root, keys.version, keys.vault)  # noqa: SLF001 - the one door to a worker's memory


ForkingPickler.register(Keys, _to_worker)
