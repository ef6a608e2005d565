"""The machine's name, and the CPU time and peak memory of a command."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

OUT = Path(__file__).parent / "out"


def machine() -> str:
    """Processor, cores, Python: so that a printed figure says where it was measured."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def veil_run(project: Path) -> None:
    """Run a project by the command a user has; a run that fails ends the bench."""
    command = [str(Path(sys.executable).with_name("veil")), "run", str(project)]
    env = {**os.environ, "VEIL_PASSPHRASE": "bench"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        sys.exit(f"veil run ended with {done.returncode}: {done.stderr[-600:]}")


@dataclass(frozen=True, slots=True)
class Cost:
    """Units: seconds of CPU of the command and its children; MiB of the largest process."""

    cpu: float
    peak: float


def cost_of(*command: str, env: dict[str, str] | None = None) -> Cost:
    """Run a command to its end and say what it cost; a command that fails ends the bench."""
    watcher = (
        "import resource,subprocess,sys\n"
        "done=subprocess.run(sys.argv[1:],stdout=subprocess.DEVNULL)\n"
        "used=resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(used.ru_utime+used.ru_stime,used.ru_maxrss/1024)\n"
        "sys.exit(done.returncode)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", watcher, *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **(env or {})},
    )
    if done.returncode:
        sys.exit(f"the command failed: {done.stderr[-800:]}")
    cpu, peak = done.stdout.split()
    return Cost(float(cpu), float(peak))


def own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
