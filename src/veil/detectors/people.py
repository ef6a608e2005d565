"""People: names of persons in one text, by what stands beside them and by how many people bear them."""

from __future__ import annotations

import re

from veil.detectors.cued_names import CuedNames
from veil.detectors.name_words import Found
from veil.detectors.tokens import family_rank, given_rank
from veil.lexicon.words import CITY, CLINICAL, DRUG, ENGLISH

_INITIAL_END = re.compile(r"\.(?:,|[ ][^A-Z]|$|\))|,")
_BANNER_ID = re.compile(r"[ \t]{1,3}#?[A-Z]{0,3}\d{4,}")
_BANNER_END = re.compile(r"[ \t]*(?:\(?#?\d{2,}|[|\n]|$)|[ \t]{2,}")


class People(CuedNames):
    """Reads all names of one text: first those behind cues, then those that are names by themselves."""

    def read(self) -> list[Found]:
        tokens = self.tokens
        for i, lower in enumerate(tokens.lower):
            if lower in self.cues.every or lower.endswith("-name"):
                self.read_cue(i, lower)
        for i, word in enumerate(tokens.words):
            if word[0].isupper() and i not in self.taken:
                self._read_capital(i)
        return self.found

    def _read_capital(self, i: int) -> None:
        tokens = self.tokens
        bits = self.bits_of(tokens.lower[i])
        word = tokens.words[i]
        if len(word) == 1:
            self._read_initial(i)
            return
        if tokens.lower[i] in self.cues.not_names and given_rank(bits) < 9:
            return
        if self._read_banner(i) or self._read_pair(i, bits) or self._read_reversed(i, bits):
            return
        if not self.is_thing(i):
            self._read_single(i, bits)

    def _read_pair(self, i: int, bits: int) -> bool:
        """A given name, perhaps a middle name or initial, and a family name."""
        tokens = self.tokens
        last = self.take(i)
        if last == i or self.is_facility(last) or self.is_facility(last + 1, " ") or self.is_thing(last):
            return False
        end = self.bits_of(tokens.lower[last])
        score = self._pair_score(i, last, bits, end)
        if tokens.line_is_loud(i):
            sure = given_rank(bits) > 7 and family_rank(end) > 5
            score = score if sure and not self.is_plain(i) and not self.is_plain(last) else 0.0
        if score >= 0.5:
            self.add(i, last, score, "pair")
        return score >= 0.5

    def _pair_score(self, i: int, last: int, bits: int, end: int) -> float:
        """How sure two words are a name, from how many people bear each and whether each is a plain word."""
        given, family = given_rank(bits), family_rank(end)
        plain, plain_end = self.is_plain(i), self.is_plain(last)
        initial = len(self.tokens.words[last]) == 1
        unknown = not (end or plain_end or initial)
        if initial:
            ends = _INITIAL_END.match(self.tokens.tail(last))
            return 0.72 if given >= 5 and (not plain or (given >= 9 and ends)) else 0.0
        rules = (
            (given >= 5 and not plain and family and not plain_end, 0.9),
            (given >= 5 and not plain and unknown, 0.78),
            (given >= 5 and not plain and family > 3, 0.72),
            (given >= 7 and family >= 3 and not plain_end, 0.75),
            (given and family >= 2 and not (plain or plain_end), 0.7),
            (max(given, family) >= 5 and self._is_told(last), 0.7),
            (not (bits or plain or plain_end) and family >= 6, 0.55),
            (given >= 8 and unknown, 0.55),
        )
        return next((score for holds, score in rules if holds), 0.0)

    def _is_told(self, last: int) -> bool:
        """Whether a person is told of behind word `last`: `is a pleasant`, `was an 80-year-old`."""
        tokens = self.tokens
        return self.cues.person_after.match(tokens.shown[tokens.ends[last] : tokens.ends[last] + 24]) is not None

    def _read_reversed(self, i: int, bits: int) -> bool:
        """`Brandvold, Thomas`."""
        tokens = self.tokens
        k = i + 1
        if k >= len(tokens) or tokens.gap(k) != ", " or family_rank(bits) < 2 or self.is_plain(i):
            return False
        other = self.bits_of(tokens.lower[k])
        if not tokens.words[k][0].isupper() or given_rank(other) < 7 or self.is_plain(k) or bits & other & CITY:
            return False
        if given_rank(bits) > family_rank(bits) + 2 or self.is_thing(i) or tokens.line_is_loud(i):
            return False
        self.add(i, self.take(k), 0.75, "reversed")
        return True

    def _read_banner(self, i: int) -> bool:
        """`Brandvold, Thomas   0123456` or `CUTRIGHT, THOMAS J` as a line of its own or at the head of one."""
        tokens = self.tokens
        if (i and "\n" not in tokens.gap(i)) or tokens.gap(i).strip() or tokens.lower[i] in self.cues.not_names:
            return False
        last = self.take(i)
        comma = self.behind_comma(last)
        k = last + 1
        if comma is None and k < len(tokens) and tokens.gap(k) in {", ", ","} and tokens.words[k][0].isupper():
            banner = _BANNER_ID.match(tokens.tail(k)) and tokens.lower[k] not in self.cues.not_names
            comma = k if banner and (self.bears(i) or self.bears(k)) else None
        if comma is None or last - i > 2 or comma - last > 3:
            return False
        tail = tokens.tail(comma)
        if not (_BANNER_END.match(tail) or _BANNER_ID.match(tail)) or not (
            self.bears(i) > 1 or self.bears(last + 1) > 3
        ):
            return False
        self.add(i, comma, 0.8, "banner")
        return True

    def _read_initial(self, i: int) -> None:
        """`J. Smith`, `J. R. Smith`."""
        tokens = self.tokens
        k = i + 1
        while k < len(tokens) and len(tokens.words[k]) == 1 and tokens.gap(k) == ". " and k - i < 3:
            k += 1
        if k >= len(tokens) or tokens.gap(k) != ". " or not tokens.words[k][0].isupper() or k in self.taken:
            return
        bits = self.bits_of(tokens.lower[k])
        if family_rank(bits) < 5 or self.is_plain(k) or bits & (ENGLISH | CLINICAL) or self.is_thing(k):
            return
        if i and tokens.gap(i) == " " and tokens.lower[i - 1] in self.cues.lettered:
            return
        self.add(i, self.take(k), 0.65, "initial")

    def _read_single(self, i: int, bits: int) -> None:
        tokens = self.tokens
        if (bits & DRUG and given_rank(bits) < 8) or tokens.words[i].isupper() or self.is_facility(i + 1, " "):
            return
        deed = tokens.lower[i + 1] if i + 1 < len(tokens) and tokens.gap_behind(i) == " " else ""
        score = self._single_score(i, bits, deed)
        if score:
            self.add(i, i, score, "single")

    def _single_score(self, i: int, bits: int, deed: str) -> float:
        """How sure one word is a name, from how many people bear it and what the next word tells."""
        tokens = self.tokens
        given, family = given_rank(bits), family_rank(bits)
        if self.is_plain(i):
            return 0.6 if given > 6 and deed in self.cues.deeds_clear and not bits & CLINICAL else 0.0
        if any(part in self.cues.eponyms for part in tokens.lower[i].split("-")):
            return 0.6 if given >= 9 and deed in self.cues.deeds_sure else 0.0
        owns = tokens.shown[tokens.ends[i] : tokens.ends[i] + 2] == "'s"
        rules = (
            (given >= 9 and not (bits & CITY and given < 12), 0.62),
            (given >= 5 and (deed in self.cues.deeds or owns), 0.6),
            (family >= 4 and deed in self.cues.deeds_sure and not bits & CITY, 0.6),
            (self._is_told(i), 0.6),
            ((given or not bits) and deed in self.cues.deeds_clear, 0.55),
            (not bits and deed in self.cues.deeds_sure and not tokens.begins(i), 0.55),
        )
        return next((score for holds, score in rules if holds), 0.0)
