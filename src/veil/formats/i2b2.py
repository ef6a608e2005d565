"""i2b2: one XML file a note, as the de-identification tasks of 2006 and 2014 have it: TEXT, and TAGS that name what is PHI."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.base import Settings
from veil.formats.documents import DocumentFiles
from veil.formats.encodings import Encoding
from veil.formats.traits import Kind, Traits
from veil.formats.xmltext import MarkupValue, Run, content, cuts, decoded, parse, pieces, written
from veil.model import Batch, Edits, Field, by_value, span_table

TEXT, TAGS, OTHER = "text", "tags", "other"
_TEXT = re.compile(r"<TEXT\b.*</TEXT\s*>", re.DOTALL)
_TAG = re.compile(r"""<[^\s/>]+((?:\s+[^\s=/>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*/?>""")
_HINT = "<deIdi2b2><TEXT>...</TEXT><TAGS>...</TAGS></deIdi2b2>"


@dataclass(slots=True)
class _Note:
    """One document: its text, where the runs of it stand, what lies in TAGS, and every other piece that is not white space."""

    document: str
    text: str | None = None
    runs: list[Run] = field(default_factory=list)
    place: int = 0  # where the content of TEXT begins
    tags: tuple[int, int] | None = None
    others: list[tuple[int, int]] = field(default_factory=list)

    def pieces(self, address: str) -> list[MarkupValue]:
        """The values of a field, in order: the text, or each attribute, comment and text of the mark-up."""
        if address == TEXT:
            return [MarkupValue(self.text or "", self.runs)] if self.text is not None else []
        return [piece for place in self.places(address) for piece in pieces(self.document, *place)]

    def places(self, address: str) -> list[tuple[int, int]]:
        """What goes where a field goes."""
        if address == TEXT:
            return [(run.start, run.end) for run in self.runs]
        if address == OTHER:
            return self.others
        return [self.tags] if self.tags and self.document[slice(*self.tags)].strip() else []


class I2b2Note:
    """The document: `text` is scanned, `tags` and `other` (attributes, comments, further elements) go, unless a rule says otherwise.

    Shape:   `text` has one value a document; `tags` and `other` one for each attribute, comment and text in them.
    """

    addresses: tuple[str, ...] = (TEXT, TAGS, OTHER)

    def decode(self, data: bytes, settings: Settings, where: str) -> tuple[str, Encoding]:
        del settings
        return decoded(data, where)

    def open_texts(self, texts: Sequence[str | None], where: str) -> Batch:
        notes = [
            _read(text, f"{where} {number}") if text is not None and text.strip() else None
            for number, text in enumerate(texts)
        ]
        bodies = pa.array([note and note.text for note in notes], pa.large_string())
        fields = [Field(TEXT, bodies)]
        for address in (TAGS, OTHER):
            found = [
                (row, piece.value)
                for row, note in enumerate(notes)
                if note is not None
                for piece in note.pieces(address)
            ]
            rows, values = zip(*found, strict=True) if found else ((), ())
            fields.append(Field(address, pa.array(values, pa.large_string()), pa.array(rows, pa.int64())))
        return Batch(tuple(fields), len(notes), places=notes)

    def text_spans(self, batch: Batch, edits: Edits) -> pa.Table:
        found: list[tuple[int, int, int, str, str]] = []
        for part in batch.fields:
            if part.address in edits.removed:
                found += [
                    (number, *place, "", "")
                    for number, note in enumerate(batch.places)
                    if note is not None
                    for place in note.places(part.address)
                ]
                continue
            new = edits.changed(part)
            if new is not None:
                found += _cuts_of(part, batch.places, new, by_value(edits.spans.get(part.address)))
        return span_table(*zip(*sorted(found), strict=True)) if found else span_table()

    def reopen_text(self, data: bytes, settings: Settings) -> dict[str, str | list[str] | None]:
        """By the standard library's tree; what lies beside TEXT is told by the first reading alone."""
        text, _ = self.decode(data, settings, "")
        mark = next(
            chr(point) for point in range(0xE000, 0xF900) if chr(point) not in text
        )  # for a CR, which a reader takes away
        try:
            root = ET.fromstring(_TEXT.sub(lambda body: body[0].replace("\r", mark), text))  # noqa: S314  no DOCTYPE: see `_read`
        except ET.ParseError:
            raise FormatError("reread", "the check by a second XML reader failed: not valid XML") from None
        seen, texts = _read(text, ""), root.findall("TEXT")
        if len(texts) != 1 or len(texts[0]):
            raise FormatError("reread", "the check by a second XML reader did not find exactly one TEXT")
        beside = {address: [piece.value for piece in seen.pieces(address)] for address in (TAGS, OTHER)}
        return {TEXT: (texts[0].text or "").replace(mark, "\r"), **beside}


def _cuts_of(
    part: Field, notes: Sequence[_Note | None], new: pa.Array, spans: dict[int, Any]
) -> list[tuple[int, int, int, str, str]]:
    """The cuts of the documents that give the values of a field their new texts. Shape: n new values; `spans`: those of each value."""
    found: list[tuple[int, int, int, str, str]] = []
    at = 0
    for number, note in enumerate(notes):
        if note is None:
            continue
        for piece in note.pieces(part.address):
            i, at = (number, at) if part.rows is None else (at, at + 1)
            value = new[i].as_py()
            if value == piece.value:
                continue
            if i in spans:
                replaced = [
                    (*cut, span.label)
                    for span in spans[i]
                    for cut in cuts(piece.runs, span.start, span.end, span.replacement)
                ]
            else:
                whole = cuts(piece.runs, 0, len(piece.value), value or "")
                replaced = [(*cut, "") for cut in whole or [(note.place, note.place, written(value or ""))]]
            found += [(number, *cut) for cut in replaced]
    return found


def _read(document: str, where: str) -> _Note:
    """Errors: FormatError `xml-broken`, `xml-doctype`, `i2b2-shape`."""
    return _NoteReading(document, where).note


class _NoteReading:
    """One pass over a document: what stands at the root, and in which element beside TEXT and TAGS."""

    def __init__(self, document: str, where: str) -> None:
        self._document, self._where, self.note = document, where, _Note(document)
        self._bytes = document.encode("utf-8", "surrogatepass")
        self._path: list[tuple[str, int]] = []  # the open elements, and where the content of each begins
        self._parser: Any = None
        parse(
            document,
            where,
            {
                "parser": self._begin,
                "StartElementHandler": self._start,
                "EndElementHandler": self._end,
                "CommentHandler": self._comment,
                "ProcessingInstructionHandler": self._instruction,
                "CharacterDataHandler": self._characters,
            },
        )
        if self.note.text is None:
            raise self._shape("it has no TEXT")

    def _begin(self, parser: Any) -> None:
        self._parser = parser

    def _at(self) -> int:
        return len(self._bytes[: self._parser.CurrentByteIndex].decode("utf-8", "surrogatepass"))

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._at() if len(self._path) < 2 else 0
        tag = _TAG.match(self._document, at) if len(self._path) < 2 else None
        self._path.append((name, tag.end() if tag else at))
        if tag is None or (len(self._path) == 2 and name not in ("TEXT", "TAGS")):
            self._path[-1] = (name, at)  # an element that is another goes from where it begins
        elif attributes:
            self.note.others.append(tag.span(1))

    def _end(self, name: str) -> None:
        _, begin = self._path.pop()
        if len(self._path) != 1:
            return
        end = self._at()
        is_empty = not self._document.startswith("</", end)  # <TEXT/>
        if name == "TEXT":
            self._text(begin, begin if is_empty else end)
        elif name == "TAGS":
            if self.note.tags is not None:
                raise self._shape("it has two TAGS elements")
            self.note.tags = (begin, begin if is_empty else end)
        else:
            self.note.others.append((begin, self._document.index(">", begin if is_empty else end) + 1))

    def _text(self, begin: int, end: int) -> None:
        found = content(self._document, begin, end)
        if found is None or self.note.text is not None:
            raise self._shape("it must have exactly one TEXT that contains character data only")
        self.note.text, self.note.runs = found
        self.note.place = begin

    def _comment(self, _: str) -> None:
        self._beside("-->")

    def _instruction(self, *_: str) -> None:
        self._beside("?>")

    def _beside(self, mark: str) -> None:
        if len(self._path) < 2:
            at = self._at()
            self.note.others.append((at, self._document.index(mark, at) + len(mark)))

    def _characters(self, data: str) -> None:
        if len(self._path) == 1 and data.strip():
            raise self._shape("it has text outside TEXT")

    def _shape(self, what: str) -> FormatError:
        return FormatError("i2b2-shape", f"the file is not i2b2 XML: {what}", where=self._where, hint=_HINT)


class I2b2(DocumentFiles):
    """Notes as i2b2 XML: the text is scanned, the tags go; prolog, mark-up and line ends stay as they are."""

    name = "i2b2"
    traits = Traits(
        Kind.NOTES,
        (".xml",),
        usual=((TEXT, "scan"), (TAGS, "drop"), (OTHER, "drop")),
        many_files=True,
        joins=False,
        opens=True,
        exact=True,
    )
    document = I2b2Note()
