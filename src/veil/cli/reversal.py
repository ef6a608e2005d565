"""`veil reverse`, `report-verify`: the way back, and whether it was one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer


def add_to(app: typer.Typer) -> None:
    app.command("reverse")(reverse)
    app.command("report-verify")(report_verify)


def reverse(
    project: Annotated[Path, typer.Argument(help="the project file", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="why: it goes into the audit record; say nothing of a person in it")],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="the folder to make; by default OUT.reversed beside the output")] = None,
    override: Annotated[list[str] | None, typer.Option("--override", help="key=value, written over the project's own")] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option("--passphrase-file", help="a private file whose first line is the passphrase")
    ] = None,
) -> None:  # fmt: skip
    """Bring the tables of a release back to what they came from. It holds PHI: mode 0700; the act is recorded."""
    from veil.cli.screen import ask_passphrase, table
    from veil.jobs import reverse as job
    from veil.jobs.acts import AUDIT

    reversal = job.open_reversal(project, override)
    restored = job.reverse(reversal, reversal.keys(ask_passphrase, passphrase_file), reason, out)
    rows = [
        [one["table"], column["address"], column["told"], f"{column['cells']:,}" if column["cells"] else ""]
        for one in restored.record["tables"]
        for column in one["columns"]
    ]
    table("What came back", ["table", "column", "what became of it", "count"], rows)
    for one in restored.record["not_restored"]:
        typer.echo(f"not restored: {one['what']}: {one['why']}", err=True)
    typer.echo(f"reversed {restored.out} (it holds PHI)\nrecord   {reversal.private / AUDIT}")


def report_verify(
    record: Annotated[Path, typer.Argument(help="the JSON of `veil verify PROJECT REVERSED`", show_default=False)],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="the page; by default beside the record")] = None,
) -> None:
    """Make the HTML page of a comparison. It holds counts and numbers of rows, no value."""
    import json

    from veil.errors import PolicyError
    from veil.reports.compared import compared_page

    try:
        held = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PolicyError("verify-record", "this is no record of a comparison", where=record.name,
                          hint="veil verify PROJECT REVERSED -o verify.json") from None  # fmt: skip
    target = out or record.with_suffix(".html")
    target.write_text(compared_page(held), encoding="utf-8")
    typer.echo(f"page     {target}")


def compared(record: dict[str, Any], out: Path | None) -> None:
    """Tell a comparison, write its record, and leave with 1 where something differs."""
    import json

    from veil.cli.screen import table

    columns = [
        [one["table"], column["column"], column["status"], column["told"], f"{column['mismatches']:,}"]
        for one in record["tables"]
        for column in one["columns"]
    ]
    table("Originals against what was brought back", ["table", "column", "status", "its rule", "count"], columns)
    for one in record["tables"]:
        if one["code"]:
            typer.echo(f"{one['table']}: {one['code']}", err=True)
    for name in record["not_compared"]:
        typer.echo(f"not compared: {name}: free text and documents have no way back", err=True)
    if out is not None:
        out.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        typer.echo(f"record   {out}")
    typer.echo("pass: every column that has a way back is as it was" if record["passed"] else "mismatch")
    if not record["passed"]:
        raise typer.Exit(1)
