"""Neighbours: what stands in a list of one shape beside sure names is a name too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from veil.detectors.rows.cells import Stretches
from veil.detectors.rows.grid import Grid
from veil.lexicon.clinical import ClinicalWords, clinical_words
from veil.lexicon.language import Language
from veil.lexicon.vocabulary import family_rank, given_rank
from veil.lexicon.words import CLINICAL, DRUG

_MARK = r"[ \t]*(?:\[[ xX]?\]|\(?\d{1,3}[.):]|[-*\u2022>]|\d{1,3}[A-Z]?(?=[ \t])|[A-Z]?\d{1,4}[A-Z]?:?(?=[ \t]))?[ \t]*"
_LEAD = re.compile(
    rf"^{_MARK}((?:[^\W\d_][\w'\-]+)(?:,? [^\W\d_][\w'\-.]*){{0,2}}?)(?=[ \t]*(?:[-,;(/|:]|\d|$)|[ \t]{{2}})",
    re.MULTILINE,
)
_GIVEN = re.compile(r",[ \t]?([^\W\d_][\w'\-]+)(?=[ \t]*(?:[-,;(/|\n\t]|\d|$)|[ \t]{2})")
_PART = re.compile(r"[^.\n:]+")  # of a text between full stops, colons and lines
_LONGEST_ITEM, _WIDEST = 44, 64
_ITEM = re.compile(r"[^,;]+")
_WORD = re.compile(r"[^\W\d_][\w'\-]*")
_ID = re.compile(r"[A-Z]{0,4}-?\d{6,12}[A-Z]?")
_FEWEST = 3
_SHARE = 0.3  # of the items of a list that must be names before the others are
_LAST_COMMA_INITIAL = (True, True)  # `Tasker, B`
_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüý")
_BORNE = 4  # log2 of the bearers over 64


class NamePosition(NamedTuple):
    """The word or words of an item that would be its name; `form`: what is alike in a list of one shape."""

    start: int
    end: int
    form: tuple[object, ...]


class Neighbours:
    """Completes the lists of a text: columns without a head, lines that begin alike, items between commas."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._words: ClinicalWords | None = clinical_words(language.code)

    def more(self, shown: str, names: Stretches, grids: Sequence[Grid]) -> Iterator[tuple[int, int]]:
        """The stretches that are names because their neighbours are.

        Shape:   `names` are stretches of `shown` that are names already.
        """
        seen: set[tuple[int, int]] = set()
        for places, fewest in self._lists(shown, grids):
            for start, end in self._completed(shown, places, names, fewest):
                if (start, end) not in seen:
                    seen.add((start, end))
                    yield start, end

    def _lists(self, shown: str, grids: Sequence[Grid]) -> Iterator[tuple[list[NamePosition], int]]:
        """Lists, and the fewest items of each that make one: two beside a column of numbers of people."""
        for grid in grids:
            fewest = _FEWEST - _has_ids(shown, grid)
            width = min(_WIDEST, max(map(len, grid.rows), default=0))
            for number in range(width):
                column = [row[number] for row in grid.rows if len(row) > number]
                yield [_cell_place(shown, cell.start, cell.end) for cell in column if cell.start < cell.end], fewest
        if "\n" in shown:
            yield from ((run, _FEWEST) for run in _runs_of_lines(shown))
        if shown.count(",") + shown.count(";") >= _FEWEST - 1:
            for match in _PART.finditer(shown):
                if sum(map(match[0].count, ",;")) >= _FEWEST - 1:
                    yield from ((some, _FEWEST) for some in _inline(shown, match.start(), match.end()))

    def _completed(
        self, shown: str, places: Sequence[NamePosition], names: Stretches, fewest: int
    ) -> Iterator[tuple[int, int]]:
        """The places of a list that are no names yet and are like those that are."""
        if any(place.form[-2:] == _LAST_COMMA_INITIAL for place in places):
            fewest = _FEWEST - 1
        named = [place for place in places if any(names.touched(place.start, place.end))]
        forms = {place.form for place in named}
        known = frozenset(named)
        open_ = [place for place in places if place not in known and (place.form in forms or not forms)]
        likely = [place for place in open_ if self._is_borne(shown[place.start : place.end])]
        if not named and not self._is_list_of_names(shown, places, likely, fewest):
            return
        if len(named) + len(likely) < min(2, fewest - 1) or len(likely) + len(named) < len(places) * _SHARE:
            return
        if len(named) > 1:
            yield from self._given_names(shown, named)
        rather = frozenset(likely)
        for place in open_:
            value = shown[place.start : place.end]
            headed = shown[place.end : place.end + 1] == ":"  # `Plan:` is no name, though its neighbours be names
            if place in rather or (
                not headed and len(named) + len(likely) >= min(2, fewest - 1) and self._can_be(value)
            ):
                yield place.start, place.end

    def _given_names(self, shown: str, named: Sequence[NamePosition]) -> Iterator[tuple[int, int]]:
        """`Ada` of `Nkemelu, Ada - sepsis`, where names begin the items of a list."""
        for place in named:
            given = _GIVEN.match(shown, place.end)
            if given and self._can_be(given[1]) and self._is_borne(given[1]):
                yield given.span(1)

    def _is_list_of_names(
        self, shown: str, places: Sequence[NamePosition], likely: Sequence[NamePosition], fewest: int
    ) -> bool:
        """Whether a list without a sure name is one of names: none is a thing, and one is borne by many."""
        if len(likely) < fewest - 1 or len(places) < fewest:
            return False
        values = [shown[place.start : place.end] for place in places]
        return all(map(self._can_be, values)) and (fewest < _FEWEST or any(map(self._is_well_borne, values)))

    def _is_well_borne(self, value: str) -> bool:
        bits = [self._language.vocabulary.bits(word.lower()) for word in _WORD.findall(value)]
        return any(max(family_rank(bit), given_rank(bit)) >= _BORNE for bit in bits)

    def _is_borne(self, value: str) -> bool:
        """Whether a value is rather a name than a word: people bear it, or no list knows it."""
        words = [word.lower().removesuffix("'s") for word in _WORD.findall(value) if len(word) > 1]
        return bool(words) and self._can_be(value) and any(self._is_name(word) for word in words)

    def _is_name(self, lower: str) -> bool:
        vocabulary = self._language.vocabulary
        bits = vocabulary.bits(lower)
        if vocabulary.is_wordlike(lower, bits) or lower in self._language.cues.eponyms:
            return False
        return max(family_rank(bits), given_rank(bits)) >= _BORNE or vocabulary.is_odd(lower)

    def _can_be(self, value: str) -> bool:
        """Whether nothing makes a value a word of medicine, an abbreviation or no name."""
        words = _WORD.findall(value)
        if not words or not words[0][0].isupper() or any(char.isdigit() or char in ":?!=" for char in value):
            return False
        return all(self._may_name(word) for word in words)

    def _may_name(self, word: str) -> bool:
        lower, vocabulary = word.lower().removesuffix("'s"), self._language.vocabulary
        if len(word) == 1:
            return True
        bits = vocabulary.bits(lower)
        borne = max(family_rank(bits), given_rank(bits))
        if word.upper() in vocabulary.abbreviations and borne < 9:
            return False
        if word.isupper() and _VOWELS.isdisjoint(lower):
            return False
        if self._words and (word.upper() in self._words.abbreviations or lower in self._words.things):
            return False
        if bits & (CLINICAL | DRUG) and borne < 9:
            return False
        if lower in self._language.places.countries or lower in self._language.places.states:
            return False
        if "-" in lower and any(part in self._language.cues.eponyms for part in lower.split("-")):
            return False
        if lower in self._language.cues.not_names or lower in self._language.cues.eponyms:
            return False
        return borne > 0 or not vocabulary.is_wordlike(lower, bits)


