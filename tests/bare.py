"""An environment of the wheel with what its base install brings, and no extra: built without a network from that of the tests."""

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


LEFT_OUT = (".*", "tests", "training", "bench", "docs", "demo", "site", "node_modules")


def wheel(folder: Path, source: Path = ROOT) -> Path:
    """The wheel of this checkout, or of another project."""
    copy = folder / source.name
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    words = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        folder / "wheels",
        copy,
    ]
    done = subprocess.run([str(one) for one in words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shutil.rmtree(copy)
    name = "veil_deid" if source == ROOT else source.name.replace("plugin-", "veil_")
    return next((folder / "wheels").glob(f"{name}-*.whl"))


def bare_environment(folder: Path) -> Path:
    """The `python` of an environment with the wheel and its dependencies alone."""
    built = wheel(folder)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "env"], cwd=folder, check=True)
    (site,) = (folder / "env/lib").glob("python*/site-packages")
    with zipfile.ZipFile(built) as packed:
        packed.extractall(site)
        (about,) = (name for name in packed.namelist() if name.endswith(".dist-info/METADATA"))
        needs = importlib.metadata.PathDistribution(site / Path(about).parent).requires or []
    for name in _closure(needs):
        for source in _tops(name):
            if not (site / source.name).exists():
                (site / source.name).symlink_to(source)
    return folder / "env/bin/python"


def _closure(needs: list[str]) -> set[str]:
    found: set[str] = set()
    wanted = [(one, frozenset({""})) for one in needs]
    while wanted:
        written, extras = wanted.pop()
        need = Requirement(written)
        name = re.sub(r"[-_.]+", "-", need.name).lower()
        if name in found or (
            need.marker is not None and not any(need.marker.evaluate({"extra": one}) for one in extras)
        ):
            continue
        found.add(name)
        wanted += [(one, frozenset({"", *need.extras})) for one in importlib.metadata.distribution(name).requires or []]
    return found


def _tops(name: str) -> Iterator[Path]:
    one = importlib.metadata.distribution(name)
    for top in {file.parts[0] for file in one.files or () if file.parts[0] not in ("..", "__pycache__")}:
        path = Path(str(one.locate_file(top))).resolve()
        if path.exists():
            yield path


def veil(python: Path, folder: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """The command line of that environment, in this folder."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("VEIL_", "PYTHON"))}
    words = ("-c", "from veil.cli import main; main()", *words)
    return subprocess.run(
        [str(python), *map(str, words)],
        cwd=folder,
        env={**plain, "VEIL_PASSPHRASE": "of a test"},
        capture_output=True,
        text=True,
        timeout=120,
    )
