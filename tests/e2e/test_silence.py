"""What Veil does on a machine beside its work: it calls nobody, and leaves nothing at the user's home."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import PASSPHRASE

VEIL = str(Path(sys.executable).with_name("veil"))
NOTE = "Seen by Dr. Alice Wong on 03/04/2019; MRN 1234567, call 617-555-1212.\n"


def run(folder, *words, before=()):
    """A command in a home of its own."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    env = {**kept, "HOME": str(home), "VEIL_PASSPHRASE": PASSPHRASE}
    done = subprocess.run([*before, VEIL, *words], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.fixture
def notes(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "1.txt").write_text(NOTE)
    return tmp_path


def test_nothing_is_left_at_home(notes):
    assert run(notes, "notes", "-i", "in", "-o", "out") == []
    assert "Wong" not in (notes / "out" / "1.txt").read_text()


@pytest.mark.server
def test_no_command_opens_a_line_to_anywhere(hospital, tmp_path):
    """Under strace, for the libraries too: not one socket of the internet is made; that one would be seen is tried first."""
    if not shutil.which("strace"):
        pytest.skip("processes may not be traced here")
    shutil.copytree(hospital.folder / "data", tmp_path / "data")
    (tmp_path / "one.txt").write_text(NOTE)
    trace = tmp_path / "trace.txt"
    before = ("strace", "-f", "-qq", "-A", "-e", "trace=execve,socket,connect,sendto,sendmsg", "-o", str(trace))
    subprocess.run([*before, sys.executable, "-c", "import socket; socket.socket()"], check=True)
    assert "AF_INET" in trace.read_text(), "a socket is not traced here"
    trace.unlink()
    commands = (
        ["init", "data", "-o", "project.yaml"],
        ["keys", "new", "veil.key"],
        ["run", "project.yaml", "--workers", "2"],
        ["verify", "project.yaml"],
        ["scan", "data"],
        ["find", "one.txt"],
        ["risk", "data/patients.csv", "-q", "zip", "-q", "sex"],
        ["audit", "verify"],
    )
    for words in commands:
        assert run(tmp_path, *words, before=before) == [], words
    lines = trace.read_text().splitlines()
    assert sum("execve(" in line and VEIL in line for line in lines) == len(commands)
    assert [line for line in lines if "AF_INET" in line] == []
