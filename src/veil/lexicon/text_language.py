"""Text language: which language a text is read in, and which texts are in a language that no detector reads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property
from typing import NamedTuple

from veil.lexicon.language import DEFAULT, LANGUAGES, Language, english, language
from veil.lexicon.language_check import UNKNOWN, UnreadLanguage, function_words, unread

OTHERS = tuple(code for code in LANGUAGES if code != DEFAULT)
_WORD = re.compile(r"[^\W\d_]+")
_WINDOW = 60  # words
_LEAD = 1.5  # how many words of its own a language has for each that only a rival has
_ENGLISH = 0.25  # English words beside each own word of a stretch, at most
_OTHER_SCRIPT = 0.3
_HEADS = 2  # different words of heads of records that tell a language where there is no prose
_LEAST = 3  # words that tell a language which the locale does not promise
_SHORT = 4000  # characters; a longer text has prose


class Spoken(NamedTuple):
    """Shape: `reader`: the code of the language whose detectors read the text; `unread`: the code of its own where none do."""

    reader: str
    unread: str = ""


class TextLanguages:
    """Tells for each text which detectors read it.

    Shape:   `own`: the language of the locale, which reads what tells nothing else.
    Keeps:   the answer for a text does not depend on those beside it. A text of which a part is in another language than
             the rest is read by neither language alone: it counts as unread.
    """

    def __init__(self, own: Language) -> None:
        self._own = own.code
        self._last: dict[tuple[str, bool], Spoken] = {}  # of the texts of the last call

    @cached_property
    def _unread(self) -> UnreadLanguage:
        return unread(english())

    def of(self, texts: Sequence[str], *, expected: bool = True) -> list[Spoken]:
        """Shape: n texts -> n; `expected`: whether the locale is of a language that is read."""
        last = self._last
        found = [last.get((text, expected)) or self._judged(text, expected) for text in texts]
        self._last = {(text, expected): spoken for text, spoken in zip(texts, found, strict=True)}
        return found

    def readers(self, texts: Sequence[str]) -> list[str]:
        """The code of the language whose detectors read each text.

        Keeps:   a text without a word of the other languages that are read loads no list.
        """
        if self._own != DEFAULT:
            return [spoken.reader for spoken in self.of(texts)]
        asked = [text for text in texts if not _telling().isdisjoint(map(str.lower, _WORD.findall(text)))]
        counts = dict(zip(asked, self.of(asked), strict=True)) if asked else {}
        return [counts[text].reader if text in counts else DEFAULT for text in texts]

    def _judged(self, text: str, expected: bool) -> Spoken:
        if self._own == DEFAULT:
            code = self._unread.language_of(text)
            other = (
                wholly(text, 1 if expected else _LEAST)
                if code in {*OTHERS, UNKNOWN}
                else ""
                if code
                else _by_heads(text)
            )
            if other:
                return Spoken(other)
            return Spoken(DEFAULT, code if code or expected else self._unread.language_of(text, expected=False))
        code = self._unread.language_of(text, expected=False)
        if not code or (_is_english_rather(text, self._own) and not self._unread.language_of(text)):
            return Spoken(DEFAULT)
        other = wholly(text)
        if other or not _foreign(text):
            return Spoken(other or self._own)
        return Spoken(self._own, UNKNOWN if code in LANGUAGES else code)


def _is_english_rather(text: str, own: str) -> bool:
    """Whether a text has English words, and more than it has words of a language."""
    words = [word.lower() for word in _WORD.findall(text)]
    mine, theirs = sum(word in _english() for word in words), sum(word in _set(own) for word in words)
    return mine > theirs


def wholly(text: str, least: int = 1) -> str:
    """The language, other than English, that all of a text is in; "" where none is, or where parts are in another.

    Shape:   `least`: how many of its commonest words there must be.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    counts = Counter(words)
    for code in OTHERS:
        if _leads(counts, code, least) and _is_even(words, code):
            return code
    return ""


def _leads(counts: Counter[str], code: str, least: int = 1) -> bool:
    """Whether a text has clearly more words that a language alone has than words that only a rival has."""
    own = _set(code)
    wide = own | frozenset(language(code).page.get("also", "").split()) if code in OTHERS else own
    count = sum(number for word, number in counts.items() if word in own)
    if count < least:
        return False
    for rival in function_words():
        if rival == code:
            continue
        theirs = _set(rival)
        mine = sum(number for word, number in counts.items() if word in own and word not in theirs)
        against = sum(number for word, number in counts.items() if word in theirs and word not in wide)
        if mine < _LEAD * against or not mine:
            return False
    return True


def _is_even(words: Sequence[str], code: str) -> bool:
    """Whether no stretch of a text is rather English."""
    own, other = _set(code), _english()
    for at in range(0, len(words), _WINDOW):
        stretch = words[at : at + _WINDOW]
        mine, theirs = sum(word in own for word in stretch), sum(word in other for word in stretch)
        if theirs > 2 and theirs > _ENGLISH * mine:
            return False
    return True


def _foreign(text: str) -> bool:
    """Whether a text is rather in a language that is not read than in that of the locale."""
    counts = Counter(word.lower() for word in _WORD.findall(text))
    letters = sum(map(str.isalpha, text))
    if sum(char > "\u036f" and char.isalpha() for char in text) > _OTHER_SCRIPT * letters:
        return True
    return any(code not in LANGUAGES and _leads(counts, code) for code in function_words())


def _by_heads(text: str) -> str:
    """The language of a text without prose, by words of heads of records; "" where there are too few of them."""
    if len(text) > _SHORT:
        return ""
    words = {word.lower() for word in _WORD.findall(text)}
    if len(words & _english()) > 1:
        return ""
    found = {code: len(words & _heads(code)) for code in OTHERS}
    best = max(found, key=lambda code: found[code])
    return best if found[best] >= _HEADS and sorted(found.values())[-2] < found[best] else ""


@cache
def _set(code: str) -> frozenset[str]:
    return frozenset(function_words().get(code, "").split())


@cache
def _heads(code: str) -> frozenset[str]:
    return frozenset(language(code).page["heads"].split())


@cache
def _telling() -> frozenset[str]:
    """Words without one of which a text is in none of the other languages that are read."""
    return frozenset().union(*(_set(code) | _heads(code) for code in OTHERS))


@cache
def _english() -> frozenset[str]:
    """Words that English alone has."""
    every = {word for words in function_words().values() for word in words.split()}
    return frozenset(english().page["function_words"].split()) - every


@cache
def text_languages(own: Language) -> TextLanguages:
    return TextLanguages(own)


@cache
def common_words(code: str) -> frozenset[str]:
    """The commonest words of a language, in small letters: nobody is called so."""
    return _set(code) | _heads(code) if code in OTHERS else frozenset()
