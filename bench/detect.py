"""The rules beside Presidio and philter-lite on the open corpora, each as a command, in one run.

Usage: python -m bench.detect [CORPUS ...]     one table; ends with 1 where CI=true and a peer is missing.
"""

from __future__ import annotations

import json
import math
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

from bench.corpora import NO_REAL_GOLD, PEERS, corpus, give_up, must_prove
from bench.machine import machine

SEEN = (
    "asq-phi",
    "seeded-mtsamples",
    "aci-visit-notes",
    "outis-remediation",
    "mtsamples-clean",
)  # while rules were made
LOOKED_AT = {*SEEN, "pediatric-handoffs"}
UNSEEN = ("outis-name-contrast", "outis-context")
VEIL = "veil find --jsonl"
PRESIDIO = "presidio_md"
SYSTEMS = (VEIL, PRESIDIO, "philter_lite06")
CAPS = {"seeded-mtsamples": 120, "mtsamples-clean": 120}  # at least so many notes, evenly spread, for all systems
RUNS = 5  # of Veil, which takes a second for each
AIM = 30
COLUMNS = (
    ("chars", "PHI chars"),
    ("notes", "PHI notes"),
    ("other", "other chars"),
    ("token_precision", "precision"),
    ("chars_per_cpu_s", "chars/CPU s"),
    ("start_cpu_s", "start s"),
)
Figures = dict[str, float]


def command_of(system: str) -> str:
    """The command that a system is, as this machine has it."""
    if system.startswith(VEIL):
        return str(Path(sys.executable).with_name("veil")) + system.removeprefix("veil")
    return f"{PEERS / 'as_cli.sh'} {system}"


def is_here(system: str) -> bool:
    if system.startswith(VEIL):
        return True
    venv = json.loads((PEERS / "systems.json").read_text())[system]["venv"]
    home = Path(os.environ.get("PEERS_VENVS", Path.home() / "peers-venvs"))
    return (home / venv / "bin" / "python").exists()


def measure(name: str, system: str) -> Figures:
    """What `figures.py` prints of a corpus and a system, by its words; `size` is how many notes were read."""
    cap = ["--cap", str(CAPS[name])] if name in CAPS else []
    done = subprocess.run(
        [sys.executable, str(PEERS / "figures.py"), str(corpus(f"{name}.jsonl")),
         "--map", name, "--cmd", command_of(system), *cap],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{system} on {name} failed: {done.stderr[-600:]}")
    size, _, rest = done.stdout.partition(": ")[2].partition(" notes; ")
    return {"size": float(size)} | {word: float(value) for word, value in re.findall(r"(\w+) (-?[\d.]+|nan)", rest)}


def median(runs: list[Figures]) -> Figures:
    """The figures, with speed and start the median of the runs: a quick command's clock is a coarse one."""
    return runs[0] | {key: statistics.median(run[key] for run in runs) for key in ("chars_per_cpu_s", "start_cpu_s")}


def shown(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if value > 1000 else f"{value:.2f}"


def main(names: list[str]) -> None:
    if not PEERS.exists():
        give_up("the harness of the peers is not beside the checkout (../shared/peers)")
    missing = [system for system in SYSTEMS if not is_here(system)]
    systems = [system for system in SYSTEMS if system not in missing]
    print(f"{machine()}\n{NO_REAL_GOLD}\n")
    print(f"{'corpus':<20} {'system':<18} {'read':>5} " + " ".join(f"{title:>12}" for _, title in COLUMNS))
    ratios: list[float] = []
    for name in names or SEEN + UNSEEN:
        rates = {}
        print(f"{name}: {'seen' if name in LOOKED_AT else 'not looked at'} while the rules were made")
        for system in systems:
            found = median([measure(name, system) for _ in range(RUNS if system == VEIL else 1)])
            rates[system] = found["chars_per_cpu_s"]
            print(
                f"{name:<20} {system:<18} {found['size']:>5.0f} "
                + " ".join(f"{shown(found[key]):>12}" for key, _ in COLUMNS),
                flush=True,
            )
        if PRESIDIO in rates:
            ratios.append(rates[VEIL] / rates[PRESIDIO])
            print(f"{'':<20} Veil : Presidio, characters per CPU second: {ratios[-1]:.0f}\n", flush=True)
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"Veil : Presidio over all corpora (geometric mean): {mean:.0f} (aim {AIM})")
    for system in missing:
        print(f"not measured: {system} is not on this machine (../shared/peers/setup.sh builds it)")
    sys.exit(1 if missing and must_prove() else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
