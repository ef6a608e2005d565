"""Known: finds what the tables already know of the owner of a text, in every form in which it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from veil.detectors.base import Known, Owner
from veil.detectors.short_identifiers import ShortCues, cues_of, is_cued, whole_word
from veil.lexicon.cues import Cues
from veil.lexicon.language import Language, english
from veil.model import Label, Span, Text
from veil.model.span import KNOWN
from veil.roster.strength import needs_capital

_PIECE = re.compile(r"[^\W\d_]++|\d++")
_BETWEEN = frozenset(" \t\r\n.,-'/@_()+:#|\"\u2022&")
_LONGEST_GAP = 4
_NO_NAME = re.compile(r"[:|#\u2022+]|\n\s*-")  # what never stands between two parts of one name
_SENTENCE = re.compile(r"[.;!?]\s|\n")
_DATES = frozenset({"birth_date", "date", "death_date", "sex"})
_GIVEN = frozenset({"given_name", "middle_name", "nickname"})
_NAMES = frozenset({"given_name", "family_name", "full_name", "middle_name", "maiden_name", "name", "nickname"})
_PLACES = frozenset({"street", "address", "city", "county", "place"})
_SHORT_AND_LONG = """
st street str; ave avenue av; rd road; blvd boulevard; dr drive; ln lane; ct court; pl place; ter terrace terr;
pkwy parkway; hwy highway; cir circle; sq square; trl trail; apt apartment; ste suite; n north; s south; e east;
w west; mt mount; ft fort
"""
_SAME = {long: short for short, *longs in map(str.split, _SHORT_AND_LONG.split(";")) for long in longs}
_MOST_INDEXES = 256


@dataclass(frozen=True, slots=True)
class _Form:
    """One written form: pieces in a row (`joined`: their letters and digits in a row, however they are cut).

    Shape:   `capital`: the places of pieces that are words too, and are a name only with a capital. `cues`: what must stand
             before a number that is too short to identify by itself.
    """

    pieces: tuple[str, ...]
    label: Label
    strong: bool
    joined: bool = False
    place: bool = False
    capital: tuple[int, ...] = ()
    cues: ShortCues | None = None


@dataclass(slots=True)
class _Index:
    """The forms of one owner by the piece that each begins with."""

    begins: dict[str, list[_Form]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def add(self, form: _Form) -> None:
        if form.joined:
            whole = form.pieces[0]
            for length in range(1, len(whole) + 1):
                self.begins.setdefault(whole[:length], []).append(form)
        elif form.pieces:
            self.begins.setdefault(form.pieces[0], []).append(form)


class KnownIdentifiers:
    """Finds the owner's identifiers, and those of the house: its own people and sites, in whosever text.

    Keeps:   strong ones are found everywhere, weak ones only beside a title, a key, a relative or another name of
             the owner; dates are left to the detector of dates.
    """

    name = "known"
    labels = frozenset(Label)

    def __init__(self, house: Sequence[Known] = (), language: Language | None = None) -> None:
        self._cues = (language or english()).cues
        self._house = _house(house, self._cues) if house else None
        self._indexes: dict[tuple[Known, ...], _Index] = {}

    def find(self, texts: Sequence[Text], owners: Sequence[Owner]) -> list[list[Span]]:
        found: list[list[Span]] = []
        for text, owner in zip(texts, owners, strict=True):
            read = _read(text.shown) if owner.known or self._house else None
            spans = list(_spans(text, read, self._house, self._cues)) if read and self._house else []
            if read and owner.known:
                spans += _spans(text, read, self._of(owner.known), self._cues)
            found.append(spans)
        return found

    def _of(self, known: tuple[Known, ...]) -> _Index:
        """The index of what is known of an owner; the last ones are kept, since each field of a record asks for its own."""
        index = self._indexes.get(known)
        if index is None:
            if len(self._indexes) >= _MOST_INDEXES:
                self._indexes.clear()
            index = self._indexes[known] = _index(known)
        return index


def pieces_of(value: str) -> list[str]:
    """The runs of letters and of digits, in small letters without accents."""
    return [_plain(piece) for piece in _PIECE.findall(value)]


def _plain(piece: str) -> str:
    low = piece.lower()
    if low.isascii():
        return low
    return "".join(char for char in unicodedata.normalize("NFKD", low) if not unicodedata.combining(char)) or low


def _index(known: Iterable[Known]) -> _Index:
    index = _Index()
    given: list[tuple[str, ...]] = []
    family: list[tuple[str, ...]] = []
    rare: set[tuple[str, ...]] = set()
    label = Label.NAME
    for identifier in known:
        if identifier.kind in _DATES:
            continue
        pieces = tuple(pieces_of(Text.of(identifier.value).shown))
        for form in _forms(identifier, pieces):
            index.add(form)
        if identifier.kind in _NAMES and pieces:
            index.names.update(pieces)
            halves = _halves(identifier, pieces)
            given.extend(half for half in halves[0] if half)
            family.extend(half for half in halves[1] if half)
            label = identifier.label
            if identifier.strength == "strong":
                rare.add(pieces)
    for form in _pairs(given, family, label, rare):
        index.add(form)
    return index


def _house(known: Iterable[Known], cues: Cues) -> _Index:
    """Many people at once: each full name with its own forms, family names, and what else there is; no given name alone.

    Keeps:   a family name that is an eponym too (a Dr. Murphy, Murphy's sign) is sought only where a name stands.
    """
    index = _Index()
    for identifier in known:
        if identifier.kind == "full_name":
            alone = _index((identifier,))
            for begin, forms in alone.begins.items():
                index.begins.setdefault(begin, []).extend(forms)
            index.names |= alone.names
        elif identifier.kind not in _GIVEN and identifier.kind not in _DATES:
            pieces = tuple(pieces_of(Text.of(identifier.value).shown))
            how = "weak" if any(piece in cues.eponyms for piece in pieces) else identifier.strength
            for form in _forms(replace(identifier, strength=how), pieces):
                index.add(form)
    return index


def _forms(identifier: Known, pieces: tuple[str, ...]) -> Iterator[_Form]:
    strong = identifier.strength == "strong"
    if not pieces:
        return
    letters, digits = (sum(piece.isdigit() is kind for piece in pieces) for kind in (False, True))
    if identifier.kind in _NAMES:
        yield _Form(pieces, identifier.label, strong, capital=_words_of(pieces))
        if len(pieces) == 1 and len(pieces[0]) > 3:
            yield _Form((pieces[0] + ("es" if pieces[0][-1] in "sxz" else "s"),), identifier.label, strong)
    elif identifier.kind in _PLACES or (letters and digits and " " in identifier.value.strip()):
        same = tuple(_SAME.get(piece, piece) for piece in pieces)
        yield from _address(same, identifier, strong)
    elif "@" in identifier.value or (not digits and strong):
        yield _Form(pieces, identifier.label, strong)
    else:
        yield from _number("".join(pieces), identifier, strong)


def _words_of(pieces: tuple[str, ...]) -> tuple[int, ...]:
    """The places of all parts of a name, where each of them is a word too: `Art Bone`."""
    return tuple(range(len(pieces))) if all(map(needs_capital, pieces)) else ()


def _number(whole: str, identifier: Known, strong: bool) -> Iterator[_Form]:
    """A number however it is cut; five digits and more also without the zeros, a telephone also with its country."""
    cues_ = cues_of(identifier.label, pieces_of(identifier.domain.replace("_", " ")))
    if not strong:
        yield _Form((whole,), identifier.label, strong=False, joined=True, cues=cues_)
        return
    yield _Form((whole,), identifier.label, strong, joined=True)
    if whole.isdigit() and len(whole.lstrip("0")) >= 5 and whole[0] == "0":
        yield _Form((whole.lstrip("0"),), identifier.label, strong, joined=True)
    if identifier.label in (Label.PHONE, Label.FAX) and whole.isdigit():
        if len(whole) == 10:
            yield _Form(("1" + whole,), identifier.label, strong, joined=True)
            yield _Form((whole[3:],), identifier.label, strong, joined=True)
        elif len(whole) == 11 and whole[0] == "1":
            yield _Form((whole[1:],), identifier.label, strong, joined=True)


def _address(same: tuple[str, ...], identifier: Known, strong: bool) -> Iterator[_Form]:
    yield _Form(same, identifier.label, strong, place=True)
    if same[0].isdigit() and len(same) > 2:
        ways = set(_SAME.values())
        ends = [k for k, piece in enumerate(same) if piece in ways and k > 1]
        if ends:
            yield _Form(same[: ends[0] + 1], identifier.label, strong, place=True)
            yield _Form(same[: ends[0]], identifier.label, strong, place=True)
            yield _Form(same[1 : ends[0] + 1], identifier.label, strong=False, place=True)


def _halves(identifier: Known, pieces: tuple[str, ...]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The given and the family part that a known name says."""
    if identifier.kind in {"family_name", "maiden_name"}:
        return [], [pieces]
    if identifier.kind in _GIVEN:
        return [pieces], []
    if "," in identifier.value:
        family = tuple(pieces_of(identifier.value.partition(",")[0]))
        return [pieces[len(family) : len(family) + 1]], [family]
    return ([pieces[:1]], [pieces[-1:]]) if len(pieces) > 1 else ([], [])


def _pairs(
    given: list[tuple[str, ...]], family: list[tuple[str, ...]], label: Label, rare: set[tuple[str, ...]]
) -> Iterator[_Form]:
    """`Anders Vang` and `VANG, TOUA` are strong, whatever each is alone; `T. Vang` is what `Vang` is."""
    for first in dict.fromkeys(given):
        for last in dict.fromkeys(family):
            either = first in rare or last in rare
            both = _words_of((*first, *last))
            given_part = both or tuple(range(len(last), len(last) + len(first))) if _words_of(first) else ()
            yield _Form((*first, *last), label, strong=True, capital=both)
            yield _Form((*last, *first), label, either, capital=given_part)
            yield _Form((first[0][:1], *last), label, last in rare)
            yield _Form((*last, first[0][:1]), label, last in rare)


@dataclass(slots=True)
class _TextPieces:
    """The pieces of one text: `words[i]` stands at `starts[i]:ends[i]` of `shown`."""

    shown: str
    words: list[str]
    starts: list[int]
    ends: list[int]

    def gap(self, i: int) -> str:
        """What stands between piece i and the one before it; nothing before the first."""
        return self.shown[self.ends[i - 1] : self.starts[i]] if i else ""

    def is_beside(self, i: int) -> bool:
        """Whether piece i follows the one before it within the same identifier."""
        return self.starts[i] - self.ends[i - 1] <= _LONGEST_GAP and _BETWEEN.issuperset(self.gap(i))


def _read(shown: str) -> _TextPieces:
    matches = list(_PIECE.finditer(shown))
    words = [match.group().lower() for match in matches]
    if not shown.isascii():
        words = [_plain(word) for word in words]
    return _TextPieces(shown, words, [match.start() for match in matches], [match.end() for match in matches])


def _spans(text: Text, read: _TextPieces, index: _Index, cues: Cues) -> Iterator[Span]:
    for i, word in enumerate(read.words):
        for form in _forms_at(read, i, word, index.begins):
            last = _end(read, i, form)
            found = (i, last) if last is not None else None
            if found and form.joined and form.strong:
                found = whole_word(read, *found)
            if not found or not (_is_sure(read, found, form) or _is_meant(read, *found, form, index, cues)):
                continue
            if form.place and i and read.words[i - 1] in cues.titles and len(read.gap(i)) <= 2:
                continue  # a doctor who is called like the owner's town is a doctor
            start, end = text.raw_range(read.starts[found[0]], read.ends[found[1]])
            how = "strong" if form.strong else "weak"
            yield Span(
                start, end, form.label, 1.0 if form.strong else 0.85, f"known:{how}", proof=KNOWN if form.strong else ""
            )


def _is_sure(read: _TextPieces, found: tuple[int, int], form: _Form) -> bool:
    """Whether a form needs no cue: it is strong, and words of everyday language among it have the capital of a name."""
    return form.strong and _is_written(read, *found, form)


def _is_written(read: _TextPieces, first: int, last: int, form: _Form) -> bool:
    """Whether the words of everyday language in a form have the capital of a name."""
    if not form.capital or (form.strong and read.shown.islower()):
        return True  # where nothing has a capital, none is missing
    if last - first + 1 != len(form.pieces):
        return read.shown[read.starts[first]].isupper()
    wanted = [read.starts[first + k] for k in form.capital]
    comma = first < last and read.gap(last).startswith(",") and len(form.capital) < len(form.pieces)
    return comma or not any(read.shown[start].islower() for start in wanted)


def _forms_at(read: _TextPieces, i: int, word: str, begins: dict[str, list[_Form]]) -> Sequence[_Form]:
    """The forms that may begin at piece i: as it is, without zeros, as its abbreviation, or torn by a line's end."""
    forms = begins.get(word)
    if forms is None and word[0] == "0":
        forms = begins.get(word.lstrip("0"))
    elif forms is None and word in _SAME:
        forms = begins.get(_SAME[word])
    if forms is not None:
        return forms
    if i + 1 < len(read.words) and read.starts[i + 1] - read.ends[i] < 4 and "-\n" in read.gap(i + 1):
        return [
            replace(form, pieces=(word, read.words[i + 1], *form.pieces[1:]), capital=())
            for form in begins.get(word + read.words[i + 1], ())
            if not form.joined
        ]
    return ()


def _end(read: _TextPieces, i: int, form: _Form) -> int | None:
    """The last piece of the form that begins at piece i, or None."""
    if form.joined:
        return _end_joined(read, i, form.pieces[0])
    words = read.words
    k = i
    for wanted in form.pieces[1:]:
        k += 1
        if k < len(words) and len(words[k]) == 1 and len(wanted) > 1 and not form.place:
            k += 1  # a middle initial
        if k >= len(words) or not read.is_beside(k) or (not form.place and _NO_NAME.search(read.gap(k))):
            return None
        if wanted != (_SAME.get(words[k], words[k]) if form.place else words[k]):
            return None
    return k


def _end_joined(read: _TextPieces, i: int, whole: str) -> int | None:
    so_far = read.words[i]
    if not whole.startswith(so_far):
        so_far = so_far.lstrip("0")
    k = i
    while so_far and len(so_far) < len(whole) and whole.startswith(so_far):
        k += 1
        if k >= len(read.words) or not read.is_beside(k):
            return None
        so_far += read.words[k]
    return k if so_far == whole else None


def _ends(read: _TextPieces, first: int) -> bool:
    """Whether a sentence ends within the three pieces before this one."""
    return any(_SENTENCE.search(read.gap(k)) for k in range(max(1, first - 2), first + 1))


def _is_placed(read: _TextPieces, first: int, cues: Cues) -> bool:
    """Whether a state (`MA 01201`) or a word of living somewhere stands before a ZIP."""
    if any(word in cues.lives for word in read.words[max(0, first - 2) : first]):
        return True
    state = read.shown[read.starts[first - 1] : read.ends[first - 1]] if first else ""
    return len(state) == 2 and state.isalpha() and state.isupper() and read.gap(first).strip(" ,.") == ""


def _is_meant(read: _TextPieces, first: int, last: int, form: _Form, index: _Index, cues: Cues) -> bool:
    """Whether the context says that a name or a place stands at pieces `first` to `last`."""
    if form.cues is not None:
        return is_cued(read, first, last, form.cues, index.names) or (
            form.label is Label.ZIP and _is_placed(read, first, cues)
        )
    words, gap = read.words, read.gap(first)
    before = words[first - 1] if first else ""
    if form.place:
        near = words[max(0, first - 3) : first]
        if any(word in cues.lives or word in cues.place_keys for word in near):
            return True
        numbered = any(word.isdigit() for word in near) and not _ends(read, first)
        return numbered and read.shown[read.starts[first]].isupper()
    if before in cues.titles and len(gap) <= 2:
        return True
    after = words[last + 1 : last + 3]
    if len(after) == 2 and after[0].isdigit() and after[1] in cues.aged:
        return True  # `pt needham 49M`
    return read.shown[read.starts[first]].isupper() and _is_named(read, first, last, form, index, cues)


def _is_named(read: _TextPieces, first: int, last: int, form: _Form, index: _Index, cues: Cues) -> bool:
    """Whether what stands beside pieces with a capital says that they are a name."""
    words, gap = read.words, read.gap(first)
    before = words[first - 1] if first else ""
    behind = words[last + 1] if last + 1 < len(words) else ""
    if tuple(words[max(0, first - 2) : first]) in cues.said_pairs:
        return True
    if before in cues.relatives or before in cues.name_keys:
        return len(gap) <= 4
    if not _is_written(read, first, last, form):
        return False
    beside = [
        words[k] for k in (first - 1, last + 1) if 0 <= k < len(words) and not read.shown[read.starts[k]].islower()
    ]
    keyed = before in cues.role_keys and ":" in gap
    if keyed or any(word in index.names and word not in words[first : last + 1] for word in beside):
        return True
    return behind in cues.deeds_sure and read.gap(last + 1) == " "
