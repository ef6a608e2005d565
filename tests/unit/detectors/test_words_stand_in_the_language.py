"""No detector holds a table of words by itself: the words of a language are the language's."""

import ast
import re
from pathlib import Path

import pytest

ROOM = Path(__file__).resolve().parents[3] / "src" / "veil" / "detectors"
MOST = 7  # words of small letters in one literal
ALLOWED = {
    "checks.py": "names of checks",
    "clinical/judge.py": "names of rules",
    "clinical/numbers.py": "units that are grown to a number",
    "filters/": "names of the fields of Philter's files",
    "known.py": "abbreviations of streets, until addresses are a country's",
    "short_identifiers.py": "cues of short identifiers, until they are the language's",
    "ner/token_features.py": "signs",
    "models/": "names of the labels of models",
}
_WORD = re.compile(r"(?<![\w\\(?\[{])[a-z]{3,}(?![\w(])")


def tables(code):
    """The lines of literals with many words of small letters: collections of strings, or one string of many words."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.List | ast.Set | ast.Tuple):
            words = [
                one
                for one in node.elts
                if isinstance(one, ast.Constant)
                and isinstance(one.value, str)
                and one.value.isalpha()
                and one.value.islower()
            ]
            if len(words) > MOST:
                yield node.lineno
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            texts = [
                one.value
                for one in ast.walk(node.value)
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if sum(len(_WORD.findall(text)) for text in texts) > MOST:
                yield node.lineno


def test_no_detector_holds_words_of_a_language():
    found = {}
    for path in sorted(ROOM.rglob("*.py")):
        name = path.relative_to(ROOM).as_posix()
        if not name.startswith(tuple(ALLOWED)) and (met := sorted(set(tables(path.read_text(encoding="utf-8"))))):
            found[name] = met
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        'X = frozenset("dr mr mrs miss prof doctor sir dame judge rev".split())',
        'X = {"unit", "ward", "desk", "floor", "team", "bay", "lab", "room"}',
        'X = re.compile(r"(?:mother|father|wife|husband|son|daughter|sister|brother|aunt)")',
    ],
)
def test_a_table_is_seen(code):
    assert list(tables(code))
