"""Writes docs/reference from the code: commands, project keys, labels, operators, errors. A test compares the pages with it.

python tools/make_reference.py            writes the pages
"""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import inspect
import json
import re
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from veil import errors
from veil.cli.app import app
from veil.errors import Error
from veil.jobs.checks.lint import RULES as RULES_OF_LINT
from veil.model import Label, labels
from veil.parts import FORMATS, OPERATORS, part, traits_of
from veil.policy.json_schema import json_schema
from veil.policy.plan import describe
from veil.policy.profile import SHIPPED, read_profile
from veil.policy.project import (
    DatesSection,
    FactsSection,
    GroupSection,
    KeyringSection,
    Project,
    SourceSection,
    SubjectSection,
    SuppressSection,
)
from veil.reports.figures import BAD

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "reference"
MADE = "<!-- Made by tools/make_reference.py from the code; edit the code, then run it. -->\n\n"


def pages() -> dict[str, str]:
    """Shape: file name -> text, for every page of the reference."""
    made = {
        "cli.md": cli(),
        "project.md": project(),
        "labels.md": label_page(),
        "operators.md": operators(),
        "errors.md": error_page(),
        "profiles.md": profiles(),
        "lint.md": lint_page(),
        "identifiers.md": beside("identifiers").page(table),
        "python.md": python(),
    }
    schema = json.dumps(json_schema(), indent=1) + "\n"
    return {name: MADE + text.rstrip() + "\n" for name, text in made.items()} | {"project.schema.json": schema}


def python() -> str:
    """The page of the public interface, by the script that compares it."""
    text: str = beside("public_api").page()
    return text


def beside(name: str) -> types.ModuleType:
    """A script that lies beside this one."""
    found = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if found is None or found.loader is None:
        raise ImportError(found)
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # dataclasses look their module up
    found.loader.exec_module(module)
    return module


def table(head: list[str], rows: list[list[str]]) -> str:
    cells = [
        " | ".join(shown(cell.replace("|", "\\|").replace("\n", " ")) for cell in row)
        for row in [head, ["---"] * len(head), *rows]
    ]
    return "\n".join(f"| {line} |" for line in cells) + "\n"


def shown(cell: str) -> str:
    """Text as it is read: what Markdown takes for a tag or for emphasis is escaped, outside `code`."""
    parts = cell.split("`")
    return "`".join(
        part if i % 2 and i < len(parts) - 1 else part.replace("<", "&lt;").replace("*", "\\*")
        for i, part in enumerate(parts)
    )


def code(word: object) -> str:
    return f"`{word}`" if str(word) else ""


def cli() -> str:
    text = "# Commands\n\nExit codes: see [errors](errors.md). `veil COMMAND -h` prints the same in the terminal.\n"
    for name, callback in commands(app, ""):
        text += f"\n## `veil {name}`\n\n{inspect.getdoc(callback) or ''}\n\n"
        rows = [
            parameter_row(*one)
            for one in typing.get_type_hints(callback, include_extras=True).items()
            if one[0] != "return"
        ]
        defaults = {one.name: one.default for one in inspect.signature(callback).parameters.values()}
        rows = [[shown, takes, default_told(defaults[name]), what] for name, shown, takes, what in rows]
        if not any("`--quiet`" in row[0] for row in rows):
            rows.append(
                ["`--quiet`", "", "", "print errors and warnings only"]
            )  # `add_quiet` gives it to every command
        text += table(["argument or option", "takes", "default", "description"], rows)
    return text


def commands(room: typer.Typer, prefix: str) -> Iterator[tuple[str, Any]]:
    for one in room.registered_commands:
        yield f"{prefix}{one.name}", one.callback
    for group in room.registered_groups:
        if group.typer_instance is not None:
            yield from commands(group.typer_instance, f"{prefix}{group.name} ")


def parameter_row(name: str, hint: Any) -> tuple[str, str, str, str]:
    """Name, how it is written, what it takes, what it does."""
    kind, info = typing.get_args(hint)[:2]
    decls = [one for one in (info.default, *(info.param_decls or ())) if isinstance(one, str)]
    written = ", ".join(decls) or (
        f"--{name.replace('_', '-')}" if type(info).__name__ == "OptionInfo" else name.upper()
    )
    takes = "" if kind is bool else told(kind).replace("list of text", "text, may be repeated")
    return name, code(written), takes, info.help or ""


def default_told(default: Any) -> str:
    return "" if default in (inspect.Parameter.empty, None, False) else code(default)


