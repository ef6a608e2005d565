"""Sandbox: what the process of one job can reach: its own folder in memory, and no network."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_NEWUSER, _NEWNET = 0x10000000, 0x40000000
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_READ, _WRITE_FILE = 0b1101, 0b10  # execute, read a file, read a folder
_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights over files a version of Landlock knows
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc", "/proc", "/sys", "/opt")
_NO_LINES = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "urllib.", "http.client")


def close_in(folder: Path, apart: Iterable[Path], *, memory: int, cpu: int, written: int) -> dict[str, str]:
    """Close this process in for good; answers by what means.

    Shape:   `network`: a namespace of its own without any device, or the interpreter's refusal alone. `files`: Landlock, or the
             interpreter's refusal alone. `apart`: what it may not read though it lies below a folder of libraries.
    Units:   bytes, seconds of CPU time, bytes of one file.
    Keeps:   must be called while the process has one thread.
    Source:  unshare(2), landlock(7), setrlimit(2), prctl(2).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _empty_environment(folder)
    network = libc.unshare(_NEWUSER | _NEWNET) == 0 or libc.unshare(_NEWNET) == 0
    files = _landlock(libc, folder, [path.resolve() for path in apart])
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu),  # its signal is another than that of a process killed from outside
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):  # an outer limit is lower already
            resource.setrlimit(what, (most, most + 5 if what == resource.RLIMIT_CPU else most))
    sys.addaudithook(_refusing(str(folder)))
    return {"network": "namespace" if network else "interpreter", "files": "landlock" if files else "interpreter"}


def _empty_environment(folder: Path) -> None:
    """Remove passphrases; temporary files of libraries go into the folder."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "LANG", "LC_ALL", "TZ", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
        if name in os.environ
    }
    os.environ.clear()
    os.environ.update(
        kept, HOME=str(folder), LOGNAME="worker", **dict.fromkeys(("TMPDIR", "POLARS_TEMP_DIR"), str(folder / "tmp"))
    )
    os.chdir(folder)


def _landlock(libc: Any, folder: Path, apart: list[Path]) -> bool:
    """Whether the kernel now refuses all files except the readable ones and the folder; False where it has no Landlock."""
    version = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if version < 1:
        return False
    every = (1 << _RIGHTS.get(version, 16)) - 1
    attributes = struct.pack("QQ", every, 0b11) if version >= 4 else struct.pack("Q", every)
    rules = libc.syscall(_CREATE_RULESET, attributes, len(attributes), 0)
    if rules < 0:
        return False
    libraries = [Path(name).resolve() for name in (*_SYSTEM, sys.prefix, sys.base_prefix, *sys.path) if name]
    readable = [
        library for library in libraries if library.is_dir() and not any(kept.is_relative_to(library) for kept in apart)
    ]
    devices = {Path(name): _READ & ~1 & ~8 | _WRITE_FILE for name in ("/dev/null", "/dev/zero", "/dev/urandom")}
    for path, rights in {**dict.fromkeys(readable, _READ), **devices, folder: every}.items():
        _allow(libc, rules, path, rights)
    done = bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    os.close(rules)
    return done


def _allow(libc: Any, rules: int, path: Path, rights: int) -> None:
    with suppress(OSError):
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        libc.syscall(_ADD_RULE, rules, 1, struct.pack("=Qi", rights, handle), 0)
        os.close(handle)


def _refusing(folder: str) -> Any:
    """The interpreter's own refusal, for where the kernel has none, and for a clear error where it has."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_NO_LINES):
            raise PermissionError(event)
        if event == "open" and isinstance(arguments[0], str | bytes) and _writes(arguments):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if not path.startswith((folder + os.sep, "/dev/null")):
                raise PermissionError(event)

    return hook


def _writes(arguments: tuple[Any, ...]) -> bool:
    return (
        bool(arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))
        if isinstance(arguments[2], int)
        else True
    )
