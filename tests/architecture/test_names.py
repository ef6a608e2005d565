"""Names: each class of the source has a name of its own, so that a search for it finds one thing."""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "veil"
REFERENCE = re.compile(r"veil(?:\.[a-z_0-9]+)+(?::\w+)?")
TWICE = {"Outcome"}  # both are public: the result of a run (`veil.Outcome`) and of an operator (`veil.operators.base`)


def classes():
    """The files that define each class."""
    found = defaultdict(list)
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(f"{path.relative_to(SRC).as_posix()}:{node.lineno}")
    return found


def test_no_class_name_is_used_twice():
    twice = {name: places for name, places in classes().items() if len(places) > 1 and name not in TWICE}
    assert twice == {}, "give the newer class a name that says what it is"


def test_the_exceptions_are_still_needed():
    assert [name for name in sorted(TWICE) if len(classes()[name]) < 2] == []


def references():
    """The strings of the source that name a module, or something in a module: `veil.keys.vault:Vault`."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and REFERENCE.fullmatch(node.value):
                if ":" in node.value or (SRC / node.value.split(".")[1]).is_dir():
                    yield path.relative_to(SRC).as_posix(), node.value


def names_of(path):
    """The names that a module defines or imports at its top level."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        for inner in ast.walk(node):
            if isinstance(inner, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                found.add(inner.name)
            elif isinstance(inner, ast.Name):
                found.add(inner.id)
            elif isinstance(inner, ast.alias):
                found.add(inner.asname or inner.name)
    return found


def test_a_string_that_names_a_module_names_one_that_exists():
    found = list(references())
    assert len(found) > 40, "the strings are written in another form: this test sees none of them"
    wrong = []
    for path, value in found:
        module, _, name = value.partition(":")
        file = SRC.parent / Path(*module.split("."))
        if (file / name).is_dir():
            continue
        file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        if not file.is_file() or (name and name not in names_of(file)):
            wrong.append((path, value))
    assert wrong == []
