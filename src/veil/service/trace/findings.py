"""Findings: what was found, kept where that is asked for, sealed before it touches the disk."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from veil.errors import KeyringError, StoreError
from veil.keys import Cost

_FORMAT = "veil-trace-findings-1"
_NONCE = 12


class FindingsFile:
    """A file of this run in a folder: a head, then a sealed line for each request in which something was found.

    Shape:   a line is AES-256-GCM of `{"time", "trace_id", "phi": [...]}`, bound to the head and to its number.
    Keeps:   mode 0600; the name holds the day and chance alone; a line is there whole or not at all, on a full disk too.
    Errors:  KeyringError `passphrase-missing`; StoreError `findings-folder`.
    """

    def __init__(self, folder: Path, passphrase: str, cost: Cost | None = None) -> None:
        if not passphrase:
            raise KeyringError("passphrase-missing", "the passphrase is missing", hint="VEIL_PASSPHRASE")
        cost, salt = cost or Cost(), os.urandom(16)
        self._head = json.dumps(
            {"format": _FORMAT, "cost": asdict(cost), "salt": _base64(salt)}, sort_keys=True
        ).encode()
        self._cipher = AESGCM(cost.wrapping_key(passphrase, salt))
        self._number, self._turn = 0, threading.Lock()
        name = f"findings-{time.strftime('%Y-%m-%d', time.gmtime())}-{secrets.token_hex(6)}.sealed"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            self._size = os.write(self._file, self._head + b"\n")
        except OSError:
            raise StoreError("findings-folder", "the folder of --findings cannot be written") from None

    def keep(self, found: list[dict[str, Any]], trace_id: str) -> None:
        """Errors: StoreError `findings-folder`."""
        record = {"time": round(time.time(), 3), "trace_id": trace_id, "phi": numbered(found)}
        nonce = os.urandom(_NONCE)
        with self._turn:
            sealed = self._cipher.encrypt(nonce, json.dumps(record).encode(), self._head + b"%d" % self._number)
            self._append(_base64(nonce + sealed).encode() + b"\n")
            self._number += 1

    def _append(self, line: bytes) -> None:
        with contextlib.suppress(OSError):
            if os.write(self._file, line) == len(line):
                self._size += len(line)
                return
            os.ftruncate(self._file, self._size)
        raise StoreError("findings-folder", "the folder of --findings cannot be written")

    def close(self) -> None:
        """What is kept afterwards is refused: its number may by then be that of another file."""
        with self._turn:
            os.close(self._file)
            self._file = -1


def numbered(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**entity, "Id": i} for i, entity in enumerate(found)]


def opened(path: Path, passphrase: str) -> Iterator[dict[str, Any]]:
    """The records of a file, in their order.

    Errors:  KeyringError `sealed-damaged` (a line is missing, moved or changed), `sealed-passphrase`; StoreError `findings-folder`.
    """
    try:
        head, *lines = path.read_bytes().splitlines()
        page = json.loads(head)
        cipher = AESGCM(Cost(**page["cost"]).wrapping_key(passphrase, base64.b64decode(page["salt"])))
        if page["format"] != _FORMAT:
            raise ValueError  # noqa: TRY301 - one answer for every fault of the page
    except OSError:
        raise StoreError("findings-folder", "the findings file cannot be read", where=path.name) from None
    except (ValueError, KeyError, TypeError):
        raise KeyringError("sealed-damaged", "the findings file is damaged or incomplete", where=path.name) from None
    for number, line in enumerate(lines):
        try:
            sealed = base64.b64decode(line, validate=True)
            yield json.loads(cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], head + b"%d" % number))
        except (InvalidTag, ValueError):
            code = "sealed-damaged" if number else "sealed-passphrase"
            raise KeyringError(
                code, "the passphrase does not open this file, or it was changed", where=path.name
            ) from None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
