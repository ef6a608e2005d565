"""Root key: the secret of a service that stores nothing: from a file, the environment, or random for this run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from veil.errors import KeyringError
from veil.keys import ROOT_BYTES, Keys
from veil.keys.stores import create_private, read_private
from veil.service.store.wrapping_key import VARIABLE, keys_of


def root_keys(path: Path | None, environment: Mapping[str, str] | None = None, *, known: bool = False) -> Keys:
    """The keys of a service: of a private file, which is made at first; else of VEIL_SERVICE_KEY; else drawn anew.

    Shape:   `known`: only those that a service has already; a token under others would open nothing.
    Errors:  KeyringError `keyring-open` (others may read it), `service-key-broken` where it is no such key,
             `service-key-missing` where one must be known.
    """
    environment = os.environ if environment is None else environment
    if path is None:
        secret = environment.get(VARIABLE, "")
        if not secret and known:
            raise KeyringError(
                "service-key-missing", "the service key is missing", hint=f"--key-file FILE, or {VARIABLE}"
            )
        return keys_of(secret) if secret else Keys.from_secret(os.urandom(ROOT_BYTES))
    if not path.exists():
        if known:
            raise KeyringError(
                "service-key-missing",
                "the file of the service key does not exist",
                where=path.name,
                hint="the service creates it at the first start: veil serve --key-file FILE",
            )
        create_private(path, os.urandom(ROOT_BYTES).hex().encode() + b"\n")
    return keys_of(read_private(path).decode("ascii", "replace"))
