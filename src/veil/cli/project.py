"""`veil run`, `describe`, `test`, `verify`, `init`, `synth`, `schema`: projects and their data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from veil.jobs.session import Session
    from veil.keys import Keys

ProjectFile = Annotated[Path, typer.Argument(help="the project file", show_default=False)]
Override = Annotated[
    list[str] | None, typer.Option("-o", "--override", help="key=value, written over the project's own")
]
Workers = Annotated[
    int, typer.Option("-w", "--workers", min=1, help="processes; the output is the same from any number")
]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="a private file whose first line is the passphrase")
]


def add_to(app: typer.Typer) -> None:
    for name, command in (
        ("run", run),
        ("describe", describe),
        ("verify", verify),
        ("test", test),
        ("init", init),
        ("synth", synth),
        ("schema", schema),
    ):
        app.command(name)(command)


Protected = Annotated[
    Path | None,
    typer.Option(help="also write a page with original and result of notes side by side: it holds PHI, mode 0600"),
]


def run(
    project: ProjectFile,
    override: Override = None,
    workers: Workers = 1,
    protected: Protected = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """De-identify a project. The output appears whole and verified, or not at all."""
    from veil.cli.screen import ask_passphrase
    from veil.jobs.session import open_session

    session = open_session(project, override)
    finish(session, session.keys(ask_passphrase, passphrase_file), workers, protected)


def finish(
    session: Session, keys: Keys, workers: int, protected: Path | None, after: Callable[[Keys], None] | None = None
) -> None:
    """Run a session with a bar, tell what was done, and leave with the run's exit code."""
    from veil.cli.screen import progress
    from veil.jobs.shown import check_apart, protected_page
    from veil.stores import shown_address

    if protected is not None:
        check_apart(session, protected)
    for notice in session.plan.notices:
        typer.echo(f"note: {notice}", err=True)
    if session.plan.unclaimed:
        typer.echo(
            f"note: {session.plan.unclaimed} files of the input belong to no source and are not copied", err=True
        )
    with progress() as tell:
        outcome = session.run(keys, workers=workers, progress=tell)
    for notice in outcome.manifest["notices"]:
        if notice not in session.plan.notices:
            typer.echo(f"note: {notice}", err=True)
    summary(outcome.manifest, outcome.out)
    if session.project.publish:
        typer.echo(f"published to {shown_address(session.project.publish)}")
    if protected is not None:
        protected_page(session, keys, protected)
        typer.echo(f"shown    {protected} (it holds PHI; keep it apart from the output)")
    if after is not None:
        after(keys)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def summary(manifest: dict[str, Any], out: Path | None) -> None:
    """What was done, in a terminal's page; counts only."""
    from veil.cli.screen import table
    from veil.reports.figures import (
        by_label,
        by_source,
        check_rows,
        gone,
        happened,
        quarantine_lines,
        starred,
        uncast,
        unowned,
        unread,
        weak_lines,
    )

    table("What was done", ["source", "rows", "applied", "scanned", "kept", "dropped", "masked"], by_source(manifest))
    found = by_label(manifest)
    if found:
        table("Found in text", ["label", "count"], found)
    table("The output was read again", ["check", "count"], check_rows(manifest))
    table("What happened with each column", ["source", "what happened", "columns"], happened(manifest))
    if gone(manifest):
        typer.echo("dropped: " + ", ".join(gone(manifest)))
    for what in [*unowned(manifest), *uncast(manifest), *unread(manifest), *starred(manifest), *weak_lines(manifest)]:
        typer.echo(f"note: {what}", err=True)
    for line in quarantine_lines(manifest):
        typer.echo(line, err=True)
    if out is not None:
        typer.echo(f"output   {out}\nrecord   {out / 'veil-manifest.json'}\nreport   {out / 'veil-report.html'}")


def describe(project: ProjectFile, override: Annotated[list[str] | None, typer.Option("--override", help="key=value")] = None,
             out: Annotated[Path | None, typer.Option("-o", "--out", help="write the plan as an HTML page")] = None,
             as_json: Annotated[bool, typer.Option("--json", help="print the plan as JSON")] = False) -> None:  # fmt: skip
    """Print the plan: what becomes of every column, before anything is written."""
    import json

    from veil.cli.screen import table
    from veil.jobs.day_order import day_order_notes
    from veil.jobs.session import open_session
    from veil.reports.figures import plan_rows, search_rules

    session = open_session(project, override)
    if as_json:
        told = {"digest": session.plan.digest(), "search_rules": search_rules(session.plan), **session.plan.as_json()}
        typer.echo(json.dumps(told, indent=1, sort_keys=True))
        return
    if out is not None:
        from veil.reports.run import plan_page

        out.write_text(plan_page(session.plan, (session.project.in_, session.project.out)), encoding="utf-8")
        typer.echo(f"plan     {out}")
        return
    plan = session.plan
    typer.echo(
        f"{plan.name}: profile {plan.profile}, claims {plan.claims}, {plan.locale}, ages against {plan.reference_date}"
    )
    table("Plan", ["source", "column", "what happens", "known", "why"], plan_rows(plan))
    for notice in [*plan.notices, *search_rules(plan), *day_order_notes(plan, session.inputs)]:
        typer.echo(f"note: {notice}")
    if plan.unclaimed:
        typer.echo(f"note: {plan.unclaimed} files of the input belong to no source and are not copied")


