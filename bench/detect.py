"""Veil beside Presidio and philter-lite on the open corpora, each as a command, in one run.

Usage: python -m bench.detect [--json FILE] [CORPUS ...]     one table; ends with 1 where CI=true and a peer is missing.
"""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench import queries
from bench.corpora import NO_REAL_GOLD, PEERS, corpus, give_up, must_prove
from bench.machine import cost_of, machine

SEEN = (  # looked at while rules, templates or thresholds were made; none of their lines is in any of them
    "asq-phi",
    "seeded-mtsamples",
    "aci-visit-notes",
    "outis-remediation",
    "outis-name-contrast",
    "outis-context",
    "mtsamples-clean",
)
UNSEEN = ("presidio-research",)  # not clinical, and none of its lines was looked at
VEIL = "veil find --jsonl"
PRESIDIO = "presidio_md"
PRESIDIO_HEALTH = (
    "presidio_health"  # with the recognizers that it ships switched off: NPI, Medicare, member, claim, prescription
)
SYSTEMS = (VEIL, PRESIDIO, PRESIDIO_HEALTH, "philter_lite06")
CAPS = {"seeded-mtsamples": 120, "mtsamples-clean": 120}  # at least so many notes, evenly spread, for all systems
CLEAN = "mtsamples-clean"
RUNS = 3  # of Veil, which takes a second for each
AIM = 10
COLUMNS = (
    ("chars", "PHI chars"),
    ("notes", "PHI notes"),
    ("other", "other chars"),
    ("harmless", "harmless"),
    ("token_precision", "precision"),
    ("chars_per_cpu_s", "chars/CPU s"),
    ("start_cpu_s", "start s"),
)
Figures = dict[str, float]


def command_of(system: str) -> str:
    """The command that a system is, as this machine has it."""
    if system.startswith(VEIL):
        return str(Path(sys.executable).with_name("veil")) + system.removeprefix("veil")
    if system == PRESIDIO_HEALTH:
        adapter = Path(__file__).with_name("presidio_health.py")
        parts = ("env", f"PYTHONPATH={PEERS / 'adapters'}", _python_of(PRESIDIO), PEERS / "serve.py", adapter)
        serve = " ".join(shlex.quote(str(part)) for part in parts)
        return f"bash -c {shlex.quote(serve + ' | grep spans')}"
    return f"{PEERS / 'as_cli.sh'} {system}"


def is_here(system: str) -> bool:
    if system.startswith(VEIL):
        return True
    return _python_of(PRESIDIO if system == PRESIDIO_HEALTH else system).exists()


def _python_of(system: str) -> Path:
    venv = json.loads((PEERS / "systems.json").read_text())[system]["venv"]
    home = Path(os.environ.get("PEERS_VENVS", Path.home() / "peers-venvs"))
    return home / venv / "bin" / "python"


def measure(name: str, system: str) -> Figures:
    """What `figures.py` prints of a corpus and a system, by its words; `size` is how many notes were read."""
    cap = ["--cap", str(CAPS[name])] if name in CAPS else []
    done = subprocess.run(
        [
            sys.executable,
            str(PEERS / "figures.py"),
            str(corpus(f"{name}.jsonl")),
            "--map",
            name,
            "--cmd",
            command_of(system),
            *cap,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{system} on {name} failed: {done.stderr[-600:]}")
    size, _, rest = done.stdout.partition(": ")[2].partition(" notes; ")
    return {"size": float(size)} | {word: float(value) for word, value in re.findall(r"(\w+) (-?[\d.]+|nan)", rest)}


def median(runs: list[Figures]) -> Figures:
    """The figures, with speed and start the median of the runs: a quick command's clock is a coarse one."""
    return runs[0] | {key: statistics.median(run[key] for run in runs) for key in ("chars_per_cpu_s", "start_cpu_s")}


def words_masked(name: str) -> float:
    """False spans per 1,000 words of a set without identifiers."""
    records = [json.loads(line) for line in corpus(f"{name}.jsonl").open(encoding="utf-8")]
    lines = "".join(json.dumps({"id": one["id"], "text": one["text"]}) + "\n" for one in records)
    done = subprocess.run(command_of(VEIL).split(), input=lines, capture_output=True, text=True, check=True)
    spans = sum(len(json.loads(line)["spans"]) for line in done.stdout.splitlines())
    return 1000 * spans / sum(len(one["text"].split()) for one in records)


def shown(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:,.0f}" if value > 1000 else f"{value:.2f}"


def told(name: str, systems: list[str]) -> list[dict[str, Any]]:
    """Prints one corpus; what was printed."""
    rows = []
    print(f"{name}: {'seen' if name in SEEN else 'not looked at'} while rules, templates and thresholds were made")
    for system in systems:
        found = median([measure(name, system) for _ in range(RUNS if system == VEIL else 1)])
        rows.append({"corpus": name, "system": "veil" if system == VEIL else system, "seen": name in SEEN, **found})
        figures = " ".join(f"{shown(found[key]):>12}" for key, _ in COLUMNS)
        print(f"{name:<20} {system:<18} {found['size']:>5.0f} {figures}", flush=True)
    rates = {row["system"]: row["chars_per_cpu_s"] for row in rows}
    if PRESIDIO in rates:
        print(f"{'':<20} Veil : Presidio, characters per CPU second: {rates['veil'] / rates[PRESIDIO]:.1f} (aim {AIM})")
        print(f"{'':<20} on {machine()}")
    if name == queries.NAME:
        for title, chars, notes in queries.figures():
            print(f"{'':<20} Veil, {title}: {chars:.2f} % of PHI characters, {notes:.2f} % of PHI notes")
    if name == CLEAN:
        print(f"{'':<20} Veil: {words_masked(name):.2f} false spans per 1,000 words, of all notes")
    if name == "seeded-mtsamples":
        peak = cost_of(*command_of(VEIL).split(), str(corpus(f"{name}.jsonl"))).peak
        print(f"{'':<20} Veil: peak memory {peak:.0f} MiB, over all notes")
    print(flush=True)
    return rows


def main(arguments: list[str]) -> None:
    out = Path(arguments[1]) if arguments[:1] == ["--json"] else None
    names = arguments[2:] if out else arguments
    if not PEERS.exists():
        give_up("the harness of the peers is not beside the checkout (../shared/peers)")
    missing = [system for system in SYSTEMS if not is_here(system)]
    print(f"{machine()}\n{NO_REAL_GOLD}\n")
    print(f"{'corpus':<20} {'system':<18} {'read':>5} " + " ".join(f"{title:>12}" for _, title in COLUMNS))
    rows = [
        row for name in names or SEEN + UNSEEN for row in told(name, [one for one in SYSTEMS if one not in missing])
    ]
    if out:
        out.write_text(json.dumps({"machine": machine(), "corpora": rows}, indent=1) + "\n", encoding="utf-8")
    for system in missing:
        print(f"not measured: {system} is not on this machine (../shared/peers/setup.sh builds it)")
    sys.exit(1 if missing and must_prove() else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
