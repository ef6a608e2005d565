"""Reader: spans by structure alone: cells under a head, values behind a key, fields of HL7, carets, names of files, words for signs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from veil.detectors.rows.grid import Cell, Grid, columns, grids
from veil.detectors.rows.heads import FREE, STAY, HeadWords, ValueChecks, head_words
from veil.lexicon.language import Language, english
from veil.lexicon.words import CLINICAL
from veil.model import Label, Span, Text

SCORE = 0.85
_KEY = re.compile(
    r"(?:^|(?<=[\s;|,{(\[\"&?]))([A-Za-z][A-Za-z]{0,13}(?:[ _.\-/][A-Za-z]{1,10}){0,2})[\"']?[ \t]{0,3}"
    r"(?:>{1,3}|=>|-{1,2}>|::|:=|={1,2}|\xbb|~|\.{3,})[ \t]{0,3}([\"']?)([^\n;|\t\"&>]{1,48})",
    re.MULTILINE,
)
_NEXT_KEY = re.compile(r"[ ,]+[A-Za-z][A-Za-z_.\-]{0,20}[ \t]?(?:=|>>|::|=>|->|~)")
_SIGNED = re.compile(r">>|=|->|::|\xbb|~|\.\.\.")
_NAMED = re.compile(r"[^\W\d_](?:\.|[\w'\-]*)(?:,?[ ][^\W\d_](?:\.|[\w'\-]*)){0,3}")
_SEGMENT = re.compile(r"\b([A-Z][A-Z\d]{2})\|")
_CARETS = re.compile(
    r"(?<![\w^|])([^\W\d_][^\W\d_'\- ]{0,24}(?:[ \-'][^\W\d_]+){0,2})\^([^\W\d_]*(?:[ \-'][^\W\d_]+){0,2})((?:\^[^\W\d_]*\.?){0,5})(?![\w&])"
)
_FILE = re.compile(r"(?<![\w/.@])([^\W\d_][\w\-]{0,60}_[\w\-]{0,60}[A-Za-z0-9])(\.[a-z]{3,4})?(?![\w@])")
_SPELLED = re.compile(r"[A-Za-z]{3,}")
_FEWEST_SPELLED = 4
_PAIR = 2  # cells of a row that is a key and its value; and such rows that make a table of them
_TRANSCRIPT = re.compile(r"[NX][MPCGRTW]_\d{5,9}")  # of a gene
_FILE_PART = re.compile(r"[^\W\d_]+|\d+")


class Rows:
    """Finds what structure names, and where no span may go over."""

    name = "rows"
    labels = frozenset(Label)

    def __init__(self, language: Language | None = None) -> None:
        spoken = language or english()
        self._language = spoken
        self.heads = head_words(spoken.code)
        self._values = ValueChecks(spoken, self.heads) if self.heads else None

    def read(self, text: Text) -> tuple[list[Span], list[Cell], list[Grid]]:
        """The spans of a text, the cells that stay as they are, and the grids of it.

        Shape:   spans in raw code points; cells in those of `shown`.
        """
        heads, values, shown = self.heads, self._values, text.shown
        if heads is None or values is None:
            return [], [], []
        found: list[tuple[int, int, Label, str]] = []
        stays: list[Cell] = []
        some = list(grids(shown))
        for grid in some:
            self._read_grid(shown, grid, heads, values, found, stays)
        if _SIGNED.search(shown):
            _read_keys(shown, heads, values, found, stays)
        if "|" in shown:
            found += _segments(shown, heads)
        if "^" in shown:
            found += self._carets(shown, heads)
        if "_" in shown:
            found += self._files(shown, heads)
        found += _in_words(shown, heads)
        spans = [
            Span(*text.raw_range(start, end), label, SCORE, f"rows:{rule}")
            for start, end, label, rule in found
            if start < end
        ]
        return spans, stays, some

    def _read_grid(
        self,
        shown: str,
        grid: Grid,
        heads: HeadWords,
        values: ValueChecks,
        found: list[tuple[int, int, Label, str]],
        stays: list[Cell],
    ) -> None:
        if not grid.rows:
            return
        kinds = [heads.kind(shown[cell.start : cell.end]) for cell in grid.rows[0]]
        filled = sum(cell.start < cell.end for cell in grid.rows[0])
        known = sum(kind is not None for kind in kinds)
        if known < 2 or known * 2 < filled or (len(grid.rows) < 2 and known < filled):
            self._read_pairs(shown, grid, heads, values, found, stays)
            return
        stays.extend(grid.rows[0])
        for kind, column in zip(kinds, columns(shown, grid), strict=True):
            for cell in column[1:]:
                _take(shown, cell, kind, values, found, stays)

    def _read_pairs(
        self,
        shown: str,
        grid: Grid,
        heads: HeadWords,
        values: ValueChecks,
        found: list[tuple[int, int, Label, str]],
        stays: list[Cell],
    ) -> None:
        """A table of keys and values: `| Surname | Harrow |` over `| Language | Tagalog |`."""
        rows = [[cell for cell in row if cell.start < cell.end] for row in grid.rows]
        pairs = [(heads.kind(shown[row[0].start : row[0].end]), row[1]) for row in rows if len(row) == _PAIR]
        known = sum(kind is not None for kind, _ in pairs)
        if known < _PAIR or known * 2 < len(rows):
            return
        for kind, cell in pairs:
            _take(shown, cell, kind, values, found, stays)

    def _carets(self, shown: str, heads: HeadWords) -> Iterator[tuple[int, int, Label, str]]:
        """`QUENNELL^ORLA^M^^MS`: a name of a person in parts."""
        vocabulary = self._language.vocabulary
        for match in _CARETS.finditer(shown):
            parts = [part for part in match[0].lower().split("^") if part]
            if len(parts) < 2 or any(part in heads.systems for part in parts[2:]):
                continue
            words = [word for part in parts[:2] for word in part.split()]
            plain = [vocabulary.is_wordlike(word, vocabulary.bits(word)) for word in words]
            if len(words[0]) > 1 and not all(plain) and len(words) <= 4:
                yield match.start(), match.end(), Label.NAME, "carets"

    def _files(self, shown: str, heads: HeadWords) -> Iterator[tuple[int, int, Label, str]]:
        """`Quennell_Orla_00418812.pdf`: names and numbers between the strokes of a file's name."""
        vocabulary = self._language.vocabulary
        for match in _FILE.finditer(shown):
            if _TRANSCRIPT.fullmatch(match[1]):
                continue
            numbered = any(len(part) >= 5 for part in re.findall(r"\d+", match[1]))
            if not (match[2] or numbered):
                continue
            parts = list(_FILE_PART.finditer(match[1]))
            named = [self._is_name(part[0], heads) for part in parts]
            for number, part in enumerate(parts):
                start, end = match.start(1) + part.start(), match.start(1) + part.end()
                if part[0].isdigit():
                    if len(part[0]) >= 5:
                        yield start, end, Label.ID, "file"
                    continue
                beside = any(named[max(0, number - 1) : number + 2])
                bits = vocabulary.bits(part[0].lower())
                plain = (
                    part[0].lower() in heads.files or bits & CLINICAL or not part[0][0].isupper() or len(part[0]) < 3
                )
                if named[number] or (beside and not plain and part[0] not in vocabulary.abbreviations):
                    yield start, end, Label.NAME, "file"

    def _is_name(self, part: str, heads: HeadWords) -> bool:
        """Whether a part of a file's name is a name by itself."""
        vocabulary, lower = self._language.vocabulary, part.lower()
        bits = vocabulary.bits(lower)
        if part[0].isdigit() or lower in heads.files or len(lower) < 3 or part.upper() in vocabulary.abbreviations:
            return False
        return not vocabulary.is_wordlike(lower, bits) and (part[0].isupper() or bool(bits))


