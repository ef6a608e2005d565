"""`veil audit`: the record of acts: verify, show, export; sign a release and check it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from veil.audit import Checked
    from veil.keys import Keys

app = typer.Typer(help="The record of acts, and signatures of releases.", no_args_is_help=True)
key = typer.Typer(help="A person's own key for signatures.", no_args_is_help=True)
app.add_typer(key, name="key")

Records = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILE]...",
        help="records of acts; by default those of this folder: *.private/audit.jsonl and *.audit",
        show_default=False,
    ),
]
Release = Annotated[Path, typer.Argument(help="the folder of the release", show_default=False)]
Record = Annotated[
    Path | None,
    typer.Option("--record", help="the record of acts; by default RELEASE.private/audit.jsonl beside the release"),
]
PassphraseFile = Annotated[Path | None, typer.Option("--passphrase-file", help="a private file whose first line is the passphrase")]  # fmt: skip


@app.command("verify")
def verify(
    files: Records = None,
    keyring: Annotated[Path | None, typer.Option(help="also hold the seals against the keys of this keyring: tells what one without it wrote")] = None,
    expect: Annotated[list[str] | None, typer.Option("--expect", help="N:HASH of a record, kept elsewhere; of one file, many times")] = None,
    passphrase_file: PassphraseFile = None,
) -> None:  # fmt: skip
    """Hold a record of acts against itself, its head and its seals; name the first entry that does not hold. Exit 6 where one does not."""
    from veil.audit import verify_chain
    from veil.errors import Error, LeakError

    paths, anchors = _records(files), _anchors(expect)
    if anchors and len(paths) != 1:
        _one_file()
    seals, bad = _seals(keyring, passphrase_file), []
    for path in paths:
        try:
            checked = verify_chain(path, seals=seals, expect=anchors)
            _tell(path, checked, sealed=seals is not None)
        except Error as error:
            bad.append(error)
            typer.echo(f"veil: {error.line()}", err=True)
    if bad:
        raise LeakError(
            "audit-bad", f"{len(bad)} of {len(paths)} records of acts do not hold", hint="see the lines above"
        )


@app.command("show")
def show(
    file: Annotated[Path | None, typer.Argument(help="a record of acts; by default the one of this folder", show_default=False)] = None,
    most: Annotated[int, typer.Option("-n", "--most", min=1, help="this many acts, the newest")] = 50,
) -> None:  # fmt: skip
    """Print the acts of a record as a table. A record that does not hold is not shown: exit 6."""
    from veil.audit import verify_chain
    from veil.cli.screen import table
    from veil.reports.audit import act_rows

    for path in _records([file] if file is not None else None):
        checked = verify_chain(path)
        table(
            path.name,
            ["act", "when (UTC)", "who", "what", "told", "seal"],
            [list(row) for row in act_rows(checked.acts)[-most:]],
        )
        _tell(path, checked, sealed=False)


@app.command("export")
def export(
    out: Annotated[Path, typer.Option("-o", "--out", help="acts.jsonl, or acts.html for a page to print and sign", show_default=False)],
    files: Records = None,
) -> None:  # fmt: skip
    """Write the acts of records into one file of JSON lines or one HTML page, oldest first. No value of the data is in it."""
    from veil.audit import verify_chain
    from veil.errors import PolicyError
    from veil.reports.audit import audit_page, exported

    if out.suffix not in (".jsonl", ".html"):
        raise PolicyError(
            "audit-export", "an export is a file of JSON lines or a page", hint="-o acts.jsonl or -o acts.html"
        )
    held = [(path.name, verify_chain(path)) for path in _records(files)]
    text = audit_page(held) if out.suffix == ".html" else exported(held)
    out.write_text(text, encoding="utf-8")
    typer.echo(f"acts     {out}")


@app.command("sign")
def sign(
    release: Release,
    name: Annotated[str, typer.Option("--name", help="who signs", show_default=False)],
    meaning: Annotated[str, typer.Option("--meaning", help="what they say, in their words; say nothing of a patient in it", show_default=False)],
    key_file: Annotated[Path, typer.Option("--key", help="the signer's own key, of `veil audit key new`", show_default=False)],
    record: Record = None,
    passphrase_file: PassphraseFile = None,
) -> None:  # fmt: skip
    """Sign the manifest of a release with a person's own key, beside the release and in the record of acts."""
    from veil.audit.signing import PersonKey
    from veil.audit.signing import sign as job

    own = PersonKey.open(key_file, _person_passphrase(passphrase_file, twice=False))
    place = record or _record_of(release)
    manifest = job(release, place, own, name, meaning)
    typer.echo(f"signed   {manifest}\nkey      {own.fingerprint}\nrecord   {place}")


