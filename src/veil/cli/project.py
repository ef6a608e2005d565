"""`veil run`, `describe`, `test`, `verify`, `init`, `synth`, `schema`: projects and their data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from veil.cli.options import AsJson, Override, OverrideLong, PassphraseFile, ProjectFile, Workers
from veil.cli.screen import Quiet, progress, say, table

if TYPE_CHECKING:
    from veil.jobs.release.assemble import Outcome
    from veil.jobs.session import Session
    from veil.keys import Keys


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
    typer.Option(help="also write a page with original and result side by side: contains PHI, mode 0600"),
]


def run(
    project: ProjectFile,
    override: Override = None,
    workers: Workers = 1,
    protected: Protected = None,
    as_json: AsJson = False,
    quiet: Quiet = False,  # noqa: ARG001  read by its callback
    passphrase_file: PassphraseFile = None,
) -> None:
    """De-identify a project. The output is complete and verified, or there is none."""
    from veil.cli.screen import ask_passphrase

    session = opened(project, override)
    finish(session, session.keys(ask_passphrase, passphrase_file), workers, protected, as_json=as_json)


def opened(project: Path, override: list[str] | None) -> Session:
    """The compiled project; from here on `--debug` may show tracebacks if its data is declared synthetic."""
    from veil.cli.screen import OUTPUT
    from veil.jobs.session import open_session

    session = open_session(project, override)
    OUTPUT.synthetic = session.project.synthetic
    return session


def finish(
    session: Session,
    keys: Keys,
    workers: int,
    protected: Path | None,
    after: Callable[[Keys], None] | None = None,
    *,
    as_json: bool = False,
) -> None:
    """Run a session with a progress bar, print the result, and exit with the run's exit code."""
    from veil.jobs.texts.protected_page import check_apart, protected_page
    from veil.stores import shown_address

    if protected is not None:
        check_apart(session, protected)
    outcome = _run(session, keys, workers)
    if as_json:
        typer.echo(json.dumps(outcome.manifest, indent=1, sort_keys=True))
    else:
        summary(outcome.manifest, outcome.out)
    if session.project.publish:
        typer.echo(f"published to {shown_address(session.project.publish)}", err=as_json)
    if protected is not None:
        protected_page(session, keys, protected)
        typer.echo(f"protected {protected} (contains PHI; store it apart from the output)", err=as_json)
    if after is not None:
        after(keys)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


def _run(session: Session, keys: Keys, workers: int) -> Outcome:
    """The run, with a progress bar; notices of the plan go before it, those of the run after it."""
    known = list(session.plan.notices)
    if session.plan.unclaimed:
        known.append(f"{session.plan.unclaimed} input files match no source and are not copied")
    for notice in known:
        typer.echo(f"note: {notice}", err=True)
    with progress() as tell:
        outcome = session.run(keys, workers=workers, progress=tell)
    for notice in outcome.manifest["notices"]:
        if notice not in known:
            typer.echo(f"note: {notice}", err=True)
    return outcome


def summary(manifest: dict[str, Any], out: Path | None) -> None:
    """The result of a run as tables; counts only."""
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
    table("Checks of the output", ["check", "count"], check_rows(manifest))
    table("What happened with each column", ["source", "what happened", "columns"], happened(manifest))
    if gone(manifest):
        say("dropped: " + ", ".join(gone(manifest)))
    for what in [*unowned(manifest), *uncast(manifest), *unread(manifest), *starred(manifest), *weak_lines(manifest)]:
        typer.echo(f"note: {what}", err=True)
    for line in quarantine_lines(manifest):
        typer.echo(line, err=True)
    if out is not None:
        say(f"output   {out}\nmanifest {out / 'veil-manifest.json'}\nreport   {out / 'veil-report.html'}")


def describe(
    project: ProjectFile,
    override: OverrideLong = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="write the plan as an HTML page")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the plan as JSON")] = False,
) -> None:
    """Print the plan: what happens to each column. Nothing is written."""
    from veil.jobs.work.day_order import day_order_notes
    from veil.reports.figures import plan_rows, search_rules

    session = opened(project, override)
    if as_json:
        described = {
            "digest": session.plan.digest(),
            "search_rules": search_rules(session.plan),
            **session.plan.as_json(),
        }
        typer.echo(json.dumps(described, indent=1, sort_keys=True))
        return
    if out is not None:
        from veil.reports.run import plan_page

        out.write_text(plan_page(session.plan, (session.project.in_, session.project.out)), encoding="utf-8")
        typer.echo(f"plan     {out}")
        return
    plan = session.plan
    typer.echo(
        f"{plan.name}: profile {plan.profile}, claims {plan.claims}, {plan.locale}, ages on {plan.reference_date}"
    )
    table("Plan", ["source", "column", "what happens", "known", "why"], plan_rows(plan))
    for notice in [*plan.notices, *search_rules(plan), *day_order_notes(plan, session.inputs)]:
        typer.echo(f"note: {notice}")
    if plan.unclaimed:
        typer.echo(f"note: {plan.unclaimed} input files match no source and are not copied")


def test(
    project: ProjectFile,
    rows: Annotated[int, typer.Option("--rows", "-r", min=1, help="how many rows of each source to read")] = 50,
    override: Override = None,
    as_json: AsJson = False,
    quiet: Quiet = False,  # noqa: ARG001
    passphrase_file: PassphraseFile = None,
) -> None:
    """Try a project on its first rows. Prints counts; nothing is written."""
    from veil.cli.screen import ask_passphrase
    from veil.jobs.dry_run import dry_run

    session = opened(project, override)
    manifest = dry_run(session, session.keys(ask_passphrase, passphrase_file), rows)
    if as_json:
        typer.echo(json.dumps(manifest, indent=1, sort_keys=True))
    else:
        summary(manifest, None)
        say("dry run: nothing was written")


