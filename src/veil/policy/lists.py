"""Lists of a site: what it allows and denies, from words, patterns and files; and the detectors it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from veil.detectors.filters.entries import digest_of, read_entries
from veil.detectors.listed import site_pattern
from veil.detectors.scanner import chosen
from veil.errors import PolicyError
from veil.model import label_of
from veil.policy.parse import Document
from veil.policy.plan import SiteList

PATTERN = "re:"  # before a pattern in a file of a list, and on the command line
Written = Sequence[str | dict[str, str]]
_KINDS = ("word", "pattern", "file")


def site_list(written: Written, key: str, document: Document, folder: Path) -> SiteList:
    """The words and patterns of `allow:` or `deny:`, files read.

    Shape:   an entry is a word, or a mapping of one of `word`, `pattern`, `file` and, in `deny`, a `label` (ID where
             there is none). A file has an entry a line; `re:` before a pattern; in `deny` a tab and a label may follow.
    Errors:  PolicyError `list-entry`, `list-file`, `list-pattern`, `label-unknown`, with the place and no entry.
    """
    words: dict[str, str] = {}
    patterns: dict[str, str] = {}
    for number, one in enumerate(written):
        where = document.at(key, number)
        for kind, value, label in _entries(one, key, where, folder):
            told = "" if key == "allow" else label_of(label or "ID").value
            if kind == "pattern":
                site_pattern(value, where)
            (patterns if kind == "pattern" else words)[value] = told
    return SiteList(tuple(words.items()), tuple(patterns.items()))


def _entries(one: str | dict[str, str], key: str, where: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    entry = {"word": one} if isinstance(one, str) else one
    kinds = [kind for kind in _KINDS if kind in entry]
    extra = set(entry) - {*_KINDS, "label"} or (key == "allow" and "label" in entry)
    if len(kinds) != 1 or extra or not entry[kinds[0]].strip():
        raise PolicyError("list-entry", f"an entry of `{key}` cannot be read", where=where,
                          hint="a word, or one of word, pattern, file; `label` in `deny` only")  # fmt: skip
    value, label = entry[kinds[0]], entry.get("label", "")
    if kinds[0] != "file":
        yield kinds[0], value, label
        return
    for line in _lines(folder / value, where):
        text, _, own = line.partition("\t")
        kind = "pattern" if text.startswith(PATTERN) else "word"
        yield kind, text.removeprefix(PATTERN).strip(), own.strip() if key == "deny" and own.strip() else label


def _lines(path: Path, where: str) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise PolicyError("list-file", "a list is not there, or is no UTF-8 text", where=where,
                          hint="an entry a line; the path is relative to the project file") from None  # fmt: skip
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def written_entry(told: str) -> str | dict[str, str]:
    """An entry of the command line as a project writes it: a word, `re:PATTERN`, `@FILE`."""
    if told.startswith("@"):
        return {"file": str(Path(told[1:]).resolve())}
    return {"pattern": told.removeprefix(PATTERN)} if told.startswith(PATTERN) else told


def detectors_of(written: Written | None, document: Document, folder: Path) -> tuple[tuple[str, ...] | None, str, str]:
    """The detectors of a project, the file of its filters, and what that file and those it names hold, as a digest.

    Shape:   names, and at most one mapping `filters: FILE`; no list is the standard ones (None).
    Errors:  PolicyError `detector-entry`, those of the filter file.
    """
    if written is None:
        return None, "", ""
    where, names, files = document.at("detectors"), list[str](), list[str]()
    for one in written:
        names += [one] if isinstance(one, str) else list(one)
        files += [] if isinstance(one, str) else [one[name] for name in one if name == "filters"]
        if isinstance(one, dict) and set(one) != {"filters"}:
            raise PolicyError(
                "detector-entry", "a detector cannot be read", where=where, hint="a name, or `filters: FILE`"
            )
    if len(files) > 1:
        raise PolicyError(
            "detector-entry", "there are two filter files", where=where, hint="one file, in the order that counts"
        )
    if not names or ("filters" in names and not files):
        raise PolicyError("detector-entry", "no detector is named, or `filters` without its file", where=where,
                          hint="`standard`, or `filters: FILE`")  # fmt: skip
    if not files:
        return chosen(names), "", ""
    path = folder / files[0]
    read_entries(path)
    return chosen(names), str(path), digest_of(path)
