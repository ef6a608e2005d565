"""`veil audit`: the audit log (verify, show, export), and signatures of releases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from veil.cli.options import AsJson, PassphraseFile
from veil.cli.screen import say

if TYPE_CHECKING:
    from veil.audit import Checked
    from veil.keys import Keys

app = typer.Typer(help="Verify the audit log; sign and check releases.", no_args_is_help=True)
key = typer.Typer(help="Create a personal key for signatures.", no_args_is_help=True)
app.add_typer(key, name="key")

Records = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FILE]...",
        help="audit logs; by default those of this folder: *.private/audit.jsonl and *.audit",
        show_default=False,
    ),
]
Release = Annotated[Path, typer.Argument(help="the folder of the release", show_default=False)]
Record = Annotated[
    Path | None,
    typer.Option("--record", help="the audit log; by default RELEASE.private/audit.jsonl beside the release"),
]


@app.command("verify")
def verify(
    files: Records = None,
    keyring: Annotated[
        Path | None,
        typer.Option(help="also check the seals with the keys of this keyring: finds entries written without it"),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option("--expect", help="N:HASH of an entry, kept elsewhere; for one file; may be repeated"),
    ] = None,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Verify the integrity of an audit log. Names the first entry that does not match; exit 6 if there is one."""
    from veil.audit import verify_chain
    from veil.errors import Error, LeakError

    paths, anchors = _records(files), _anchors(expect)
    if anchors and len(paths) != 1:
        _one_file()
    seals, bad, rows = _seals(keyring, passphrase_file), [], []
    for path in paths:
        try:
            checked = verify_chain(path, seals=seals, expect=anchors)
            rows.append(_row(path, checked, sealed=seals is not None))
            if not as_json:
                _print_checked(path, checked, sealed=seals is not None)
        except Error as error:
            bad.append(error)
            rows.append({"file": str(path), "intact": False, "code": error.code, "where": error.where})
            typer.echo(f"veil: {error.line()}", err=True)
    if as_json:
        typer.echo(json.dumps(rows, indent=1))
    if bad:
        raise LeakError(
            "audit-bad", f"{len(bad)} of {len(paths)} audit logs failed the check", hint="see the lines above"
        )


@app.command("show")
def show(
    file: Annotated[
        Path | None, typer.Argument(help="an audit log; by default the one of this folder", show_default=False)
    ] = None,
    most: Annotated[int, typer.Option("-n", "--most", min=1, help="how many entries, the newest")] = 50,
) -> None:
    """Print the entries of an audit log. A log that fails the check is not shown: exit 6."""
    from veil.audit import verify_chain
    from veil.cli.screen import table
    from veil.reports.audit import act_rows

    for path in _records([file] if file is not None else None):
        checked = verify_chain(path)
        table(
            path.name,
            ["entry", "time (UTC)", "user", "action", "details", "seal"],
            [list(row) for row in act_rows(checked.acts)[-most:]],
        )
        _print_checked(path, checked, sealed=False)


@app.command("export")
def export(
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="log.jsonl, or log.html for a page to print and sign", show_default=False),
    ],
    files: Records = None,
) -> None:
    """Export audit logs as JSON lines or as one HTML page, oldest entry first. Contains no value of the data."""
    from veil.audit import verify_chain
    from veil.errors import PolicyError
    from veil.reports.audit import audit_page, exported

    if out.suffix not in (".jsonl", ".html"):
        raise PolicyError("audit-export", "--out must end in .jsonl or .html", hint="-o log.jsonl or -o log.html")
    logs = [(path.name, verify_chain(path)) for path in _records(files)]
    text = audit_page(logs) if out.suffix == ".html" else exported(logs)
    out.write_text(text, encoding="utf-8")
    say(f"log      {out}")


