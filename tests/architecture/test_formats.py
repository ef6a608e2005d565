"""Nobody outside `formats` and `parts` asks for a format by its name: they ask for its traits."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from veil.parts import ENDINGS, FORMATS, endings, part, traits_of

SRC = Path(__file__).resolve().parents[2] / "src" / "veil"
ALLOWED = {
    "discover": "kinds of columns: free text, a JSON document",
    "importers": "words of another tool's configuration",
    "jobs/checks/lint_ids.py": "the form of an id, text or integer",
    "operators/pseudonym.py": "the form of an id, text or integer",
    "service/rest": "fields of a request",
    "service/work/proposal.py": "kinds of columns",
    "synth": "kinds of synthetic values",
}
NAMES = {*FORMATS, "pdf", "docx", "fhir", "hl7", "dicom", "ccda"}


def names_in(node):
    """The strings of an expression, those of a tuple, a list or a set too."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return set().union(*map(names_in, node.elts))
    if isinstance(node, ast.Call):
        return set().union(*map(names_in, node.args))
    return set()


def comparisons(tree):
    """Where a value is compared with a format's name, or an address with the sign of a grammar."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            met = set().union(*map(names_in, [node.left, *node.comparators])) & NAMES
        elif isinstance(node, ast.MatchValue):
            met = names_in(node.value) & NAMES
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "startswith":
            met = set().union(*map(names_in, node.args)) & {"$", "$.", "$["}
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "frozenset":
            met = set().union(*map(names_in, node.args)) & NAMES - {"text", "json"}
        else:
            continue
        if met:
            yield node.lineno if hasattr(node, "lineno") else 0, sorted(met)


def is_allowed(name):
    return name.startswith(("formats/", "parts.py", *ALLOWED))


def test_nothing_outside_formats_compares_a_value_with_a_formats_name():
    found = {}
    for path in sorted(SRC.rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        if not is_allowed(name) and (met := list(comparisons(ast.parse(path.read_text(encoding="utf-8"))))):
            found[name] = met
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "kind == 'csv'",
        "'text' == kind",
        "kind in ('csv', 'tsv')",
        "kind not in frozenset({'json'})",
        "kind in {'parquet', 'x'}",
        "match kind:\n    case 'xlsx': ...",
        "match kind:\n    case 'a' | 'sql': ...",
        "address.startswith('$')",
        "address.startswith(('$', '#'))",
        "TABLES = frozenset({'csv', 'tsv'})",
    ],
)
def test_a_comparison_is_seen(code):
    assert list(comparisons(ast.parse(code)))


def test_every_format_declares_its_traits_and_no_two_share_an_ending():
    assert sum(len(traits_of(name).endings) for name in FORMATS) == len(endings())
    for name in FORMATS:
        assert part("formats", name).name == name
        assert traits_of(name).stored or traits_of(name).endings


def test_the_endings_that_are_told_without_loading_a_format_are_those_of_its_traits():
    assert {name: traits_of(name).endings for name in ENDINGS} == ENDINGS
    assert ENDINGS.keys() <= FORMATS.keys()


def test_the_traits_of_tables_are_those_of_what_they_offer():
    from veil.formats.base import TwoWay, Typed

    for name in FORMATS:
        kind, traits = part("formats", name), traits_of(name)
        assert issubclass(kind, TwoWay) == traits.reversible, name
        assert issubclass(kind, Typed) == traits.typed, name


def test_a_name_is_told_and_read_without_loading_formats_and_lists():
    code = (
        "import sys; from veil.parts import kind_of; from veil.detectors.scanner import standard; assert kind_of('a.CSV.gz') == 'csv'; "
        "assert standard(['patterns', 'gazetteer']).find(['events']) == [[]]; from veil.lexicon.language import english; "
        "assert 'table' not in vars(english().vocabulary); print(*(one for one in sys.modules if one.startswith('veil.formats.')))"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert set(told) <= {"veil.formats.addresses", "veil.formats.compression", "veil.formats.traits"}
