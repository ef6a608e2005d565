"""Things: which words that were taken for a name or a place are a disease, a drug, a device, an abbreviation or a room."""

from __future__ import annotations

import re

from veil.detectors.rows.cells import Stretches
from veil.lexicon.clinical import ClinicalWords
from veil.lexicon.language import Language
from veil.lexicon.vocabulary import family_rank, given_rank
from veil.lexicon.words import CITY, DRUG
from veil.model import Label

BEFORE, BEHIND = 40, 32
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|[\-/&'](?=[^\W\d_]))*")
_COMMON_FAMILY, _COMMON_GIVEN = 8, 6  # log2 of the bearers over 64: above, a word is as likely somebody's name
_BORNE = 3
_LAST_WORD = re.compile(r"([^\W\d_]+)[.,]?\s*\Z")
_LIST_NEXT = re.compile(r"(?:'s|')?\s*(?:[,;/]|\bvs?\.?\s|\band\s|\bor\s|&)\s*(?:and |or )?([^\W\d_][\w'\-]*)")
_LIST_LAST = re.compile(r"([^\W\d_][\w'\-]*)\s*(?:[,;/]|\bvs?\.?|\band|\bor|&)\s*(?:and |or )?\Z")
_MEASURED = re.compile(r"(?:\d\s?%|(?<![\w\-])\d{1,2}-0|\d\s?(?:mL|ml|cc)\sof)\s\Z")  # a solution, a suture
_WORD_BEFORE = re.compile(r"([^\W\d_][\w'\-]*)[ ]\Z")
_WORD_BEHIND = re.compile(r"[ ]([^\W\d_][\w\-]*)")
_WEAK_BEFORE = re.compile(r"\b(?:by|from|per|patient|pt)\s\Z", re.IGNORECASE)
_CODE_BEHIND = re.compile(r":\d{4,}")
_GRADE = re.compile(r"(?:[IVX]{2,4}|IV|[IV])[abc]?\Z")
_GRADE_BEHIND = re.compile(
    r"[ ](?:I{1,3}|I?V|VI{1,3})[abc]?(?![\w'.])|(?:'s)?[ ]?[(\[][+\-][)\]]"
)  # or a result: `Kemp (-)`
_POSSESSIVE = re.compile(r"'s?(?![^\W\d_])")


class ClinicalThings:
    """Says of words that a weak rule or the network took for a name whether they are a thing of medicine."""

    def __init__(self, language: Language, words: ClinicalWords) -> None:
        self._words, self._language = words, language
        self._things = words.things | language.cues.eponyms

    def is_thing(
        self, shown: str, start: int, end: int, label: Label, named: frozenset[str], listed: Stretches
    ) -> bool:
        """Whether `shown[start:end]` is a thing.

        Shape:   `named`: words that the text has as a sure name elsewhere; `listed`: things by the list that they stand in.
        """
        value = shown[start:end]
        words = _WORD.findall(value)
        if not words or "\t" in value:
            return False
        is_event = value.islower() and shown[end : end + 1] == "(" and self._words.events.fullmatch(value)
        if is_event or self._words.counted.fullmatch(value):
            return True
        if value.isupper() and _CODE_BEHIND.match(shown, end):
            return True  # `MONDO:0005148`
        if any(char.isdigit() for char in value if char not in "34"):
            return False
        line = shown.rfind("\n", max(0, start - BEFORE), start) + 1
        before = shown[max(line, start - BEFORE, 0) : start]
        behind = shown[end : end + BEHIND].partition("\n")[0]
        if all(self._is_short(word, label) for word in words):
            last = _LAST_WORD.search(before)
            return label is not Label.NAME or last is None or last[1].lower() not in self._language.cues.titles
        if len(words) == 1 and _MEASURED.search(before):
            return True
        lowers = [_POSSESSIVE.sub("", word.lower()) for word in words]
        if label is Label.ORGANIZATION or self._is_about_a_person(lowers, before, behind):
            return False
        by_place = (
            _is_listed(value, start, listed)
            or _is_graded(words, value, behind)
            or self._words.operated.match(behind)
            or (len(words) == 1 and self._words.owned.match(behind))
        )
        if self._is_part_of_a_thing(lowers, before, behind) or (by_place and named.isdisjoint(lowers)):
            return True
        return self._are_things(lowers) and self._is_rather_a_thing(lowers, label, named, before, behind)

    def _is_rather_a_thing(
        self, lowers: list[str], label: Label, named: frozenset[str], before: str, behind: str
    ) -> bool:
        """Whether known things are meant, and no place or person of their name."""
        place = label is Label.LOCATION and not any(lower in self._words.drugs for lower in lowers)
        if place or not named.isdisjoint(lowers) or self._is_common(lowers):
            return self._is_told_a_thing(before, behind)
        return True

    def _is_about_a_person(self, lowers: list[str], before: str, behind: str) -> bool:
        """Whether the words around are those of a person; `by` and `from` are not, beside a thing that nobody is called after."""
        if self._words.person_behind.match(behind):
            return True
        if not self._words.person_before.search(before):
            return False
        bits = [self._language.vocabulary.bits(lower) for lower in lowers]
        borne = any(max(family_rank(bit), given_rank(bit)) >= _BORNE for bit in bits)
        return borne or _WEAK_BEFORE.search(before) is None or not self._are_things(lowers)

    def _is_part_of_a_thing(self, lowers: list[str], before: str, behind: str) -> bool:
        """Whether the word before or behind makes the words up to a thing: `Ann` of `Ann Arbor`, `Flint` of `Austin Flint`."""
        last, after = _WORD_BEFORE.search(before), _WORD_BEHIND.match(behind)
        value = " ".join(lowers)
        whole = f"{last[1].lower()} {value}" if last else ""
        wider = f"{value} {after[1].lower()}" if after else ""
        return whole in self._things or wider in self._things

    def is_rare_thing(self, value: str) -> bool:
        """Whether a value is a thing that few people are called after."""
        lowers = [_POSSESSIVE.sub("", word.lower()) for word in _WORD.findall(value)]
        return bool(lowers) and self._are_things(lowers) and not self._is_common(lowers)

    def is_sold(self, part: str) -> bool:
        """Whether a part of a name before or behind its comma is a drug, with nothing beside it but plain words."""
        words = [word.lower() for word in _WORD.findall(part)]
        bits = [self._language.vocabulary.bits(word) for word in words]
        sold = [self._is_drug(word, bit) for word, bit in zip(words, bits, strict=True)]
        plain = [self._language.vocabulary.is_wordlike(word, bit) for word, bit in zip(words, bits, strict=True)]
        return any(sold) and all(is_sold or other for is_sold, other in zip(sold, plain, strict=True))

    def _is_drug(self, lower: str, bits: int) -> bool:
        return lower in self._words.drugs or (bool(bits & DRUG) and max(given_rank(bits), family_rank(bits)) < _BORNE)

    def _is_short(self, word: str, label: Label) -> bool:
        """An abbreviation of medicine in its letters; of an institution, a room of any hospital."""
        if label is Label.ORGANIZATION:
            return word.lower() in self._words.units or (
                word[:3].isupper() and word.upper() in self._words.abbreviations
            )
        if word.isupper() and len(word) > 2 and word in self._language.vocabulary.abbreviations:
            bits = self._language.vocabulary.bits(word.lower())
            return max(given_rank(bits), family_rank(bits)) <= _COMMON_GIVEN
        return (word in self._words.abbreviations or word.upper() in self._words.abbreviations) and (
            word.isupper() or word[:2].isupper()
        )

    def _are_things(self, lowers: list[str]) -> bool:
        """Whether the words are one thing, or things with joints and plain words of medicine between."""
        whole = " ".join(lowers)
        if whole in self._things:
            return True
        vocabulary = self._language.vocabulary
        if len(lowers) > 1 and any(given_rank(vocabulary.bits(lower)) > _COMMON_GIVEN for lower in lowers):
            return False  # `Roger Nelson`
        known = [self._is_one(lower) for lower in lowers]
        return any(known) and all(
            word or lower in self._language.cues.particles or lower.upper() in self._words.abbreviations
            for word, lower in zip(known, lowers, strict=True)
        )

    def _is_one(self, lower: str) -> bool:
        if lower in self._things or self._is_drug(lower, self._language.vocabulary.bits(lower)):
            return True
        parts = lower.split("-")
        return len(parts) > 1 and all(part in self._things for part in parts)

    def _is_common(self, lowers: list[str]) -> bool:
        """Whether many people bear one of the words, or it is a town."""
        if len(lowers) > 1 and " ".join(lowers) in self._things:
            return False
        bits = [self._language.vocabulary.bits(lower) for lower in lowers]
        return any(bit & CITY or family_rank(bit) > _COMMON_FAMILY or given_rank(bit) > _COMMON_GIVEN for bit in bits)

    def _is_told_a_thing(self, before: str, behind: str) -> bool:
        """Whether the words around are those of a disease, a device or a list of them."""
        words = self._words
        after, last = _LIST_NEXT.match(behind), _LIST_LAST.search(before)
        neighbours = [_POSSESSIVE.sub("", token[1].lower()) for token in (after, last) if token]
        if any(self._is_one(word) and not self._is_common([word]) for word in neighbours):
            return True
        if (
            after
            and last
            and self._is_one(neighbours[0])
            and (self._is_one(neighbours[1]) or neighbours[1] in self._language.cues.things)
        ):
            return True
        if words.behind_a_thing.match(behind):
            return bool(words.before_a_thing.search(before)) or not before.strip() or _is_owned_thing(words, behind)
        owned = behind[:2] in ("'s", "' ") and not behind[2:3].isalnum()
        return bool(words.before_a_thing.search(before)) and (
            owned or not before.rstrip().lower().endswith(("for", "with"))
        )


def _is_listed(value: str, start: int, listed: Stretches) -> bool:
    """Whether each word of a value lies in an item of a list of things."""
    return bool(listed.all) and all(
        any(True for _ in listed.touched(start + word.start(), start + word.end())) for word in _WORD.finditer(value)
    )


def _is_graded(words: list[str], value: str, behind: str) -> bool:
    """Whether one word has a grade behind it: `Rockwood III`, while `John Mason II` is a man."""
    if len(words) == 2 and value.rstrip(".").endswith(words[1]) and "," not in value:
        return not value.isupper() and _GRADE.match(words[1]) is not None
    return len(words) == 1 and not value.isupper() and _GRADE_BEHIND.match(behind) is not None


def _is_owned_thing(words: ClinicalWords, behind: str) -> bool:
    """`'s paralysis`, ` disease`: the thing stands right behind."""
    return words.behind_a_thing.match(behind) is not None and not behind.lstrip("'s ").startswith(("and ", "or ", "&"))
