"""Uncued names: names of persons without a cue, by how many people have each word as a name."""

from __future__ import annotations

import re

from veil.detectors.found_names import FoundNames
from veil.detectors.name_words import NameWords
from veil.detectors.tokens import Tokens, family_rank, given_rank
from veil.lexicon.words import CITY, CLINICAL, DRUG, ENGLISH

_INITIAL_END = re.compile(r"\.(?:,|[ ][^A-Z]|$|\))|,")
_BANNER_ID = re.compile(r"[ \t]{1,3}#?[A-Z]{0,3}\d{4,}")
_BANNER_END = re.compile(r"[ \t]*(?:\(?#?\d{2,}|[|\n]|$)|[ \t]{2,}")


class UncuedNames:
    """Finds the name that begins with a word in capitals: a pair, `Last, First`, a banner, an initial or one word."""

    def __init__(self, tokens: Tokens, words: NameWords, names: FoundNames) -> None:
        self._tokens, self._cues, self._words, self._names = tokens, tokens.cues, words, names

    def read(self, i: int) -> None:
        """Add the name that begins with word i, which has a capital and is not taken."""
        tokens = self._tokens
        bits = self._tokens.bits_of(tokens.lower[i])
        word = tokens.words[i]
        if len(word) == 1:
            self._read_initial(i)
            return
        if tokens.lower[i] in self._cues.not_names and given_rank(bits) < 9:
            return
        if self._read_banner(i) or self._read_pair(i, bits) or self._read_reversed(i, bits):
            return
        if not self._words.names_a_thing(i):
            self._read_single(i, bits)

    def _read_pair(self, i: int, bits: int) -> bool:
        """A given name, perhaps a middle name or initial, and a family name."""
        tokens = self._tokens
        last = self._words.end_of_name(i)
        if (
            last == i
            or self._words.is_facility(last)
            or self._words.is_facility(last + 1, " ")
            or self._words.names_a_thing(last)
        ):
            return False
        end = self._tokens.bits_of(tokens.lower[last])
        score = self._pair_score(i, last, bits, end)
        if tokens.line_is_loud(i):
            sure = given_rank(bits) > 7 and family_rank(end) > 5
            score = score if sure and not self._words.is_plain(i) and not self._words.is_plain(last) else 0.0
        if score >= 0.5:
            self._names.add(i, last, score, "pair")
        return score >= 0.5

    def _pair_score(self, i: int, last: int, bits: int, end: int) -> float:
        """How sure two words are a name, from how common each is as a name and whether each is a plain word."""
        given, family = given_rank(bits), family_rank(end)
        plain, plain_end = self._words.is_plain(i), self._words.is_plain(last)
        initial = len(self._tokens.words[last]) == 1
        unknown = not (end or plain_end or initial)
        if initial:
            ends = _INITIAL_END.match(self._tokens.tail(last))
            return 0.72 if given >= 5 and (not plain or (given >= 9 and ends)) else 0.0
        rules = (
            (given >= 5 and not plain and family and not plain_end, 0.9),
            (given >= 5 and not plain and unknown, 0.78),
            (given >= 5 and not plain and family > 3, 0.72),
            (given >= 7 and family >= 3 and not plain_end, 0.75),
            (given and family >= 2 and not (plain or plain_end), 0.7),
            (max(given, family) >= 5 and self._describes_person(last), 0.7),
            (not (bits or plain or plain_end) and family >= 6, 0.55),
            (given >= 8 and unknown, 0.55),
        )
        return next((score for holds, score in rules if holds), 0.0)

    def _describes_person(self, last: int) -> bool:
        """Whether the words after word `last` describe a person: `is a pleasant`, `was an 80-year-old`."""
        tokens = self._tokens
        return self._cues.person_after.match(tokens.shown[tokens.ends[last] : tokens.ends[last] + 24]) is not None

    def _read_reversed(self, i: int, bits: int) -> bool:
        """`Brandvold, Thomas`."""
        tokens = self._tokens
        k = i + 1
        if k >= len(tokens) or tokens.gap(k) != ", " or family_rank(bits) < 2 or self._words.is_plain(i):
            return False
        other = self._tokens.bits_of(tokens.lower[k])
        if not tokens.words[k][0].isupper() or given_rank(other) < 7 or self._words.is_plain(k) or bits & other & CITY:
            return False
        if given_rank(bits) > family_rank(bits) + 2 or self._words.names_a_thing(i) or tokens.line_is_loud(i):
            return False
        self._names.add(i, self._words.end_of_name(k), 0.75, "reversed")
        return True

    def _read_banner(self, i: int) -> bool:
        """`Brandvold, Thomas   0123456` or `CUTRIGHT, THOMAS J` at the start of a line."""
        tokens = self._tokens
        if (i and "\n" not in tokens.gap(i)) or tokens.gap(i).strip() or tokens.lower[i] in self._cues.not_names:
            return False
        last = self._words.end_of_name(i)
        comma = self._words.end_after_comma(last)
        k = last + 1
        if comma is None and k < len(tokens) and tokens.gap(k) in {", ", ","} and tokens.words[k][0].isupper():
            banner = _BANNER_ID.match(tokens.tail(k)) and tokens.lower[k] not in self._cues.not_names
            comma = k if banner and (self._words.rank(i) or self._words.rank(k)) else None
        if comma is None or last - i > 2 or comma - last > 3:
            return False
        tail = tokens.tail(comma)
        if not (_BANNER_END.match(tail) or _BANNER_ID.match(tail)) or not (
            self._words.rank(i) > 1 or self._words.rank(last + 1) > 3
        ):
            return False
        self._names.add(i, comma, 0.8, "banner")
        return True

    def _read_initial(self, i: int) -> None:
        """`J. Smith`, `J. R. Smith`."""
        tokens = self._tokens
        k = i + 1
        while k < len(tokens) and len(tokens.words[k]) == 1 and tokens.gap(k) == ". " and k - i < 3:
            k += 1
        if k >= len(tokens) or tokens.gap(k) != ". " or not tokens.words[k][0].isupper() or k in self._names.taken:
            return
        bits = self._tokens.bits_of(tokens.lower[k])
        if (
            family_rank(bits) < 5
            or self._words.is_plain(k)
            or bits & (ENGLISH | CLINICAL)
            or self._words.names_a_thing(k)
        ):
            return
        if i and tokens.gap(i) == " " and tokens.lower[i - 1] in self._cues.lettered:
            return
        self._names.add(i, self._words.end_of_name(k), 0.65, "initial")

    def _read_single(self, i: int, bits: int) -> None:
        tokens = self._tokens
        if (bits & DRUG and given_rank(bits) < 8) or tokens.words[i].isupper() or self._words.is_facility(i + 1, " "):
            return
        deed = tokens.lower[i + 1] if i + 1 < len(tokens) and tokens.gap_behind(i) == " " else ""
        score = self._single_score(i, bits, deed)
        if score:
            self._names.add(i, i, score, "single")

    def _single_score(self, i: int, bits: int, deed: str) -> float:
        """How sure one word is a name, from how common it is as a name and from the next word."""
        tokens = self._tokens
        given, family = given_rank(bits), family_rank(bits)
        if self._words.is_plain(i):
            return 0.6 if given > 6 and deed in self._cues.deeds_clear and not bits & CLINICAL else 0.0
        if any(part in self._cues.eponyms for part in tokens.lower[i].split("-")):
            return 0.6 if given >= 9 and deed in self._cues.deeds_sure else 0.0
        owns = tokens.shown[tokens.ends[i] : tokens.ends[i] + 2] == "'s"
        rules = (
            (given >= 9 and not (bits & CITY and given < 12), 0.62),
            (given >= 5 and (deed in self._cues.deeds or owns), 0.6),
            (family >= 4 and deed in self._cues.deeds_sure and not bits & CITY, 0.6),
            (self._describes_person(i), 0.6),
            ((given or not bits) and deed in self._cues.deeds_clear, 0.55),
            (not bits and deed in self._cues.deeds_sure and not tokens.begins(i), 0.55),
        )
        return next((score for holds, score in rules if holds), 0.0)
