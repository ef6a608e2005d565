"""Cued names: names of persons next to a title, a key, a relative, a role, a verb or a credential."""

from __future__ import annotations

import re

from veil.detectors.found_names import FoundNames
from veil.detectors.name_words import NameWords
from veil.detectors.tokens import JOINING_GAPS, Tokens, family_rank, given_rank
from veil.lexicon.words import CITY

_TO_VALUE = re.compile(r"[)\]\"']{0,2}\s?(?:#\s?)?(?:[:=|]|\t)[ \t*\"']{0,6}\n?[ \t]{0,4}[\"'(\[]?|[ ]-[ ]")
_AFTER_TITLE = re.compile(r"\.?(?:[ ]{1,2}|\n)|\.")
_IN_NAME = re.compile(r"[ ]|\.[ ]?|-")
_QUOTED = frozenset({" ", ' "', " '"})
_VALUE_END = re.compile(r"[\"')\]]{0,2}(?:[.;|,]?[ \t]*(?:\n|$)|[;|\t]|[ ]\||[.](?:[ ]|$)|[ ]{2})")


class CuedNames:
    """Finds the name that follows a cue, or that precedes a credential."""

    def __init__(self, tokens: Tokens, words: NameWords, names: FoundNames) -> None:
        self._tokens, self._cues, self._words, self._names = tokens, tokens.cues, words, names

    def read(self, i: int, lower: str) -> None:
        """Add the name beside word i, if that word is a cue."""
        if lower in self._cues.titles and self._after_title(i, lower):
            return
        if (
            lower in self._cues.name_keys or lower in self._cues.role_keys or lower.endswith("-name")
        ) and self._after_key(i, lower):
            return
        if lower in self._cues.relatives and self._after_relative(i):
            return
        if (lower in self._cues.role_keys or lower in self._cues.towards) and self._after_role(i, lower):
            return
        if lower in self._cues.credentials:
            self._before_credential(i, lower)
        if lower in self._cues.copulas:
            self._after_copula(i)

    def _after_copula(self, i: int) -> None:
        """`The person who came with her is Conrad Veil`, at the end of its sentence."""
        tokens = self._tokens
        j = i + 1
        if (
            j >= len(tokens)
            or tokens.gap(j) != " "
            or not tokens.words[j][0].isupper()
            or not self._words.may_begin_name(j)
        ):
            return
        if not any(word in self._cues.persons for word in tokens.lower[max(0, i - 8) : i]) or self._words.is_plain(j):
            return
        last = self._words.end_of_name(j)
        comma = self._words.end_after_comma(last)
        if (comma or last) > j and _VALUE_END.match(tokens.tail(comma or last)):
            self._names.add(j, comma or last, 0.65, "is")

    def _after_title(self, i: int, lower: str) -> bool:
        """`Dr. Graves`, `Mrs. Wilma Thornbury`, `Drs. Okoye and Lindqvist`."""
        tokens = self._tokens
        j = i + 1
        if j >= len(tokens) or not self._is_titled(i, j, lower) or not self._words.may_begin_name(j, strong=True):
            return False
        last = self._words.end_of_name(j, strong=True)
        self._names.add(j, last, 0.95, "title")
        k = last + 1
        while lower in self._cues.titles_plural and k + 1 < len(tokens) and tokens.lower[k] in self._cues.conjunctions:
            if not tokens.words[k + 1][0].isupper():
                break
            last = self._words.end_of_name(k + 1)
            self._names.add(k + 1, last, 0.9, "title")
            k = last + 1
        return True

    def _is_titled(self, i: int, j: int, lower: str) -> bool:
        """Whether word i is a title and word j the first word after it that can be a name."""
        tokens = self._tokens
        gap, word, name = tokens.gap(j), tokens.words[j], tokens.lower[j]
        if not _AFTER_TITLE.fullmatch(gap) or tokens.words[i] in self._cues.titles_never_loud:
            return False
        if ("." in gap and lower in self._cues.never_dotted) or (name in self._cues.placeholders and len(word) > 1):
            return False
        if name in self._cues.titles and tokens.gap_behind(j) in {" ", ". "} and not word.islower():
            return False
        spelled = lower in self._cues.titles_spelled
        if word[0].isupper():
            return not spelled or tokens.words[i][0].isupper() or self._words.is_name_like(j)
        return not (
            spelled
            or self._tokens.is_wordlike(name, self._tokens.bits_of(name))
            or name in self._cues.not_names
            or len(word) < 3
        )

    def _after_key(self, i: int, lower: str) -> bool:
        """`Attending: Casper Holloway`, `Name | OAKES, PIERS J`, `her name is Otis`."""
        tokens = self._tokens
        sure = lower in self._cues.name_keys or lower.endswith("-name")
        j = self._start_of_value(i, sure)
        if j is None:
            return False
        while j + 1 < len(tokens) and tokens.lower[j] in self._cues.titles:
            j += 1
        if sure and i and tokens.lower[i - 1] in self._cues.thing_keys and tokens.gap(i) == " ":
            return False
        if sure and self._read_whole_value(j):
            return True
        small = not tokens.words[j][0].isupper()
        turned = not small and self._is_reversed(j)
        if not turned and not self._words.may_begin_name(
            j, strong=sure or self._words.name_follows(j), small=sure or tokens.quiet
        ):
            return False
        last = self._words.end_of_name(j, small=small, strong=True)
        comma = self._words.end_after_comma(last, small=small, strong=True)
        if comma is None and not self._is_value(j, last, sure):
            return False
        self._names.add(j, last if comma is None else comma, 0.93 if sure else 0.85, "key")
        return True

    def _is_reversed(self, j: int) -> bool:
        """Whether `Last, First` begins with word j; a word that is not a name needs a sure given name after it."""
        comma = self._words.end_after_comma(j, strong=True)
        return comma is not None and (self._tokens.lower[j] not in self._cues.not_names or self._words.rank(j + 1) > 5)

    def _start_of_value(self, i: int, sure: bool) -> int | None:
        """The word that begins the value of the key at word i; a key of names may be a phrase up to its colon."""
        tokens = self._tokens
        for j in range(i + 1, min(i + (9 if sure else 2), len(tokens))):
            gap = tokens.gap(j)
            if _TO_VALUE.fullmatch(gap):
                return j
            capital = tokens.words[j][0].isupper()
            if sure and capital and gap in _QUOTED and j < i + 3:
                follows_cue = j == i + 1 or tokens.lower[i + 1] in self._cues.copulas
                return (
                    j
                    if follows_cue and tokens.words[i].islower() and tokens.lower[j] not in self._cues.not_names
                    else None
                )
            if gap != " " or capital:
                return None
        return None

    def _read_whole_value(self, j: int) -> bool:
        """Add a whole value of one to four words that ends with its line, when none of them is a word of prose."""
        tokens = self._tokens
        k = j
        while k + 1 < len(tokens) and tokens.gap(k + 1) == " " and k - j < 4:
            k += 1
        if k - j > 3 or not _VALUE_END.match(tokens.tail(k)):
            return False
        if any(tokens.lower[m] in self._cues.not_names or tokens.lower[m] in self._cues.every for m in range(j, k + 1)):
            return False
        if k == j and not tokens.words[j][0].isupper() and self._words.is_plain(j):
            return False
        self._names.add(j, k, 0.9, "key")
        return True

    def _is_value(self, first: int, last: int, sure: bool) -> bool:
        """Whether the value of a key is a name, not a sentence that begins with a capital."""
        tokens = self._tokens
        plain = [self._words.is_plain(k) for k in range(first, last + 1)]
        if all(plain) and last > first:
            ends = self._tokens.bits_of(tokens.lower[first]), self._tokens.bits_of(tokens.lower[last])
            return given_rank(ends[0]) > 7 and family_rank(ends[1]) > 5
        if all(plain):
            return (
                sure
                and family_rank(self._tokens.bits_of(tokens.lower[first])) > 6
                and tokens.gap_behind(last)[:1] != " "
            )
        if last > first:
            return True
        behind = tokens.gap_behind(last)
        if behind == " " and not tokens.words[min(last + 1, len(tokens) - 1)][0].isupper():
            return sure or tokens.lower[last + 1] in self._cues.deeds or self._words.rank(first) > 6
        return sure or self._words.rank(first) > 1 or not plain[0]

    def _after_relative(self, i: int) -> bool:
        """`her husband Anders`, `daughter, Mary`, `a son named Otis`."""
        tokens = self._tokens
        j = i + 1
        if j < len(tokens) and tokens.lower[j] in self._cues.names_follow and tokens.gap(j) == " ":
            j += 1
        if j >= len(tokens) or not tokens.words[j][0].isupper():
            return False
        gap = tokens.gap(j)
        rank = self._words.rank(j)
        if gap == " " and rank and self._may_be_relative(j):
            self._names.add(j, self._words.end_of_name(j, strong=True), 0.8, "relative")
            return True
        if gap not in {" ", ", ", " ("} or not self._words.may_begin_name(j):
            return False
        afar = gap == ", " and rank < 3 and not self._words.name_follows(j)
        doubted = j > i + 1 and tokens.lower[i + 1] in self._cues.copula_now and rank < 4
        plain = self._words.is_plain(j) and not (gap == " " and given_rank(self._tokens.bits_of(tokens.lower[j])) > 4)
        if afar or doubted or plain:
            return False
        self._names.add(j, self._words.end_of_name(j), 0.85, "relative")
        return True

    def _may_be_relative(self, j: int) -> bool:
        """Whether even a plain word is a name after `his wife`: punctuation or a verb for people follows it."""
        tokens = self._tokens
        if tokens.words[j].isupper() or tokens.lower[j] in self._cues.not_relatives:
            return False
        deed = tokens.lower[j + 1] if j + 1 < len(tokens) else ""
        return (
            tokens.gap_behind(j)[:1] in {".", ",", ";", ")"}
            or deed in self._cues.deeds
            or deed in self._cues.deeds_of_relatives
        )

    def _after_role(self, i: int, lower: str) -> bool:
        """`patient Orla Quist`, `seen by Marlowe`, `spoke with Mary`."""
        tokens = self._tokens
        j = i + 1
        if j >= len(tokens) or not tokens.words[j][0].isupper() or lower in self._cues.not_roles:
            return False
        gap = tokens.gap(j)
        quoted = gap in _QUOTED and lower in self._cues.naming
        if gap != " " and not quoted and not (gap == ", " and lower in self._cues.roles_before_comma):
            return False
        follows = self._words.name_follows(j)
        if not self._words.may_begin_name(j, strong=follows) or tokens.line_is_loud(j) or self._words.names_a_thing(j):
            return False
        if self._words.is_plain(j) and not (follows and lower in self._cues.towards):
            return False
        last = self._words.end_of_name(j, strong=lower in self._cues.towards)
        if not self._is_common_enough(i, j, last, lower):
            return False
        self._names.add(j, last, 0.75, "role")
        return True

    def _is_common_enough(self, i: int, j: int, last: int, lower: str) -> bool:
        """Whether enough people have the name that follows a role or a preposition."""
        bits = self._tokens.bits_of(self._tokens.lower[j])
        rank = max(family_rank(bits), given_rank(bits))
        if last == j and bits & CITY and given_rank(bits) < 9:
            return False
        if lower in self._cues.agents:
            verb = i > 0 and self._tokens.lower[i - 1] in self._cues.after_verb
            return (verb and (rank > 2 or last > j)) or (last > j and rank > 3)
        return last > j or rank > 2 or lower in self._cues.born_as

    def _before_credential(self, i: int, lower: str) -> None:
        """`Casper Holloway, D.O.`, `Lena Voss-Hale MD`."""
        tokens = self._tokens
        if i == 0 or not tokens.words[i][0].isupper() or tokens.gap(i) not in {", ", " ", ",", ". "}:
            return
        loose = lower in self._cues.credentials_loose or tokens.gap(i) == " "
        k = i - 1
        while k >= 0 and tokens.lower[k] in self._cues.credentials and tokens.words[k].isupper():
            k -= 1
        first = last = k
        while first >= 0 and last - first < 4 and self._words.may_be_part(first):
            if first < last and not _IN_NAME.fullmatch(tokens.gap(first + 1)):
                break
            first -= 1
        first += 1
        while first < last and (tokens.gap(first + 1) not in JOINING_GAPS or self._is_plain_only(first)):
            first += 1
        if k < 0 or first > last or not self._words.may_be_part(last) or len(tokens.words[last]) < 2:
            return
        if self._words.is_plain(last) and not (first < last and self._is_common_pair(first, last)):
            return
        if (
            loose
            and (first == last or self._words.rank(first) < 2)
            and not (first == last and self._words.rank(first) > 6)
        ):
            return
        self._names.add(first, last, 0.85, "credential")

    def _is_plain_only(self, i: int) -> bool:
        return self._words.is_plain(i) and given_rank(self._tokens.bits_of(self._tokens.lower[i])) == 0

    def _is_common_pair(self, first: int, last: int) -> bool:
        """Whether both words are common names, although both are plain words: `Ruby Lane`."""
        tokens = self._tokens
        return (
            given_rank(self._tokens.bits_of(tokens.lower[first])) > 4
            and family_rank(self._tokens.bits_of(tokens.lower[last])) > 4
        )
