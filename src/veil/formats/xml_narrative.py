"""Narrative: text with mark-up, read block by block, so that a name that crosses mark-up is one word again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from veil.formats.xmltext import Run
from veil.formats.xmltree import BLANK, XmlElement, XmlText, XmlTree, XmlValue, text_of


@dataclass(frozen=True, slots=True)
class Markup:
    """What the elements of a narrative do to its text, by their local names.

    Shape:   `blocks`: begin and end a text; `frames`: hold blocks and no text of their own; `inline`: run on with the text
             around them; `breaks`: end a line. What is in none of these is no part of the narrative, and neither is its text.
    """

    blocks: frozenset[str]
    frames: frozenset[str]
    inline: frozenset[str]
    breaks: frozenset[str] = frozenset(("br",))

    def knows(self, name: str) -> bool:
        return self.is_boundary(name) or name in self.inline or name in self.breaks

    def is_boundary(self, name: str) -> bool:
        return name in self.blocks or name in self.frames


_HTML_BLOCKS = (
    "address article blockquote body caption center dd div dt h1 h2 h3 h4 h5 h6 li p pre section summary td th"
)
_HTML_FRAMES = "col colgroup dl head hr html ol table tbody tfoot thead tr ul"
_HTML_INLINE = "a abbr acronym b bdo big cite code del dfn em font i ins kbd q s samp small span strike strong sub sup tt u var img"
XHTML = Markup(frozenset(_HTML_BLOCKS.split()), frozenset(_HTML_FRAMES.split()), frozenset(_HTML_INLINE.split()))
CDA = Markup(
    XHTML.blocks | {"text", "paragraph", "item", "footnote", "linkHtml", "renderMultiMedia"},
    XHTML.frames | {"list"},
    XHTML.inline | {"content", "footnoteRef"},
)


@dataclass(frozen=True, slots=True)
class Block:
    """A text of a narrative. Shape: `element`: the number of the block that it belongs to."""

    element: int
    value: XmlValue


def blocks_of(tree: XmlTree, number: int, markup: Markup) -> Iterator[Block]:
    """The texts of a narrative, in order.

    Shape:   one for each block, and one more behind each block that lies in it: as many before an edit as after it. A frame
             has one only where text stands in it, which no standard allows.
    """
    element = tree.elements[number]
    reading = _BlockReading(tree, number, markup)
    reading.read(element)
    yield from reading.close(is_frame=element.local in markup.frames)


class _BlockReading:
    """The texts of one block, and of those within it."""

    def __init__(self, tree: XmlTree, number: int, markup: Markup) -> None:
        self._tree, self._number, self._markup = tree, number, markup
        self._done: list[tuple[XmlValue, list[Block]]] = []  # each text, with the blocks behind it
        self._pieces: list[str] = []
        self._runs: list[Run] = []
        self._at = 0

    def read(self, element: XmlElement) -> None:
        for item in element.content:
            if isinstance(item, XmlText):
                self._add(*text_of(self._tree.text, item, self._at))
                continue
            child = self._tree.elements[item]
            if self._markup.is_boundary(child.local):
                self._done.append((self._value(), list(blocks_of(self._tree, item, self._markup))))
            elif child.local in self._markup.breaks and not child.attributes and not child.content:
                self._add("\n", [Run(child.start, child.end, self._at, 1)])
            elif child.local in self._markup.inline or child.local in self._markup.breaks:
                self.read(child)

    def close(self, *, is_frame: bool) -> Iterator[Block]:
        for value, inner in [*self._done, (self._value(), [])]:
            if not is_frame or value.value.strip(BLANK):
                yield Block(self._number, value)
            yield from inner

    def _add(self, value: str, runs: list[Run]) -> None:
        self._pieces.append(value)
        self._runs += runs
        self._at += len(value)

    def _value(self) -> XmlValue:
        value = XmlValue("".join(self._pieces), self._runs)
        self._pieces, self._runs, self._at = [], [], 0
        return value
