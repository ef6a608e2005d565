"""Notes without a project: a folder of text in, a folder out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from veil.engine import Engine
from veil.errors import PolicyError
from veil.jobs.passone import pass_one
from veil.jobs.session import Session, session_of
from veil.jobs.units import batches, units_of
from veil.jobs.work import scanner_of
from veil.keys import Keys
from veil.model import Found
from veil.policy.parse import Document
from veil.policy.project import validated
from veil.roster import Roster

MOST_SHOWN = 200


def notes_session(inp: Path, out: Path, profile: str, *, subjects: Path | None = None, known: Path | None = None,
                  keyring: Path | None = None, locale: str = "en-US") -> Session:  # fmt: skip
    """A session for the text files below a folder.

    Errors:  PolicyError `input-missing`, `files-missing`; the profile's own.
    """
    if not inp.is_dir():
        raise PolicyError("input-missing", "the folder of notes is not there", hint="-i names a folder")
    subject: dict[str, Any] = {"map": str(subjects.resolve())} if subjects else {"from": "file"}
    source: dict[str, Any] = {
        "files": ["*.txt", "**/*.txt", "*.text", "**/*.text"],
        "format": "text",
        "subject": subject,
    }
    data: dict[str, Any] = {"name": "notes", "profile": profile, "in": str(inp.resolve()), "out": str(out.resolve()),
                            "locale": locale, "notes": {"notes": source}}  # fmt: skip
    if keyring is not None:
        data["keyring"] = str(keyring.resolve())
    if known is not None:
        data["known"] = str(known.resolve())
    document = Document("veil notes", data)
    return session_of(validated(document), document, Path.cwd())


def protected_page(session: Session, keys: Keys, target: Path) -> None:
    """Original and result of the first notes side by side, spans coloured; the page holds PHI.

    Keeps:   mode 0600; refused inside the output folder.
    Errors:  PolicyError `protected-inside`.
    """
    from veil.reports.protected import side_by_side  # noqa: PLC0415  templates are loaded when a page is made

    if session.out.resolve() in target.resolve().parents:
        raise PolicyError(
            "protected-inside", "a protected page may not lie inside the output", hint="name a file elsewhere"
        )
    rows: list[tuple[str, str, Found]] = []
    units = units_of(session.plan, session.root)
    with _private_folder() as folder:
        roster = Roster(pass_one(session.plan, session.root, folder, keys, units, mint=False))
        engine = Engine(session.plan, keys, roster, scanner_of(session.plan, roster))
        engine.seen = {}
        for unit in units:
            source = session.plan.source(unit.source)
            if source.format != "text" or len(rows) >= MOST_SHOWN:
                continue
            for batch, names in batches(source, session.root, unit.part):
                engine.seen.clear()
                edits, _ = engine.deidentify(source, batch, names)
                address = f"{source.name}.{batch.fields[0].address}"
                after = edits.columns[batch.fields[0].address].to_pylist()
                rows += list(zip(batch.fields[0].values.to_pylist(), after, engine.seen[address], strict=True))
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(side_by_side(rows[:MOST_SHOWN], session.plan.name))


def _private_folder() -> Any:
    import contextlib  # noqa: PLC0415
    import tempfile  # noqa: PLC0415

    @contextlib.contextmanager
    def made() -> Any:
        with tempfile.TemporaryDirectory(prefix="veil-") as folder:
            yield Path(folder)

    return made()
