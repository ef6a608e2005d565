"""Root: the secret of a service that keeps nothing: a file, the environment, or one for this run alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from veil.keys import ROOT_BYTES, Keys
from veil.keys.stores import create_private, read_private
from veil.service.store.key import VARIABLE, keys_of


def root_keys(path: Path | None, environment: Mapping[str, str] | None = None) -> Keys:
    """The keys of a service: of a private file, which is made at first; else of VEIL_SERVICE_KEY; else drawn anew.

    Errors:  KeyringError `keyring-open` (others may read it), `service-key-broken` where it is no such key.
    """
    environment = os.environ if environment is None else environment
    if path is None:
        told = environment.get(VARIABLE, "")
        return keys_of(told) if told else Keys.from_secret(os.urandom(ROOT_BYTES))
    if not path.exists():
        create_private(path, os.urandom(ROOT_BYTES).hex().encode() + b"\n")
    return keys_of(read_private(path).decode("ascii", "replace"))
