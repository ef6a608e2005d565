"""Commands that users of Cleared know: aliases, or a message that names the replacement."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from veil.cli.options import Override, ProjectFile
from veil.cli.screen import say

_SUCCESSORS = {
    "format": "`veil format` does not exist, because Veil never rewrites a project file; `veil describe PROJECT` shows how it is read",
    "setup": "`veil setup` does not exist, because nothing needs to be set up; `veil init FOLDER` proposes a project, `veil keys new FILE` creates a keyring",
}


def add_to(app: typer.Typer) -> None:
    for name, command in (("check-syntax", check_syntax), ("validate", validate), ("info", info)):
        app.command(name, hidden=True)(command)
    takes_all = {"ignore_unknown_options": True, "allow_extra_args": True}
    for name, command in (("format", format_), ("setup", setup)):
        app.command(name, hidden=True, context_settings=takes_all)(command)


def check_syntax(project: ProjectFile, override: Override = None) -> None:
    """Check the syntax of a project (alias for users of Cleared)."""
    from veil.policy.project import read_project

    _not_cleared(project)
    read_project(project, override)
    say("the project file is valid; `veil validate` also checks it against the data")


def validate(project: ProjectFile, override: Override = None) -> None:
    """Check a project against its data (alias for users of Cleared); `veil describe` also shows the plan."""
    from veil.jobs.session import open_session

    _not_cleared(project)
    session = open_session(project, override)
    for notice in session.plan.notices:
        typer.echo(f"note: {notice}", err=True)
    say("the project is valid and matches the data")


def info() -> None:
    """Print the versions of Veil and Python."""
    from importlib.metadata import version

    typer.echo(f"veil {version('veil-deid')}, Python {sys.version.split()[0]}, {sys.platform}")


def format_(rest: Annotated[list[str] | None, typer.Argument(hidden=True, help="not read")] = None) -> None:
    """Name the replacement; exit 2."""
    _succeeded("format", rest)


def setup(rest: Annotated[list[str] | None, typer.Argument(hidden=True, help="not read")] = None) -> None:
    """Name the replacement; exit 2."""
    _succeeded("setup", rest)


def _succeeded(word: str, rest: list[str] | None) -> None:
    del rest
    typer.echo(f"veil: {_SUCCESSORS[word]}", err=True)
    raise typer.Exit(2)


def _not_cleared(project: ProjectFile) -> None:
    """Nothing, unless the file is a configuration of Cleared.

    Errors:  PolicyError `project-of-cleared`.
    """
    from veil.errors import PolicyError
    from veil.policy.parse import read_yaml

    if {"deid_config", "io", "defaults", "skip_missing_tables"} & set(read_yaml(project).data):
        raise PolicyError(
            "project-of-cleared",
            "this is a configuration of Cleared, not a project",
            where=project.name,
            hint=f"veil import cleared {project.name} converts it",
        )
