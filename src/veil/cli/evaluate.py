"""`veil evaluate`: predictions against annotated notes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from veil.cli.screen import say


def add_to(app: typer.Typer) -> None:
    app.command("evaluate")(evaluate)


def evaluate(
    gold: Annotated[
        Path,
        typer.Option(
            "--gold", help="annotated notes: JSON lines, i2b2 XML, brat; a file or a folder", show_default=False
        ),
    ],
    pred: Annotated[
        Path | None,
        typer.Option(
            "--pred",
            help="predictions: the same formats, `veil find --jsonl` lines, or texts masked with `*`; by default Veil detects",
        ),
    ] = None,
    label_map: Annotated[
        Path | None,
        typer.Option("--map", help="TOML, YAML or JSON: what each label of gold means; `drop` ignores a label"),
    ] = None,
    curation: Annotated[
        bool,
        typer.Option(
            "--curation/--no-curation", help="ignore what Safe Harbor permits: ages under 90, years, states ..."
        ),
    ] = True,
    everything: Annotated[
        bool, typer.Option("--all", help="detect every identifier, also those that Safe Harbor keeps")
    ] = False,
    detectors: Annotated[
        list[str] | None, typer.Option("-d", "--detector", help="use only these detectors; may be repeated")
    ] = None,
    model: Annotated[Path | None, typer.Option("--model", help="also use the model in this folder")] = None,
    draws: Annotated[
        int, typer.Option("--draws", min=100, max=100_000, help="bootstrap samples for each interval")
    ] = 1000,
    as_json: Annotated[bool, typer.Option("--json", help="print the figures as JSON; contains no value")] = False,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="write the figures as an HTML page; contains no value")
    ] = None,
    errors: Annotated[
        Path | None,
        typer.Option(
            "--errors",
            help="write a page with each leak and false alarm in context into this folder: contains PHI, mode 0600",
        ),
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write", help="write the predictions as annotations into this new folder: contains PHI, mode 0600"
        ),
    ] = None,
    form: Annotated[str, typer.Option("--as", help="the format of --write: i2b2, brat or jsonl")] = "i2b2",
    want: Annotated[
        str, typer.Option("--want", help="thresholds, such as chars=99.9,notes=99.3,other=0.3; exit 1 if one is missed")
    ] = "",
) -> None:
    """Measure detection against annotated notes. The figures contain no value."""
    from veil.cli.screen import progress
    from veil.errors import PolicyError
    from veil.jobs.texts.evaluate import check_targets, compared, errors_page, record_of, write_marks
    from veil.jobs.texts.find import Finder
    from veil.jobs.texts.text_options import Search
    from veil.measure.curate import LabelMap, read_map
    from veil.measure.figures import short_of, wanted

    thresholds = wanted(want)
    if pred is not None and (everything or detectors or model):
        raise PolicyError(
            "evaluate-options",
            "--all, --detector and --model cannot be combined with --pred",
            hint="remove --pred to let Veil detect, or remove the other options",
        )
    check_targets([gold, pred], out, errors, write, form)
    labels = read_map(label_map) if label_map is not None else LabelMap()
    finder = Finder(everything=everything, search=Search(detectors, model=model)) if pred is None else None
    with progress() as tell:
        comparison = compared(gold, pred, labels, finder, tell, curate=curation)
        record = record_of(comparison, draws, tell)
    if write is not None:
        write_marks(comparison, write, form)
    page = errors_page(comparison, errors) if errors is not None else None
    show(record, as_json=as_json, out=out, protected=page, written=write)
    short = short_of(record["figures"]["shares"], thresholds)
    if short:
        typer.echo("below the threshold: " + ", ".join(f"{name} {thresholds[name]:g}" for name in short), err=True)
        raise typer.Exit(1)


def show(
    record: dict[str, Any], *, as_json: bool, out: Path | None, protected: Path | None, written: Path | None
) -> None:
    """Tables or JSON on standard output; the paths of written pages on standard error if that is JSON."""
    import json

    from veil.reports.evaluation import evaluation_page

    if as_json:
        typer.echo(json.dumps(record, indent=1))
    else:
        _tables(record)
    if out is not None:
        out.write_text(evaluation_page(record), encoding="utf-8")
        say(f"report   {out}", err=as_json)
    if written is not None:
        say(f"written  {written} (contains PHI)", err=as_json)
    if protected is not None:
        say(f"errors   {protected} (contains PHI; store it apart from any release)", err=as_json)


def _tables(record: dict[str, Any]) -> None:
    from veil.cli.screen import table
    from veil.reports.evaluation import found_by, label_rows, rule_of_three, share_rows
    from veil.reports.percent import percent

    gold, figures = record["gold"], record["figures"]
    say(f"{found_by(record)} against {gold['notes']:,} notes with {gold['spans']:,} annotations ({gold['format']})")
    table("Figures", ["figure", "share", "95 % interval", "meaning"], [list(row) for row in share_rows(record)])
    rows = [
        [
            name,
            f"{row['tp'] + row['fn']:,}",
            percent(row["recall"]),
            " to ".join(f"{end:.2f}" for end in ends or ()),
            f"{row['leaks']:,}",
            f"{row['fp']:,}",
            percent(row["precision"]),
        ]
        for name, row, ends in label_rows(record)
    ]
    table("By label", ["label", "tokens", "recall", "95 % interval", "leaks", "false alarms", "precision"], rows)
    tokens, leaks = figures["tokens"], figures["leaks"]
    say(
        f"tokens   tp {tokens['tp']:,}  fn {tokens['fn']:,}  fp {tokens['fp']:,}  tn {tokens['tn']:,}  "
        f"F1 {percent(tokens['f1'])}  F2 {percent(tokens['f2'])}"
    )
    say(
        f"leaks    {leaks['spans']:,} ({leaks['per_1000_notes']:.1f} per 1,000 notes), "
        f"{leaks['missed']:,} of them not masked at all"
    )
    if record["dropped"]:
        say("ignored  " + ", ".join(f"{label} {count:,}" for label, count in record["dropped"].items()))
    if line := rule_of_three(record):
        say(f"note: {line}")
