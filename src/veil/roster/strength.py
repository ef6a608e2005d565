"""Strength: whether a known identifier is sought everywhere, or only where the context says what it is."""

from __future__ import annotations

from functools import lru_cache

from veil.lexicon import words


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_NAMES = frozenset({"given_name", "family_name"})
_PLACES = frozenset({"city", "county", "organization", "street", "address"})
_WHOLE = frozenset({"full_name", "email"})
DATES = frozenset({"birth_date", "date", "sex"})
PEOPLE = frozenset({"given_name", "family_name", "full_name", "middle_name", "name"})
WORDS = PEOPLE | {"city", "county", "organization"}  # kinds that are sought as words, and not as numbers
SHORTEST_NAME = 4
SHORTEST_NUMBER = 5
SHORTEST_CODE = 4
SHORTEST_WEAK = 3  # signs of a number that is looked for without a cue, and counted
MANY_BEARERS = 1 << 17
RULE = (
    f"A number under {SHORTEST_NUMBER} digits, a code under {SHORTEST_CODE} characters and a ZIP never identify by themselves: "
    "they are searched only after a word such as MRN, record, account, or the name of their column. "
    "`known: everywhere` searches them without such a word."
)
# Tests, genes, viruses and scores that are written like a code of four characters or more.
_CLINICAL = _words(
    "fev1 hba1c hgba1c hga1c spo2 sao2 pao2 fio2 paco2 pco2 etco2 h2o2 hsv1 hsv2 htlv1 h1n1 h5n1 covid19 "
    "sars2 brca1 brca2 her2 cyp2d6 cyp2c19 cyp3a4 g6pd ca125 ca199 ca153 ca153 cd20 cd34 cd45 il6 phq2 "
    "phq9 gad7 moca30 cin1 cin2 cin3 cha2ds2 abcd2 mtor1 p16 p53 t1n0 t2n0 t2n1 t3n0 t3n1 t4n1 t1n0m0 "
    "t2n0m0 t3n1m0 s1s2 c5c6 c6c7 l3l4 l4l5 l5s1 nt50 ki67 vitb12 vitd3"
)


@lru_cache(maxsize=65_536)
def strength(kind: str, value: str) -> str:
    """`strong` or `weak`; "" for what is too small to be sought at all.

    Shape:   e-mails and full names are strong; a name or a town is strong if it has four letters and is no word of everyday,
             clinical or drug language (Will, May, White, Reading are weak, Smith is strong); a number is strong from five
             digits, a code from five characters; a street is strong with its number, a number of a house alone is a number.
    """
    letters = sum(char.isalnum() for char in value)
    if kind in _WHOLE:
        return "strong" if letters > 1 else ""
    if kind in _NAMES or kind in _PLACES:
        return _of_name(kind, value, letters)
    if kind in DATES:
        return "weak" if letters > 1 else ""
    return _of_number(kind, value, SHORTEST_NUMBER) if letters else ""


@lru_cache(maxsize=65_536)
def stated(kind: str, value: str, word: str) -> str:
    """The strength of a value whose rule states one: `strong` is taken back for a number, code or ZIP that is too short.

    Shape:   `word` is `strong`, `weak` or `everywhere` (strong, however short).
    """
    if word != "strong":
        return "strong" if word == "everywhere" else word
    if kind in _WHOLE or kind in _NAMES or kind in _PLACES or kind in DATES:
        return word
    return _of_number(kind, value, SHORTEST_CODE)


def _of_name(kind: str, value: str, letters: int) -> str:
    if letters < 2:
        return ""
    if any(char.isdigit() for char in value) and kind in ("street", "address"):
        return "strong" if any(char.isalpha() for char in value) else _of_number(kind, value, SHORTEST_NUMBER)
    return "weak" if letters < SHORTEST_NAME or _is_word(value) else "strong"


def _of_number(kind: str, value: str, shortest: int) -> str:
    """A number counts its digits, a code of letters and digits its characters; a code that is a word or a test is weak."""
    signs = "".join(char for char in value.casefold() if char.isalnum())
    if kind == "zip":
        return "weak"
    if signs.isdigit():
        return "strong" if len(signs) >= SHORTEST_NUMBER else "weak"
    return "weak" if len(signs) < shortest or signs in _CLINICAL or _is_word(signs) else "strong"


@lru_cache(maxsize=65_536)
def needs_capital(value: str) -> bool:
    """Whether every part of a name is a word too, so that only a capital makes it a name: `Art Bone`, `Rose`; not `Smith`."""
    return bool(value.strip()) and all(_is_prose(part.casefold()) for part in value.replace("-", " ").split())


def _is_prose(word: str) -> bool:
    bits = words.table().get(word, 0)
    everyday = bits & words.EVERYDAY and bits & words.ENGLISH
    return len(word) < SHORTEST_NAME or _is_word(word) or bool(everyday and words.bearers(bits) <= MANY_BEARERS)


def _is_word(value: str) -> bool:
    """Whether prose writes it small: a clinical word or a drug, or an everyday word that few people are called.

    Source:  the lists of `veil.lexicon`; 2^17 bearers is where a name is met more often than its word (Smith, Carter).
    """
    bits = words.table().get(value.lower(), 0)
    if bits & (words.CLINICAL | words.DRUG):
        return True
    everyday = bits & words.EVERYDAY and bits & words.ENGLISH
    return bool(everyday) and max(words.bearers(bits), words.given_bearers(bits)) < MANY_BEARERS