@app.command("check")
def check(
    release: Release,
    pub: Annotated[list[Path] | None, typer.Option("--pub", help="a public key whose owner you know: their signature must be there; many times")] = None,
    record: Record = None,
) -> None:  # fmt: skip
    """Check a release: outputs against the manifest, signatures, and the record of acts where there is one. Exit 6 where something is wrong.

    What is asked is that of `check_release.py`, which needs nothing of Veil.
    """
    from veil.audit.check_release import FAULTS, public_of
    from veil.audit.check_release import check as job
    from veil.errors import KeyringError, LeakError

    place = record or _record_of(release)
    try:
        trusted = [public_of(str(one)) for one in pub or ()]
    except FAULTS:
        raise KeyringError("sign-key", "this is no public key of Ed25519 in PEM", hint="veil audit key new FILE makes FILE.pub") from None  # fmt: skip
    told = job(release, place if record is not None or place.exists() else None, trusted)
    for line in told:
        typer.echo(line)
    bad = sum(line.startswith("BAD") for line in told)
    if bad:
        raise LeakError(
            "release-unsound",
            f"{bad} of {len(told)} findings are bad: do not trust this release",
            hint="see the lines above",
        )
    typer.echo("nothing is wrong")
    typer.echo("trust    outputs: the manifest. The manifest: signatures of keys that you named with --pub. The record of acts: its head, "
               "and that it was not forged: veil audit verify --keyring")  # fmt: skip


@key.command("new")
def key_new(
    file: Annotated[Path, typer.Argument(help="the file of the new key; its public key goes beside it, as FILE.pub", show_default=False)],
    passphrase_file: PassphraseFile = None,
) -> None:  # fmt: skip
    """Make a person's key for signatures: Ed25519, PKCS#8 under a passphrase. It is theirs alone, and no key of a project."""
    from veil.audit.signing import PersonKey

    made = PersonKey.create(file, _person_passphrase(passphrase_file, twice=True))
    typer.echo(
        f"key      {file} (keep it, and its passphrase, to yourself)\npublic   {file}.pub (give it away)\nprint    {made.fingerprint}"
    )


def _tell(path: Path, checked: Checked, *, sealed: bool) -> None:
    word = "record holds" if checked.records == 1 else "records hold"
    typer.echo(f"{path}: {checked.records} {word}; keep this elsewhere: --expect {checked.records}:{checked.last}")
    for numbers, what in (
        (checked.torn, "tells of a line that was not written whole, as after a crash"),
        (checked.unanchored, "found no head: what was cut off before it is not told"),
        (checked.unsealed if sealed else (), "has no seal of a key"),
    ):
        if numbers:
            shown = ", ".join(map(str, numbers[:20])) + (" ..." if len(numbers) > 20 else "")
            typer.echo(f"note: record {shown} {what}", err=True)


def _records(files: list[Path] | None) -> list[Path]:
    from veil.errors import PolicyError

    here = Path()
    found = files or sorted([*here.glob("*.private/audit.jsonl"), *here.glob("*.audit"), *here.glob("audit.jsonl")])
    if not found or not all(path.is_file() or path.with_name(f"{path.name}.head").is_file() for path in found):
        raise PolicyError(
            "audit-none", "there is no record of acts", hint="name it: OUT.private/audit.jsonl, or KEYRING.audit"
        )
    return found


def _record_of(release: Path) -> Path:
    whole = release.resolve()
    return whole.parent / f"{whole.name}.private" / "audit.jsonl"


def _anchors(expect: list[str] | None) -> list[tuple[int, str]]:
    from veil.errors import PolicyError

    pairs = [one.partition(":") for one in expect or ()]
    if any(not number.isdecimal() or len(told) != 64 for number, _, told in pairs):
        raise PolicyError(
            "audit-anchor",
            "an anchor is the number of a record and its hash",
            hint="--expect N:HASH, as `veil audit verify` printed it",
        )
    return [(int(number), told) for number, _, told in pairs]


def _one_file() -> None:
    from veil.errors import PolicyError

    raise PolicyError("audit-anchor", "an anchor is of one record of acts", hint="name one file")


def _seals(keyring: Path | None, passphrase_file: Path | None) -> dict[str, Keys] | None:
    from veil.cli.screen import ask_passphrase
    from veil.keys import Keyring, passphrase

    if keyring is None:
        return None
    ring = Keyring.open(keyring, passphrase(ask_passphrase, passphrase_file))
    return {one.id: ring.keys(one.version) for one in ring.list()}


def _person_passphrase(file: Path | None, *, twice: bool) -> str:
    """Of the file or the terminal only: the passphrase of the project's keyring, in the environment, is not the signer's."""
    import sys

    from veil.keys import passphrase

    def ask() -> str:
        if not sys.stdin.isatty():
            return ""
        return str(typer.prompt("Passphrase of your key", hide_input=True, confirmation_prompt=twice, err=True))

    return passphrase(ask, file, {})
