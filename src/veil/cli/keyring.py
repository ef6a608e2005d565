"""`veil keys`: create, list and rotate keyrings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veil.cli.options import AsJson, PassphraseFile
from veil.cli.screen import say

if TYPE_CHECKING:
    from veil.keys import Keyring, Version

app = typer.Typer(help="Create, list and rotate keyrings.", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="the keyring file", show_default=False)]


@app.command("new")
def new(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Create a keyring with a new random key. Only you can read the file."""
    from veil.jobs.audit_events import ring_act
    from veil.keys import Keyring, passphrase

    file.parent.mkdir(parents=True, exist_ok=True)
    secret = passphrase(_twice, passphrase_file)
    ring = ring_act(file, "keys new", lambda: Keyring.create(file, secret))
    _show(ring.list())
    say(
        "Store the file and its passphrase in separate places, both apart from the data: together they can reverse pseudonyms."
    )


@app.command("list")
def list_(file: File, as_json: AsJson = False, passphrase_file: PassphraseFile = None) -> None:
    """List the versions and key ids of a keyring. No secret is shown."""
    from veil.cli.screen import ask_passphrase
    from veil.keys import Keyring, passphrase

    versions = Keyring.open(file, passphrase(ask_passphrase, passphrase_file)).list()
    if as_json:
        import json

        typer.echo(json.dumps([dataclasses.asdict(version) for version in versions], indent=1))
    else:
        _show(versions)


@app.command("rotate")
def rotate(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Add a new key version. Old versions stay, for reversal and for re-runs (`keyring: {file: ..., version: 1}`)."""
    _show(_done(file, "keys rotate", passphrase_file, lambda ring: ring.rotate()).list())


@app.command("passphrase")
def change(file: File, passphrase_file: PassphraseFile = None) -> None:
    """Change the passphrase. The keys stay the same."""
    _done(file, "keys passphrase", passphrase_file, lambda ring: ring.change_passphrase(_twice()))
    say("The passphrase was changed.")


def _done(file: Path, what: str, passphrase_file: Path | None, do: Callable[[Keyring], object]) -> Keyring:
    """The keyring, after an action that its audit log records."""
    from veil.cli.screen import ask_passphrase
    from veil.jobs.audit_events import ring_act
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
        ["version", "key id", "created (UTC)"],
        [[str(version.version), version.id, version.created] for version in versions],
    )
