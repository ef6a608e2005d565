"""Stores: private files on disk, and where a passphrase comes from."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from veil.errors import KeyringError

VARIABLE = "VEIL_PASSPHRASE"
FILE_VARIABLE = "VEIL_PASSPHRASE_FILE"
_PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def passphrase(
    prompt: Callable[[], str] | None = None,
    file: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """The passphrase: from the file that is named, else VEIL_PASSPHRASE, else VEIL_PASSPHRASE_FILE, else the prompt.

    Keeps:   of a file, its first line without the line end; the file must be private as a keyring is.
    Errors:  KeyringError `passphrase-missing`, `keyring-open`, `keyring-missing`.
    """
    environment = os.environ if environment is None else environment
    named = file or (Path(environment[FILE_VARIABLE]) if environment.get(FILE_VARIABLE) else None)
    if file is None and environment.get(VARIABLE):
        return environment[VARIABLE]
    if named is not None:
        lines = read_private(named).decode("utf-8", "replace").splitlines()
        found = lines[0] if lines else ""
    else:
        found = prompt() if prompt is not None else ""
    if not found:
        raise KeyringError("passphrase-missing", "no passphrase was given", hint=f"set {VARIABLE} or {FILE_VARIABLE}")
    return found


def check_private(path: Path) -> None:
    """Nothing, where the file is there and only its owner may read or write it.

    Errors:  KeyringError `keyring-missing`, `keyring-open`.
    """
    try:
        mode = path.stat().st_mode
    except OSError:
        raise KeyringError("keyring-missing", "the file does not exist or cannot be read", where=path.name) from None
    if not stat.S_ISREG(mode):
        raise KeyringError("keyring-missing", "the path is not a file", where=path.name)
    if mode & _OTHERS:
        raise KeyringError(
            "keyring-open", "other users can read or write this file", where=path.name, hint="run: chmod 600 FILE"
        )


def read_private(path: Path) -> bytes:
    check_private(path)
    try:
        return path.read_bytes()
    except OSError:
        raise KeyringError("keyring-missing", "the file does not exist or cannot be read", where=path.name) from None


def create_private(path: Path, content: bytes = b"") -> None:
    """A file of mode 0600 that was not there before; whole, or not at all.

    Errors:  KeyringError `keyring-exists`, `keyring-write`.
    """
    _put(path, content, _appear)


def write_private(path: Path, content: bytes) -> None:
    """The whole file or the old one: written beside it, synced, renamed, and the folder synced.

    Errors:  KeyringError `keyring-write`.
    """
    _put(path, content, os.replace)


def _put(path: Path, content: bytes, place: Callable[[Path, Path], None]) -> None:
    """The name beside it is random: what a killed process left stands in nobody's way, in containers that number alike too."""
    beside = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
    try:
        handle = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE)
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        place(beside, path)
        sync_folder(path.parent)
    except FileExistsError:
        raise KeyringError("keyring-exists", "the file exists already", where=path.name) from None
    except OSError:
        raise KeyringError(
            "keyring-write", "the file cannot be written", where=path.name, hint="free disk space, or check the folder"
        ) from None
    finally:
        beside.unlink(missing_ok=True)


def _appear(beside: Path, path: Path) -> None:
    """A link, which no other process can overtake; where the file system has none, a rename."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:
        if path.exists():
            raise FileExistsError from None
        beside.rename(path)


def sync_folder(folder: Path) -> None:
    """Makes a new name in the folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
