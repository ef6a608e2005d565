"""Counter evidence: what speaks against an identifier, whatever its sentence says: how it is written and what lists know of it.

The network learned from texts that are full of names; notes are not, and their odd words are mostly medicine. Each
reason takes something off the log-odds of a span.
"""

from __future__ import annotations

import math

from veil.detectors.ner.cut import GLUED, SPACE, Cut
from veil.lexicon.language import Language
from veil.lexicon.vocabulary import Vocabulary, family_rank, given_rank
from veil.lexicon.words import EPONYM
from veil.model import Label

RARE = 0.5  # identifiers are rarer in notes than in what the network was shown
SMALL_WORD, SMALL_ODD = 3.0, 1.5  # small letters where the text has capitals: a word that lists know, one they do not
LOUD_WORD = 2.0  # a known word in capitals
SHORT_FORM = 3.0  # an abbreviation of medicine
OF_A_THING, BEFORE_A_THING = 8.0, 2.0  # a known eponym before its disease, sign or instrument; any other word there
ALONE = 1.0  # an eponym that few people bear, by itself
OWNED = 2.5  # a known eponym that owns whatever follows
UNKNOWN = 1.35  # a word with a capital that is neither prose nor medicine: what it is then is mostly a name
SAFE = 2.5  # words of a note that nobody is called
_WORDS = frozenset({Label.NAME, Label.LOCATION, Label.ORGANIZATION})
_NEAR = 1e-6
_VOWELS = frozenset("AEIOUYÀÁÂÃÄÅÆÈÉÊËÌÍÎÏÒÓÔÕÖØÙÚÛÜÝ")
_KNOWN, _ODD, _SAFE = range(3)


def tempered(share: float, label: Label, cut: Cut, first: int, last: int, language: Language, *, quiet: bool) -> float:
    """The share of a span as a score: 0.5 is where it is as likely an identifier as not.

    Shape:   `first` and `last` are tokens; `quiet` tells that the text has next to no capitals.
    """
    odds = math.log(max(share, _NEAR) / max(1 - share, _NEAR)) - RARE
    if label in _WORDS:
        odds += _for(cut, first, last, language) - _against(cut, first, last, language, quiet=quiet)
    return 1 / (1 + math.exp(-odds))


def _for(cut: Cut, first: int, last: int, language: Language) -> float:
    """What an odd word puts on: nothing where one of the words is no odd one, less than nothing where all are safe."""
    words = [cut.words[i] for i in range(first, last + 1) if cut.words[i][0].isalpha() and len(cut.words[i]) > 1]
    words = [word for word in words if not (word.isupper() and _VOWELS.isdisjoint(word))] or words
    kinds = {_kind(word, language) for word in words}
    if kinds == {_ODD}:
        return 0.0 if _is_joined_to_eponym(cut, first, language) else UNKNOWN
    return -SAFE if kinds == {_SAFE} else 0.0


def _is_joined_to_eponym(cut: Cut, first: int, language: Language) -> bool:
    """Whether the word before a hyphen is an eponym: `-Rendu` of `Osler-Weber-Rendu`."""
    hyphen = first if cut.words[first] == "-" else first - 1
    return hyphen > 0 and cut.words[hyphen] == "-" and _is_eponym(cut.words[hyphen - 1], language)


def _is_compound(lower: str, words: Vocabulary) -> bool:
    """Whether two plain words make up one: `flowsheets`, `labresults`."""
    halves = ((lower[:i], lower[i:]) for i in range(3, len(lower) - 2))
    return any(all(words.is_wordlike(half, words.bits(half)) for half in pair) for pair in halves)


def _kind(word: str, language: Language) -> int:
    """Whether a word is odd, safe or neither."""
    lower, words = word.lower(), language.vocabulary
    bits = words.bits(lower)
    if words.is_wordlike(lower, bits) or lower in language.cues.not_names or lower in language.cues.eponyms:
        return _KNOWN
    if word.upper() in words.abbreviations and len(word) < 5:
        return _KNOWN
    if not bits and words.is_safe(lower):
        return _SAFE
    if bits:  # a name that people bear has rules of its own
        return _KNOWN
    if word.islower() and _is_compound(lower, words):
        return _KNOWN
    formed = word.islower() or (word[0].isupper() and not word.isupper())
    return _ODD if len(word) > 3 and formed else _KNOWN


def _against(cut: Cut, first: int, last: int, language: Language, *, quiet: bool) -> float:
    """What the plainest reading of its words takes off: the least over them, for one odd word makes a name of all."""
    words = [cut.words[i] for i in range(first, last + 1) if cut.words[i][0].isalpha()]
    if not words:
        return 0.0
    taken = min(_of_word(word, language, quiet=quiet) for word in words)
    known = any(_is_eponym(word, language) for word in words)
    if is_of_a_thing(cut, last, language.cues.things):
        owns = last + 1 < len(cut.words) and cut.words[last + 1] == "'"
        taken += OF_A_THING if known else 0.0 if owns else BEFORE_A_THING  # `Rhukas's chart`
    elif known and cut.words[last + 1 : last + 3] in (["'", "s"], ["'", "S"]):
        taken += OWNED  # `Crohn's flare`
    if first == last and _is_rather_a_thing(words[0].lower(), language):
        taken += ALONE
    return taken


def _is_rather_a_thing(lower: str, language: Language) -> bool:
    """Whether a word is known as an eponym and few people bear it: `s/p Foley`."""
    bits = language.vocabulary.bits(lower)
    return lower in language.cues.eponyms and given_rank(bits) <= 8 and family_rank(bits) <= 10


def _of_word(word: str, language: Language, *, quiet: bool) -> float:
    words, lower = language.vocabulary, word.lower()
    known = words.is_wordlike(lower, words.bits(lower))
    if word[0].islower() and not word.islower():
        return SHORT_FORM  # `dbSNP`, `qMWF`
    if word.islower():
        if len(word) > 2 and word.upper() in words.abbreviations:
            return SHORT_FORM
        return 0.0 if quiet else SMALL_WORD if known or len(word) < 3 else SMALL_ODD
    if word.isupper() and len(word) > 1:
        if word in words.abbreviations:
            return SHORT_FORM
        return LOUD_WORD if known or (len(word) > 3 and _VOWELS.isdisjoint(word)) else 0.0
    return 0.0


def _is_eponym(word: str, language: Language) -> bool:
    lower = word.lower()
    return lower in language.cues.eponyms or bool(language.vocabulary.bits(lower) & EPONYM)


def is_of_a_thing(cut: Cut, i: int, things: frozenset[str]) -> bool:
    """Whether a thing is named after token i: `Kelly clamp`, `Graves' disease`."""
    k = i + 1
    if k < len(cut.words) and cut.words[k] == "'" and cut.gaps[k] == GLUED:
        k += 2 if k + 1 < len(cut.words) and cut.words[k + 1] in {"s", "S"} else 1
    return k < len(cut.words) and cut.gaps[k] in {GLUED, SPACE} and cut.words[k].lower() in things


def is_quiet(cut: Cut) -> bool:
    """Whether a text has next to no capitals, so that small letters say nothing."""
    letters = [*filter(str.isalpha, [word[0] for word in cut.words])]
    return sum(map(str.isupper, letters)) * 25 < len(letters)
