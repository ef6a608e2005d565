"""Runs that end at a chosen change of a file: killed there, or told that the disk is full."""

import contextlib
import importlib
import inspect
import json
import mmap
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

# At the n-th change; within the n-th writing of bytes; a full disk from the n-th on; at the n-th word to a server.
HOWS = {"before": 1, "half": 2, "full": 3, "sent": 4}
PASSPHRASE = "open sesame"
UNITS = "import veil.jobs.work.units as units; units.UNIT_BYTES = 600\n"
SECONDS = 120
_SIZE = 3 * 8 + 4096  # of the struct in crashing.c


@dataclass(frozen=True)
class Ended:
    """How a run ended. Shape: `code` as the system has it, negative for a signal; `changes` of files that it asked for."""

    code: int
    changes: int
    told: str

    @property
    def killed(self):
        return self.code == -signal.SIGKILL


class Crashing:
    """Veil's modules, loaded once; each run is a fork of them, under a library that counts."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None or sys.platform != "linux":
            pytest.skip("no C compiler, or no Linux")
        library, self._told = folder / "crashing.so", folder / "told"
        source = Path(__file__).with_name("crashing.c")
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self._told.write_bytes(bytes(_SIZE))
        self._seen = self._told.open("r+b")
        self._map = mmap.mmap(self._seen.fileno(), _SIZE)
        env = {
            **os.environ,
            "LD_PRELOAD": str(library),
            "CRASHING": str(self._told),
            "VEIL_PASSPHRASE": PASSPHRASE,
            "OPENBLAS_NUM_THREADS": "1",
        }
        self._server = subprocess.Popen(
            [sys.executable, __file__], env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder
        )

    def run(self, folder: Path, *words: str, at: int = 0, how: str = "before", seconds: float = SECONDS) -> Ended:
        """One command in a folder, killed after a time; what it does to files outside of it is not counted."""
        under = str(folder).encode()
        self._map[:] = (struct.pack("qqq", 0, at, HOWS[how]) + under).ljust(_SIZE, b"\0")
        (folder / "tmp").mkdir(exist_ok=True)
        asked = {"folder": str(folder), "words": words, "seconds": seconds}
        self._server.stdin.write(json.dumps(asked) + "\n")
        self._server.stdin.flush()
        code = json.loads(self._server.stdout.readline())
        told = self._told.with_name("told.txt").read_text()
        return Ended(code, struct.unpack_from("q", self._map)[0], told)

    def close(self) -> None:
        self._server.stdin.close()
        self._server.stdout.close()
        self._server.wait()
        self._map.close()
        self._seen.close()


def crashing(folder: Path):
    made = Crashing(folder)
    try:
        yield made
    finally:
        made.close()


def serve() -> None:
    """Commands from standard input, one a line, each in a fork; answers how it ended."""
    exec(UNITS)
    learnt = Path.cwd() / "modules.json"
    importlib.import_module("veil.cli")
    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _do(asked, learnt)
        code = _ended(child, asked["seconds"])
        _load(learnt)
        print(json.dumps(code), flush=True)


def _ended(child: int, seconds: float) -> int:
    """How a run ended; when its time is over it is killed, its workers too, as the system does when memory ends."""
    until = time.monotonic() + seconds
    while True:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
        time.sleep(0.002)


def _do(asked, learnt) -> None:
    code = 99
    try:
        os.setsid()
        os.chdir(asked["folder"])
        os.environ.update(TMPDIR=str(Path("tmp").resolve()))
        told = os.open(learnt.parent / "told.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(told, 1)
        os.dup2(told, 2)
        sys.argv = ["veil", *asked["words"]]
        code = _command()
        sys.stdout.flush()
        learnt.write_text(json.dumps(sorted(sys.modules)))
    finally:
        os._exit(code)


def _command() -> int:
    from veil.cli import main

    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def _load(learnt: Path) -> None:
    """What a command had to load is there for the next one."""
    with contextlib.suppress(OSError, ValueError):
        for name in json.loads(learnt.read_text()):
            if name not in sys.modules:
                with contextlib.suppress(Exception):
                    importlib.import_module(name)
        learnt.unlink()
    _read_lists()


def _read_lists() -> None:
    """Word lists are read once, before the forks: reading them took a third of each run. No thread starts here."""
    for name, module in list(sys.modules.items()):
        if not name.startswith("veil.lexicon."):
            continue
        for function in list(vars(module).values()):
            cached = hasattr(function, "cache_info") and function.__module__ == name
            if cached and not inspect.signature(function).parameters:
                function()


if __name__ == "__main__":
    serve()
