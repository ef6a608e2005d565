"""What others import does not change unseen: signatures are compared with a snapshot, and each parameter is described."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BY_NAME = {
    "veil.Label",
    "veil.Plan",
    "veil.operators.promise.Promise",
}  # their fields are explained in a page of their own
HIDDEN = {"project", "document"}  # of a session: for Veil itself


@pytest.fixture(scope="module")
def public_api():
    found = importlib.util.spec_from_file_location("public_api", ROOT / "tools" / "public_api.py")
    module = sys.modules["public_api"] = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_public_interface_is_that_of_the_snapshot(public_api):
    changes = public_api.changes(public_api.SNAPSHOT.read_text(encoding="utf-8"), public_api.snapshot())
    assert changes == [], "the public interface changed; docs/contributing/public-interface.md says what to do"


def test_every_parameter_and_field_is_described(public_api):
    silent = [
        f"{entry.name}: {name}"
        for entry in public_api.entries()
        for name, _, _, words in entry.takes
        if not words and entry.name not in BY_NAME
    ]
    assert silent == []


def test_a_description_names_no_parameter_that_is_gone(public_api):
    import importlib

    for entry in public_api.entries():
        module, _, path = entry.name.partition(".")
        value = importlib.import_module(module)
        for step in path.split("."):
            value = (
                getattr(value, step) if hasattr(value, step) else importlib.import_module(f"{value.__name__}.{step}")
            )
        if "Takes:" in (getattr(value, "__doc__", None) or ""):
            assert set(public_api.described(value)) <= {name for name, *_ in entry.takes} | HIDDEN, entry.name


def test_the_package_has_types_and_documents_each_name(public_api):
    import veil

    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    assert (ROOT / "src" / "veil" / "py.typed").exists()
    assert all(f"## `veil.{name}`" in page for name in veil.__all__)


@pytest.mark.parametrize(
    ("old", "new", "seen"),
    [
        ("f(a: int)", "f(a: int, b: int)", ["- f(a: int)", "+ f(a: int, b: int)"]),
        ("f(a: int = 1)", "f(a: int = 2)", ["- f(a: int = 1)", "+ f(a: int = 2)"]),
        ("f()\ng()", "f()", ["- g()"]),
        ("f()", "f()\ng()", ["+ g()"]),
        ("f()", "f()", []),
    ],
)
def test_a_change_is_seen(public_api, old, new, seen):
    assert public_api.changes(old, new) == seen
