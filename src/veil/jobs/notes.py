"""Notes without a project: a folder of text in, a folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from veil.errors import PolicyError
from veil.jobs.search import Search
from veil.jobs.session import Session, session_of
from veil.policy.parse import Document
from veil.policy.project import validated

MOST_SHOWN = 200


def notes_session(inp: Path, out: Path, profile: str, *, subjects: Path | None = None, known: Path | None = None,
                  keyring: Path | None = None, locale: str = "en-US", search: Search | None = None) -> Session:  # fmt: skip
    """A session for the text files below a folder.

    Errors:  PolicyError `input-missing`, `files-missing`; the profile's own; those of filters and lists.
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
                            "locale": locale, "notes": {"notes": source}, **(search or Search()).written()}  # fmt: skip
    if keyring is not None:
        data["keyring"] = str(keyring.resolve())
    if known is not None:
        data["known"] = str(known.resolve())
    document = Document("veil notes", data)
    return session_of(validated(document), document, Path.cwd())
