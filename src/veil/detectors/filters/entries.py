"""Entry: one filter of an ordered list, read from a file like Philter's `philter_one.json` and the files it names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from veil.detectors.filters.expressions import Expression, expression
from veil.errors import PolicyError

TYPES = ("regex", "regex_context", "set", "pos_matcher", "match_all")
DYNAMIC = ("dynamic_set", "dynamic_regex", "dynamic_regex_context")
CONTEXTS = ("left", "right", "left_or_right", "left_and_right")
EVERY_WORD = "."  # a pattern of Philter that means each word of the note
_LARGEST = 64 << 20


@dataclass(frozen=True, slots=True)
class FilterEntry:
    """One filter.

    Shape:   `type` is one of TYPES, or `dynamic` (what the tables know of the owner). `exclude`: what it finds is PHI
             of `phi_type`; else it is safe. `around`: the title of the filter whose finds are the context of a
             `regex_context`, or `all`. `pos`: the parts of speech that a word must be; none: any.
    """

    number: int
    type: str
    title: str
    exclude: bool
    phi_type: str = "OTHER"
    pattern: Expression | None = None
    words: frozenset[str] = frozenset()
    pos: frozenset[str] = frozenset()
    context: str = ""
    around: str = "all"


def read_entries(path: Path) -> tuple[FilterEntry, ...]:
    """The filters of a file, in their order.

    Shape:   a JSON list of objects; `filepath` is sought beside the file, then in the folder above it, as Philter
             keeps `configs/` and `filters/` side by side. `data` may hold the words or the pattern itself.
    Errors:  PolicyError `filters-file`, `filters-type`, `filters-path`, `filters-pickle`, `filters-pattern`,
             `filters-context`, `filters-extra`; each names the entry by its number and no word of the lists.
    """
    try:
        written = json.loads(_content(path, path.name))
    except (ValueError, RecursionError):
        raise _broken(path.name) from None
    if not isinstance(written, list) or not all(isinstance(entry, dict) for entry in written):
        raise _broken(path.name)
    entries = tuple(_entry(entry, number, path) for number, entry in enumerate(written, start=1))
    titles = {entry.title for entry in entries}
    for entry in entries:
        if entry.type == "regex_context" and entry.around != "all" and entry.around not in titles:
            raise PolicyError(
                "filters-context",
                "a context filter refers to a filter that the file does not have",
                where=_place(path, entry.number),
                hint="allowed: `all`, or the title of another entry",
            )
    return entries


def digest_of(path: Path) -> str:
    """SHA-256 over a filter file and every file it names: another list is another plan.

    Errors:  those of `read_entries` for what is not there.
    """
    digest = hashlib.sha256(_content(path, path.name))
    for number, entry in enumerate(json.loads(path.read_bytes()), start=1):
        if isinstance(entry, dict) and entry.get("filepath") and "data" not in entry and entry.get("type") in TYPES:
            digest.update(_content(_beside(path, str(entry["filepath"]), number), _place(path, number)))
    return digest.hexdigest()


def _entry(written: Mapping[str, Any], number: int, path: Path) -> FilterEntry:
    kind, where = str(written.get("type", "")), _place(path, number)
    if kind not in (*TYPES, *DYNAMIC):
        raise PolicyError(
            "filters-type",
            "unknown type of a filter",
            where=where,
            hint="one of: " + ", ".join(TYPES + DYNAMIC),
        )
    make = partial(
        FilterEntry,
        number,
        "dynamic" if kind in DYNAMIC else kind,
        str(written.get("title", number)),
        written.get("exclude") is not False or kind in DYNAMIC,
        str(written.get("phi_type") or "OTHER"),
    )
    if kind in DYNAMIC or kind == "match_all":
        return make()
    return _MAKERS[kind](make, written, path, number)


def _regex(make: Callable[..., FilterEntry], written: Mapping[str, Any], path: Path, number: int) -> FilterEntry:
    return make(pattern=_pattern(written, path, number))


def _regex_context(
    make: Callable[..., FilterEntry], written: Mapping[str, Any], path: Path, number: int
) -> FilterEntry:
    context = str(written.get("context", ""))
    if context not in CONTEXTS:
        raise PolicyError(
            "filters-context", "invalid `context` of a filter", where=_place(path, number), hint=", ".join(CONTEXTS)
        )
    around = str(written.get("context_filter") or "all")
    return make(pattern=_pattern(written, path, number), context=context, around=around)


def _set(make: Callable[..., FilterEntry], written: Mapping[str, Any], path: Path, number: int) -> FilterEntry:
    words = written["data"] if "data" in written else _words(_named(written, path, number), _place(path, number))
    if isinstance(words, str) or not all(isinstance(word, str) for word in words):
        raise _broken(_place(path, number))
    return make(words=frozenset(words), pos=_pos(written))


def _pos_matcher(make: Callable[..., FilterEntry], written: Mapping[str, Any], path: Path, number: int) -> FilterEntry:
    if not _pos(written):
        raise _broken(_place(path, number))
    return make(pos=_pos(written))


_MAKERS = {"regex": _regex, "regex_context": _regex_context, "set": _set, "pos_matcher": _pos_matcher}


def _pos(written: Mapping[str, Any]) -> frozenset[str]:
    found = written.get("pos") or ()
    return frozenset([found] if isinstance(found, str) else map(str, found))


def _pattern(written: Mapping[str, Any], path: Path, number: int) -> Expression:
    where = _place(path, number)
    text = str(written["data"]) if "data" in written else _line(_named(written, path, number), where)
    return expression(text, where)


def _line(path: Path, where: str) -> str:
    """The last line of a file that is no comment: a file holds one pattern."""
    lines = [line for line in _text(path, where).splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise PolicyError(
            "filters-pattern",
            "a pattern file of a filter contains no pattern",
            where=where,
            hint="it needs one line that is not a comment",
        )
    return lines[-1].strip()


def _words(path: Path, where: str) -> frozenset[str]:
    """The words of a list: a JSON list or the keys of a JSON object, else a word a line."""
    if path.suffix.lower() in (".pkl", ".pickle"):
        raise PolicyError(
            "filters-pickle",
            "pickled lists are not read: a pickle can run code",
            where=where,
            hint="save the words as JSON and use that file",
        )
    text = _text(path, where)
    if path.suffix.lower() != ".json":
        return frozenset(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _broken(where) from None
    if not isinstance(found, list | dict):
        raise _broken(where)
    return frozenset(str(word) for word in found)


def _named(written: Mapping[str, Any], path: Path, number: int) -> Path:
    name = written.get("filepath")
    if not name:
        raise PolicyError(
            "filters-path",
            "a filter has no `filepath`",
            where=_place(path, number),
            hint='"filepath": "lists/safe.json"',
        )
    return _beside(path, str(name), number)


def _beside(path: Path, name: str, number: int) -> Path:
    for folder in (path.parent, path.resolve().parent.parent):
        if (folder / name).is_file():
            return folder / name
    raise PolicyError(
        "filters-path",
        "a file named by a filter does not exist",
        where=_place(path, number),
        hint="paths are relative to the filter file or to the folder above it",
    )


def _text(path: Path, where: str) -> str:
    try:
        return _content(path, where).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _broken(where) from None


def _content(path: Path, where: str) -> bytes:
    try:
        if path.stat().st_size > _LARGEST:
            raise _broken(where)
        return path.read_bytes()
    except OSError:
        raise PolicyError(
            "filters-path", "the filter file cannot be read", where=where, hint="check that the path exists"
        ) from None


def _broken(where: str) -> PolicyError:
    return PolicyError(
        "filters-file",
        "the file is not a list of filters, or not a list of words",
        where=where,
        hint="filters: a JSON list of objects with `type`, `title`, `exclude`; words: JSON, or one word a line",
    )


def _place(path: Path, number: int) -> str:
    return f"{path.name} entry {number}"
