"""Plain words: in messages, help, lint rules, templates and the reference; and names that say what they are."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "veil"
BANNED = re.compile(
    r"\b(?:told|gainsay|of its kind|none of its words|stands beside|holds against|what becomes of|what is left of|"
    r"nobody foresaw|is no \w+ of|record of acts|many times)\b",
    re.IGNORECASE,
)
NAMES = {"told", "made", "held", "lent", "one"}
# A column of the database and a field of the JSON of the service, whose names are known outside.
FIELDS = {("service/portal/schemas.py", "made"), ("service/store/jobs.py", "made")}


def texts_of(node):
    """The constants of an expression, and the constant parts of formatted texts."""
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def called(node):
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def messages(tree):
    """Line and text of the messages and hints of errors, and of the help and descriptions of options and keys."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        if name.endswith("Error"):
            shown = [
                *node.args[1:],
                *(keyword.value for keyword in node.keywords if keyword.arg in ("message", "hint")),
            ]
        else:
            shown = [keyword.value for keyword in node.keywords if keyword.arg in ("help", "hint", "description")]
        for expression in shown:
            for text in texts_of(expression):
                yield node.lineno, text


def found_in(texts):
    return [text for text in texts if BANNED.search(text)]


@pytest.mark.parametrize("path", sorted(SRC.rglob("*.py")), ids=lambda path: path.relative_to(SRC).as_posix())
def test_messages_and_help_use_plain_words(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert [(line, text) for line, text in messages(tree) if BANNED.search(text)] == []


def test_lint_rules_and_rows_of_reports_use_plain_words():
    from veil.jobs.checks.lint import RULES
    from veil.reports import figures, scan

    texts = [text for _, text in RULES.values()] + [*figures.BAD.values(), *figures.BROKEN.values(), figures.WEAK_WORDS]
    assert found_in([*texts, *scan.MEANS.values()]) == []


@pytest.mark.parametrize("path", sorted((SRC / "reports" / "templates").glob("*.html")), ids=lambda path: path.name)
def test_pages_of_reports_use_plain_words(path):
    text = re.sub(
        r"\{%.*?%\}|\{\{.*?\}\}|<style>.*?</style>|<[^>]*>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    text = re.sub(r"^[^\n]*\{[^\n]*\}[^\n]*$", "", text, flags=re.MULTILINE)  # what is left of a style block
    assert found_in(text.splitlines()) == []


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "reference").glob("*.md")), ids=lambda path: path.name)
def test_the_reference_uses_plain_words(path):
    assert found_in(path.read_text(encoding="utf-8").splitlines()) == []


@pytest.mark.parametrize(
    "code",
    [
        "raise PolicyError('x', 'the subject is not told')",
        "raise FormatError('x', f'{a} is no word of {b}')",
        "raise Error('x', 'y', hint='keep the record of acts')",
        "Option(help='a word, many times')",
        "Field(None, description='what becomes of a column')",
        "raise PolicyError('x', 'a' if b else 'none of its words')",
    ],
)
def test_a_banned_word_is_seen(code):
    assert any(BANNED.search(text) for _, text in messages(ast.parse(code)))


def weak_names(tree):
    """Names of variables, parameters and functions that say nothing of what they are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            name = node.name
        elif isinstance(node, ast.arg):
            name = node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            name = node.id
        else:
            continue
        if name.lstrip("_") in NAMES:
            yield name


def test_no_name_says_nothing():
    found = {
        (path.relative_to(SRC).as_posix(), name)
        for path in SRC.rglob("*.py")
        for name in weak_names(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert found == FIELDS, "told, made, held, lent and one are not names: use what the thing is"


def test_a_weak_name_is_seen():
    code = "def _told(one): made = [held for held in one]"
    assert sorted(weak_names(ast.parse(code))) == ["_told", "held", "made", "one"]
