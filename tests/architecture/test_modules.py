"""Each module is tested, and one can find where: a test file of its name, a test that imports it, or a line in tests/modules.toml."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOUND = (
    ("risk", "external_sort", "unit/risk/test_external_sort.py"),
    ("reports", "scan", "architecture/test_words.py"),
    ("cli", "reversal", "rows/test_c16_reverse.py"),
)


@pytest.fixture(scope="module")
def tools():
    found = importlib.util.spec_from_file_location("tests_of", ROOT / "tools" / "tests_of.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def needs_a_line(tools):
    """The files of modules that have no test of their own and are imported by none."""
    return {
        path.relative_to(tools.SRC).as_posix()
        for module, path in tools.modules().items()
        if not tools.own_test(path).exists() and module not in tools.importing()
    }


def test_every_module_says_where_it_is_tested(tools):
    missing = needs_a_line(tools) - tools.listed().keys()
    assert missing == set(), "add a test file of its name, or a line to tests/modules.toml"


def test_the_table_has_no_line_that_is_not_needed(tools):
    assert tools.listed().keys() - needs_a_line(tools) == set(), "these modules are gone, or have tests of their own"


def test_the_table_names_test_files_that_exist(tools):
    assert [test for test in tools.listed().values() if not (tools.TESTS / test).is_file()] == []


def test_a_test_is_found_by_name_by_import_and_by_the_table(tools):
    named = {f"veil.{package}.{module}": path for package, module, path in FOUND}
    assert [tools.tests_of(module)[0] for module in named] == list(named.values())
