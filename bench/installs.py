"""The size of an install from the wheel, with and without each extra, by what lies in its folder.

Usage: python -m bench.installs [EXTRA ...]

Needs the package index. Each row is an environment of its own: the wheel, the extra and all that they need, without pip.
`transformers` (torch) is measured only where it is named.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.bare import ROOT, wheel

LARGE = ("transformers",)


def extras() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [name for name in project["optional-dependencies"] if name not in LARGE]


def installed(built: Path, extra: str, folder: Path) -> tuple[int, int]:
    """Bytes and packages of an install. Errors: CalledProcessError where the index cannot be reached."""
    what = f"{built}[{extra}]" if extra else str(built)
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", str(folder), what], check=True)
    packages = len(list(folder.glob("*.dist-info")))
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()), packages


def main(names: list[str]) -> None:
    print(f"{'install':<34} {'MB':>6} {'packages':>9}")
    with tempfile.TemporaryDirectory() as folder:
        built = wheel(Path(folder))
        for extra in ["", *(names or extras())]:
            size, packages = installed(built, extra, Path(folder) / f"with-{extra}")
            words = f"veil-deid[{extra}]" if extra else "veil-deid"
            print(f"{words:<34} {size / 1e6:>6.0f} {packages:>9}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
