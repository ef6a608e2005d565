"""`veil import`: projects from the configurations of other tools."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veil.cli.options import PassphraseFile
from veil.cli.screen import say

if TYPE_CHECKING:
    from veil.importers.cleared import Cleared
    from veil.importers.write import ProjectPaths
    from veil.keys import Keys

app = typer.Typer(help="Convert the configuration of another tool.", no_args_is_help=True)


@app.command("cleared")
def cleared(
    config: Annotated[
        Path, typer.Argument(help="a configuration of Cleared, with or without defaults:", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="the project file to write; by default CONFIG-veil.yaml, beside it"),
    ] = None,
    maps: Annotated[
        Path | None,
        typer.Option(
            help="a folder with its reference tables: encrypt and reuse them, so that old pseudonyms and shifts stay the same"
        ),
    ] = None,
    override: Annotated[
        list[str] | None,
        typer.Option("--override", help="key=value, +key=value or ~key: override the configuration; may be repeated"),
    ] = None,
    keyring: Annotated[str, typer.Option(help="the keyring that the project names, relative to it")] = "veil.key",
    force: Annotated[bool, typer.Option("-f", "--force", help="overwrite an existing file")] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Convert a configuration of Cleared into a project. Comments explain each line and what is safer here."""
    from veil.importers.cleared import read_cleared
    from veil.importers.columns_without_rule import look
    from veil.importers.maps import read_maps
    from veil.importers.write import write_project

    target = out or config.with_name(f"{config.stem}-veil.yaml")
    if target.exists() and not force:
        from veil.errors import PolicyError

        raise PolicyError(
            "project-there",
            "the project file exists already",
            where=target.name,
            hint="-f overwrites it; -o FILE writes another file",
        )
    read = read_cleared(config, override)
    data, places = _places(read, config, target, keyring)
    seen = look(data) if data.is_dir() else {}
    mappings = read_maps(maps, read) if maps is not None else {}
    whole = {uid: mapping.whole for uid, mapping in mappings.items()}
    written = write_project(read, config.name, places, seen, whole, sealed=maps is not None)
    if maps is not None:
        from veil.importers.maps import seal
        from veil.jobs.audit_events import key_act
        from veil.keys import Vault

        keys = _keys(target.parent / keyring, passphrase_file)
        vault = Vault.open(target.parent / f"{keyring}.vault", keys)
        shifts = key_act(
            target.parent / keyring,
            "maps sealed",
            lambda: seal(maps, read, written.people, mappings, vault, written.notes),
            lambda _: keys,
        )
        vault.close()
        again = write_project(read, config.name, places, seen, whole, offsets=shifts, sealed=True)
        written.text = again.text
    target.write_text(written.text, encoding="utf-8")
    _report(written.notes.taken, written.notes.safer, written.notes.none)
    say(f"project  {target}\nnext     check it, then: veil keys new, veil describe {target}, veil run {target}")


def _places(read: Cleared, config: Path, target: Path, keyring: str) -> tuple[Path, ProjectPaths]:
    """Where the data is, and what the project says: paths begin where one stands, as Cleared has it, else beside the configuration."""
    from veil.importers.write import ProjectPaths, out_folder

    written = Path(read.data.path or ".").expanduser()
    base = Path() if written.exists() or not (config.parent / written).exists() else config.parent
    data = base / written
    wished = base / Path(read.out.path).expanduser() if read.out.path else target.parent / "release"
    out, moved = out_folder(wished, data)

    def said(path: Path, stated: str) -> str:
        return str(path) if Path(stated).is_absolute() else Path(os.path.relpath(path, target.parent)).as_posix()

    return data, ProjectPaths(said(data, read.data.path), said(out, read.out.path), keyring, moved)


def _keys(keyring: Path, passphrase_file: Path | None) -> Keys:
    from veil.cli.screen import ask_passphrase
    from veil.errors import KeyringError
    from veil.keys import Keyring, passphrase

    if not keyring.is_file():
        raise KeyringError(
            "keyring-first",
            "the old reference tables are encrypted with a keyring, and the keyring does not exist",
            where=keyring.name,
            hint="veil keys new FILE, then --keyring FILE, relative to the project",
        )
    return Keyring.open(keyring, passphrase(ask_passphrase, passphrase_file)).keys()


def _report(taken: dict[str, None], safer: dict[str, None], none: dict[str, None]) -> None:
    for title, said in (("converted", taken), ("converted, now safer", safer), ("no equivalent", none)):
        for line in said:
            say(f"{title:<22} {line}")
