"""`veil scan`: what the columns of tables are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from veil.cli.screen import say


def add_to(app: typer.Typer) -> None:
    app.command("scan")(scan)


def scan(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE_OR_FOLDER_OR_ADDRESS...",
            help="tables: CSV, TSV, Parquet, XLSX; or sqlite:///FILE",
            show_default=False,
        ),
    ],
    rows: Annotated[
        int, typer.Option("-r", "--rows", min=10, help="how many rows of each table to read, chosen at random")
    ] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="random seed: the same seed reads the same rows")] = 0,
    hear: Annotated[
        bool, typer.Option("--hear/--no-hear", help="also run the detectors on some values of text columns")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON; contains no value")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="write the result as an HTML page; contains no value")
    ] = None,
    write: Annotated[
        Path | None, typer.Option("--write", help="for one folder: also write a project file, as `veil init` does")
    ] = None,
) -> None:
    """Detect what each column of a table is. Shows no value.

    Kinds: identifier, quasi-identifier, date, text, code, measure, key.
    """
    import json

    from veil.cli.screen import progress
    from veil.discover.survey import record_of, survey

    _check(paths, out, write)
    with progress() as tell:
        tables, subjects = survey(paths, rows=rows, seed=seed, hear=hear, tell=tell)
    record = record_of(tables, subjects, rows=rows, seed=seed)
    if as_json:
        typer.echo(json.dumps(record, indent=1))
    else:
        _show(record)
    if out is not None:
        from veil.reports.scan import scan_page

        out.write_text(scan_page(record), encoding="utf-8")
        say(f"report   {out}", err=as_json)
    if write is not None:
        _write(Path(paths[0]), write, err=as_json)
    if any(table["failed"] for table in record["tables"]):
        raise typer.Exit(1)


def _check(paths: list[str], out: Path | None, write: Path | None) -> None:
    """Errors: PolicyError `scan-write`, `folder-missing`, `project-there`."""
    from veil.errors import PolicyError

    if write is not None and (len(paths) != 1 or not Path(paths[0]).is_dir()):
        raise PolicyError(
            "scan-write", "--write needs exactly one folder", hint="veil scan FOLDER --write project.yaml"
        )
    if write is not None and write.exists():
        raise PolicyError(
            "project-there", "the project file exists already", where=write.name, hint="choose another name"
        )
    for place in (out, write):
        if place is not None and (place.is_dir() or not place.absolute().parent.is_dir()):
            raise PolicyError(
                "folder-missing",
                "the output must be a file in an existing folder",
                hint="create the folder first",
            )


def _show(record: dict[str, Any]) -> None:
    from veil.cli.screen import table
    from veil.reports.scan import column_rows, table_rows

    table("Tables", ["table", "rows read", "of", "quasi-identifiers", "unique rows"], table_rows(record))
    table(
        "Columns",
        ["role", "table", "column", "detected as", "confidence", "null", "distinct", "evidence"],
        column_rows(record),
    )
    for each in record["tables"]:
        if each["failed"]:
            typer.echo(f"not read: {each['table']} [{each['failed']}]", err=True)


def _write(folder: Path, target: Path, *, err: bool) -> None:
    from veil.discover.propose import propose
    from veil.discover.write import project_text

    target.write_text(project_text(propose(folder, "expert"), target.absolute().parent), encoding="utf-8")
    say(f"project  {target}", err=err)
