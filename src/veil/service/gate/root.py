"""Root: the secret of a service, from which tokens, access keys, fakes and the keys of objects are derived."""

from __future__ import annotations

import os
from pathlib import Path

from veil.errors import KeyringError
from veil.keys import ROOT_BYTES, Keys
from veil.keys.stores import read_private, write_private


def root_keys(path: Path | None) -> Keys:
    """The keys of a service: from a private file, which is made at first, or drawn anew and kept in memory alone.

    Units:   the file holds 64 hex digits: 32 random bytes.
    Errors:  KeyringError `keyring-open` (others may read it), `service-key` where it is no such file.
    """
    if path is None:
        return Keys.from_secret(os.urandom(ROOT_BYTES))
    if not path.exists():
        write_private(path, os.urandom(ROOT_BYTES).hex().encode() + b"\n")
    try:
        secret = bytes.fromhex(read_private(path).decode("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != ROOT_BYTES:
        raise KeyringError("service-key", "this is not the key of a service", where=path.name,
                           hint="name a file that is not there yet: it is made")  # fmt: skip
    return Keys.from_secret(secret)
