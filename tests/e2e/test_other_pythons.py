"""Python 3.12 and 3.13, where they are installed: the wheel runs, and gives the same bytes as 3.11."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tests.bare import bare_environment, veil, wheel

pytestmark = pytest.mark.slow
VERSIONS = ("3.12", "3.13")
PLACES = [
    *map(Path, ("/usr/bin", "/usr/local/bin", "/opt/python/bin")),
    *sorted(Path.home().glob(".pyenv/versions/3.1[23]*/bin")),
]
PROJECT = """profile: expert
keyring: hospital.key
in: data
out: out
tables: {t: {columns: {id: pseudonym, name: drop, seen: shift, note: scan}, subject: id}}
"""
TABLE = (
    "id,name,seen,note\n1,Ann Lee,2019-03-04,seen by Dr. Wong on 03/04/2019\n2,Bo Smith,2020-05-06,call 617-555-1212\n"
)


def runs(path):
    return Path(path).exists() and not subprocess.run([path, "-c", ""], check=False, capture_output=True).returncode


def interpreters():
    """Each version that is installed, with its interpreter."""
    found = {}
    for version in VERSIONS:
        name = f"python{version}"
        there = [place for place in (shutil.which(name), *(str(folder / name) for folder in PLACES)) if place]
        running = next(filter(runs, there), None)
        if running is not None:
            found[version] = running
    return found


def released(python, folder, key=None):
    """The bytes of a release of two rows."""
    folder.mkdir()
    (folder / "data").mkdir()
    (folder / "data/t.csv").write_text(TABLE)
    (folder / "project.yaml").write_text(PROJECT)
    if key is None:
        assert veil(python, folder, "keys", "new", "hospital.key").returncode == 0
    else:
        shutil.copy(key, folder / "hospital.key")
    done = veil(python, folder, "run", "project.yaml")
    assert done.returncode == 0, done.stderr
    return (folder / "out/t.csv").read_bytes()


def test_every_other_python_that_is_installed_gives_the_same_bytes(tmp_path):
    expected = released(bare_environment(tmp_path), tmp_path / "made")
    assert b"Wong" not in expected
    for version, python in interpreters().items():
        folder = tmp_path / version
        folder.mkdir()
        subprocess.run([python, "-m", "venv", "env"], cwd=folder, check=True)
        subprocess.run(["env/bin/pip", "install", "-q", "--no-compile", str(wheel(folder))], cwd=folder, check=True)
        own = released(folder / "env/bin/python", folder / "work", tmp_path / "made/hospital.key")
        assert own == expected, version
