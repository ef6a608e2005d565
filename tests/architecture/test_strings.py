"""No value has its meaning written into it as a mark: what belongs apart has a field of its own."""

import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src" / "veil"
READING = frozenset(
    {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split", "rsplit"}
)
FIELDS = frozenset({"source", "origin", "proof", "domain", "subject", "person", "item", "offsets"})
MARK = re.compile(r"[a-z_]+:")  # `file:`, `through:`
SEPARATORS = frozenset("\x1c\x1d\x1e\x1f")
MAY_SEPARATE = {
    "keys/derive.py": "what goes into a derivation, and is never read again",
    "service/trace/text_lines.py": "records of a body are parted by RS (RFC 7464)",
}
MAY_READ = {
    ("model/span.py", "source"): "`detector:rule` is the form of a source",
    ("importers", "source"): "paths of another tool's configuration",
    ("policy/subjects.py", "person"): "`person: TABLE.COLUMN`, as a project writes it",
}
ADDRESSES = frozenset({"http:", "https:", "urn:", "s3:", "re:", "env:"})  # schemes, and what a file of a user says


def strings_in(node):
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def faults(tree, name=""):
    """Where a text is joined with a separator that no text has, or a mark is read out of one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and name not in MAY_SEPARATE:
            pattern = "[" in node.value or "\\" in node.value  # a class of characters to look for
            if not pattern and SEPARATORS & set(node.value):
                yield node.lineno, "separator"
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in READING:
            continue
        asked, words = node.func.value, [word for argument in node.args for word in strings_in(argument)]
        field = asked.attr if isinstance(asked, ast.Attribute) else asked.id if isinstance(asked, ast.Name) else ""
        excused = any(name.startswith(place) and field == one for place, one in MAY_READ)
        if field in FIELDS and isinstance(asked, ast.Attribute) and not excused:
            yield node.lineno, f"{field} is read"
        if any(word == "#" for word in words) and "partition" in node.func.attr:
            yield node.lineno, "an item is read out of a name"
        if node.func.attr in ("startswith", "removeprefix") and any(
            MARK.fullmatch(word) and word not in ADDRESSES for word in words
        ):
            yield node.lineno, "a mark is read"


def test_no_value_of_ours_carries_a_mark():
    found = {}
    for path in sorted(SRC.rglob("*.py")):
        name = path.relative_to(SRC).as_posix()
        if met := list(faults(ast.parse(path.read_text(encoding="utf-8")), name)):
            found[name] = met
    assert found == {}


@pytest.mark.parametrize(
    "code",
    [
        "key = f'{one}\\x1f{two}'",
        "'\\x1f'.join(parts)",
        "KEY = '\\x1f'",
        "a, _, b = name.rpartition('#')",
        "span.source.endswith('+')",
        "span.source.startswith('known:strong')",
        "subject.startswith('file:')",
        "domain.removeprefix('through:')",
        "plan.domain.partition('.')",
        "if meant.person.split(' '): ...",
        "one.startswith(('map:', 'file:'))",
    ],
)
def test_a_mark_in_a_value_is_seen(code):
    assert list(faults(ast.parse(code)))


@pytest.mark.parametrize(
    "code", ["line.startswith('#')", "url.startswith('https:')", "re.compile('[\\x1c-\\x1f]')", "name.partition('.')"]
)
def test_what_is_no_mark_of_ours_is_let_through(code):
    assert not list(faults(ast.parse(code)))
