"""Notes without a project: a folder of text in, a folder out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from veil.errors import PolicyError
from veil.formats.traits import Kind
from veil.jobs.session import Session, session_of
from veil.jobs.texts.text_options import Search
from veil.parts import FORMATS, traits_of
from veil.policy.parse import YamlDocument
from veil.policy.project import validated

MOST_SHOWN = 200


def notes_session(
    inp: Path,
    out: Path,
    profile: str,
    *,
    subjects: Path | None = None,
    known: Path | None = None,
    keyring: Path | None = None,
    locale: str = "en-US",
    search: Search | None = None,
) -> Session:
    """A session for the text files below a folder.

    Errors:  PolicyError `input-missing`, `files-missing`; the profile's own; those of filters and lists.
    """
    if not inp.is_dir():
        raise PolicyError("input-missing", "the folder of notes does not exist", hint="give an existing folder with -i")
    subject: dict[str, Any] = {"map": str(subjects.resolve())} if subjects else {"from": "file"}
    sources = {name: source | {"subject": subject} for name, source in _sources(inp).items()}
    data: dict[str, Any] = {
        "name": "notes",
        "profile": profile,
        "in": str(inp.resolve()),
        "out": str(out.resolve()),
        "locale": locale,
        "notes": sources,
        **(search or Search()).written(),
    }
    if keyring is not None:
        data["keyring"] = str(keyring.resolve())
    if known is not None:
        data["known"] = str(known.resolve())
    document = YamlDocument("veil notes", data)
    return session_of(validated(document), document, Path.cwd())


def _sources(inp: Path) -> dict[str, dict[str, Any]]:
    """A source for each format of notes that has files below a folder; plain text where none has."""
    there = {path.suffix for path in inp.rglob("*")}
    kinds = [name for name in FORMATS if traits_of(name).kind is Kind.NOTES]
    used = [name for name in kinds if there & set(traits_of(name).endings)] or kinds[:1]
    return {
        name if number else "notes": {
            "format": name,
            "files": [f"{place}*{ending}" for ending in traits_of(name).endings for place in ("", "**/")],
        }
        for number, name in enumerate(used)
    }