def _has_ids(shown: str, grid: Grid) -> bool:
    """Whether a column of a grid has numbers of people in each of its rows."""
    if len(grid.rows) < _FEWEST - 1:
        return False
    width = min(map(len, grid.rows))
    return any(all(_ID.fullmatch(shown[row[i].start : row[i].end]) for row in grid.rows) for i in range(width))


def _form(shown: str, start: int, end: int) -> tuple[object, ...]:
    words = _WORD.findall(shown[start:end])
    loud = all(word.isupper() for word in words)
    return loud, "," in shown[start:end], len(words) > 1 and len(words[-1]) == 1


def _cell_place(shown: str, start: int, end: int) -> NamePosition:
    return NamePosition(start, end, ("cell", *_form(shown, start, end)))


def _runs_of_lines(shown: str) -> Iterator[list[NamePosition]]:
    """The first words of lines that follow each other."""
    run: list[NamePosition] = []
    last = -1
    for match in _LEAD.finditer(shown):
        start, end = match.span(1)
        marked = shown[match.start() : start].strip()
        place = NamePosition(start, end, ("line", bool(marked), *_form(shown, start, end)))
        if run and (shown.count("\n", last, match.start()) > 1 or run[-1].form[1] != place.form[1]):
            yield run
            run = []
        run.append(place)
        last = match.end()
    if len(run) >= _FEWEST - 1:
        yield run


def _inline(shown: str, start: int, end: int) -> Iterator[list[NamePosition]]:
    """The capitalised words of items between commas, by how many words stand before them."""
    places: list[list[NamePosition]] = [[], [], []]
    for item in _ITEM.finditer(shown, start, end):
        if len(item[0]) > _LONGEST_ITEM:
            continue
        words = list(re.finditer(r"[^\s(]+", item[0]))
        for number, word in enumerate(words[:3]):
            plain = _WORD.match(word[0])
            if plain and plain[0][0].isupper() and len(plain[0]) > 2:
                at = item.start() + word.start()
                bracket = item[0][max(0, word.start() - 1) : word.start()] == "("
                places[number].append(
                    NamePosition(at, at + plain.end(), ("item", bracket, len(words) > number + 1, plain[0].isupper()))
                )
                break
    for some in places:
        if len(some) >= _FEWEST:
            yield some
