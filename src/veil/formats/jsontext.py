"""JSON text: where each value of a document stands, so that edits leave every other byte alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any, NamedTuple

from veil.errors import FormatError, LimitError
from veil.formats.addresses import EMPTY

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
DEEPEST = 200
JSON_BROKEN = "json-broken"


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
    element: int  # the element of a list that it is or lies in; 0 is the document


@dataclass(slots=True)
class Container:
    """An object or a list: where each of its members begins and ends, and which member it is of which group."""

    is_object: bool
    bounds: list[tuple[int, int]]
    parent: int = -1
    order: int = 0


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a list: the element around it, and which member it is of which list; the document itself is -1."""

    parent: int
    group: int
    order: int


class Tree(NamedTuple):
    """What a document consists of. Shape: `elements[0]` is the document; a parent comes before what it holds."""

    leaves: list[Leaf]
    groups: list[Container]
    elements: list[Element]


DOCUMENT = Element(-1, -1, 0)


def leaves(text: str, where: str, root: str = "$", *, is_sound: bool = False) -> Tree:
    """All scalars with their addresses; elements of a list share one address (`[*]`).

    Shape:   `is_sound`: the text is known to be JSON.
    Errors:  FormatError `json-broken` with the offset, LimitError `json-deep`.
    """
    try:
        if not is_sound:
            json.loads(text)
    except ValueError as error:
        raise FormatError(JSON_BROKEN, "not valid JSON", where=f"{where} offset {getattr(error, 'pos', 0)}") from None
    except RecursionError:
        raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST} levels", where=where) from None
    return _Walk(text, where).run(root)


_BLANK = re.compile(r"[ \t\n\r]*")
_decoder = json.JSONDecoder()


def list_bounds(text: str) -> list[tuple[int, int]] | None:
    """Where each element of a list at the top of a text begins and ends; None where the text is no sound list."""
    found: list[tuple[int, int]] = []
    at = _past_blank(text, 0)
    if text[at : at + 1] != "[":
        return None
    at = _past_blank(text, at + 1)
    if text[at : at + 1] == "]":
        return found if _past_blank(text, at + 1) == len(text) else None
    try:
        while True:
            _, end = _decoder.raw_decode(text, at)
            found.append((at, end))
            at = _past_blank(text, end)
            mark = text[at : at + 1]
            at = _past_blank(text, at + 1)
            if mark != ",":
                return found if mark == "]" and at == len(text) else None
    except (ValueError, RecursionError):
        return None


def _past_blank(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank is not None else at


class _Members(list[tuple[str, Any]]):
    """An object as its members in order, a name that stands twice among them."""


def addresses_in(text: str) -> list[str] | None:
    """The addresses of all values of a document, as `leaves` has them, each once; None where it cannot be read.

    Keeps:   each element of a list at the top is a document of its own.
    """
    try:
        document = json.loads(text, object_pairs_hook=_Members, parse_int=len, parse_float=len, parse_constant=len)
        seen: dict[str, None] = {}
        for record in document if type(document) is list else [document]:
            _add_addresses(record, "$", 0, seen)
    except (ValueError, RecursionError):
        return None
    return list(seen)


def _add_addresses(value: Any, address: str, depth: int, seen: dict[str, None]) -> None:
    is_object = type(value) is _Members
    if not is_object and type(value) is not list:
        seen[address] = None
        return
    if depth >= DEEPEST:
        raise RecursionError
    if not value and address != "$":
        seen[address + EMPTY] = None
    elif is_object:
        for key, member in value:
            _add_addresses(member, f"{address}.{key}", depth + 1, seen)
    else:
        for member in value:
            _add_addresses(member, f"{address}[*]", depth + 1, seen)


def is_broken(line: str) -> bool:
    """Whether a line holds something, and no JSON."""
    try:
        json.loads(line or "null")
    except ValueError:
        return bool(line.strip())
    except RecursionError:
        return False
    return False


class _Open(NamedTuple):
    """An object or a list that is being read: its number, its address, where its member and itself begin, its element."""

    group: int
    address: str
    member: int
    start: int
    element: int


class _Walk:
    """One pass over the tokens of a document that is known to be JSON."""

    def __init__(self, text: str, where: str) -> None:
        self._text, self._where = text, where
        self._found: list[Leaf] = []
        self._groups: list[Container] = []
        self._elements = [DOCUMENT]
        self._stack: list[_Open] = []
        self._key: tuple[str, int] | None = None  # the key read last, and where it begins

    def run(self, root: str) -> Tree:
        for token in _TOKEN.finditer(self._text):
            word = token.group()
            if word in "{[":
                self._open(word, root, token.start())
            elif word in "}]":
                self._close(token.end())
            elif word in ",:":
                continue
            elif self._key is None and self._in_object():
                self._key = string_of(word), token.start()
            else:
                address, member, element = self._place(root, token.start())
                place = self._joined(member, token.end())
                self._found.append(Leaf(address, token.start(), token.end(), *place, element))
        return Tree(self._found, self._groups, self._elements)

    def _in_object(self) -> bool:
        return bool(self._stack) and self._groups[self._stack[-1].group].is_object

    def _place(self, root: str, start: int) -> tuple[str, int, int]:
        """The address of the value that begins here, where its member begins, its element; the key is used up."""
        if not self._stack:
            return root, start, 0
        above = self._stack[-1]
        if self._key is None:
            self._elements.append(Element(above.element, above.group, len(self._groups[above.group].bounds)))
            return f"{above.address}[*]", start, len(self._elements) - 1
        (key, member), self._key = self._key, None
        return f"{above.address}.{key}", member, above.element

    def _open(self, word: str, root: str, start: int) -> None:
        if len(self._stack) >= DEEPEST:
            raise LimitError("json-deep", f"a document is nested deeper than {DEEPEST} levels", where=self._where)
        address, member, element = self._place(root, start)
        self._groups.append(Container(word == "{", []))
        self._stack.append(_Open(len(self._groups) - 1, address, member, start, element))

    def _close(self, end: int) -> None:
        number, address, member, start, element = self._stack.pop()
        _, self._groups[number].parent, self._groups[number].order = place = self._joined(member, end)
        if not self._groups[number].bounds and self._stack:
            self._found.append(Leaf(address + EMPTY, start, end, *place, element))

    def _joined(self, member: int, end: int) -> tuple[int, int, int]:
        """Enters a finished member into its group; where it begins, which group, which place."""
        if not self._stack:
            return member, -1, 0
        group = self._stack[-1].group
        bounds = self._groups[group].bounds
        bounds.append((member, end))
        return member, group, len(bounds) - 1


def string_of(token: str) -> str:
    """What a string says, without its quotes and escapes."""
    return str(json.loads(token)) if "\\" in token else token[1:-1]


def quoted(value: str, before: str) -> str:
    """A text as a string, without other signs than ASCII has where it stands for one of such signs."""
    return encode_basestring_ascii(value) if before.isascii() else encode_basestring(value)


def value_of(token: str) -> str | None:
    """A scalar as text: a string without its quotes, a number as it is written, null as None."""
    if token.startswith('"'):
        return string_of(token)
    if token[0] in "{[":  # an object or a list that is empty, whatever blanks stand in it
        return token[0] + token[-1]
    return None if token == "null" else token  # noqa: S105  a token of JSON


def token_of(value: str | None, before: str) -> str:
    """A new value in the place of a token: text stays text, a number stays one where the new value is one."""
    if value is None:
        return "null"
    if before.startswith('"'):
        return quoted(value, before)
    return value if re.fullmatch(r"-?(?:0|[1-9]\d*)(?:\.\d+)?", value) else json.dumps(value)


class TextCut(NamedTuple):
    """A stretch of a document and what stands there instead; `label` names what was found there, "" for nothing."""

    start: int
    end: int
    new: str
    label: str = ""


def spliced(text: str, cuts: list[TextCut]) -> str:
    """The text with each cut put in; they do not overlap."""
    pieces, at = [], 0
    for cut in sorted(cuts):
        pieces += [text[at : cut.start], cut.new]
        at = cut.end
    return "".join([*pieces, text[at:]])


_PIECE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)


