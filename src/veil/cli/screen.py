"""The screen: progress bars and tables on a terminal, plain lines elsewhere."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Annotated, Any

import typer
from typer.core import TyperCommand
from typer.main import get_command

Tell = Callable[[str, int, int], None]


@dataclasses.dataclass
class Output:
    """What a command may print; one for the process, set when its options are read."""

    quiet: bool = False
    debug: bool = False
    synthetic: bool = False


OUTPUT = Output()


def _set_quiet(value: bool) -> bool:
    OUTPUT.quiet = OUTPUT.quiet or value
    return value


Quiet = Annotated[
    bool, typer.Option("--quiet", callback=_set_quiet, expose_value=False, help="print errors and warnings only")
]


def add_quiet(app: typer.Typer) -> None:
    """Let each command of an app take `--quiet` after its name too, as `veil` takes it before."""
    for group in app.registered_groups:
        if group.typer_instance is not None:
            add_quiet(group.typer_instance)
    for command in app.registered_commands:
        command.cls = _Quietable


class _Quietable(TyperCommand):
    """A command that takes `--quiet`, whether its function names it or not."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        if not any("--quiet" in parameter.opts for parameter in self.params):
            self.params.append(_quiet_option())


@cache
def _quiet_option() -> Any:
    """The option as Typer makes it of a function that names it."""
    app = typer.Typer(add_completion=False)

    @app.command()
    def command(quiet: Quiet = False) -> None:
        pass

    return next(parameter for parameter in get_command(app).params if "--quiet" in parameter.opts)


def say(line: str, *, err: bool = False) -> None:
    """Print a line about what was done, unless `--quiet` was given."""
    if not OUTPUT.quiet:
        typer.echo(line, err=err)


@contextmanager
def progress() -> Iterator[Tell]:
    """A bar for each stage on a terminal's stderr, with rate and time left; nothing in a pipe or with `--quiet`."""
    if OUTPUT.quiet or not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    with Progress(
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>10}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bars:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total, rate="")
            task = next(task for task in bars.tasks if task.id == tasks[stage])
            bars.update(tasks[stage], completed=done, total=total, rate=rate(task.finished_speed or task.speed))

        yield tell


def rate(speed: float | None) -> str:
    """Steps per second as a person reads them: `950/s`, `12.5k/s`; empty where it is not known."""
    if not speed:
        return ""
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if speed >= limit:
            return f"{speed / limit:.1f}{unit}/s"
    return f"{speed:.1f}/s" if speed < 10 else f"{speed:.0f}/s"


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table, unless `--quiet` was given."""
    if OUTPUT.quiet:
        return
    from rich.console import Console
    from rich.table import Table

    grid = Table(title=title, title_justify="left", title_style="bold", header_style="dim")
    for column in columns:
        grid.add_column(column, justify="right" if column in ("count", "rows", "files") else "left", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    console = Console() if sys.stdout.isatty() else Console(width=120)
    console.print(grid)


def ask_passphrase() -> str:
    """The passphrase from the terminal; empty where there is none."""
    if not sys.stdin.isatty():
        return ""
    return str(typer.prompt("Passphrase of the keyring", hide_input=True, err=True))
