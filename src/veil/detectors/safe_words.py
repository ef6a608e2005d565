"""Safe words: which words and numbers of a note are known to say nothing of a person."""

from __future__ import annotations

import re
from functools import lru_cache

from veil.lexicon.language import Language
from veil.lexicon.vocabulary import family_rank, given_rank
from veil.lexicon.words import CITY, CLINICAL, DRUG, ENGLISH, EVERYDAY

_WORDS = ENGLISH | CLINICAL | EVERYDAY | DRUG
_RARE_EPONYM = 9  # log2 of the bearers over 64: Foley, Allis, Penrose; not Jackson
_SHAPES = re.compile(
    r"\d{1,3}"  # small counts, vitals
    r"|\d{1,4}\.\d{1,3}|\d{1,2}\.\d{1,2}\.\d{1,2}"  # measures
    r"|\d{1,3}(?:,\d{3}){1,2}(?:\.\d{1,2})?"  # 12,000
    r"|\d{1,3}(?:\.\d{1,2})?[/\-:]\d{1,3}(?:\.\d{1,2})?"  # 120/80, 2-3, 3-0, 1:10
    r"|\d{1,2}/\d{1,2}/\d|\d{1,2}-\d{1,2}-\d|1:\d{1,3}(?:,?000)|\d{1,2}-\d/\d{1,2}"
)


class SafeWords:
    """The words and numbers of a language that say nothing of a person."""

    def __init__(self, language: Language) -> None:
        self._forms, self._cues, self._vocabulary = language.safe, language.cues, language.vocabulary
        self.is_safe_word = lru_cache(maxsize=65_536)(self._is_safe_word)

    def is_safe_number(self, shown: str, start: int, end: int) -> bool:
        """Whether digits with what joins them are a count, a measure, a dose, a ratio, and no number of somebody."""
        value = shown[start:end]
        if _SHAPES.fullmatch(value):
            return True
        digits = sum(char.isdigit() for char in value)
        return digits <= 6 and value.replace(".", "").isdigit() and self._forms.unit.match(shown, end) is not None

    def is_safe_mixed(self, value: str) -> bool:
        """Whether letters and digits grown together are a level, a dose or a code of the clinic: T4, L5, B12, 5mg, q4h, 1st."""
        return self._forms.mixed.fullmatch(value) is not None

    def _is_safe_word(self, word: str) -> bool:
        """Whether a word is plain, clinical or an abbreviation, and no name that is likelier one.

        Shape:   the word as it stands: small letters tell a word from a name that is spelled like it.
        """
        lower = word.lower()
        if len(word) == 1 or lower in self._vocabulary.safe or self._is_short(word):
            return not self._is_borne(word, lower)
        bits = self._vocabulary.bits(lower)
        if self._vocabulary.is_wordlike(lower, bits) or (bits & _WORDS and word.islower()):
            return True
        if lower in self._cues.eponyms and max(family_rank(bits), given_rank(bits)) <= _RARE_EPONYM:
            return True
        if bits and not word.islower():
            return False
        return not (bits & CITY) and (
            self._is_formed(lower) or (len(lower) > 6 and lower.endswith(self._forms.clinical_ends))
        )

    def _is_short(self, word: str) -> bool:
        """Whether a word is an abbreviation as it is written, in the plural, or a short one in small letters."""
        return any(
            form in self._vocabulary.abbreviations
            for form in (word, word.removesuffix("s"), word.upper() if len(word) < 6 and word.islower() else word)
        )

    def _is_borne(self, word: str, lower: str) -> bool:
        """Whether an abbreviation in capitals is a common name too, and no word: LEE, KIM."""
        bits = self._vocabulary.bits(lower)
        borne = max(family_rank(bits), given_rank(bits))
        return (
            borne > _RARE_EPONYM
            and word.isalpha()
            and lower not in self._vocabulary.safe
            and not self._vocabulary.is_wordlike(lower, bits)
        )

    def _is_formed(self, lower: str) -> bool:
        """Whether a word is a safe one with another ending, another beginning, or both, or two of them grown together."""
        if self._is_bent(lower):
            return True
        for front in self._forms.fronts:
            if lower.startswith(front) and len(lower) - len(front) > 3:
                rest = lower[len(front) :]
                if self._is_plain(rest) or self._is_bent(rest):
                    return True
        return any(self._is_plain(lower[:at]) and self._is_plain(lower[at:]) for at in range(4, len(lower) - 3))

    def _is_bent(self, lower: str) -> bool:
        for ending, other in self._forms.ends:
            stem = lower[: -len(ending)]
            if (
                len(stem) > 2
                and lower.endswith(ending)
                and (self._is_plain(stem + other) or self._is_doubled(stem, other))
            ):
                return True
        return False

    def _is_doubled(self, stem: str, other: str) -> bool:
        """Stopped, padded: the last letter stands twice."""
        return not other and len(stem) > 3 and stem[-1] == stem[-2] and self._is_plain(stem[:-1])

    def _is_plain(self, lower: str) -> bool:
        return len(lower) > 2 and (bool(self._vocabulary.bits(lower) & _WORDS) or lower in self._vocabulary.safe)