@app.command("sign")
def sign(
    release: Release,
    name: Annotated[str, typer.Option("--name", help="who signs", show_default=False)],
    meaning: Annotated[
        str,
        typer.Option(
            "--meaning", help="what the signature means; write nothing about a patient here", show_default=False
        ),
    ],
    key_file: Annotated[
        Path, typer.Option("--key", help="the signer's own key, from `veil audit key new`", show_default=False)
    ],
    record: Record = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Sign the manifest of a release with a personal key. The signature is stored beside the release and in the audit log."""
    from veil.audit.signing import PersonKey
    from veil.audit.signing import sign as job

    own = PersonKey.open(key_file, _person_passphrase(passphrase_file, twice=False))
    place = record or _record_of(release)
    manifest = job(release, place, own, name, meaning)
    say(f"signed   {manifest}\nkey      {own.fingerprint}\nrecord   {place}")


@app.command("check")
def check(
    release: Release,
    pub: Annotated[
        list[Path] | None,
        typer.Option("--pub", help="a public key whose owner you know: its signature is required; may be repeated"),
    ] = None,
    record: Record = None,
) -> None:
    """Check the files, manifest and signatures of a release, and its audit log if there is one. Exit 6 on a problem.

    The same checks as `check_release.py`, which runs without Veil.
    """
    from veil.audit.check_release import FAULTS, public_of
    from veil.audit.check_release import check as job
    from veil.errors import KeyringError, LeakError

    place = record or _record_of(release)
    try:
        trusted = [public_of(str(path)) for path in pub or ()]
    except FAULTS:
        raise KeyringError(
            "sign-key", "--pub must be an Ed25519 public key in PEM", hint="veil audit key new FILE writes FILE.pub"
        ) from None
    findings = job(release, place if record is not None or place.exists() else None, trusted)
    for line in findings:
        typer.echo(line)
    bad = sum(line.startswith("BAD") for line in findings)
    if bad:
        raise LeakError(
            "release-unsound",
            f"{bad} of {len(findings)} checks failed: do not trust this release",
            hint="see the lines above",
        )
    say("all checks passed")
    say(
        "note     the manifest vouches for the files, and the keys named with --pub for the manifest. To check that the audit log "
        "was not forged: veil audit verify --keyring"
    )


@key.command("new")
def key_new(
    file: Annotated[
        Path, typer.Argument(help="the file of the new key; the public key is written to FILE.pub", show_default=False)
    ],
    passphrase_file: PassphraseFile = None,
) -> None:
    """Create a personal key for signatures (Ed25519, PKCS#8 with a passphrase). It belongs to one person, not to a project."""
    from veil.audit.signing import PersonKey

    created = PersonKey.create(file, _person_passphrase(passphrase_file, twice=True))
    say(
        f"key      {file} (keep it, and its passphrase, to yourself)\npublic   {file}.pub (share this one)\nprint    {created.fingerprint}"
    )


def _row(path: Path, checked: Checked, *, sealed: bool) -> dict[str, object]:
    """The result for one log, for `--json`."""
    return {
        "file": str(path),
        "intact": True,
        "entries": checked.records,
        "last": checked.last,
        "torn": list(checked.torn),
        "unanchored": list(checked.unanchored),
        "unsealed": list(checked.unsealed) if sealed else None,
    }


def _print_checked(path: Path, checked: Checked, *, sealed: bool) -> None:
    word = "entry is intact" if checked.records == 1 else "entries are intact"
    say(f"{path}: {checked.records} {word}; keep this elsewhere: --expect {checked.records}:{checked.last}")
    for numbers, what in (
        (checked.torn, "reports a line that was not written completely, as after a crash"),
        (checked.unanchored, "found no checkpoint: entries removed before it cannot be detected"),
        (checked.unsealed if sealed else (), "has no seal by a key of this keyring"),
    ):
        if numbers:
            shown = ", ".join(map(str, numbers[:20])) + (" ..." if len(numbers) > 20 else "")
            typer.echo(f"note: entry {shown} {what}", err=True)


def _records(files: list[Path] | None) -> list[Path]:
    from veil.errors import PolicyError

    here = Path()
    found = files or sorted([*here.glob("*.private/audit.jsonl"), *here.glob("*.audit"), *here.glob("audit.jsonl")])
    if not found or not all(path.is_file() or path.with_name(f"{path.name}.head").is_file() for path in found):
        raise PolicyError(
            "audit-none", "no audit log found", hint="name the file: OUT.private/audit.jsonl, or KEYRING.audit"
        )
    return found


def _record_of(release: Path) -> Path:
    whole = release.resolve()
    return whole.parent / f"{whole.name}.private" / "audit.jsonl"


def _anchors(expect: list[str] | None) -> list[tuple[int, str]]:
    from veil.errors import PolicyError

    pairs = [pair.partition(":") for pair in expect or ()]
    if any(not number.isdecimal() or len(digest) != 64 for number, _, digest in pairs):
        raise PolicyError(
            "audit-anchor",
            "--expect must be the number of an entry and its hash",
            hint="--expect N:HASH, as `veil audit verify` printed it",
        )
    return [(int(number), digest) for number, _, digest in pairs]


def _one_file() -> None:
    from veil.errors import PolicyError

    raise PolicyError("audit-anchor", "--expect can be used with one audit log only", hint="name one file")


def _seals(keyring: Path | None, passphrase_file: Path | None) -> dict[str, Keys] | None:
    from veil.cli.screen import ask_passphrase
    from veil.keys import Keyring, passphrase

    if keyring is None:
        return None
    ring = Keyring.open(keyring, passphrase(ask_passphrase, passphrase_file))
    return {version.id: ring.keys(version.version) for version in ring.list()}


def _person_passphrase(file: Path | None, *, twice: bool) -> str:
    """From the file or the terminal only: the variable in the environment is the passphrase of the project's keyring."""
    import sys

    from veil.keys import passphrase

    def ask() -> str:
        if not sys.stdin.isatty():
            return ""
        return str(typer.prompt("Passphrase of your key", hide_input=True, confirmation_prompt=twice, err=True))

    return passphrase(ask, file, {})
