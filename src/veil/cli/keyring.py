"""`veil keys`: make, list and rotate the keyring."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from veil.keys import Keyring, Version

app = typer.Typer(help="Make, list and rotate the keyring.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="the keyring file", show_default=False)]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="a private file whose first line is the passphrase")
]


@app.command("new")
def new(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Make a keyring with one fresh secret; the file is readable by you alone."""
    from veil.jobs.acts import ring_act
    from veil.keys import Keyring, passphrase

    file.parent.mkdir(parents=True, exist_ok=True)
    secret = passphrase(_twice, passphrase_file)
    ring = ring_act(file, "keys new", lambda: Keyring.create(file, secret))
    _show(ring.list())
    typer.echo(
        "Keep the file and its passphrase apart, and both away from the data: who has them can lead pseudonyms back."
    )


@app.command("list")
def list_(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Show the versions and key ids of a keyring; never a secret."""
    from veil.cli.screen import ask_passphrase
    from veil.keys import Keyring, passphrase

    _show(Keyring.open(file, passphrase(ask_passphrase, passphrase_file)).list())


@app.command("rotate")
def rotate(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Add a new version; old versions stay for reversal and for re-runs (`keyring: {file: ..., version: 1}`)."""
    _show(_done(file, "keys rotate", passphrase_file, lambda ring: ring.rotate()).list())


@app.command("passphrase")
def change(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Put the same secrets under another passphrase."""
    _done(file, "keys passphrase", passphrase_file, lambda ring: ring.change_passphrase(_twice()))
    typer.echo("The passphrase is changed.")


def _done(file: Path, what: str, passphrase_file: Path | None, do: Callable[[Keyring], object]) -> Keyring:
    """The keyring, once something was done with it and stands in its record."""
    from veil.cli.screen import ask_passphrase
    from veil.jobs.acts import ring_act
    from veil.keys import Keyring, passphrase

    ring = Keyring.open(file, passphrase(ask_passphrase, passphrase_file))

    def act() -> Keyring:
        do(ring)
        return ring

    return ring_act(file, what, act)


def _twice() -> str:
    import sys

    if not sys.stdin.isatty():
        return ""
    return str(typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True))


def _show(versions: list[Version]) -> None:
    from veil.cli.screen import table

    table(
        "Keyring",
        ["version", "key id", "made (UTC)"],
        [[str(one.version), one.id, one.created] for one in versions],
    )
