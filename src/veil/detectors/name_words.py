"""Name words: whether a word can be part of a name, by the lists and by the words next to it."""

from __future__ import annotations

import re

from veil.detectors.found_names import FoundNames
from veil.detectors.tokens import Tokens, family_rank, given_rank
from veil.lexicon.words import CLINICAL, EVERYDAY

_LINE_END = re.compile(r"\.?[ \t]*(?:\n|$)")


class NameWords:
    """Answers, for the words of one text, which of them can begin, continue or end a name; adds no name itself."""

    def __init__(self, tokens: Tokens, names: FoundNames) -> None:
        self._tokens, self._cues, self._names = tokens, tokens.cues, names

    def may_begin_name(self, i: int, *, strong: bool = False, small: bool = False) -> bool:
        """Whether a name may begin with word i after a cue; a strong cue also allows Will, May and Head."""
        word, lower = self._tokens.words[i], self._tokens.lower[i]
        capital = word[0].isupper()
        if not capital and not (small or strong):
            return False
        if len(word) == 1:
            return self._is_initial(i)
        if (lower in self._cues.credentials and word.isupper()) or self.is_facility(i):
            return False
        if lower in self._cues.not_names:
            return strong and self.rank(i) > 6 and capital
        plain = self.is_plain(i)
        return not plain or (capital and (strong or given_rank(self._tokens.bits_of(lower)) > 6))

    def _is_initial(self, i: int) -> bool:
        """Whether one letter is the initial of a name: `K.`, `A. Larkin`; `Dr. X.` is a placeholder for a removed name."""
        tokens = self._tokens
        dotted = tokens.shown[tokens.ends[i] : tokens.ends[i] + 1] == "."
        if dotted and i + 1 < len(tokens) and tokens.gap(i + 1) == ". " and self.is_name_like(i + 1):
            return True
        if dotted:
            return tokens.lower[i] not in self._cues.placeholders
        return tokens.words[i].isupper() and self.name_follows(i)

    def end_of_name(self, i: int, *, small: bool = False, strong: bool = False) -> int:
        """The last word of the name that begins with word i: at most five words, joined by spaces or after initials."""
        tokens = self._tokens
        last = i
        while last + 1 < len(tokens) and last - i < 4:
            k = last + 1
            gap = tokens.gap(k)
            dotted = gap in {". ", "."} and len(tokens.words[last]) == 1
            if not (gap in {" ", "-"} or dotted):
                break
            if self.continues_name(k, small) or (
                k not in self._names.taken
                and (self.may_be_part(k, small=small) or (strong and self.may_end_name(i, k)))
            ):
                last = k
            else:
                break
        while last > i and tokens.lower[last] in self._cues.particles and not tokens.words[last][0].isupper():
            last -= 1
        suffix = (
            last + 1 < len(tokens)
            and tokens.lower[last + 1] in self._cues.suffixes
            and tokens.gap(last + 1) in {" ", ", "}
        )
        return last + suffix

    def continues_name(self, k: int, small: bool) -> bool:
        """Whether word k is a `de` or `van der` inside a name."""
        tokens = self._tokens
        m = k
        while m < len(tokens) and m - k < 3 and tokens.lower[m] in self._cues.particles and tokens.gap(m) == " ":
            m += 1
        return m > k and m < len(tokens) and tokens.gap(m) == " " and (tokens.words[m][0].isupper() or small)

    def may_end_name(self, i: int, k: int) -> bool:
        """Whether a plain word or an eponym is the family name after a strong cue: `Dr. Ada Addison`."""
        tokens = self._tokens
        lower = tokens.lower[k]
        if not tokens.words[k][0].isupper() or lower in self._cues.never_names or self.is_facility(k):
            return False
        if (lower in self._cues.credentials and tokens.words[k].isupper()) or self.names_a_thing(k):
            return False
        behind = tokens.gap_behind(k)
        follows = tokens.words[k + 1] if k + 1 < len(tokens) else ""
        is_deed = follows in self._cues.deeds or (follows.islower() and follows.endswith("ed"))
        return k - i < 3 and (
            is_deed or behind[:1] != " " or behind[:2] == "  " or follows.isupper() or follows[:1].isdigit()
        )

    def may_be_part(self, k: int, *, small: bool = False) -> bool:
        tokens = self._tokens
        word, lower = tokens.words[k], tokens.lower[k]
        if not word[0].isupper() and not small:
            return False
        if len(word) == 1:
            return word.isupper()
        if lower in self._cues.not_names or (lower in self._cues.credentials and word.isupper()) or self.is_facility(k):
            return False
        if lower in self._cues.things and family_rank(self._tokens.bits_of(lower)) < 9:
            return False
        if lower in self._cues.every and lower not in self._cues.cues_borne and not small:
            return False
        return (
            not self.is_plain(k)
            or family_rank(self._tokens.bits_of(lower)) > 6
            or given_rank(self._tokens.bits_of(lower)) > 8
        )

    def is_plain(self, i: int) -> bool:
        """Whether word i is an everyday or clinical word or an eponym rather than a name."""
        lower = self._tokens.lower[i]
        if lower in self._cues.not_names:
            return True
        bits = self._tokens.bits_of(lower)
        borne = given_rank(bits) > 8 or family_rank(bits) > 10
        return self._tokens.is_wordlike(lower, bits) or (lower in self._cues.eponyms and not borne)

    def names_a_thing(self, i: int) -> bool:
        """Whether the words after word i make it an eponym: `Kelly clamp`, `Graves' disease`, `Weber and Rinne`."""
        tokens = self._tokens
        k = i + 1
        if k >= len(tokens):
            return False
        gap = tokens.gap(k)
        if gap in {" ", "'s ", "' ", "-", " - "} and tokens.lower[k] in self._cues.things:
            return True
        if gap in {" ", "-", "/"} and tokens.lower[k] in self._cues.eponyms and tokens.lower[i] in self._cues.eponyms:
            return True
        if tokens.lower[i] not in self._cues.eponyms or gap != " ":
            return False
        near = range(k + 1, min(k + 3, len(tokens)))
        return any(tokens.lower[m] in self._cues.things and tokens.gap(m) in {" ", "-"} for m in near)

    def is_facility(self, i: int, gap: str | None = None) -> bool:
        tokens = self._tokens
        if i >= len(tokens) or (gap is not None and tokens.gap(i) != gap) or not tokens.words[i][0].isupper():
            return False
        lower = tokens.lower[i]
        pair = i + 1 < len(tokens) and lower in self._cues.facility_pairs.get(tokens.lower[i + 1], ())
        return lower in self._cues.facilities or lower in self._cues.facility_pairs or pair

    def is_name_like(self, i: int) -> bool:
        return self._tokens.words[i][0].isupper() and not self.is_plain(i)

    def rank(self, i: int) -> int:
        bits = self._tokens.bits_of(self._tokens.lower[i])
        return max(given_rank(bits), family_rank(bits))

    def name_follows(self, i: int) -> bool:
        """Whether the next word is a name: a known one, or an unknown word after a word that is not everyday."""
        tokens = self._tokens
        k = i + 1
        if k >= len(tokens) or tokens.gap(k) not in {" ", ". "} or not self.is_name_like(k):
            return False
        return self.rank(k) > 0 or not self._tokens.bits_of(tokens.lower[i]) & (CLINICAL | EVERYDAY)

    def end_after_comma(self, last: int, *, small: bool = False, strong: bool = False) -> int | None:
        """The last word of `, First M.` after a family name, or None."""
        tokens = self._tokens
        k = last + 1
        if k >= len(tokens) or tokens.gap(k) not in {", ", ","} or tokens.lower[k] in self._cues.credentials:
            return None
        if not (tokens.words[k][0].isupper() or small) or tokens.lower[k] in self._cues.not_names:
            return None
        if self.is_plain(k):
            if strong and given_rank(self._tokens.bits_of(tokens.lower[k])) > 4:
                return self.end_of_name(k)
            return k if strong and tokens.words[k][0].isupper() and _LINE_END.match(tokens.tail(k)) else None
        if given_rank(self._tokens.bits_of(tokens.lower[k])) == 0 and len(tokens.words[k]) > 1 and tokens.begins(k):
            return None
        return self.end_of_name(k, small=small)