def project() -> str:
    text = (
        "# The project file\n\nYAML, strict: an unknown key is an error with its line and the nearest known name. "
        "`veil schema` prints the JSON Schema.\n"
    )
    for title, model in (
        ("Keys of the file", Project),
        ("Keys of a table, a folder of notes or a tree", SourceSection),
        ("Keys of `subject`, if it is not a column", SubjectSection),
        ("Keys of `suppress`", SuppressSection),
        ("Keys of `facts`", FactsSection),
        ("Keys of a group", GroupSection),
        ("Keys of `keyring`, if it is not a file name", KeyringSection),
        ("Keys of `dates`", DatesSection),
    ):
        text += f"\n## {title}\n\n" + table(
            ["key", "takes", "default", "description"], [field_row(*one) for one in model.model_fields.items()]
        )
    return text + RULES


def field_row(name: str, field: Any) -> list[str]:
    default = "" if field.default is PydanticUndefined or field.default is None else code(field.default)
    return [code(field.alias or name), told(field.annotation), default, field.description or ""]


def told(kind: Any) -> str:
    """A type as a person says it."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(told(one) for one in inner if one is not type(None)))
    if origin is typing.Literal:
        return " or ".join(code(one) for one in inner)
    if origin is list:
        return f"list of {told(inner[0])}" if inner and inner[0] is not Any else "list"
    if origin is dict:
        return f"mapping to {told(inner[1])}" if inner[1] is not Any else "mapping"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"keys of {kind.__name__.removesuffix('Section').lower()}"
    return {
        "Path": "path",
        "str": "text",
        "int": "whole number",
        "float": "number",
        "bool": "true or false",
        "date": "date",
    }.get(getattr(kind, "__name__", ""), "text")


RULES = """
## Rules

A rule is a word, a mapping with one treatment, or a list of mappings with `where:`, tried in order.

| rule | what happens to the value |
| --- | --- |
| `keep` | it is kept |
| `drop` | the whole column is removed; under a condition the cell is emptied |
| `scan` | it is scanned as text: each finding is treated as the profile says for its label |
| `{open: json, rules: {...}, unlisted: drop}` | it is parsed as a document whose paths have their own rules |
| an [operator](operators.md), `{operator: KIND}`, `{operator: {option: ...}}` | it is replaced by the operator |
| `as KIND` | the rule of the [profile](profiles.md) for columns of that kind |

