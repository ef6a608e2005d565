"""`veil lint`: common mistakes in a project."""

from __future__ import annotations

from typing import Annotated

import typer

from veil.cli.options import Override, ProjectFile
from veil.cli.screen import say


def add_to(app: typer.Typer) -> None:
    app.command("lint")(lint)


def lint(
    project: ProjectFile,
    override: Override = None,
    strict: Annotated[bool, typer.Option("-s", "--strict", help="exit 1 on warnings too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the findings as JSON")] = False,
) -> None:
    """Check a project for common mistakes. Exit 1 on an error. `# noqa: veil-002` on a line silences a finding."""
    import json

    from veil.jobs.checks import lint as job

    found = job.lint(project, override)
    if as_json:
        rows = [
            {"rule": finding.rule, "severity": finding.severity, "where": finding.where, "about": finding.about}
            for finding in found
        ]
        typer.echo(json.dumps(rows, indent=1))
    else:
        for finding in found:
            typer.echo(
                f"{finding.where}: {finding.severity} {finding.rule}: {job.RULES[finding.rule][1]}: {finding.about}"
            )
        say(f"{len(found)} findings" if found else "no findings")
    if any(finding.severity == job.ERROR or (strict and finding.severity == job.WARNING) for finding in found):
        raise typer.Exit(1)