def _take(
    shown: str,
    cell: Cell,
    kind: str | None,
    values: ValueChecks,
    found: list[tuple[int, int, Label, str]],
    stays: list[Cell],
) -> None:
    """One cell by what its head says: found, left as it is, or left to others."""
    value = shown[cell.start : cell.end]
    if kind and kind not in (STAY, FREE) and value and values.fits(kind, value):
        found.append((cell.start, cell.end, Label(kind), "head"))
    elif kind in (STAY, Label.AGE_OVER_89):
        stays.append(cell)


def _read_keys(
    shown: str, heads: HeadWords, values: ValueChecks, found: list[tuple[int, int, Label, str]], stays: list[Cell]
) -> None:
    """`SURNAME >> Harrow`, `pt_name=Orla Quennell;mrn=00418812;ver=2.5.1`."""
    for match in _KEY.finditer(shown):
        kind = heads.kind(match[1])
        if kind is None or kind == FREE:
            continue
        if kind == STAY:
            stays.append(Cell(match.start(3), match.start(3) + len(match[3].split(" ")[0])))
            continue
        value = match[3]
        following = _NEXT_KEY.search(value)
        value = value[: following.start()] if following else value
        if kind == Label.NAME:
            named = _NAMED.match(value)
            value = named[0] if named else ""
        elif kind not in (Label.LOCATION, Label.DATE):
            value = value.split(",")[0]
            value = value if kind in (Label.PHONE, Label.FAX) else value.split(" ")[0]
        value = value.rstrip(" .,)")
        if value and values.fits(kind, value):
            found.append((match.start(3), match.start(3) + len(value), Label(kind), "key"))


def _segments(shown: str, heads: HeadWords) -> Iterator[tuple[int, int, Label, str]]:
    """Fields of HL7 v2 by the name of their segment."""
    for match in _SEGMENT.finditer(shown):
        fields = heads.segments.get(match[1])
        if fields is None:
            continue
        stop = min(
            end for end in (shown.find("\n", match.end()), shown.find("\r", match.end()), len(shown)) if end >= 0
        )
        at = match.end()
        for number, field in enumerate(shown[at:stop].split("|"), 1):
            kind = fields.get(number)
            if kind and field.strip() and field != '""':
                yield from _field(at, field, kind)
            at += len(field) + 1


def _field(at: int, field: str, kind: str) -> Iterator[tuple[int, int, Label, str]]:
    """The components of a field that say something: all of a name's or an address's, else the first."""
    parts = field.split("^")
    for number, part in enumerate(parts):
        value = part.strip("~& ")
        if kind == Label.NAME and value:
            label = Label.NAME if not any(char.isdigit() for char in value) else Label.ID
            if number < 6 and (len(value) > 1 or number < 3):
                yield at, at + len(part), label, "segment"
        elif kind == Label.LOCATION and len(value) > 2:
            yield at, at + len(part), Label.LOCATION, "segment"
        elif number == 0 and len(value) > 2:
            yield at, at + len(part), Label(kind), "segment"
        at += len(part) + 1


def _in_words(shown: str, heads: HeadWords) -> Iterator[tuple[int, int, Label, str]]:
    """`dana dot whitlock at example dot org`; `five five five oh one two three`."""
    if heads.dot.search(shown):
        for match in heads.mail.finditer(shown):
            yield match.start(1), match.end(1), Label.EMAIL, "words"
    if heads.spelled.search(shown):
        for match in heads.digits.finditer(shown):
            if len(_SPELLED.findall(match[1])) >= _FEWEST_SPELLED:
                yield match.start(1), match.end(1), Label.PHONE, "words"
