"""Lists of a site: what it allows and denies, from words, patterns and files; and the detectors it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from veil.detectors.filters.entries import digest_of, read_entries
from veil.detectors.models.folder import digest_of_folder, read_folder
from veil.detectors.scanner import chosen
from veil.detectors.site_lists import site_pattern
from veil.errors import PolicyError
from veil.model import label_of
from veil.policy.parse import YamlDocument
from veil.policy.plan import SiteList

PATTERN = "re:"  # before a pattern in a file of a list, and on the command line
Written = Sequence[str | dict[str, str]]
_WITH_FILES = frozenset({"filters", "model"})
_KINDS = ("word", "pattern", "file")


def site_list(written: Written, key: str, document: YamlDocument, folder: Path) -> SiteList:
    """The words and patterns of `allow:` or `deny:`, files read.

    Shape:   an entry is a word, or a mapping of one of `word`, `pattern`, `file` and, in `deny`, a `label` (ID where
             there is none). A file has an entry a line; `re:` before a pattern; in `deny` a tab and a label may follow.
    Errors:  PolicyError `list-entry`, `list-file`, `list-pattern`, `label-unknown`, with the place and no entry.
    """
    words: dict[str, str] = {}
    patterns: dict[str, str] = {}
    for number, entry in enumerate(written):
        where = document.at(key, number)
        for kind, value, label in _entries(entry, key, where, folder):
            label_name = "" if key == "allow" else label_of(label or "ID").value
            if kind == "pattern":
                site_pattern(value, where)
            (patterns if kind == "pattern" else words)[value] = label_name
    return SiteList(tuple(words.items()), tuple(patterns.items()))


def _entries(written: str | dict[str, str], key: str, where: str, folder: Path) -> Iterator[tuple[str, str, str]]:
    entry = {"word": written} if isinstance(written, str) else written
    kinds = [kind for kind in _KINDS if kind in entry]
    extra = set(entry) - {*_KINDS, "label"} or (key == "allow" and "label" in entry)
    if len(kinds) != 1 or extra or not entry[kinds[0]].strip():
        raise PolicyError(
            "list-entry",
            f"an entry of `{key}` cannot be read",
            where=where,
            hint="expected: a word, or a mapping with one of word, pattern, file; `label` in `deny` only",
        )
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
        raise PolicyError(
            "list-file",
            "a list does not exist, or is not UTF-8 text",
            where=where,
            hint="expected: one entry per line; paths are relative to the project file",
        ) from None
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def written_entry(entry: str) -> str | dict[str, str]:
    """An entry of the command line as a project writes it: a word, `re:PATTERN`, `@FILE`."""
    if entry.startswith("@"):
        return {"file": str(Path(entry[1:]).resolve())}
    return {"pattern": entry.removeprefix(PATTERN)} if entry.startswith(PATTERN) else entry


class Detection(NamedTuple):
    """What a project says of its detectors.

    Shape:   `names` is None for the standard ones; `filters` and `model` are paths, or empty; `digest` is of what is in them.
    """

    names: tuple[str, ...] | None = None
    filters: str = ""
    model: str = ""
    digest: str = ""


def detectors_of(written: Written | None, document: YamlDocument, folder: Path) -> Detection:
    """The detectors of a project, with the file of its filters and the folder of its model.

    Shape:   names, and at most one mapping each `filters: FILE` and `model: FOLDER`; no list is the standard ones.
    Errors:  PolicyError `detector-entry`, those of the filter file; PartError, those of the model folder.
    """
    if written is None:
        return Detection()
    where, names, files = document.at("detectors"), list[str](), dict[str, str]()
    for entry in written:
        pairs = {} if isinstance(entry, str) else entry
        if not set(pairs) <= _WITH_FILES or set(pairs) & set(files):
            raise PolicyError(
                "detector-entry",
                "a detector entry is invalid, or has two files",
                where=where,
                hint="expected: a detector name, `filters: FILE` or `model: FOLDER`",
            )
        names += [entry] if isinstance(entry, str) else list(entry)
        files |= pairs
    if not names or (_WITH_FILES & set(names)) - set(files):
        raise PolicyError(
            "detector-entry",
            "no detector is given, or `filters` or `model` has no file",
            where=where,
            hint="expected: `standard`, `filters: FILE` or `model: FOLDER`",
        )
    paths = {name: folder / path for name, path in files.items()}
    digests = []
    if "filters" in paths:
        read_entries(paths["filters"])
        digests.append(digest_of(paths["filters"]))
    if "model" in paths:
        digests.append(digest_of_folder(read_folder(paths["model"])))
    paths_by_name = {name: str(path) for name, path in paths.items()}
    return Detection(chosen(names), paths_by_name.get("filters", ""), paths_by_name.get("model", ""), " ".join(digests))
