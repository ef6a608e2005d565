"""Recall and precision may not fall: on small invented sets always, on the open corpora where they are."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared"
FLOORS = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))
VEIL = str(Path(sys.executable).with_name("veil"))


def bars(name: str, where: str) -> str:
    return ",".join(f"{figure}={value}" for figure, value in FLOORS[where][name].items())


@pytest.mark.parametrize("name", FLOORS["sets"])
def test_the_figures_of_an_invented_set_do_not_fall(name: str) -> None:
    done = subprocess.run(
        [VEIL, "evaluate", "--gold", HERE / "sets" / f"{name}.jsonl", "--draws", "100", "--want", bars(name, "sets")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-500:]


@pytest.mark.corpora
@pytest.mark.skipif(not SHARED.exists(), reason="the open corpora are not beside the checkout")
@pytest.mark.parametrize("name", FLOORS["corpora"])
def test_the_figures_of_an_open_corpus_do_not_fall(name: str) -> None:
    done = subprocess.run(
        [
            sys.executable,
            SHARED / "peers" / "figures.py",
            SHARED / "corpora" / f"{name}.jsonl",
            "--map",
            name,
            "--cmd",
            f"{VEIL} find --jsonl",
            "--want",
            bars(name, "corpora"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-500:]
