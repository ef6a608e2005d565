"""The plug-in of the examples as a user has it: its wheel in a clean environment, beside the wheel of Veil."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from tests.bare import wheel
from tests.conftest import PASSPHRASE

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "plugin-luhn"
PROJECT = """profile: expert
plugins: [veil-luhn]
keyring: hospital.key
in: data
tables: {t: {columns: {npi: {luhn_pseudonym: {prefix: "80840"}}}}}
"""


def do(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    told = {**os.environ, "VEIL_PASSPHRASE": PASSPHRASE, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run([str(word) for word in words], cwd=cwd, env=told, capture_output=True, text=True)


@pytest.fixture(scope="module")
def clean(tmp_path_factory) -> Path:
    """An environment with the wheels of Veil and of the plug-in; what both depend on is read from the one of the tests."""
    folder = tmp_path_factory.mktemp("clean")
    wheels = [wheel(folder, source) for source in (ROOT, EXAMPLE)]
    do(sys.executable, "-m", "venv", "env", cwd=folder)
    python = folder / "env/bin/python"
    site = do(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).stdout.strip()
    (Path(site) / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    done = do(python, "-m", "pip", "install", "--no-index", "--no-deps", "--force-reinstall", *wheels, cwd=folder)
    assert done.returncode == 0, done.stderr
    where = do(python, "-c", "import veil, veil_luhn; print(veil.__file__, veil_luhn.__file__)", cwd=folder).stdout
    assert where.count(str(folder / "env")) == 2, "both are those of the wheels"
    return folder


@pytest.mark.slow
def test_the_plugin_passes_its_own_tests_and_runs_where_it_is_installed(clean: Path) -> None:
    shutil.copytree(EXAMPLE / "tests", clean / "tests")
    tried = do(clean / "env/bin/python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests", cwd=clean)
    assert tried.returncode == 0, tried.stdout
    assert "3 passed" in tried.stdout
    (clean / "data").mkdir()
    (clean / "data/t.csv").write_text("npi\n1234567893\n1245319599\n")
    (clean / "project.yaml").write_text(PROJECT)
    veil = clean / "env/bin/veil"
    assert do(veil, "keys", "new", "hospital.key", cwd=clean).returncode == 0
    run = do(veil, "run", "project.yaml", cwd=clean)
    assert run.returncode == 0, run.stderr
    assert do(veil, "verify", "project.yaml", cwd=clean).returncode == 0
    assert do(veil, "reverse", "project.yaml", "--reason", "r", "-o", "back", cwd=clean).returncode == 0
    assert (clean / "back/t.csv").read_text() == "npi\n1234567893\n1245319599\n"