def inner_cuts(token: str, start: int, spans: list[TextCut]) -> list[TextCut]:
    """Spans of a text as cuts of the document, so that every escape outside them stays as it is written.

    Shape:   a token of a string that begins at `start`; k spans in code points of its value -> k cuts.
    """
    if "\\" not in token:
        return [TextCut(start + 1 + s.start, start + 1 + s.end, _escaped(s.new, token), s.label) for s in spans]
    bounds = [piece.start() for piece in _PIECE.finditer(token, 1, len(token) - 1)] + [len(token) - 1]
    return [TextCut(start + bounds[s.start], start + bounds[s.end], _escaped(s.new, token), s.label) for s in spans]


def _escaped(new: str, before: str) -> str:
    return quoted(new, before)[1:-1]


def element_removals(gone: list[Element], groups: list[Container]) -> list[TextCut]:
    """Cuts that take elements out of their lists, each with its comma."""
    by_list: dict[int, set[int]] = {}
    for element in gone:
        by_list.setdefault(element.group, set()).add(element.order)
    return [cut for number, orders in by_list.items() for cut in taken_out(groups[number].bounds, orders)]


def removals(gone: list[Leaf], groups: list[Container]) -> list[TextCut]:
    """Cuts that take members out of objects with their comma; an element of a list becomes null, so that places stay.

    Keeps:   an object or a list of which nothing is left goes too, for its key is a name of its own.
    """
    by_group: dict[int, set[int]] = {}
    emptied: dict[int, int] = {}  # list -> how many of its elements are groups of which nothing is left
    cuts: list[TextCut] = []
    for leaf in gone:
        if leaf.group >= 0:
            by_group.setdefault(leaf.group, set()).add(leaf.order)
        else:
            cuts.append(TextCut(leaf.start, leaf.end, "null"))
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


def _cut(group: Container, orders: set[int]) -> list[TextCut]:
    if not group.is_object:
        return [TextCut(*group.bounds[i], "null") for i in orders]
    return taken_out(group.bounds, orders)


def taken_out(bounds: list[tuple[int, int]], orders: set[int]) -> list[TextCut]:
    """Cuts that take members out with their comma."""
    kept = [i for i in range(len(bounds)) if i not in orders]
    if not kept:
        return [TextCut(bounds[0][0], bounds[-1][1], "")]
    cuts = [TextCut(bounds[i][0], bounds[i + 1][0], "") for i in sorted(orders) if i < kept[-1]]
    if kept[-1] < len(bounds) - 1:
        cuts.append(TextCut(bounds[kept[-1]][1], bounds[-1][1], ""))
    return cuts
