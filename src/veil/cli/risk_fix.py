"""`veil risk --fix`: the levels that meet a goal, what they cost, and the project that applies them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from veil.cli.screen import say
from veil.errors import PolicyError

if TYPE_CHECKING:
    from veil.cli.screen import Tell
    from veil.jobs.risks.fix import Fix
    from veil.jobs.risks.risk import RiskRequest


def hierarchies(written: Sequence[str]) -> dict[str, str]:
    """`COLUMN=FILE` pairs.

    Errors:  PolicyError `hierarchy-shape`.
    """
    found = {}
    for pair in written:
        column, equals, levels = pair.partition("=")
        if not equals or not column or not levels:
            raise PolicyError(
                "hierarchy-shape",
                "--hierarchy must be COLUMN=FILE or COLUMN=WORD",
                hint="--hierarchy age=age.csv, --hierarchy zip=zip",
            )
        found[column] = levels
    return found


def searched(
    tables: Sequence[Path],
    asked: RiskRequest,
    goal: tuple[int, float, int, float | None],
    written: Sequence[str],
    project: Path | None,
    delimiter: str | None,
    tell: Tell,
) -> Fix:
    from veil.jobs.risks.fix import fixed
    from veil.risk.cases import Goal

    beside = project.parent if project is not None else Path()
    return fixed(tables, asked, Goal(*goal), hierarchies(written), beside=beside, delimiter=delimiter, progress=tell)


def show(record: dict[str, Any]) -> None:
    from veil.cli.screen import table
    from veil.reports.risk import level_rows

    say(
        f"{record['looked']:,} of {record['nodes']:,} combinations of levels were tested; the smallest loss that meets the goal: {record['loss']:.4f}"
    )
    say(f"{record['suppressed']:,} of {record['records']:,} records suppressed, {record['allowed']:,} allowed")
    table(
        "Levels",
        ["column", "level", "rule", "values before", "values after", "loss"],
        [list(row) for row in level_rows(record)],
    )


def write(fix: Fix, project: Path, tables: Sequence[Path], table: str, delimiter: str | None) -> None:
    from veil.jobs.risks.write_rules import write_rules

    written = write_rules(fix, project, tables, table, delimiter)
    say(f"project  {project}: {written}", err=True)
