"""`veil notes` and `veil find`: text without a project file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="a private file whose first line is the passphrase")
]


def add_to(app: typer.Typer) -> None:
    app.command("notes")(notes)
    app.command("find")(find)


def notes(
    inp: Annotated[Path, typer.Option("-i", "--in", help="a folder of text notes", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="the folder to make", show_default=False)],
    profile: Annotated[str, typer.Option(help="safe-harbor needs no key; expert needs a keyring")] = "safe-harbor",
    subjects: Annotated[
        Path | None, typer.Option("-s", "--subjects", help="TSV or CSV: file name, subject; else each file is its own")
    ] = None,
    known: Annotated[
        Path | None, typer.Option("-k", "--known", help="CSV: subject, kind, value: identifiers to seek in their notes")
    ] = None,
    keyring: Annotated[Path | None, typer.Option(help="the keyring file")] = None,
    locale: Annotated[str, typer.Option(help="en-US is month-first, en-GB day-first")] = "en-US",
    protected: Annotated[
        Path | None, typer.Option(help="a page with original and result side by side: it holds PHI, mode 0600")
    ] = None,
    workers: Annotated[int, typer.Option("-w", "--workers", min=1)] = 1,
    passphrase_file: PassphraseFile = None,
) -> None:
    """De-identify a folder of text notes with no project file."""
    from veil.cli.project import finish
    from veil.cli.screen import ask_passphrase
    from veil.jobs.notes import notes_session

    session = notes_session(inp, out, profile, subjects=subjects, known=known, keyring=keyring, locale=locale)
    finish(session, session.keys(ask_passphrase, passphrase_file), workers, protected)


def find(
    file: Annotated[
        Path | None,
        typer.Argument(help="a text file; by default standard input", show_default=False, exists=True, dir_okay=False),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help='{"id","text"} a line in, {"id","spans"} a line out')] = False,
    everything: Annotated[bool, typer.Option("--all", help="every span, also those that Safe Harbor keeps")] = False,
    detectors: Annotated[list[str] | None, typer.Option("-d", "--detector", help="only these detectors")] = None,
) -> None:
    """Show what would be found: coloured in a terminal, or as JSON lines."""
    import sys

    from veil.jobs.find import Finder, answer_lines

    finder = Finder(everything=everything, detectors=detectors)
    source = file.open("rb") if file is not None else sys.stdin.buffer
    if jsonl:
        bad = answer_lines(finder, source, sys.stdout)
        if bad:
            raise typer.Exit(4)
        return
    _shown(finder, source.read())


def _shown(finder: object, data: bytes) -> None:
    from rich.console import Console
    from rich.text import Text as Line

    from veil.formats.encodings import decode, encoding_of
    from veil.jobs.find import Finder

    assert isinstance(finder, Finder)
    text = decode(data, encoding_of(data), "input")
    shown = Line(text)
    spans = finder.find([text])[0]
    for span in spans:
        shown.stylize(f"bold {COLOURS[hash_of(span.label.value) % len(COLOURS)]} underline", span.start, span.end)
    console = Console(highlight=False)
    console.print(shown)
    for span in spans:
        console.print(
            f"[dim]{span.start:>7}-{span.end:<7}[/dim] {span.label.value:<12} {span.score:.2f}  {span.source}"
        )


COLOURS = (
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "bright_red",
    "bright_green",
    "bright_blue",
    "bright_magenta",
)


def hash_of(word: str) -> int:
    """The same colour for the same label in every run."""
    return sum(ord(char) * (i + 1) for i, char in enumerate(word))
