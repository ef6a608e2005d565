"""JSON text: where each value of a document stands, so that edits leave every other byte alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from veil.errors import FormatError, LimitError

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
DEEPEST = 200
EMPTY = "{}"  # behind the address of an object or a list that holds nothing: its key needs a rule as well


@dataclass(slots=True)
class Leaf:
    """A scalar of a document.

    Units:   `start` and `end` in code points of the text; `member` is where its key (or itself, in a list) begins.
    """

    address: str
    start: int
    end: int
    member: int
    group: int  # the object or list it is a member of
    order: int  # its place among the members


@dataclass(slots=True)
class Group:
    """An object or a list: where each of its members begins and ends, and which member it is of which group."""

    is_object: bool
    bounds: list[tuple[int, int]]
    parent: int = -1
    order: int = 0


def leaves(text: str, where: str, root: str = "$") -> tuple[list[Leaf], list[Group]]:
    """All scalars with their addresses; elements of a list share one address (`[*]`).

    Errors:  FormatError `json-broken` with the offset, LimitError `json-deep`.
    """
    try:
        json.loads(text)
    except ValueError as error:
        raise FormatError(
            "json-broken", "this is not JSON", where=f"{where} offset {getattr(error, 'pos', 0)}"
        ) from None
    except RecursionError:
        raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST}", where=where) from None
    return _Walk(text, where).run(root)


class _Walk:
    """One pass over the tokens of a document that is known to be JSON."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where = text, where
        self._found: list[Leaf] = []
        self._groups: list[Group] = []
        self._stack: list[tuple[int, str, int, int]] = []  # group, its address, where its member and itself begin
        self._key: tuple[str, int] | None = None  # the key read last, and where it begins

    def run(self, root: str) -> tuple[list[Leaf], list[Group]]:
        for token in _TOKEN.finditer(self._text):
            word = token.group()
            if word in "{[":
                self._open(word, root, token.start())
            elif word in "}]":
                self._close(token.end())
            elif word in ",:":
                continue
            elif self._key is None and self._in_object():
                self._key = json.loads(word), token.start()
            else:
                address, member = self._place(root, token.start())
                self._found.append(Leaf(address, token.start(), token.end(), *self._joined(member, token.end())))
        return self._found, self._groups

    def _in_object(self) -> bool:
        return bool(self._stack) and self._groups[self._stack[-1][0]].is_object

    def _place(self, root: str, start: int) -> tuple[str, int]:
        """The address of the value that begins here, and where its member begins; the key is used up."""
        if not self._stack:
            return root, start
        above = self._stack[-1][1]
        if self._key is None:
            return f"{above}[*]", start
        (key, member), self._key = self._key, None
        return f"{above}.{key}", member

    def _open(self, word: str, root: str, start: int) -> None:
        if len(self._stack) >= DEEPEST:
            raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST}", where=self._where)
        address, member = self._place(root, start)
        self._groups.append(Group(word == "{", []))
        self._stack.append((len(self._groups) - 1, address, member, start))

    def _close(self, end: int) -> None:
        number, address, member, start = self._stack.pop()
        _, self._groups[number].parent, self._groups[number].order = place = self._joined(member, end)
        if not self._groups[number].bounds and self._stack:
            self._found.append(Leaf(address + EMPTY, start, end, *place))

    def _joined(self, member: int, end: int) -> tuple[int, int, int]:
        """Enters a finished member into its group; where it begins, which group, which place."""
        if not self._stack:
            return member, -1, 0
        bounds = self._groups[self._stack[-1][0]].bounds
        bounds.append((member, end))
        return member, self._stack[-1][0], len(bounds) - 1


def value_of(token: str) -> str | None:
    """A scalar as text: a string without its quotes, a number as it is written, null as None."""
    if token.startswith('"'):
        return str(json.loads(token))
    return None if token == "null" else token  # noqa: S105  a token of JSON


def token_of(value: str | None, before: str) -> str:
    """A new value in the place of a token: text stays text, a number stays one where the new value is one."""
    if value is None:
        return "null"
    if before.startswith('"'):
        return json.dumps(value, ensure_ascii=before.isascii())
    return value if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", value) else json.dumps(value)


def spliced(text: str, edits: list[tuple[int, int, str]]) -> str:
    """The text with each (start, end, new) put in; they do not overlap."""
    pieces, at = [], 0
    for start, end, new in sorted(edits):
        pieces += [text[at:start], new]
        at = end
    return "".join([*pieces, text[at:]])


def removals(gone: list[Leaf], groups: list[Group]) -> list[tuple[int, int, str]]:
    """Cuts that take members out of objects with their comma; an element of a list becomes null, so that places stay.

    Keeps:   an object or a list of which nothing is left goes too, for its key is a name of its own.
    """
    by_group: dict[int, set[int]] = {}
    emptied: dict[int, int] = {}  # list -> how many of its elements are groups of which nothing is left
    cuts: list[tuple[int, int, str]] = []
    for leaf in gone:
        if leaf.group >= 0:
            by_group.setdefault(leaf.group, set()).add(leaf.order)
        else:
            cuts.append((leaf.start, leaf.end, "null"))
    for number in range(len(groups) - 1, -1, -1):  # what is inside comes after what holds it
        group = groups[number]
        if group.parent < 0 or len(by_group.get(number, ())) + emptied.get(number, 0) < max(1, len(group.bounds)):
            continue
        if groups[group.parent].is_object:
            by_group.setdefault(group.parent, set()).add(group.order)
        else:
            emptied[group.parent] = emptied.get(group.parent, 0) + 1
    for number, orders in by_group.items():
        cuts += _cut(groups[number], orders)
    return cuts


def _cut(group: Group, orders: set[int]) -> list[tuple[int, int, str]]:
    bounds = group.bounds
    if not group.is_object:
        return [(*bounds[i], "null") for i in orders]
    kept = [i for i in range(len(bounds)) if i not in orders]
    if not kept:
        return [(bounds[0][0], bounds[-1][1], "")]
    cuts = [(bounds[i][0], bounds[i + 1][0], "") for i in sorted(orders) if i < kept[-1]]
    if kept[-1] < len(bounds) - 1:
        cuts.append((bounds[kept[-1]][1], bounds[-1][1], ""))
    return cuts
