"""Sealed: a file that only a passphrase opens, for the few pages that hold PHI and are kept."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from veil.errors import KeyringError
from veil.keys.keyring import Cost
from veil.keys.stores import read_private, write_private

_FORMAT = "veil-sealed-1"


def seal(path: Path, content: bytes, passphrase: str, cost: Cost | None = None) -> None:
    """Write a file that shows nothing without its passphrase.

    Shape:   JSON of the format, the cost, a fresh salt, and AES-256-GCM over the content, bound to all of these.
    Keeps:   mode 0600; the whole file or the old one.
    Errors:  KeyringError `passphrase-missing`, `keyring-write`.
    """
    if not passphrase:
        raise KeyringError("passphrase-missing", "no passphrase was given")
    cost, salt, nonce = cost or Cost(), os.urandom(16), os.urandom(12)
    head = {"format": _FORMAT, "cost": asdict(cost), "salt": _text(salt)}
    sealed = nonce + AESGCM(cost.wrapping_key(passphrase, salt)).encrypt(nonce, content, _stamp(head))
    write_private(path, json.dumps({**head, "sealed": _text(sealed)}).encode() + b"\n")


def unseal(path: Path, passphrase: str) -> bytes:
    """What a sealed file holds.

    Errors:  KeyringError `keyring-missing`, `keyring-open` (others may read it), `sealed-damaged`, `sealed-passphrase`.
    """
    content = read_private(path)
    try:
        page = json.loads(content)
        cost = Cost(**page["cost"])
        salt, sealed = (base64.b64decode(page[key], validate=True) for key in ("salt", "sealed"))
        if page["format"] != _FORMAT:
            raise ValueError  # noqa: TRY301 - one answer for every fault of the page
    except (ValueError, KeyError, TypeError):
        raise KeyringError(
            "sealed-damaged", "not an encrypted file of Veil, or an incomplete one", where=path.name
        ) from None
    head = {"format": _FORMAT, "cost": asdict(cost), "salt": page["salt"]}
    try:
        return AESGCM(cost.wrapping_key(passphrase, salt)).decrypt(sealed[:12], sealed[12:], _stamp(head))
    except (InvalidTag, ValueError):
        raise KeyringError("sealed-passphrase", "the passphrase does not open this file", where=path.name) from None


def _stamp(head: Mapping[str, object]) -> bytes:
    return json.dumps(head, sort_keys=True).encode()


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
