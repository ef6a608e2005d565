"""`veil risk`: how well the records of a table can be told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def add_to(app: typer.Typer) -> None:
    app.command("risk")(risk)


def risk(
    tables: Annotated[list[Path], typer.Argument(metavar="FILE_OR_FOLDER...", help="the table: CSV, TSV or Parquet; several files are one table", show_default=False)],
    quasi: Annotated[list[str] | None, typer.Option("-q", "--quasi", help="a column outsiders may know, once for each; else as `veil scan` proposes", show_default=False)] = None,
    sensitive: Annotated[list[str] | None, typer.Option("-s", "--sensitive", help="a column that nobody should learn; once for each")] = None,
    person: Annotated[str, typer.Option("--person", help="the column that tells whose a row is: a class then counts persons, not rows")] = "",
    population: Annotated[list[Path] | None, typer.Option("--population", help="a table of everyone who might be in the first, with the same quasi-identifiers")] = None,
    after: Annotated[list[Path] | None, typer.Option("--after", help="the table as it is to be released: both are measured, --want holds this one")] = None,
    delimiter: Annotated[str | None, typer.Option("--delimiter", help="what stands between cells, where it is not told from the file")] = None,
    threshold: Annotated[float, typer.Option("--threshold", min=0, max=1, help="count records whose risk is above this: 0.2 is a class of fewer than five")] = 0.2,
    memory: Annotated[int, typer.Option("--memory", min=1, help="MiB of keys held; what is more lies encrypted in a temporary file without a name")] = 1024,
    as_json: Annotated[bool, typer.Option("--json", help="print every figure as JSON; no value is in it")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="write the figures as an HTML page; no value is in it")] = None,
    want: Annotated[str, typer.Option("--want", help="bars, such as k=5,marketer=0.2; exit 1 where one is not reached")] = "",
    fix: Annotated[bool, typer.Option("--fix", help="search the levels of hierarchies that meet --k and lose least")] = False,
    k: Annotated[int, typer.Option("--k", min=1, help="with --fix: records that every class must have")] = 5,
    suppress: Annotated[float, typer.Option("--suppress", min=0, max=0.99, help="with --fix: the share of records that may be suppressed")] = 0.05,
    distinct: Annotated[int, typer.Option("--distinct", min=1, help="with --fix: values of each sensitive column that every class must have")] = 1,
    closeness: Annotated[float | None, typer.Option("--closeness", min=0, max=1, help="with --fix: t, how far a class may stand from the whole table")] = None,
    hierarchy: Annotated[list[str] | None, typer.Option("--hierarchy", help="COLUMN=FILE (as ARX has it) or COLUMN=WORD: keep, star, date, zip, age, number")] = None,
    write: Annotated[Path | None, typer.Option("--write", help="with --fix: write the rules into this project, or make it")] = None,
    table: Annotated[str, typer.Option("--table", help="with --write: the project's table, where it is not told from the columns")] = "",
) -> None:  # fmt: skip
    """Measure how well the records of a table can be told apart by columns that an outsider may know. Figures hold no value."""
    from veil.cli.risk_fix import searched
    from veil.cli.risk_fix import write as write_fix
    from veil.cli.screen import progress
    from veil.jobs import risk as job
    from veil.risk.bars import wanted

    bars = wanted(want)
    job.check_page(out, [*tables, *(population or ()), *(after or ())])
    asked = job.Asked(tuple(quasi or _proposed(tables)), tuple(sensitive or ()), threshold, person, memory << 20)
    found = None
    with progress() as tell:
        record = job.measured(tables, asked, population=population or (), after=after or (), delimiter=delimiter, progress=tell)  # fmt: skip
        if fix or write is not None:
            goal = (k, suppress, distinct, closeness)
            found = searched(tables, asked, goal, hierarchy or (), write, delimiter, tell)
            record |= {"fix": found.record, "after": found.after}
    _show(record, out, as_json=as_json)
    if found is not None and write is not None:
        write_fix(found, write, tables, table, delimiter)
    _hold(record["after"] or record, bars)


def _proposed(tables: list[Path]) -> list[str]:
    """The quasi-identifiers that the columns seem to be, told before they are counted. Errors: PolicyError `risk-quasi`."""
    from veil.discover.survey import quasi_of
    from veil.errors import PolicyError

    found = quasi_of([str(path) for path in tables])
    if not found:
        raise PolicyError(
            "risk-quasi",
            "no column is named that an outsider may know, and none looks like one",
            hint="--quasi COLUMN, once for each",
        )
    typer.echo("quasi-identifiers, as `veil scan` proposes them: " + ", ".join(found), err=True)
    return found


def _show(record: dict[str, Any], out: Path | None, *, as_json: bool) -> None:
    import json

    from veil.reports.risk import risk_page

    if as_json:
        typer.echo(json.dumps(record, indent=1))
    else:
        _tables(record)
    _warn(record)
    if out is not None:
        out.write_text(risk_page(record), encoding="utf-8")
        typer.echo(f"report   {out}", err=as_json)


def _hold(record: dict[str, Any], bars: dict[str, float]) -> None:
    from veil.risk.bars import short_of

    short = short_of(record, bars)
    if short:
        typer.echo("short of " + ", ".join(f"{name} {bars[name]:g}" for name in short), err=True)
        raise typer.Exit(1)


def _warn(record: dict[str, Any]) -> None:
    for one in record["repeated"]:
        typer.echo(
            f"warning  {one['column']} has {one['values']:,} values in {one['rows']:,} rows: if it tells whose a row is, rows of one "
            f"person hide each other and every figure is too low; --person {one['column']}", err=True,
        )  # fmt: skip


def _tables(record: dict[str, Any]) -> None:
    from veil.cli.risk_fix import show
    from veil.cli.screen import table
    from veil.reports.risk import beside_rows, contribution_rows, figure_rows, sensitive_rows, size_rows

    who = (
        f"{record['persons']:,} persons, {record['records']:,} times in"
        if record["person"]
        else f"{record['records']:,} records in"
    )
    apart = f"; {record['suppressed']:,} suppressed, counted apart" if record["suppressed"] else ""
    typer.echo(f"{who} {record['classes']:,} classes over {len(record['quasi'])} quasi-identifiers{apart}")
    table("Figures", ["figure", "value", "what it is"], [list(row) for row in figure_rows(record)])
    if record["fix"]:
        show(record["fix"])
    if record["after"]:
        table(
            "Before and after",
            ["figure", "before", "after"],
            [list(row) for row in beside_rows(record, record["after"])],
        )
    table("Class sizes", ["size", "classes", "records", "share of records"], [list(row) for row in size_rows(record)])
    table("Without a column", ["column", "values", "k", "unique", "unique added", "marketer"],
          [list(row) for row in contribution_rows(record)])  # fmt: skip
    if record["sensitive"]:
        table("Sensitive columns", ["column", "l, distinct", "l, entropy", "in a class of one value", "t", "distance"],
              [list(row) for row in sensitive_rows(record)])  # fmt: skip
