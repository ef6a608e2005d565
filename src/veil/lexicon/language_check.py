"""Language check: whether a text is in a language that the detectors do not read, and in which."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from veil.lexicon.language import Language
from veil.lexicon.vocabulary import family_rank, given_rank
from veil.lexicon.words import CLINICAL, DRUG, ENGLISH, EVERYDAY

UNKNOWN = "und"  # ISO 639-2: the language is undetermined
WINDOW = 40  # words that are judged together, so that a letter in another language inside a note is seen
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_PROSE = ENGLISH | EVERYDAY | CLINICAL
_FOREIGN_LETTER = re.compile(r"[^\x00-\u036f]")
_LETTERS, _SHARE, _SHARE_BESIDE = (
    3,
    0.3,
    0.5,
)  # letters of another script: so many, at this share; beside words in small letters
_LATIN_WORD = re.compile(r"\b[a-z]{2,}\b")
_SHORTEST_CAPITAL = 4
_ODD_WORDS = 8  # the least different words of a text of which nothing is known but that it is odd
_ACCENTED = (UNKNOWN,)
_NOUNS_CAPITAL = "de"  # in German every noun has a capital


class UnreadLanguage:
    """Tells texts of other languages from those of the one that is read, by their commonest words and by their letters.

    Keeps:   names, drugs, abbreviations and lists say nothing: only what another language alone writes counts.
    """

    def __init__(self, language: Language) -> None:
        self._words, self._code = language.vocabulary, language.code
        self._own = frozenset(language.page["function_words"].split())
        every: dict[str, list[str]] = {}
        for code, words in function_words().items():
            if code != language.code:
                for word in dict.fromkeys(words.split()):
                    every.setdefault(word, []).append(code)
        self._particles = language.cues.particles
        self._every = every
        self._telling = self._own - every.keys()
        self._alone: dict[str, bool] = {}  # of words of other languages that were met: whether only those have them

    def language_of(self, text: str, *, expected: bool = True) -> str:
        """The code of the language that a text is in, as far as it is another than the one that is read; else "".

        Shape:   `expected`: whether the texts are said to be in the language that is read; where they are not, a text
                 that is not plainly in it is `und`.
        """
        script = _script(text)
        if script:
            return script
        words = self._counted(text)
        if not words:
            return "" if expected or _WORD.search(text) is None else UNKNOWN
        windows = [words[at : at + WINDOW] for at in range(0, len(words), WINDOW)]
        if len(windows) > 1:
            windows[-1] = words[-WINDOW:]
        for window in windows:
            if self._telling.isdisjoint(window) or any(map(self._is_theirs, window)):
                found = self._judged(window)
                if found:
                    return found
        return "" if expected or self._is_plain(words) else UNKNOWN

    def _counted(self, text: str) -> list[str]:
        """The words that can tell: those in small letters, all of a text in capitals, others where they are no names."""
        words = _WORD.findall(text)
        if sum(map(str.isupper, words)) * 2 > len(words):
            return [word.lower() for word in words]
        counted = []
        for i, word in enumerate(words):
            if word.islower():
                if word not in self._every or not self._is_of_a_name(words, i):
                    counted.append(word)
            elif len(word) >= _SHORTEST_CAPITAL and self._is_telling(word.lower()):
                counted.append(word.lower())
        return counted

    def _is_of_a_name(self, words: Sequence[str], i: int) -> bool:
        """Whether a small word is inside a name or an address: `Rue des Lilas`, `Hospital de los Santos`."""
        if _NOUNS_CAPITAL in self._every[words[i]]:
            return False
        first = next((word for word in reversed(words[max(0, i - 2) : i]) if word not in self._every), "a")
        last = next((word for word in words[i + 1 : i + 3] if word not in self._every), "a")
        return first[0].isupper() and last[0].isupper()

    def _is_telling(self, lower: str) -> bool:
        """Whether a word with a capital is a common word of another language, and nobody's name."""
        if not self._is_theirs(lower):
            return False
        bits = self._words.bits(lower)
        return not family_rank(bits) and not given_rank(bits)

    def _judged(self, window: Sequence[str]) -> str:
        theirs: Counter[str] = Counter(code for word in window for code in self._codes(word))
        own = sum(word in self._telling for word in window)
        size = len(window)
        if not theirs:
            return "" if own else self._unsure(window)
        code, count = min(theirs.items(), key=lambda item: (-item[1], item[0]))
        if (count >= 3 and count > 2 * own) or (count == 2 and not own and count >= 0.15 * size):
            return code
        if own:
            return ""
        against = sum(code in self._codes(word) or code in self._shared(word) or self._is_odd(word) for word in window)
        least = 0.5 if code != UNKNOWN else 0.6
        return code if against >= least * size else ""

    def _is_theirs(self, word: str) -> bool:
        """Whether other languages have a word, and the one that is read has not."""
        if word not in self._every:
            return False
        found = self._alone.get(word)
        if found is None:
            found = self._alone[word] = not self._is_own(word) and word not in self._particles
        return found

    def _shared(self, word: str) -> Sequence[str]:
        """The other languages that have a word which texts of the one that is read have too, though not as its own."""
        codes = self._every.get(word, ())
        return () if not codes or word in self._own or len(word) < 2 or self._is_theirs(word) else codes

    def _codes(self, word: str) -> Sequence[str]:
        """The languages that alone have a word; a word with an accent that is nobody's name is of one of them."""
        if self._is_theirs(word):
            return self._every[word]
        if word.isascii() or not self._is_odd(word):
            return ()
        bits = self._words.bits(word)
        return () if family_rank(bits) or given_rank(bits) else _ACCENTED

    def _unsure(self, window: Sequence[str]) -> str:
        """The language of words of which none is another language's alone, and none the own one's: most are odd, or
        several are another language's too."""  # noqa: D205, D209
        size = len(window)
        odd = sum(self._is_odd(word) for word in window)
        distinct = len(set(window))
        shared: Counter[str] = Counter(code for word in window for code in self._shared(word))
        if shared and odd:
            code, count = min(shared.items(), key=lambda item: (-item[1], item[0]))
            if count >= 2 and count + odd >= 0.6 * size and count >= 0.25 * size:
                return code
        return UNKNOWN if distinct >= _ODD_WORDS and odd >= 0.75 * size else ""

    def _is_plain(self, words: Sequence[str]) -> bool:
        """Whether a text is in the language that is read beyond doubt."""
        own = sum(word in self._telling for word in words)
        known = sum(not self._is_odd(word) for word in words)
        return own > 0 and known >= 0.6 * len(words)

    def _is_odd(self, word: str) -> bool:
        """Whether a word is none that the language's lists know."""
        return len(word) > 2 and not self._is_own(word) and not self._words.is_wordlike(word, self._words.bits(word))

    def _is_own(self, word: str) -> bool:
        """Whether texts of the language that is read have the word too."""
        words = self._words
        if word in self._own or len(word) < 2 or words.bits(word) & (_PROSE | DRUG):
            return True
        return word in words.safe or word.upper() in words.abbreviations


