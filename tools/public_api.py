"""Public: what others may import from Veil, its signatures, and what each parameter takes.

python tools/public_api.py            shows what changed since the snapshot in tests/architecture/public_api.txt
python tools/public_api.py --accept   writes the snapshot; then run tools/make_reference.py
"""

from __future__ import annotations

import dataclasses
import difflib
import enum
import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from veil.keys import Keys

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = ROOT / "tests" / "architecture" / "public_api.txt"
MODULES = ("veil", "veil.testing")
ERRORS = ("PolicyError", "KeyringError", "FormatError", "PartError", "LeakError", "StoreError", "LimitError")
SEAM = {  # the classes of errors, and what a plug-in needs besides
    "veil.errors": ERRORS,
    "veil.operators.base": ("Outcome", "by_distinct", "by_domain", "outcome"),
    "veil.operators.promise": ("Promise",),
}
LIMITED = {  # the other members of these classes are for Veil itself
    "veil.Plan": ("as_json", "claims", "digest", "locale", "name", "notices", "profile", "reference_date"),
    "veil.Session": ("folder", "keys", "out", "plan", "run"),
    "veil.Vault": ("close", "count", "open"),
}
TAKES = re.compile(r"^Takes:\s+(.*?)(?=^\w+:\s|\Z)", re.MULTILINE | re.DOTALL)
SHAPE = re.compile(TAKES.pattern.replace("Takes", "Shape"), re.MULTILINE | re.DOTALL)
ENTRY = re.compile(r"`(\w+)`: (.*?)(?=[;.] `\w+`: |\Z)")
REST = "Everything else may change in any release, and so may names that begin with an underscore."
INTRO = f"""# Python

What `veil` and `veil.testing` export is the public interface, together with the classes of errors and the few names of `veil.operators` that plug-ins use.
{REST} The package has types (`py.typed`). Errors are subclasses of `veil.Error`; [their codes](errors.md) are part
of the interface. A test compares every signature on this page with a snapshot; `docs/contributing` says how to change one.
"""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One public name. Shape: `signature` a line; `takes`: parameter or field, its type, its default, what it is."""

    name: str
    signature: str
    doc: str
    takes: tuple[tuple[str, str, str, str], ...] = ()


def entries() -> Iterator[Entry]:
    """Every public name, with the members of its classes."""
    names = {module: tuple(importlib.import_module(module).__all__) for module in MODULES} | SEAM
    for module, exported in names.items():
        for name in exported:
            yield from _entries(f"{module}.{name}", getattr(importlib.import_module(module), name))


def _entries(name: str, value: Any) -> Iterator[Entry]:
    if not inspect.isclass(value):
        shown = _signature(value) if callable(value) else f" = {value!r}"
        yield Entry(name, f"{name}{shown}", _doc(value) if callable(value) else "", _takes(value))
        return
    bases = ", ".join(base.__name__ for base in value.__bases__ if base is not object)
    yield Entry(
        name,
        f"class {name}({bases})" if bases else f"class {name}",
        _doc(value),
        tuple(field for field in _fields(value) if is_public(name, field[0])),
    )
    for member, inner in vars(value).items():
        if member.startswith("_") or not is_public(name, member):
            continue
        whole = f"{name}.{member}"
        if isinstance(inner, property | cached_property):
            getter = inner.fget if isinstance(inner, property) else inner.func
            yield Entry(whole, f"{whole}: {getter.__annotations__.get('return', 'Any')}", _doc(getter))
        elif isinstance(inner, classmethod | staticmethod) or inspect.isfunction(inner):
            plain = inner.__func__ if isinstance(inner, classmethod | staticmethod) else inner
            kind = "classmethod " if isinstance(inner, classmethod) else ""
            yield Entry(whole, f"{kind}{whole}{_signature(plain)}", _doc(plain), _takes(plain))


def is_public(name: str, member: str) -> bool:
    return name not in LIMITED or member in LIMITED[name]


def _fields(value: type) -> Iterator[tuple[str, str, str, str]]:
    """The fields of a dataclass, a named tuple or an enumeration."""
    said = described(value)
    if issubclass(value, enum.Enum):
        yield from ((member.name, "", repr(member.value), "") for member in value)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            default = "" if field.default is dataclasses.MISSING else repr(field.default)
            yield field.name, str(field.type), default, said.get(field.name, "")
    elif hasattr(value, "_fields"):
        for name in value._fields:
            default = repr(value._field_defaults[name]) if name in value._field_defaults else ""
            yield name, _forward(value.__annotations__[name]), default, said.get(name, "")


def _forward(annotation: Any) -> str:
    return getattr(annotation, "__forward_arg__", str(annotation))


def parameters(function: Any) -> list[inspect.Parameter]:
    return [one for one in inspect.signature(function).parameters.values() if one.name not in ("self", "cls")]


def _takes(function: Any) -> tuple[tuple[str, str, str, str], ...]:
    if not callable(function):
        return ()
    said = described(function)
    return tuple(
        (parameter.name, _type(parameter.annotation), _default(parameter), said.get(parameter.name, ""))
        for parameter in parameters(function)
    )


def described(value: Any) -> dict[str, str]:
    """What `Takes:` or else `Shape:` of a docstring says of each parameter or field."""
    doc = inspect.getdoc(value) or ""
    found = TAKES.search(doc) or SHAPE.search(doc)
    return dict(ENTRY.findall(" ".join(found.group(1).split()).rstrip("."))) if found else {}


def _doc(value: Any) -> str:
    return TAKES.sub("", inspect.getdoc(value) or "").strip()


def _signature(function: Any) -> str:
    signature, pieces, starred = inspect.signature(function), [], False
    for parameter in parameters(function):
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            pieces.append("*")
            starred = True
        default = _default(parameter)
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        starred = starred or star == "*"
        pieces.append(f"{star}{parameter.name}: {_type(parameter.annotation)}" + (f" = {default}" if default else ""))
    return f"({', '.join(pieces)}) -> {_type(signature.return_annotation)}"


def _type(annotation: Any) -> str:
    return "Any" if annotation is inspect.Parameter.empty else str(annotation)


def _default(parameter: inspect.Parameter) -> str:
    """The default as it is written; of an object its name, because an address in memory differs each time."""
    if parameter.default is parameter.empty:
        return ""
    shown = repr(parameter.default)
    if isinstance(parameter.default, Keys):
        return "KEYS"
    return getattr(parameter.default, "__name__", "...") if " at 0x" in shown or shown.startswith("<") else shown


def snapshot() -> str:
    """A line a name, parameter or field; sorted, so that a change is a line of a diff."""
    lines = []
    for entry in entries():
        lines.append(entry.signature)
        if entry.signature.startswith("class "):
            lines += [
                f"{entry.name}.{name}" + (f": {kind}" if kind else "") + (f" = {default}" if default else "")
                for name, kind, default, _ in entry.takes
            ]
    return "\n".join(sorted(set(lines))) + "\n"


def changes(old: str, new: str) -> list[str]:
    """What was removed or changed (-), and what is new (+)."""
    return [line for line in difflib.ndiff(old.splitlines(), new.splitlines()) if line.startswith(("- ", "+ "))]


def page() -> str:
    """The page of the reference."""
    text = INTRO
    for entry in entries():
        level = "###" if entry.name.rpartition(".")[0] not in (*MODULES, *SEAM) else "##"
        text = text.rstrip("\n") + f"\n\n{level} `{entry.name}`\n\n```text\n{entry.signature}\n```\n\n"
        first, _, rest = entry.doc.partition("\n\n")
        text += f"{first}\n\n" if first else ""
        text += f"```text\n{rest.strip()}\n```\n\n" if rest.strip() else ""
        if entry.takes:
            head = "field" if entry.signature.startswith("class ") else "parameter"
            rows = [
                [f"`{name}`", f"`{kind}`" if kind else "", f"`{default}`" if default else "", words]
                for name, kind, default, words in entry.takes
            ]
            text += _table([head, "type", "default", "description"], rows) + "\n"
    return text


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [" | ".join(cell.replace("|", "\\|") for cell in row) for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


if __name__ == "__main__":
    new = snapshot()
    if "--accept" in sys.argv:
        SNAPSHOT.write_text(new, encoding="utf-8")
    else:
        print("\n".join(changes(SNAPSHOT.read_text(encoding="utf-8"), new)) or "no change")
