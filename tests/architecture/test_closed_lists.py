"""A closed list (types of cast, units, kinds of a name, sections of a project) is declared once; everything else imports it."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "veil"
# Lists that are equal by chance, or in a file that must not import the other, with the reason.
MAY_BE_TWICE = {
    frozenset({"veil", "at", "manifest", "meaning", "name", "public_key"}): "check_release.py runs without Veil",
    frozenset({"born", "offset", "subject"}): "what two operators ask for",
    frozenset({"name", "given_name", "family_name"}): "facts in rows, and kinds of a surrogate",
    frozenset({".txt", ".text", ".note"}): "parts.py names a format without loading it; test_formats.py compares",
    frozenset(
        {".x12", ".edi", ".837", ".835", ".834", ".270", ".271", ".276", ".277", ".278", ".999"}
    ): "parts.py names a format without loading it; test_formats.py compares",
}
BELOW = 3  # two words may be equal by chance, unless they are the values of a setting


def members(node):
    """The words of a tuple, list or set of texts."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        words = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        return frozenset(words) if len(words) == len(node.elts) else None
    return None


def declared(tree):
    """Line and words of each list of texts that is written in a module."""
    literal = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", getattr(node.value, "attr", "")) == "Literal":
            literal.add(node.slice)
    for node in ast.walk(tree):
        words = members(node)
        if words and len(words) >= (2 if node in literal else BELOW):
            yield node.lineno, words


def listed():
    found = defaultdict(list)
    for path in sorted(SRC.rglob("*.py")):
        for line, words in declared(ast.parse(path.read_text(encoding="utf-8"))):
            found[words].append(f"{path.relative_to(SRC).as_posix()}:{line}")
    return found


def test_no_closed_list_is_written_twice():
    twice = {
        ", ".join(sorted(words)): places
        for words, places in listed().items()
        if len(places) > 1 and words not in MAY_BE_TWICE
    }
    assert twice == {}, (
        "declare the list once and import it; where the words are equal by chance, say so in MAY_BE_TWICE"
    )


def test_no_exception_is_left_over():
    found = listed()
    assert [sorted(words) for words in MAY_BE_TWICE if words not in found] == []


@pytest.mark.parametrize(
    "code", ['A = ("a", "b", "c")\nB = ["c", "b", "a"]', 'A: Literal["on", "off"]\nB: Literal["off", "on"]']
)
def test_a_list_that_is_written_twice_is_seen(code):
    first, second = (words for _, words in declared(ast.parse(code)))
    assert first == second


def test_the_pages_of_the_portal_know_the_states_that_end_a_job():
    from veil.service.store.jobs import ENDED

    found = 0
    for path in sorted((SRC / "service" / "portal" / "pages").glob("*.js")):
        for written in re.findall(r"\[((?:\s*\"[^\"\n]*\",?)+)\s*\]", path.read_text(encoding="utf-8")):
            words = re.findall(r'"([^"]*)"', written)
            if "expired" in words:
                assert tuple(words) == ENDED, path.name
                found += 1
    assert found
