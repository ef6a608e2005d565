"""Operators are asked for what they promise, never known by name: no rule outside their package names one."""

import ast
import dataclasses
import inspect
from pathlib import Path

import pytest

from veil.model import ABOUT
from veil.operators.promise import Promise, promise_of
from veil.parts import OPERATORS, part

SRC = Path(__file__).resolve().parents[2] / "src" / "veil"
WRITERS = ("discover", "importers", "synth", "operators")  # they write projects, or are operators
NEEDS = {
    "birth_year": {"reference_date": "2026-01-01"},
    "age_at": {"reference_date": "2026-01-01"},
    "shifted_age": {"reference_date": "2026-01-01"},
    "generalize": {"hierarchy": str(Path(__file__).resolve().parents[1] / "property" / "places.hierarchy")},
}


def named(node):
    """The texts that a comparison holds against."""
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}


@pytest.mark.parametrize("path", sorted(SRC.rglob("*.py")), ids=lambda path: path.relative_to(SRC).as_posix())
def test_nothing_compares_with_the_name_of_an_operator(path):
    if path.relative_to(SRC).parts[0] in WRITERS or path.name == "parts.py":
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Compare):
            of_operator = any(isinstance(one, ast.Attribute) and one.attr == "operator" for one in ast.walk(node))
            assert not (of_operator and named(node) & set(OPERATORS)), f"{path.name}:{node.lineno}"
        if isinstance(node, ast.Set | ast.Tuple | ast.List) and not isinstance(getattr(node, "ctx", None), ast.Store):
            words = [one.value for one in node.elts if isinstance(one, ast.Constant) and one.value in OPERATORS]
            assert len(words) < 2 or len(words) < len(node.elts), f"{path.name}:{node.lineno} lists operators"


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_of_ours_declares_its_promise(name):
    kind = part("operators", name)
    assert "promise" in vars(kind), f"{name} declares nothing"
    made = promise_of(kind(**NEEDS.get(name, {})))
    assert isinstance(made, Promise)
    assert made.asks <= set(ABOUT.names)
    assert made.changes or made.checks or made.form, f"{name} lets values stay, and no rule says which"
    assert inspect.getdoc(kind)
    assert dataclasses.is_dataclass(kind)


def test_an_operator_that_declares_nothing_must_change_every_value():
    assert promise_of(object()).changes
    assert promise_of(object()).stays is None
    assert not promise_of(object()).by_chance
