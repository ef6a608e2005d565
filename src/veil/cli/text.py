"""`veil notes` and `veil find`: text without a project file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veil.cli.options import AsJson, PassphraseFile, Workers
from veil.cli.screen import Quiet, say

if TYPE_CHECKING:
    from veil.jobs.session import Session
    from veil.keys import Keys

Detectors = Annotated[
    list[str] | None, typer.Option("-d", "--detector", help="use only this detector; may be repeated")
]
Filters = Annotated[
    Path | None,
    typer.Option(
        "-f", "--filters", help="a Philter filter file, such as philter_one.json, in addition to the detectors"
    ),
]
Model = Annotated[
    Path | None, typer.Option("--model", help="a folder with your own model, in addition to the detectors")
]
Safelist = Annotated[
    bool, typer.Option("--safelist", help="also mask every word and number that is not known to be safe")
]
Allow = Annotated[
    list[str] | None,
    typer.Option("--allow", help="never mask this: a word, re:PATTERN (RE2) or @FILE with one a line; may be repeated"),
]
Deny = Annotated[
    list[str] | None,
    typer.Option("--deny", help="always mask this: a word, re:PATTERN (RE2) or @FILE with one a line; may be repeated"),
]


def add_to(app: typer.Typer) -> None:
    app.command("notes")(notes)
    app.command("find")(find)
    app.command("words")(words)


def notes(
    inp: Annotated[Path, typer.Option("-i", "--in", help="a folder of text notes", show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help="the folder to create", show_default=False)],
    profile: Annotated[str, typer.Option(help="safe-harbor needs no key; expert needs a keyring")] = "safe-harbor",
    subjects: Annotated[
        Path | None,
        typer.Option(
            "-s",
            "--subjects",
            help="TSV or CSV with file name and patient; by default each file is a patient of its own",
        ),
    ] = None,
    known: Annotated[
        Path | None,
        typer.Option(
            "-k", "--known", help="CSV with patient, kind, value: known identifiers to search for in the notes"
        ),
    ] = None,
    keyring: Annotated[Path | None, typer.Option(help="the keyring file")] = None,
    locale: Annotated[str, typer.Option(help="en-US is month-first, en-GB day-first")] = "en-US",
    detectors: Detectors = None,
    filters: Filters = None,
    model: Model = None,
    safelist: Safelist = False,
    allow: Allow = None,
    deny: Deny = None,
    protected: Annotated[
        Path | None, typer.Option(help="write a page with original and result side by side: contains PHI, mode 0600")
    ] = None,
    masked_words: Annotated[
        Path | None,
        typer.Option(
            "--masked-words", help="write an encrypted list of masked words with label and count: contains PHI"
        ),
    ] = None,
    workers: Workers = 1,
    as_json: AsJson = False,
    quiet: Quiet = False,  # noqa: ARG001  read by its callback
    passphrase_file: PassphraseFile = None,
) -> None:
    """De-identify a folder of text notes without a project file."""
    from veil.cli.project import finish
    from veil.cli.screen import ask_passphrase
    from veil.jobs.texts.notes import notes_session
    from veil.jobs.texts.text_options import Search

    search = Search(detectors, filters, safelist, allow or (), deny or (), model)
    session = notes_session(
        inp, out, profile, subjects=subjects, known=known, keyring=keyring, locale=locale, search=search
    )
    after = words_kept(session, masked_words, passphrase_file) if masked_words is not None else None
    finish(session, session.keys(ask_passphrase, passphrase_file), workers, protected, after, as_json=as_json)


def words_kept(session: Session, target: Path, passphrase_file: Path | None) -> Callable[[Keys], None]:
    """A function that writes the list of masked words after the run; the passphrase is asked for before.

    Errors:  PolicyError `protected-inside`, KeyringError `passphrase-missing`.
    """
    from veil.cli.screen import ask_passphrase
    from veil.jobs.texts.masked_words import keep_words
    from veil.jobs.texts.protected_page import check_apart
    from veil.keys import passphrase

    check_apart(session, target)
    secret = passphrase(ask_passphrase, passphrase_file)

    def keep(keys: Keys) -> None:
        keep_words(session, keys, target, secret)
        say(f"words    {target} (contains PHI; `veil words` opens it with the passphrase of this run)")

    return keep


def words(
    file: Annotated[Path, typer.Argument(help="a list that `veil notes --masked-words` wrote", show_default=False)],
    most: Annotated[int, typer.Option("-n", "--most", min=1, help="how many lines, the most frequent first")] = 200,
    label: Annotated[str | None, typer.Option("-l", "--label", help="only this label")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Print a list of masked words (contains PHI). Columns: count, label, detector, word; separated by tabs."""
    from veil.cli.screen import ask_passphrase
    from veil.jobs.texts.masked_words import kept_words
    from veil.keys import passphrase
    from veil.model import label_of

    rows = kept_words(file, passphrase(ask_passphrase, passphrase_file))
    wanted = label_of(label).value if label is not None else None
    for row in [row for row in rows if wanted in (None, row.label)][:most]:
        typer.echo(f"{row.times}\t{row.label}\t{row.source}\t{row.word}")


def find(
    file: Annotated[
        Path | None,
        typer.Argument(help="a text file; by default standard input", show_default=False, exists=True, dir_okay=False),
    ] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help='read lines of {"id","text"}, write lines of {"id","spans"}')
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="show every identifier, also those that Safe Harbor keeps")
    ] = False,
    detectors: Detectors = None,
    filters: Filters = None,
    model: Model = None,
    safelist: Safelist = False,
    allow: Allow = None,
    deny: Deny = None,
) -> None:
    """Show the identifiers in a text, in colour or as JSON lines."""
    import sys
    from contextlib import nullcontext

    from veil.jobs.texts.find import Finder, answer_lines
    from veil.jobs.texts.text_options import Search

    finder = Finder(everything=everything, search=Search(detectors, filters, safelist, allow or (), deny or (), model))
    with file.open("rb") if file is not None else nullcontext(sys.stdin.buffer) as source:
        if jsonl:
            bad = answer_lines(finder, source, sys.stdout)
            _warn_of_unread(finder.unread)
            if bad:
                raise typer.Exit(4)
            return
        _shown(finder, source.read())


def _shown(finder: object, data: bytes) -> None:
    from rich.console import Console
    from rich.text import Text as Line

    from veil.formats.encodings import encoding_of, read_text
    from veil.jobs.texts.find import Finder

    assert isinstance(finder, Finder)
    text = read_text(data, encoding_of(data), "input")
    shown = Line(text)
    spans = finder.find([text])[0]
    finder.languages([text])
    _warn_of_unread(finder.unread)
    for span in spans:
        shown.stylize(f"bold {COLOURS[hash_of(span.label.value) % len(COLOURS)]} underline", span.start, span.end)
    console = Console(highlight=False)
    console.print(shown)
    for span in spans:
        console.print(
            f"[dim]{span.start:>7}-{span.end:<7}[/dim] {span.label.value:<12} {span.score:.2f}  {span.origin}"
        )


def _warn_of_unread(unread: Mapping[str, int]) -> None:
    """Warn on standard error of texts in languages that Veil does not read."""
    if unread:
        each = ", ".join(f"{code} {count}" for code, count in sorted(unread.items()))
        typer.echo(
            f"warning: texts in a language that Veil does not read ({each}): most identifiers in them are not found",
            err=True,
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
