"""Former: verbs that users of Cleared type, as aliases of ours or with the name of their successor."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from veil.cli.project import Override, ProjectFile

_SUCCESSORS = {
    "format": "`veil format` does not exist: Veil never rewrites a project, so your comments stay; `veil describe PROJECT` shows how it is read",
    "setup": "`veil setup` does not exist: there is nothing to set up; `veil init DIR` proposes a project, `veil keys new FILE` makes a keyring",
}


def add_to(app: typer.Typer) -> None:
    for name, command in (("check-syntax", check_syntax), ("validate", validate), ("info", info)):
        app.command(name, hidden=True)(command)
    takes_all = {"ignore_unknown_options": True, "allow_extra_args": True}
    for name, command in (("format", format_), ("setup", setup)):
        app.command(name, hidden=True, context_settings=takes_all)(command)


def check_syntax(project: ProjectFile, override: Override = None) -> None:
    """Read a project without its data: an alias for users of Cleared."""
    from veil.policy.project import read_project

    _not_cleared(project)
    read_project(project, override)
    typer.echo("the project can be read; `veil validate` also holds it against the data")


def validate(project: ProjectFile, override: Override = None) -> None:
    """Read a project and hold it against its data: an alias for users of Cleared; `veil describe` also shows the plan."""
    from veil.jobs.session import open_session

    _not_cleared(project)
    session = open_session(project, override)
    for notice in session.plan.notices:
        typer.echo(f"note: {notice}", err=True)
    typer.echo("the project is valid, and fits the data")


def info() -> None:
    """Print the versions of Veil and Python."""
    from importlib.metadata import version

    typer.echo(f"veil {version('veil-deid')}, Python {sys.version.split()[0]}, {sys.platform}")


def format_(rest: Annotated[list[str] | None, typer.Argument(hidden=True, help="not read")] = None) -> None:
    """Name what takes its place; exit 2."""
    _succeeded("format", rest)


def setup(rest: Annotated[list[str] | None, typer.Argument(hidden=True, help="not read")] = None) -> None:
    """Name what takes its place; exit 2."""
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
        raise PolicyError("project-of-cleared", "this is a configuration of Cleared", where=project.name,
                          hint=f"veil import cleared {project.name} makes a project of it")  # fmt: skip
