"""An operator is added by a module and a row: as docs/contributing/add-an-operator.md says, tried on a copy of Veil."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "contributing" / "add-an-operator.md"
PROGRAM = """
import sys
from pathlib import Path
from veil.jobs.checks.verify_release import read_again
from veil.jobs.session import open_session
from veil.keys import Cost, Keyring
from veil.testing import HOWS, check_operator, sabotaged
from veil.operators import prefix

Keyring.create(Path("hospital.key"), "open sesame", Cost.cheap())
assert check_operator(prefix.Prefix, ["I21.4", "E11", None]) == ["I21", None, None]
def run():
    session = open_session(Path("project.yaml"))
    return session.run(session.keys(lambda: "open sesame"), workers=1).quarantined
assert run() == []
print(Path("release/t.csv").read_text())
session = open_session(Path("project.yaml"))
assert read_again(session, session.keys(lambda: "open sesame")).leaks == []
true = prefix.Prefix
for how in HOWS:
    prefix.Prefix = sabotaged(true, how)
    assert run(), how
"""
PROJECT = """profile: expert
keyring: hospital.key
in: data
out: release
reference_date: 2026-06-30
tables: {t: {columns: {code: {prefix: {length: 3}}}}}
"""


def linked(source, target):
    """A second name of a file, or a copy where folders lie on two disks."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@pytest.fixture
def copy(tmp_path):
    """The source of Veil, where a test may change it; what is not text is linked."""
    shutil.copytree(
        ROOT / "src" / "veil",
        tmp_path / "src" / "veil",
        copy_function=linked,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return tmp_path


def replaced(path, text):
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


def test_an_operator_of_the_page_is_two_files_and_is_caught_where_it_is_sabotaged(copy):
    veil = copy / "src" / "veil"
    before = {path: path.read_bytes() for path in veil.rglob("*") if path.is_file()}
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    replaced(veil / "operators" / "prefix.py", block)
    parts = (veil / "parts.py").read_text(encoding="utf-8")
    row = '    "remove": "veil.operators.redact:Remove",\n'
    assert row in parts
    replaced(veil / "parts.py", parts.replace(row, row + '    "prefix": "veil.operators.prefix:Prefix",\n'))
    (copy / "data").mkdir()
    (copy / "data" / "t.csv").write_text("code\nI21.4\nE11.9\nJ45.0\nK80.2\n")
    (copy / "project.yaml").write_text(PROJECT)
    paths = {**os.environ, "PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=copy, env=paths, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == ["code", "I21", "E11", "J45", "K80"]
    after = {path: path.read_bytes() for path in veil.rglob("*") if path.is_file()}
    changed = {path.relative_to(veil).as_posix() for path in after if after[path] != before.get(path)}
    assert changed == {"operators/prefix.py", "parts.py"}  # and, with its own tests, three
