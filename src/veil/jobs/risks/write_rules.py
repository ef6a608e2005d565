"""Write rules: the rules of a search written into a project file; every other line stays as it was."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from veil.errors import PolicyError
from veil.jobs.release.assemble import write_durably
from veil.jobs.risks.fix import Fix
from veil.jobs.work.table_files import TableFiles, columns_of


@dataclass(frozen=True, slots=True)
class Change:
    """New text for a stretch of the file. Units: characters."""

    start: int
    stop: int
    text: str


def write_rules(fix: Fix, project: Path, paths: Sequence[Path], table: str = "", delimiter: str | None = None) -> str:
    """Rules and suppression of a search, written into a project that is there, or as a new one; says which.

    Keeps:   in a project that is there, comments and every other line; a new one drops the columns that nobody spoke of.
    Errors:  PolicyError `fix-table`, `fix-project`.
    """
    if not project.exists():
        write_durably(project, _new(fix, project, paths, delimiter))
        return "created; columns that were not part of the search are dropped: review them before a run"
    text = project.read_text(encoding="utf-8")
    try:
        root = yaml.compose(text, yaml.SafeLoader)
        changes = _changes(text, _table(root, fix, table), fix)
        for edit in sorted(changes, key=lambda change: change.start, reverse=True):
            text = text[: edit.start] + edit.text + text[edit.stop :]
        yaml.safe_load(text)
    except (yaml.YAMLError, AttributeError, TypeError, ValueError):
        raise PolicyError(
            "fix-project",
            "the rules cannot be inserted into this project file",
            where=project.name,
            hint="use --write with a new file, and copy the rules from it",
        ) from None
    write_durably(project, text)
    return "its rules for these columns were replaced by those of the search"


def suppression(fix: Fix) -> dict[str, Any]:
    """What a project says of suppression, for a table that must meet the goal of a search."""
    goal, asked = fix.goal, fix.asked
    page: dict[str, Any] = {"k": goal.k, "over": list(asked.quasi), "most": goal.most}
    if goal.distinct > 1:
        page["distinct"] = goal.distinct
    if goal.t is not None:
        page["t"] = goal.t
    if goal.distinct > 1 or goal.t is not None:
        page["sensitive"] = list(asked.sensitive)
    return page | ({"person": asked.person} if asked.person else {})


def _table(root: Any, fix: Fix, wanted: str) -> tuple[Any, Any]:
    """The mapping of the one table that has all columns of the search, and that of its columns."""
    found = []
    for name, node in _entries(_entries(root)["tables"]).items():
        columns = _entries(node).get("columns")
        if (not wanted or name == wanted) and columns is not None and set(fix.asked.quasi) <= set(_entries(columns)):
            found.append((node, columns))
    if len(found) != 1:
        raise PolicyError(
            "fix-table",
            "not exactly one table of the project has rules for all of these columns",
            hint="give the table with --table NAME",
        )
    return found[0]


def _entries(node: Any) -> dict[str, Any]:
    return {key.value: value for key, value in node.value}


def _changes(text: str, table: tuple[Any, Any], fix: Fix) -> list[Change]:
    node, columns = table
    changes = [
        Change(value.start_mark.index, _end(text, value), _flow(fix.rules[name]))
        for name, value in _entries(columns).items()
        if name in fix.rules
    ]
    rule = _flow(suppression(fix))
    present = _entries(node).get("suppress")
    if present is not None:
        return [*changes, Change(present.start_mark.index, _end(text, present), rule)]
    first = node.value[0][0].start_mark
    return [*changes, Change(first.index, first.index, f"suppress: {rule}\n{' ' * first.column}")]


def _end(text: str, node: Any) -> int:
    """Where a value ends; a block's mark stands behind the lines that follow it."""
    stop = int(node.end_mark.index)
    while stop > node.start_mark.index and text[stop - 1] in " \n\r\t":
        stop -= 1
    return stop


def _flow(value: Any) -> str:
    """A value as one line of YAML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        bare = value.replace("_", "").replace("-", "").isalnum() and value.isascii() and value[0].isalpha()
        return value if bare and yaml.safe_load(value) == value else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _new(fix: Fix, project: Path, paths: Sequence[Path], delimiter: str | None) -> str:
    table = TableFiles.of(paths, delimiter)
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    if any(folder.resolve() not in path.resolve().parents for path in table.files):
        raise PolicyError(
            "fix-table",
            "the files of the table are in several folders",
            hint="use --write with a project that lists these files",
        )
    inside = Path(os.path.relpath(folder, project.absolute().parent)).as_posix()
    files = [path.resolve().relative_to(folder.resolve()).as_posix() for path in table.files]
    rules = {name: fix.rules.get(name, "keep" if name in fix.asked.sensitive else "drop") for name in columns_of(table)}
    lines = [
        "# Written by `veil risk --fix --write`: read every line before you run it.",
        "name: release",
        "profile: redact",
        "claims: none",
        f"in: {_flow(inside)}",
        "out: release",
        "",
        "tables:",
        "  table:",
        f"    files: {_flow(files)}",
        f"    suppress: {_flow(suppression(fix))}",
        "    columns:",
    ]
    return "\n".join([*lines, *(f"      {_flow(name)}: {_flow(rule)}" for name, rule in rules.items())]) + "\n"
