"""`veil risk --fix`: the levels that meet a goal, what they cost, and the project that applies them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from veil.errors import PolicyError

if TYPE_CHECKING:
    from veil.jobs.fix import Fix


def hierarchies(written: Sequence[str]) -> dict[str, str]:
    """`COLUMN=FILE` pairs.

    Errors:  PolicyError `hierarchy-shape`.
    """
    found = {}
    for pair in written:
        column, equals, told = pair.partition("=")
        if not equals or not column or not told:
            raise PolicyError(
                "hierarchy-shape",
                "a hierarchy is COLUMN=FILE or COLUMN=WORD",
                hint="--hierarchy age=age.csv, --hierarchy zip=zip",
            )
        found[column] = told
    return found


def show(fix: Fix) -> None:
    from veil.cli.screen import table
    from veil.reports.risk import level_rows

    record = fix.record
    typer.echo(
        f"{record['looked']:,} of {record['nodes']:,} choices of levels looked at; the least loss of all that meet the goal: {record['loss']:.4f}"
    )
    typer.echo(f"{record['suppressed']:,} of {record['records']:,} records suppressed, {record['allowed']:,} allowed")
    table(
        "Levels",
        ["column", "level", "rule", "values before", "values after", "loss"],
        [list(row) for row in level_rows(record)],
    )


def write(fix: Fix, project: Path, tables: Sequence[Path], table: str, delimiter: str | None) -> None:
    from veil.jobs.written import write_rules

    made = write_rules(fix, project, tables, table, delimiter)
    typer.echo(f"project  {project}: {made}", err=True)
