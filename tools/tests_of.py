"""Where a module is tested.

python tools/tests_of.py src/veil/policy/claims.py     its own test file, the tests that import it, or its line in tests/modules.toml
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "veil"
TESTS = ROOT / "tests"
TABLE = TESTS / "modules.toml"
LAZY = re.compile(r"(veil[\w.]+):(\w+)")


def module_of(path: Path) -> str:
    return ".".join(("veil", *path.relative_to(SRC).with_suffix("").parts))


@cache
def modules() -> dict[str, Path]:
    """Shape: dotted name -> file, without the packages."""
    return {module_of(path): path for path in sorted(SRC.rglob("*.py")) if path.name != "__init__.py"}


@cache
def exported() -> dict[tuple[str, str], str]:
    """Shape: package and name that it exports -> module that defines the name."""
    found: dict[tuple[str, str], str] = {}
    for path in SRC.rglob("__init__.py"):
        package = ".".join(("veil", *path.parent.relative_to(SRC).parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in modules():
                found |= {(package, alias.asname or alias.name): node.module for alias in node.names}
            elif (
                isinstance(node, ast.Constant) and isinstance(node.value, str) and (lazy := LAZY.fullmatch(node.value))
            ):
                found[package, lazy.group(2)] = lazy.group(1)
    return found


def imported(tree: ast.AST) -> set[str]:
    """The modules that a test imports, by themselves or by a name that a package exports."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found |= {node.module, f"{node.module}.{alias.name}", exported().get((node.module, alias.name), "")}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("veil."):
            found |= {node.value, node.value.rpartition(".")[0]}  # what a test replaces by its name
    return found & modules().keys()


@cache
def importing() -> dict[str, list[str]]:
    """Shape: module -> test files that import it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(TESTS.rglob("test_*.py")):
        for module in imported(ast.parse(path.read_text(encoding="utf-8"))):
            found[module].append(path.relative_to(TESTS).as_posix())
    return found


def listed() -> dict[str, str]:
    """Shape: file of a module, relative to src/veil -> test file, relative to tests."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


def own_test(path: Path) -> Path:
    return TESTS / "unit" / path.relative_to(SRC).parent / f"test_{path.name}"


def tests_of(module: str) -> list[str]:
    """The test file of its name first, then those that import it, then the line of the table."""
    path = modules()[module]
    own = own_test(path)
    found = [own.relative_to(TESTS).as_posix()] if own.exists() else []
    found += importing().get(module, [])
    found += filter(None, [listed().get(path.relative_to(SRC).as_posix())])
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    for written in sys.argv[1:]:
        print("\n".join(f"tests/{test}" for test in tests_of(module_of(Path(written).resolve()))))
