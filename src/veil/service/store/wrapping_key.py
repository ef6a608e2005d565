"""Wrapping key: the secret that encrypts the keys of all objects; it is stored apart from them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from veil.errors import KeyringError
from veil.keys import Keys
from veil.keys.stores import create_private, read_private
from veil.stores.address import is_address

VARIABLE = "VEIL_SERVICE_KEY"


def open_key(data: Path | str, file: Path | None = None, environment: Mapping[str, str] | None = None) -> Keys:
    """The key of a data folder, or of the database at an address, from a private file or from the environment.

    Shape:   64 hexadecimal digits.
    Keeps:   the file is made on the first run over a folder; several nodes must be given one key.
    Errors:  KeyringError `service-key-missing`, `service-key-inside`, `service-key-broken`; `keyring-open` where others may read it.
    """
    environment = os.environ if environment is None else environment
    if file is None:
        secret = environment.get(VARIABLE, "")
        if not secret:
            raise KeyringError(
                "service-key-missing",
                "the service key is missing",
                hint=f"--key-file FILE, outside the data folder, or {VARIABLE}",
            )
        return keys_of(secret)
    folder = Path(data) if isinstance(data, Path) or not is_address(data) else None
    if folder is not None and file.resolve().is_relative_to(folder.resolve()):
        raise KeyringError(
            "service-key-inside",
            "the service key is inside the data folder that it encrypts",
            where=file.name,
            hint="choose a --key-file outside the data folder, best on another volume",
        )
    if not file.exists():
        _make(file, folder)
    return keys_of(read_private(file).decode("ascii", "replace"))


def _make(file: Path, data: Path | None) -> None:
    """A new key, where there is nothing yet that an older one would be needed for."""
    if data is None:
        raise KeyringError(
            "service-key-missing",
            "the file of the service key does not exist on this node",
            where=file.name,
            hint="copy the key of the other nodes to this file; for the first node: openssl rand -hex 32",
        )
    if (data / "service.sqlite").exists():
        raise KeyringError(
            "service-key-missing",
            "the file of the service key for this data folder does not exist",
            where=file.name,
            hint="restore the key file: without it the stored data cannot be decrypted",
        )
    create_private(file, os.urandom(32).hex().encode() + b"\n")


def keys_of(secret: str) -> Keys:
    try:
        return Keys.from_secret(bytes.fromhex(secret.strip()))
    except (ValueError, KeyringError):
        raise KeyringError("service-key-broken", "not a service key", hint="expected: 64 hexadecimal digits") from None
