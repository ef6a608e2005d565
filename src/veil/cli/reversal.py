"""`veil reverse`, `report-verify`: restore original tables, and compare them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from veil.cli.options import OverrideLong, PassphraseFile, ProjectFile
from veil.cli.screen import say


def add_to(app: typer.Typer) -> None:
    app.command("reverse")(reverse)
    app.command("report-verify")(report_verify)


def reverse(
    project: ProjectFile,
    reason: Annotated[
        str, typer.Option("--reason", help="why; it is stored in the audit log; write nothing about a patient here")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="the folder to create; by default OUT.reversed beside the output")
    ] = None,
    override: OverrideLong = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Restore the original tables of a release. The result contains PHI (mode 0700); the audit log records the reversal."""
    from veil.cli.screen import ask_passphrase, table
    from veil.jobs.audit_events import AUDIT
    from veil.jobs.reversal import reverse as job

    reversal = job.open_reversal(project, override)
    restored = job.reverse(reversal, reversal.keys(ask_passphrase, passphrase_file), reason, out)
    rows = [
        [table["table"], column["address"], column["told"], f"{column['cells']:,}" if column["cells"] else ""]
        for table in restored.record["tables"]
        for column in table["columns"]
    ]
    table("Restored", ["table", "column", "result", "count"], rows)
    for rest in restored.record["not_restored"]:
        typer.echo(f"not restored: {rest['what']}: {rest['why']}", err=True)
    say(f"reversed {restored.out} (contains PHI)\naudit    {reversal.private / AUDIT}")


def report_verify(
    record: Annotated[
        Path, typer.Argument(help="the JSON file of `veil verify PROJECT REVERSED -o`", show_default=False)
    ],
    out: Annotated[Path | None, typer.Option("-o", "--out", help="the page; by default beside the JSON file")] = None,
) -> None:
    """Make an HTML page of a comparison by `veil verify`. It contains counts and row numbers, no value."""
    import json

    from veil.errors import PolicyError
    from veil.reports.compared import compared_page

    try:
        comparison = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise PolicyError(
            "verify-record",
            "this file is not a comparison",
            where=record.name,
            hint="veil verify PROJECT REVERSED -o verify.json",
        ) from None
    target = out or record.with_suffix(".html")
    target.write_text(compared_page(comparison), encoding="utf-8")
    say(f"page     {target}")


def compared(record: dict[str, Any], out: Path | None) -> None:
    """Print a comparison, write it as JSON, and exit 1 if something differs."""
    import json

    from veil.cli.screen import table

    columns = [
        [table["table"], column["column"], column["status"], column["told"], f"{column['mismatches']:,}"]
        for table in record["tables"]
        for column in table["columns"]
    ]
    table("Originals and restored tables", ["table", "column", "status", "rule", "count"], columns)
    for entry in record["tables"]:
        if entry["code"]:
            typer.echo(f"{entry['table']}: {entry['code']}", err=True)
    for name in record["not_compared"]:
        typer.echo(f"not compared: {name}: free text and documents cannot be reversed", err=True)
    if out is not None:
        out.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n", encoding="utf-8")
        say(f"record   {out}")
    if record["passed"]:
        say("passed: every reversible column equals the original")
    else:
        typer.echo("failed: columns differ")
        raise typer.Exit(1)
