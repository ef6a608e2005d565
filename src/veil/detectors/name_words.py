"""Name words: what a word of a text may be in a name, by the lists and by what stands right beside it."""

from __future__ import annotations

import re
from typing import NamedTuple

from veil.detectors.tokens import Tokens, family_rank, given_rank
from veil.lexicon.words import CLINICAL, EVERYDAY

_LINE_END = re.compile(r"\.?[ \t]*(?:\n|$)")


class Found(NamedTuple):
    """Words `first` to `last` (taken in) are a name."""

    first: int
    last: int
    score: float
    rule: str


class NameWords:
    """The words of one text as parts of names; `found` in the order in which the rules came to them."""

    def __init__(self, tokens: Tokens) -> None:
        self.tokens, self.cues = tokens, tokens.cues
        self.bits_of, self.is_wordlike = tokens.bits_of, tokens.is_wordlike
        self.found: list[Found] = []
        self.taken: set[int] = set()

    def may_open(self, i: int, *, strong: bool = False, small: bool = False) -> bool:
        """Whether a name may begin with word i behind a cue; a strong one opens it for Will, May and Head too."""
        word, lower = self.tokens.words[i], self.tokens.lower[i]
        capital = word[0].isupper()
        if not capital and not (small or strong):
            return False
        if len(word) == 1:
            return self._is_initial(i)
        if (lower in self.cues.credentials and word.isupper()) or self.is_facility(i):
            return False
        if lower in self.cues.not_names:
            return strong and self.bears(i) > 6 and capital
        plain = self.is_plain(i)
        return not plain or (capital and (strong or given_rank(self.bits_of(lower)) > 6))

    def _is_initial(self, i: int) -> bool:
        """Whether one letter stands for a name: `K.`, `A. Larkin`; `Dr. X.` says that a name was taken out."""
        tokens = self.tokens
        dotted = tokens.shown[tokens.ends[i] : tokens.ends[i] + 1] == "."
        if dotted and i + 1 < len(tokens) and tokens.gap(i + 1) == ". " and self.is_name_like(i + 1):
            return True
        if dotted:
            return tokens.lower[i] not in self.cues.placeholders
        return tokens.words[i].isupper() and self.name_follows(i)

    def take(self, i: int, *, small: bool = False, strong: bool = False) -> int:
        """The last word of the name that begins with word i: at most five, joined by spaces or behind initials."""
        tokens = self.tokens
        last = i
        while last + 1 < len(tokens) and last - i < 4:
            k = last + 1
            gap = tokens.gap(k)
            dotted = gap in {". ", "."} and len(tokens.words[last]) == 1
            if not (gap in {" ", "-"} or dotted):
                break
            if self.links(k, small) or (
                k not in self.taken and (self.is_part(k, small=small) or (strong and self.ends_value(i, k)))
            ):
                last = k
            else:
                break
        while last > i and tokens.lower[last] in self.cues.particles and not tokens.words[last][0].isupper():
            last -= 1
        suffix = (
            last + 1 < len(tokens)
            and tokens.lower[last + 1] in self.cues.suffixes
            and tokens.gap(last + 1) in {" ", ", "}
        )
        return last + suffix

    def links(self, k: int, small: bool) -> bool:
        """Whether word k is the `de` or `van der` of a name that goes on."""
        tokens = self.tokens
        m = k
        while m < len(tokens) and m - k < 3 and tokens.lower[m] in self.cues.particles and tokens.gap(m) == " ":
            m += 1
        return m > k and m < len(tokens) and tokens.gap(m) == " " and (tokens.words[m][0].isupper() or small)

    def ends_value(self, i: int, k: int) -> bool:
        """Whether a plain word or an eponym is the family name behind a strong cue: `Dr. Ada Addison`."""
        tokens = self.tokens
        lower = tokens.lower[k]
        if not tokens.words[k][0].isupper() or lower in self.cues.never_names or self.is_facility(k):
            return False
        if (lower in self.cues.credentials and tokens.words[k].isupper()) or self.is_thing(k):
            return False
        behind = tokens.gap_behind(k)
        follows = tokens.words[k + 1] if k + 1 < len(tokens) else ""
        is_deed = follows in self.cues.deeds or (follows.islower() and follows.endswith("ed"))
        return k - i < 3 and (
            is_deed or behind[:1] != " " or behind[:2] == "  " or follows.isupper() or follows[:1].isdigit()
        )

    def is_part(self, k: int, *, small: bool = False) -> bool:
        tokens = self.tokens
        word, lower = tokens.words[k], tokens.lower[k]
        if not word[0].isupper() and not small:
            return False
        if len(word) == 1:
            return word.isupper()
        if lower in self.cues.not_names or (lower in self.cues.credentials and word.isupper()) or self.is_facility(k):
            return False
        if lower in self.cues.things and family_rank(self.bits_of(lower)) < 9:
            return False
        if lower in self.cues.every and lower not in self.cues.cues_borne and not small:
            return False
        return not self.is_plain(k) or family_rank(self.bits_of(lower)) > 6 or given_rank(self.bits_of(lower)) > 8

    def is_plain(self, i: int) -> bool:
        """Whether word i is an English or clinical word or an eponym before it is a name."""
        lower = self.tokens.lower[i]
        if lower in self.cues.not_names:
            return True
        bits = self.bits_of(lower)
        borne = given_rank(bits) > 8 or family_rank(bits) > 10
        return self.is_wordlike(lower, bits) or (lower in self.cues.eponyms and not borne)

    def is_thing(self, i: int) -> bool:
        """Whether what stands behind word i makes it an eponym: `Kelly clamp`, `Graves' disease`, `Weber and Rinne`."""
        tokens = self.tokens
        k = i + 1
        if k >= len(tokens):
            return False
        gap = tokens.gap(k)
        if gap in {" ", "'s ", "' ", "-", " - "} and tokens.lower[k] in self.cues.things:
            return True
        if gap in {" ", "-", "/"} and tokens.lower[k] in self.cues.eponyms and tokens.lower[i] in self.cues.eponyms:
            return True
        if tokens.lower[i] not in self.cues.eponyms or gap != " ":
            return False
        near = range(k + 1, min(k + 3, len(tokens)))
        return any(tokens.lower[m] in self.cues.things and tokens.gap(m) in {" ", "-"} for m in near)

    def is_facility(self, i: int, gap: str | None = None) -> bool:
        tokens = self.tokens
        if i >= len(tokens) or (gap is not None and tokens.gap(i) != gap) or not tokens.words[i][0].isupper():
            return False
        lower = tokens.lower[i]
        pair = i + 1 < len(tokens) and lower in self.cues.facility_pairs.get(tokens.lower[i + 1], ())
        return lower in self.cues.facilities or lower in self.cues.facility_pairs or pair

    def is_name_like(self, i: int) -> bool:
        return self.tokens.words[i][0].isupper() and not self.is_plain(i)

    def bears(self, i: int) -> int:
        bits = self.bits_of(self.tokens.lower[i])
        return max(given_rank(bits), family_rank(bits))

    def name_follows(self, i: int) -> bool:
        """Whether the next word is a name: one that people bear, or an odd one behind no everyday word."""
        tokens = self.tokens
        k = i + 1
        if k >= len(tokens) or tokens.gap(k) not in {" ", ". "} or not self.is_name_like(k):
            return False
        return self.bears(k) > 0 or not self.bits_of(tokens.lower[i]) & (CLINICAL | EVERYDAY)

    def add(self, first: int, last: int, score: float, rule: str) -> None:
        span = range(first, last + 1)
        out = all(self.tokens.lower[k] in self.cues.placeholders and len(self.tokens.words[k]) > 1 for k in span)
        if out or not self.taken.isdisjoint(span):
            return
        self.taken.update(span)
        self.found.append(Found(first, last, score, rule))

    def behind_comma(self, last: int, *, small: bool = False, strong: bool = False) -> int | None:
        """The last word of `, First M.` behind a family name, or None."""
        tokens = self.tokens
        k = last + 1
        if k >= len(tokens) or tokens.gap(k) not in {", ", ","} or tokens.lower[k] in self.cues.credentials:
            return None
        if not (tokens.words[k][0].isupper() or small) or tokens.lower[k] in self.cues.not_names:
            return None
        if self.is_plain(k):
            if strong and given_rank(self.bits_of(tokens.lower[k])) > 4:
                return self.take(k)
            return k if strong and tokens.words[k][0].isupper() and _LINE_END.match(tokens.tail(k)) else None
        if given_rank(self.bits_of(tokens.lower[k])) == 0 and len(tokens.words[k]) > 1 and tokens.begins(k):
            return None
        return self.take(k, small=small)
