"""Commands of Veil as a person gives them: in this process, which is quick, or in one of their own."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from contextlib import chdir
from pathlib import Path
from unittest.mock import patch

from typer.testing import CliRunner

PROGRAM = "from veil.cli import main; main()"


@dataclasses.dataclass
class Done:
    """How a command ended and what it said."""

    code: int
    said: str
    erred: str


def command(folder: Path, *words: object, **environment: str) -> Done:
    """Give a command in a folder, in this process: its output, its errors and its exit code are those of `veil`.

    Keeps:   the settings of this process, which a command of its own process would change for the time it has.
    """
    from veil import cli

    code = 0
    runner = CliRunner(env={"COLUMNS": "200", **environment})
    with (
        chdir(folder),
        patch.object(sys, "argv", ["veil", *map(str, words)]),
        patch("veil.cli.app.late_to_collect"),
        patch("veil.cli.app.slow_to_purge"),
        runner.isolation() as (said, erred, _),
    ):
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        sys.stdout.flush()
        sys.stderr.flush()
        return Done(code, said.getvalue().decode(), erred.getvalue().decode())


def process(folder: Path, *words: object, **environment: str) -> Done:
    """The same in a process of its own, where that is what is tested."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", **environment},
    )
    return Done(done.returncode, done.stdout, done.stderr)