def test(project: ProjectFile, rows: Annotated[int, typer.Option("--rows", "-r", min=1, help="rows of each source")] = 50,
         override: Override = None, passphrase_file: PassphraseFile = None) -> None:  # fmt: skip
    """Run dry on the first rows: counts only, nothing is written."""
    from veil.cli.screen import ask_passphrase
    from veil.jobs.dry import dry_run
    from veil.jobs.session import open_session

    session = open_session(project, override)
    summary(dry_run(session, session.keys(ask_passphrase, passphrase_file), rows), None)
    typer.echo("dry run: nothing was written")


def verify(
    project: ProjectFile,
    reversed_folder: Annotated[
        Path | None, typer.Argument(help="what `veil reverse` made: compare it with the originals")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="with a reversed folder: write the record of the comparison as JSON"),
    ] = None,
    override: Annotated[list[str] | None, typer.Option("--override", help="key=value")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Read a release again from outside: known identifiers, patterns, intervals, keys, rows, digests. Exit 6 on a leak.

    With a reversed folder, compare every column of reversed tables with the originals instead: exit 0 where all agree, else 1.
    """
    from veil.cli.screen import ask_passphrase, table
    from veil.jobs.again import read_again
    from veil.jobs.held import record_compared, record_verdict
    from veil.jobs.session import open_session

    if out is not None and reversed_folder is None:
        from veil.errors import PolicyError

        raise PolicyError(
            "verify-out",
            "-o goes with a folder that `veil reverse` made",
            hint="--override key=value overrides a key of the project",
        )
    session = open_session(project, override)
    if reversed_folder is not None:
        from veil.cli.reversal import compared
        from veil.jobs.compare import compare

        record = compare(session, reversed_folder)
        record_compared(session, record)
        compared(record, out)
        return
    keys = session.keys(ask_passphrase, passphrase_file)
    verdict = read_again(session, keys)
    record_verdict(session, verdict, keys)
    table(
        "The release was read again",
        ["check", "count"],
        [[check, f"{count:,}"] for check, count in sorted(verdict.counts.items())],
    )
    for place, code in verdict.leaks[:50]:
        typer.echo(f"leak: {place} [{code}]", err=True)
    if verdict.leaks:
        from veil.errors import LeakError

        raise LeakError(
            "release-leaks",
            f"{len(verdict.leaks):,} findings: this release may not be shown",
            hint="run the project again",
        )
    typer.echo("nothing was found that may not be shown")


def init(folder: Annotated[Path, typer.Argument(help="a folder of tables and notes", show_default=False)],
         out: Annotated[Path | None, typer.Option("-o", "--out", help="where to write the project file; by default beside the folder")] = None,
         profile: Annotated[str, typer.Option(help="the profile of the project")] = "expert",
         schema: Annotated[str, typer.Option(help="a schema pack, such as omop-5.4: its rules instead of guesses")] = "",
         force: Annotated[bool, typer.Option("-f", "--force", help="write over an existing file")] = False) -> None:  # fmt: skip
    """Look at a folder and propose a project: what each column seems to be, with the evidence and no value."""
    from veil.cli.screen import table
    from veil.discover.propose import propose
    from veil.discover.write import project_text, schema_text

    named = folder if folder.name not in ("", "..") else folder.resolve()
    target = out or named.parent / f"{named.name or 'project'}.yaml"
    if target.exists() and not force:
        from veil.errors import PolicyError

        raise PolicyError(
            "project-there",
            "the project file is already there",
            where=target.name,
            hint="-f writes over it, -o names another",
        )
    if schema:
        target.write_text(schema_text(folder, target.parent, profile, schema), encoding="utf-8")
        typer.echo(
            f"project  {target}\nnext     read it, then: veil keys new, veil describe {target}, veil run {target}"
        )
        return
    proposal = propose(folder, profile)
    target.write_text(project_text(proposal, target.parent), encoding="utf-8")
    table("What the columns seem to be", ["source", "column", "kind", "sure", "evidence"], proposal.rows())
    typer.echo(f"project  {target}\nnext     read it, then: veil keys new, veil describe {target}, veil run {target}")


def synth(patients: Annotated[int, typer.Option("-n", "--patients", min=1, help="how many patients")] = 100,
          out: Annotated[Path, typer.Option("-o", "--out", help="the folder to make")] = Path("hospital"),
          seed: Annotated[int, typer.Option(help="another seed, another hospital")] = 1,
          labs: Annotated[int | None, typer.Option(min=1, help="instead: one Parquet table of so many results, however many")] = None,
          ) -> None:  # fmt: skip
    """Make a synthetic hospital: tables, notes, and the exact gold spans of every note."""
    from veil.cli.screen import progress
    from veil.synth import make_hospital, make_labs

    with progress() as tell:
        if labs is not None:
            make_labs(out, labs, seed=seed, progress=lambda done, whole: tell("making results", done, whole))
            typer.echo(
                f"labs {out}: {labs} results; next: veil keys new {out / 'labs.key'}, veil run {out / 'labs.yaml'}"
            )
            return
        made = make_hospital(out, patients, seed=seed, progress=tell)
    typer.echo(f"hospital {out}: " + ", ".join(f"{count} {what}" for what, count in made.items()))


def schema(
    out: Annotated[Path | None, typer.Option("-o", "--out", help="a file; by default the terminal")] = None,
) -> None:
    """Print the JSON Schema of project files, for editors."""
    import json

    from veil.policy.project import json_schema

    text = json.dumps(json_schema(), indent=1)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