@cache
def unread(language: Language) -> UnreadLanguage:
    return UnreadLanguage(language)


def _script(text: str) -> str:
    """The language whose letters, none of the Latin alphabet, make up a text; "" for none."""
    if text.isascii():
        return ""
    letters = _FOREIGN_LETTER.findall(text)
    if len(letters) < _LETTERS:
        return ""
    starts, ends, codes = _ranges()
    found: Counter[str] = Counter()
    for letter in letters:
        at = bisect_right(starts, ord(letter)) - 1
        if at >= 0 and ord(letter) <= ends[at]:
            found[codes[at]] += 1
    count, every = found.total(), sum(map(str.isalpha, text))
    if count >= _LETTERS and count >= (_SHARE if _LATIN_WORD.search(text) is None else _SHARE_BESIDE) * every:
        return min(found.items(), key=lambda item: (-item[1], item[0]))[0]
    return ""


@cache
def _page() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("veil.lexicon") / "languages" / "others.toml").read_text(encoding="utf-8"))


def function_words() -> Mapping[str, str]:
    return _page()["words"]


@cache
def _ranges() -> tuple[list[int], list[int], list[str]]:
    """Stretches of code points in order: their first, their last, and the language."""
    rows = sorted(_row(line) for line in _page()["scripts"]["ranges"])
    return [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]


def _row(line: str) -> tuple[int, int, str]:
    stretch, _, code = line.partition(" ")
    first, _, last = stretch.partition("-")
    return int(first, 16), int(last, 16), code
