"""`veil scan`: what the columns of tables seem to be."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def add_to(app: typer.Typer) -> None:
    app.command("scan")(scan)


def scan(
    paths: Annotated[list[str], typer.Argument(metavar="FILE_OR_FOLDER_OR_ADDRESS...", help="tables: CSV, TSV, Parquet, XLSX; or sqlite:///FILE", show_default=False)],
    rows: Annotated[int, typer.Option("-r", "--rows", min=10, help="rows of each table that are looked at, drawn at random")] = 2_000,
    seed: Annotated[int, typer.Option("--seed", help="the same seed draws the same rows")] = 0,
    hear: Annotated[bool, typer.Option("--hear/--no-hear", help="read some values of each column of words with the detectors")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="print what was seen as JSON; no value is in it")] = False,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="write what was seen as an HTML page; no value is in it")] = None,
    write: Annotated[Path | None, typer.Option("--write", help="of one folder: write the project that follows, as `veil init` does")] = None,
) -> None:  # fmt: skip
    """Look at tables and say what each column seems to be: identifier, quasi-identifier, date, text, code, measure, key. No value is shown."""
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
        typer.echo(f"report   {out}", err=as_json)
    if write is not None:
        _write(Path(paths[0]), write, err=as_json)
    if any(table["failed"] for table in record["tables"]):
        raise typer.Exit(1)


def _check(paths: list[str], out: Path | None, write: Path | None) -> None:
    """Errors: PolicyError `scan-write`, `folder-missing`, `project-there`."""
    from veil.errors import PolicyError

    if write is not None and (len(paths) != 1 or not Path(paths[0]).is_dir()):
        raise PolicyError("scan-write", "--write goes with one folder", hint="veil scan FOLDER --write project.yaml")
    if write is not None and write.exists():
        raise PolicyError("project-there", "the project file is already there", where=write.name, hint="name another")
    for place in (out, write):
        if place is not None and (place.is_dir() or not place.absolute().parent.is_dir()):
            raise PolicyError(
                "folder-missing",
                "what is to be written is no file in a folder that is there",
                hint="make the folder first",
            )


def _show(record: dict[str, Any]) -> None:
    from veil.cli.screen import table
    from veil.reports.scan import column_rows, table_rows

    table("Tables", ["table", "rows looked at", "drawn from", "quasi-identifiers", "alone in them"], table_rows(record))
    table(
        "What the columns seem to be",
        ["role", "table", "column", "kind", "sure", "null", "distinct", "evidence"],
        column_rows(record),
    )
    for one in record["tables"]:
        if one["failed"]:
            typer.echo(f"not read: {one['table']} [{one['failed']}]", err=True)


def _write(folder: Path, target: Path, *, err: bool) -> None:
    from veil.discover.propose import propose
    from veil.discover.write import project_text

    target.write_text(project_text(propose(folder, "expert"), target.absolute().parent), encoding="utf-8")
    typer.echo(f"project  {target}", err=err)
