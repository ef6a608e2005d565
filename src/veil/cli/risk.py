"""`veil risk`: the re-identification risk of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from veil.cli.screen import say


def add_to(app: typer.Typer) -> None:
    app.command("risk")(risk)


def risk(
    tables: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE_OR_FOLDER...",
            help="the table: CSV, TSV or Parquet; several files are one table",
            show_default=False,
        ),
    ],
    quasi: Annotated[
        list[str] | None,
        typer.Option(
            "-q",
            "--quasi",
            help="a quasi-identifier; may be repeated; by default as `veil scan` proposes",
            show_default=False,
        ),
    ] = None,
    sensitive: Annotated[
        list[str] | None, typer.Option("-s", "--sensitive", help="a sensitive column; may be repeated")
    ] = None,
    person: Annotated[
        str, typer.Option("--person", help="the column with the patient: classes then count patients, not rows")
    ] = "",
    population: Annotated[
        list[Path] | None,
        typer.Option("--population", help="a table of the whole population, with the same quasi-identifiers"),
    ] = None,
    after: Annotated[
        list[Path] | None,
        typer.Option(
            "--after", help="the table after de-identification: both are measured, and --want applies to this one"
        ),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help="the character between cells, if it is not detected")
    ] = None,
    threshold: Annotated[
        float,
        typer.Option(
            "--threshold",
            min=0,
            max=1,
            help="count records with a risk above this; 0.2 means a class of fewer than five",
        ),
    ] = 0.2,
    memory: Annotated[
        int,
        typer.Option("--memory", min=1, help="MiB of memory for keys; more is written to an encrypted temporary file"),
    ] = 1024,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON; contains no value")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="write the figures as an HTML page; contains no value")
    ] = None,
    want: Annotated[
        str, typer.Option("--want", help="thresholds, such as k=5,marketer=0.2; exit 1 if one is missed")
    ] = "",
    fix: Annotated[
        bool, typer.Option("--fix", help="search the generalisation levels that meet --k with the least loss")
    ] = False,
    k: Annotated[int, typer.Option("--k", min=1, help="with --fix: the smallest class size")] = 5,
    suppress: Annotated[
        float, typer.Option("--suppress", min=0, max=0.99, help="with --fix: the largest share of suppressed records")
    ] = 0.05,
    distinct: Annotated[
        int,
        typer.Option(
            "--distinct", min=1, help="with --fix: l, the smallest number of distinct sensitive values in a class"
        ),
    ] = 1,
    closeness: Annotated[
        float | None,
        typer.Option(
            "--closeness", min=0, max=1, help="with --fix: t, the largest distance between a class and the whole table"
        ),
    ] = None,
    hierarchy: Annotated[
        list[str] | None,
        typer.Option(
            "--hierarchy", help="COLUMN=FILE (as ARX has it) or COLUMN=WORD: keep, star, date, zip, age, number"
        ),
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="with --fix: write the rules into this project file, new or existing")
    ] = None,
    table: Annotated[
        str, typer.Option("--table", help="with --write: the table of the project, if the columns do not identify it")
    ] = "",
) -> None:
    """Measure the re-identification risk of a table. The figures contain no value."""
    from veil.cli.risk_fix import searched
    from veil.cli.risk_fix import write as write_fix
    from veil.cli.screen import progress
    from veil.jobs.risks import risk as job
    from veil.risk.thresholds import wanted

    thresholds = wanted(want)
    job.check_page(out, [*tables, *(population or ()), *(after or ())])
    asked = job.RiskRequest(tuple(quasi or _proposed(tables)), tuple(sensitive or ()), threshold, person, memory << 20)
    found = None
    with progress() as tell:
        record = job.measured(
            tables, asked, population=population or (), after=after or (), delimiter=delimiter, progress=tell
        )
        if fix or write is not None:
            goal = (k, suppress, distinct, closeness)
            found = searched(tables, asked, goal, hierarchy or (), write, delimiter, tell)
            record |= {"fix": found.record, "after": found.after}
    _show(record, out, as_json=as_json)
    if found is not None and write is not None:
        write_fix(found, write, tables, table, delimiter)
    _check(record["after"] or record, thresholds)


def _proposed(tables: list[Path]) -> list[str]:
    """The quasi-identifiers that the columns seem to be; they are printed first. Errors: PolicyError `risk-quasi`."""
    from veil.discover.survey import quasi_of
    from veil.errors import PolicyError

    found = quasi_of([str(path) for path in tables])
    if not found:
        raise PolicyError(
            "risk-quasi",
            "no quasi-identifier is named, and none was detected",
            hint="--quasi COLUMN; may be repeated",
        )
    typer.echo("quasi-identifiers detected: " + ", ".join(found), err=True)
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
        say(f"report   {out}", err=as_json)


def _check(record: dict[str, Any], thresholds: dict[str, float]) -> None:
    from veil.risk.thresholds import short_of

    short = short_of(record, thresholds)
    if short:
        typer.echo("threshold missed: " + ", ".join(f"{name} {thresholds[name]:g}" for name in short), err=True)
        raise typer.Exit(1)


def _warn(record: dict[str, Any]) -> None:
    for column in record["repeated"]:
        typer.echo(
            f"warning  {column['column']} has {column['values']:,} values in {column['rows']:,} rows: if it identifies the patient, "
            f"every figure is too low; use --person {column['column']}",
            err=True,
        )


def _tables(record: dict[str, Any]) -> None:
    from veil.cli.risk_fix import show
    from veil.cli.screen import table
    from veil.reports.risk import beside_rows, contribution_rows, figure_rows, sensitive_rows, size_rows

    who = (
        f"{record['persons']:,} persons, {record['records']:,} times in"
        if record["person"]
        else f"{record['records']:,} records in"
    )
    apart = f"; {record['suppressed']:,} suppressed, counted separately" if record["suppressed"] else ""
    say(f"{who} {record['classes']:,} classes over {len(record['quasi'])} quasi-identifiers{apart}")
    table("Figures", ["figure", "value", "meaning"], [list(row) for row in figure_rows(record)])
    if record["fix"]:
        show(record["fix"])
    if record["after"]:
        table(
            "Before and after",
            ["figure", "before", "after"],
            [list(row) for row in beside_rows(record, record["after"])],
        )
    table("Class sizes", ["size", "classes", "records", "share of records"], [list(row) for row in size_rows(record)])
    table(
        "Without a column",
        ["column", "values", "k", "unique", "unique added", "marketer"],
        [list(row) for row in contribution_rows(record)],
    )
    if record["sensitive"]:
        table(
            "Sensitive columns",
            ["column", "l, distinct", "l, entropy", "in a class with one value", "t", "distance"],
            [list(row) for row in sensitive_rows(record)],
        )
