"""XML elements: a document as a flat list of elements with the place of every tag, attribute and text, so that edits leave all else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from veil.errors import FormatError
from veil.formats.xmltext import Handlers, Run, parse, unescaped

XML_SPACE = "http://www.w3.org/XML/1998/namespace"
XSI_SPACE = "http://www.w3.org/2001/XMLSchema-instance"
DEEPEST = 256  # elements within elements
_TOKEN = re.compile(
    r"""<(?P<name>[^\s/>!?<="']+)(?P<attributes>(?:\s+[^\s=/><"']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?P<empty>/?)>"""
    r"|</(?P<close>[^\s>]+)\s*>"
    r"|<!--(?P<comment>.*?)-->"
    r"|<\?(?P<instruction>.*?)\?>"
    r"|<!\[CDATA\[(?P<cdata>.*?)\]\]>"
    r"|(?P<text>[^<]+)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""\s+([^\s=/><"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_PIECE = re.compile(r"&(?P<entity>#x[0-9A-Fa-f]+|#\d+|\w+);|(?P<end>\r\n?)|(?P<text>[^&\r]+)")
_PIECE_OF_ATTRIBUTE = re.compile(r"&(?P<entity>#x[0-9A-Fa-f]+|#\d+|\w+);|(?P<end>\r\n|[\t\r\n])|(?P<text>[^&\t\r\n]+)")
_PIECE_OF_CDATA = re.compile(r"(?P<entity>(?!))|(?P<end>\r\n?)|(?P<text>[^\r]+)")
_PIECES = {"attribute": _PIECE_OF_ATTRIBUTE, "cdata": _PIECE_OF_CDATA, "text": _PIECE}
_ODD = re.compile(r"[&\r]")
_ODD_IN_ATTRIBUTE = re.compile(r"[&\t\r\n]")
BLANK = " \t\r\n"


@dataclass(slots=True)
class XmlAttribute:
    """An attribute with its places.

    Shape:   `name` as it is written, `space` and `local` what it means; `start` to `end`: the whole, the white space before
             it too; `low` to `high`: its value between the quotes.
    Units:   code points of the document.
    """

    name: str
    space: str
    local: str
    start: int
    end: int
    low: int
    high: int


@dataclass(slots=True)
class XmlText:
    """A stretch of character data, as it is written; `cdata`: within a section of that kind."""

    start: int
    end: int
    cdata: bool = False


@dataclass(slots=True)
class XmlElement:
    """An element with its places.

    Shape:   `start` to `end`: the whole, its tags too; `inner` to `inner_end`: what lies between the tags. `content`: in order,
             the numbers of its elements and its stretches of text.
    """

    name: str
    space: str
    local: str
    parent: int
    start: int
    inner: int
    attributes: list[XmlAttribute]
    content: list[int | XmlText] = field(default_factory=list)
    inner_end: int = 0
    end: int = 0

    @property
    def children(self) -> Iterator[int]:
        return (item for item in self.content if isinstance(item, int))

    @property
    def texts(self) -> Iterator[XmlText]:
        return (item for item in self.content if isinstance(item, XmlText))


@dataclass(slots=True)
class XmlExtra:
    """A comment or an instruction: a place of the document that is no element. Shape: `low` to `high`: what is between its marks."""

    kind: str
    start: int
    end: int
    low: int
    high: int


@dataclass(slots=True)
class XmlTree:
    """A document.

    Shape:   `elements` in the order of their beginnings, the root first; `extras`: comments and instructions, without the
             declaration; `declared`: the attributes that declare name spaces, by the element that they stand in.
    """

    text: str
    elements: list[XmlElement] = field(default_factory=list)
    extras: list[XmlExtra] = field(default_factory=list)
    declared: list[tuple[int, XmlAttribute]] = field(default_factory=list)

    def value(self, attribute: XmlAttribute) -> XmlValue:
        """The value of an attribute."""
        value, runs = unescaped_attribute(self.text, attribute.low, attribute.high, 0)
        return XmlValue(value, runs, (attribute.start, attribute.end))

    def raw(self, attribute: XmlAttribute) -> str:
        """The value of an attribute as it is written: enough to compare it with words that need no escape."""
        return self.text[attribute.low : attribute.high]

    def joined(self, texts: Iterable[XmlText]) -> XmlValue:
        """Stretches of text as one value."""
        pieces: list[str] = []
        runs: list[Run] = []
        at = 0
        for stretch in texts:
            value, found = text_of(self.text, stretch, at)
            pieces.append(value)
            runs += found
            at += len(value)
        return XmlValue("".join(pieces), runs)


@dataclass(slots=True)
class XmlValue:
    """A value of a document and the runs of it. Shape: `whole`: what goes with it where it goes altogether, an attribute's name too."""

    value: str
    runs: list[Run]
    whole: tuple[int, int] | None = None

    def stripped(self) -> XmlValue:
        """Without the white space around it, which stays in the document."""
        left = len(self.value) - len(self.value.lstrip(BLANK))
        value = self.value.strip(BLANK)
        if len(value) == len(self.value):
            return self
        return XmlValue(value, within(self.runs, left, left + len(value)), self.whole)

    def cut(self, start: int, end: int | None = None) -> XmlValue:
        """A part of the value, as a value of its own; what is around it stays."""
        end = len(self.value) if end is None else end
        return XmlValue(self.value[start:end], within(self.runs, start, end), self.whole)


def within(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    """The runs of a part of a value, which begins at 0."""
    found = []
    for run in runs:
        low, high = max(start, run.at), min(end, run.at + run.length)
        if low >= high:
            continue
        if run.length == run.end - run.start:
            found.append(Run(run.start + low - run.at, run.start + high - run.at, low - start, high - low, run.inside))
        else:
            found.append(Run(run.start, run.end, low - start, high - low, run.inside))
    return found


def text_of(document: str, stretch: XmlText, at: int) -> tuple[str, list[Run]]:
    """The value of a stretch of text, and its runs; ends of lines as XML reads them."""
    raw = document[stretch.start : stretch.end]
    inside = "cdata" if stretch.cdata else "text"
    if not _ODD.search(raw):
        return raw, [Run(stretch.start, stretch.end, at, len(raw), inside)] if raw else []
    return _pieces(document, stretch.start, stretch.end, at, inside, "\n")


def unescaped_attribute(document: str, start: int, end: int, at: int) -> tuple[str, list[Run]]:
    """The value of an attribute, and its runs; white space as XML reads it."""
    raw = document[start:end]
    if not _ODD_IN_ATTRIBUTE.search(raw):
        return raw, [Run(start, end, at, len(raw), "attribute")] if raw else []
    return _pieces(document, start, end, at, "attribute", " ")


def _pieces(document: str, start: int, end: int, at: int, inside: str, line: str) -> tuple[str, list[Run]]:
    pieces: list[str] = []
    runs: list[Run] = []
    for met in _PIECES[inside].finditer(document, start, end):
        value = met.group()
        if met["end"]:
            value = line
        elif met["entity"]:
            value = unescaped(met["entity"])
        runs.append(Run(*met.span(), at, len(value), inside))
        pieces.append(value)
        at += len(value)
    return "".join(pieces), runs


def read_tree(document: str, where: str) -> XmlTree:
    """The elements of a document.

    Keeps:   the standard library's parser says first that it is sound; the tokens found here must tile it without a gap.
    Errors:  FormatError `xml-broken`, `xml-doctype`, `xml-prefix`, `xml-deep`.
    """
    parse(document, where, NO_HANDLERS)
    reading = _TreeReading(document, where)
    at = 0
    for met in _TOKEN.finditer(document):
        if met.start() != at:
            break
        at = met.end()
        reading.take(met)
    if at != len(document) or reading.is_open:
        raise FormatError("xml-broken", "not valid XML", where=where)
    return reading.tree


NO_HANDLERS: Handlers = {}


class _TreeReading:
    """One pass over the tokens of a document."""

    def __init__(self, document: str, where: str) -> None:
        self.tree = XmlTree(document)
        self._where = where
        self._open: list[int] = []
        self._spaces: list[Mapping[str, str]] = [{"xml": XML_SPACE, "": ""}]

    @property
    def is_open(self) -> bool:
        return bool(self._open)

    def take(self, met: re.Match[str]) -> None:
        kind = met.lastgroup
        if kind == "empty":  # the last group of a tag
            self._start(met)
        elif kind == "close":
            self._end(met.start(), met.end())
        elif kind in ("text", "cdata"):
            if self._open:
                content = self.tree.elements[self._open[-1]].content
                content.append(XmlText(*met.span(kind), cdata=kind == "cdata"))
        elif kind is not None and not (met.start() == 0 and met.group().startswith("<?xml ")):
            self.tree.extras.append(XmlExtra(kind, met.start(), met.end(), *met.span(kind)))

    def _start(self, met: re.Match[str]) -> None:
        if len(self._open) >= DEEPEST:
            raise FormatError("xml-deep", f"elements lie more than {DEEPEST} deep", where=self._where)
        elements, number = self.tree.elements, len(self.tree.elements)
        attributes, spaces = self._attributes(*met.span("attributes"), number)
        name = met["name"]
        space, local = self._meaning(name, spaces, default=True)
        parent = self._open[-1] if self._open else -1
        for attribute in attributes:
            attribute.space, attribute.local = self._meaning(attribute.name, spaces, default=False)
        elements.append(XmlElement(name, space, local, parent, met.start(), met.end(), attributes))
        if parent >= 0:
            elements[parent].content.append(number)
        self._open.append(number)
        self._spaces.append(spaces)
        if met["empty"]:
            self._end(met.end(), met.end())

    def _end(self, start: int, end: int) -> None:
        element = self.tree.elements[self._open.pop()]
        element.inner_end, element.end = start, end
        self._spaces.pop()

    def _attributes(self, start: int, end: int, number: int) -> tuple[list[XmlAttribute], Mapping[str, str]]:
        found: list[XmlAttribute] = []
        spaces = self._spaces[-1]
        for met in _ATTRIBUTE.finditer(self.tree.text, start, end):
            name = met[1]
            attribute = XmlAttribute(name, "", name, met.start(), met.end(), *met.span(2 if met[2] is not None else 3))
            if name.partition(":")[0] == "xmlns":
                spaces = {**spaces, name[6:]: unescaped_attribute(self.tree.text, attribute.low, attribute.high, 0)[0]}
                self.tree.declared.append((number, attribute))
            else:
                found.append(attribute)
        return found, spaces

    def _meaning(self, name: str, spaces: Mapping[str, str], *, default: bool) -> tuple[str, str]:
        """The name space and the local name that a name stands for."""
        prefix, colon, local = name.partition(":")
        if not colon:
            return (spaces[""] if default else ""), name
        if prefix not in spaces:
            raise FormatError(
                "xml-prefix", "a prefix of a name is not declared", where=self._where, hint="declare it with xmlns:"
            )
        return spaces[prefix], local
