"""Parse: YAML with the line of every key, so that each error can say where."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from veil.errors import PolicyError

_TOO_LARGE = 4 * 1024 * 1024
_MOST_OPEN = 20_000

# Ten times as fast, and stricter: what it refuses, the other one judges.
_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class YamlDocument:
    """A parsed YAML file.

    Shape:   `data` is plain Python; `lines` maps a path of keys (`("tables", "labs")`) to its line, from 1.
    """

    file: str
    data: dict[str, Any]
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def at(self, *path: object) -> str:
        """`file:line` of a path, or of the nearest parent that has a line."""
        keys = tuple(str(key) for key in path)
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.file}:{self.lines.get(keys, 1)}"


def read_yaml(path: Path) -> YamlDocument:
    """Parse one project or policy file.

    Errors:  PolicyError `project-unreadable`, `project-yaml` (with the line), `project-shape`, `project-key-twice`.
    """
    try:
        if path.stat().st_size > _TOO_LARGE:
            raise PolicyError("project-too-large", "the project file is larger than 4 MiB", where=path.name)
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise PolicyError(
            "project-unreadable",
            "the project file cannot be read as UTF-8 text",
            where=path.name,
            hint="check that the file exists and is readable",
        ) from None
    return parse_yaml(text, path.name)


def parse_yaml(text: str, name: str) -> YamlDocument:
    """Errors: PolicyError `project-yaml`, `project-shape`, `project-key-twice`."""
    if text.count("[") + text.count("{") > _MOST_OPEN:  # a loader in C would go down as deep as it is told
        raise PolicyError("project-yaml", "the YAML is nested too deeply", where=name)
    try:
        node = _composed(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise PolicyError("project-yaml", "not valid YAML", where=f"{name}:{line}") from None
    if node is None:
        raise PolicyError(
            "project-shape", "the file is empty", where=name, hint="create a project with `veil init DIR`"
        )
    document = YamlDocument(name, {})
    try:
        data = _plain(node, (), document)
    except RecursionError:
        raise PolicyError("project-yaml", "the YAML is nested too deeply", where=name) from None
    if not isinstance(data, dict):
        raise PolicyError("project-shape", "the file must be a mapping of keys", where=f"{name}:1")
    document.data = data
    return document


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=_QUICK)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _plain(node: yaml.Node, path: tuple[str, ...], document: YamlDocument) -> Any:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                raise PolicyError(
                    "project-key-twice",
                    f"the key {key} appears twice",
                    where=f"{document.file}:{key_node.start_mark.line + 1}",
                )
            document.lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = _plain(value_node, (*path, key), document)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, (*path, str(i)), document) for i, child in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    """YAML's core words only: a date stays text, so that no cell or id is ever guessed into another type."""
    if node.tag == "tag:yaml.org,2002:timestamp":
        return node.value
    return yaml.SafeLoader("").construct_object(node)


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint that names the nearest known word, or lists them all."""
    known = sorted(words)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else "allowed: " + ", ".join(known)
