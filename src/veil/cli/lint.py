"""`veil lint`: what a project says that a person may not mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def add_to(app: typer.Typer) -> None:
    app.command("lint")(lint)


def lint(
    project: Annotated[Path, typer.Argument(help="the project file", show_default=False)],
    override: Annotated[list[str] | None, typer.Option("-o", "--override", help="key=value, written over the project's own")] = None,
    strict: Annotated[bool, typer.Option("-s", "--strict", help="warnings fail too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print what was seen as JSON")] = False,
) -> None:  # fmt: skip
    """Look a project over against its data, by rules with numbers. Exit 1 on an error. `# noqa: veil-002` on a line says: looked at."""
    import json

    from veil.jobs import lint as job

    found = job.lint(project, override)
    if as_json:
        rows = [{"rule": one.rule, "severity": one.severity, "where": one.where, "about": one.about} for one in found]
        typer.echo(json.dumps(rows, indent=1))
    else:
        for one in found:
            typer.echo(f"{one.where}: {one.severity} {one.rule}: {job.RULES[one.rule][1]}: {one.about}")
        typer.echo(f"{len(found)} found" if found else "nothing to say")
    if any(one.severity == job.ERROR or (strict and one.severity == job.WARNING) for one in found):
        raise typer.Exit(1)