def verify(
    project: ProjectFile,
    reversed_folder: Annotated[
        Path | None, typer.Argument(help="a folder from `veil reverse`: compare it with the originals instead")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="with a reversed folder: write the comparison as JSON"),
    ] = None,
    override: OverrideLong = None,
    as_json: AsJson = False,
    quiet: Quiet = False,  # noqa: ARG001  read by its callback
    passphrase_file: PassphraseFile = None,
) -> None:
    """Check a release again for identifiers that remain. Also checks intervals, keys, rows and digests. Exit 6 on a leak.

    With a reversed folder, compare every column with the originals instead: exit 0 if all are equal, else 1.
    """
    from veil.cli.screen import ask_passphrase
    from veil.jobs.checks.record_verify import record_compared, record_verdict
    from veil.jobs.checks.verify_release import read_again

    if out is not None and reversed_folder is None:
        from veil.errors import PolicyError

        raise PolicyError(
            "verify-out",
            "-o needs a folder from `veil reverse`",
            hint="to override a key of the project: --override key=value",
        )
    session = opened(project, override)
    if reversed_folder is not None:
        from veil.cli.reversal import compared
        from veil.jobs.reversal.compare import compare

        record = compare(session, reversed_folder)
        record_compared(session, record)
        compared(record, out)
        return
    keys = session.keys(ask_passphrase, passphrase_file)
    verdict = read_again(session, keys)
    record_verdict(session, verdict, keys)
    counts = sorted(verdict.counts.items())
    if as_json:
        leaks = [{"where": place, "code": code} for place, code in verdict.leaks]
        typer.echo(json.dumps({"counts": dict(counts), "leaks": leaks}, indent=1))
    else:
        table("Checks of the release", ["check", "count"], [[check, f"{count:,}"] for check, count in counts])
    for place, code in verdict.leaks[:50]:
        typer.echo(f"leak: {place} [{code}]", err=True)
    if verdict.leaks:
        from veil.errors import LeakError

        raise LeakError(
            "release-leaks",
            f"{len(verdict.leaks):,} problems found: do not share this release",
            hint="mend the rules and run the project again",
        )
    if not as_json:
        say("problems found: 0")


def init(
    folder: Annotated[Path, typer.Argument(help="a folder of tables and notes", show_default=False)],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="the project file to write; by default beside the folder")
    ] = None,
    profile: Annotated[str, typer.Option(help="the profile of the project")] = "expert",
    schema: Annotated[str, typer.Option(help="use a schema pack, such as omop-5.4, instead of detection")] = "",
    force: Annotated[bool, typer.Option("-f", "--force", help="overwrite an existing file")] = False,
) -> None:
    """Propose a project for a folder of tables and notes. Shows what each column seems to be, without values."""
    from veil.discover.propose import propose
    from veil.discover.write import project_text, schema_text

    named = folder if folder.name not in ("", "..") else folder.resolve()
    target = out or named.parent / f"{named.name or 'project'}.yaml"
    if target.exists() and not force:
        from veil.errors import PolicyError

        raise PolicyError(
            "project-there",
            "the project file exists already",
            where=target.name,
            hint="-f overwrites it; -o FILE writes another file",
        )
    if schema:
        target.write_text(schema_text(folder, target.parent, profile, schema), encoding="utf-8")
        typer.echo(
            f"project  {target}\nnext     check it, then: veil keys new, veil describe {target}, veil run {target}"
        )
        return
    proposal = propose(folder, profile)
    target.write_text(project_text(proposal, target.parent), encoding="utf-8")
    table("Columns", ["source", "column", "detected as", "confidence", "evidence"], proposal.rows())
    typer.echo(f"project  {target}\nnext     check it, then: veil keys new, veil describe {target}, veil run {target}")


def synth(
    patients: Annotated[int, typer.Option("-n", "--patients", min=1, help="how many patients")] = 100,
    out: Annotated[Path, typer.Option("-o", "--out", help="the folder to create")] = Path("hospital"),
    seed: Annotated[int, typer.Option(help="random seed")] = 1,
    labs: Annotated[
        int | None, typer.Option(min=1, help="instead: one Parquet table with this many laboratory results")
    ] = None,
    quiet: Quiet = False,  # noqa: ARG001
) -> None:
    """Create a synthetic hospital: tables, notes and gold spans."""
    from veil.synth import make_hospital, make_labs

    with progress() as tell:
        if labs is not None:
            make_labs(out, labs, seed=seed, progress=lambda done, whole: tell("making results", done, whole))
            say(f"labs {out}: {labs} results; next: veil keys new {out / 'labs.key'}, veil run {out / 'labs.yaml'}")
            return
        counts = make_hospital(out, patients, seed=seed, progress=tell)
    say(f"hospital {out}: " + ", ".join(f"{count} {what}" for what, count in counts.items()))


def schema(
    out: Annotated[Path | None, typer.Option("-o", "--out", help="a file; by default standard output")] = None,
) -> None:
    """Print the JSON Schema of project files, for editors."""
    from veil.policy.json_schema import json_schema

    text = json.dumps(json_schema(), indent=1)
    if out is None:
        typer.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