A rule may also have `known:` (`true`, `strong`, `weak`: the value is searched in the patient's text; `staff`: it is the name of
hospital staff), `person:` (which person of the row is named, if it is not the patient: `mother`, `next_of_kin`, `attending`;
columns with the same word name the same person), `cast:` (the type of the cells: `integer`, `float`, `datetime`, `string`; other cells are emptied and
counted), `label:`, `kind:`, `domain:` (columns of the same domain share their pseudonyms), `reason:` (shown in the report) and `where:`.
A condition compares columns with literals: `= != < <= > >=`, `in`, `like`, `between`, `is null`, `and`, `or`, `not`.
"""


def label_page() -> str:
    letters = dict(
        re.findall(
            r'^    (\w+) = "\w+"  # (.+)$',
            Path(inspect.getsourcefile(labels) or "").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    )
    aliases: dict[Label, list[str]] = {}
    for word, label in labels._ALIASES.items():
        aliases.setdefault(label, []).append(word)
    rows = [
        [code(label.value), letters.get(label.name, ""), ", ".join(map(code, sorted(aliases.get(label, []))))]
        for label in Label
    ]
    intro = "The letter in brackets is that of 45 CFR 164.514(b)(2)(i). The labels of other tools are accepted as aliases.\n\n"
    return "# Labels\n\n" + intro + table(["label", "description", "aliases"], rows)


def operators() -> str:
    text = (
        "# Operators and formats\n\n*Derives*: the output is computed from the value with the key, which Safe Harbor forbids. "
        "*Reversible*: `veil reverse` can restore the value.\n"
    )
    for name in OPERATORS:
        kind = part("operators", name)
        flags = (
            ", ".join(word for word, holds in (("derives", kind.derives), ("reversible", kind.reversible)) if holds)
            or "neither"
        )
        text += f"\n## `{name}`\n\n```text\n{inspect.cleandoc(kind.__doc__ or '')}\n```\n\nDerives, reversible: {flags}.\n\n"
        rows = [[code(field.name), code(default_of(field))] for field in dataclasses.fields(kind)]
        text += table(["option", "default"], rows) if rows else "No options.\n"
    text += "\n## Formats\n\n"
    rows = [
        [
            code(name),
            ", ".join(map(code, traits_of(name).endings)),
            traits_of(name).kind.value,
            ", ".join(map(code, traits_of(name).model.model_fields)),
            (inspect.getdoc(part("formats", name)) or "").split("\n")[0],
        ]
        for name in FORMATS
    ]
    return text + table(["format", "file endings", "kind", "settings", "description"], rows)


def default_of(field: dataclasses.Field[Any]) -> object:
    if field.default is not dataclasses.MISSING:
        return "" if field.default is None else field.default if field.default != "" else "''"
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else ""


def error_page() -> str:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Error) and kind is not Error
    ]
    parents = [kind for kind in kinds if kind.__base__ is Error]
    text = "# Errors\n\nEvery error is one line: `veil: [code] what at place (hint)`. No line contains a value of the data.\n\n## Exit codes\n\n"
    rows = [
        ["0", "success"],
        *[[str(kind.exit_code), code(kind.__name__)] for kind in parents],
        ["8", "success, but something was quarantined"],
        ["70", "unexpected internal error: its type and place are printed, never its text"],
        ["130", "interrupted"],
    ]
    text += table(["code", "meaning"], rows)
    text += "\n## Status over HTTP\n\n`veil serve` answers with the status of the error's class; the exit code is that of its parent class.\n\n"
    text += table(["class", "status"], [[code(kind.__name__), str(kind.status)] for kind in kinds])
    found = raised()
    for kind in kinds:
        of_kind = sorted((one for one in found if one[0] == kind.__name__), key=lambda one: one[1])
        if of_kind:
            text += f"\n## {kind.__name__}\n\n" + table(
                ["code", "message", "hint"], [[code(word), message, hint] for _, word, message, hint in of_kind]
            )
    text += "\n## Checks of verify\n\nWhat the check of an output found; the file is then quarantined.\n\n"
    text += table(["code", "what was found"], [[code(word), what] for word, what in BAD.items()])
    text += "\n## Lines that `veil find --jsonl` cannot read\n\n"
    return text + table(["code", "where"], [[code(word), "in place of `spans`"] for word in line_codes()])


def raised() -> list[tuple[str, str, str, str]]:
    """Every error that the source makes: kind, code, message, hint; what is filled in stands in braces."""
    found: dict[tuple[str, str, str, str], None] = {}
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id.endswith("Error")
                and len(node.args) > 1
            ):
                hint = next((keyword.value for keyword in node.keywords if keyword.arg == "hint"), None)
                for word in constants(node.args[0]):
                    found[node.func.id, word, written(node.args[1]), written(hint) if hint is not None else ""] = None
    return list(found)


def constants(node: ast.expr) -> list[str]:
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    return [*constants(node.body), *constants(node.orelse)] if isinstance(node, ast.IfExp) else []


def written(node: ast.expr) -> str:
    """A message as it reads, names of what is filled in in braces."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(written(one) for one in node.values)
    if isinstance(node, ast.BinOp):
        return written(node.left) + written(node.right)
    if isinstance(node, ast.IfExp):
        return f"{written(node.body)} / {written(node.orelse)}"
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "nearest":
        return "did you mean ...? or: one of ..."
    names = [one.id for one in ast.walk(inner) if isinstance(one, ast.Name)]
    return "{" + (names[-1] if names else "...") + "}"


def lint_page() -> str:
    rows = [[code(name), severity, what] for name, (severity, what) in RULES_OF_LINT.items()]
    intro = (
        "# Rules of lint\n\n`veil lint PROJECT` checks a project for common mistakes. An error gives exit code 1; with `--strict` "
        "a warning does too. `# noqa: veil-002` at the end of a line silences that finding.\n\n"
    )
    return intro + table(["rule", "severity", "description"], rows)


def line_codes() -> list[str]:
    tree = ast.parse((ROOT / "src" / "veil" / "jobs" / "texts" / "find.py").read_text(encoding="utf-8"))
    pairs = [
        pair
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for pair in zip(node.keys, node.values, strict=True)
    ]
    return [
        value.value
        for key, value in pairs
        if isinstance(key, ast.Constant) and key.value == "error" and isinstance(value, ast.Constant)
    ]


def profiles() -> str:
    read = {name: read_profile(name) for name in SHIPPED}
    text = "# Profiles\n\n" + "".join(f"- `{name}` (claims {one.claims}): {one.about}\n" for name, one in read.items())
    text += "\n## What a scan does with each label\n\n"
    text += table(
        ["label", *read],
        [[code(label.value), *(describe(one.labels[label]) for one in read.values())] for label in Label],
    )
    kinds = list(dict.fromkeys(kind for one in read.values() for kind in one.kinds))
    text += "\n## What `as KIND` means\n\n"
    return text + table(
        ["kind", *read], [[code(kind), *(spelled(one.kinds.get(kind, "")) for one in read.values())] for kind in kinds]
    )


def spelled(rule: Any) -> str:
    if not isinstance(rule, dict):
        return str(rule)
    return ", ".join(
        f"{key} {spelled(value)}".strip() if value not in ({}, None) else key for key, value in rule.items()
    )


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (OUT / name).write_text(text, encoding="utf-8")
