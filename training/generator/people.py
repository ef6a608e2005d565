"""People: invented persons, each with all the forms in which a text may name them."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass
from functools import cache

from training.generator import pools

PARTICLES = (
    "de",
    "van",
    "von",
    "van der",
    "de la",
    "della",
    "di",
    "da",
    "bin",
    "al",
    "el",
    "le",
    "du",
    "den",
    "ter",
    "dos",
    "del",
    "ibn",
    "Abu",
    "Ben",
)
FUNCTION_WORDS = tuple(
    [
        "a",
        "after",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "back",
        "be",
        "been",
        "both",
        "but",
        "by",
        "can",
        "did",
        "do",
        "down",
        "each",
        "else",
        "few",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "just",
        "may",
        "me",
        "might",
        "more",
        "most",
        "must",
        "my",
        "no",
        "none",
        "nor",
        "not",
        "now",
        "of",
        "off",
        "on",
        "once",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "past",
        "per",
        "she",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "too",
        "under",
        "until",
        "up",
        "us",
        "very",
        "was",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "why",
        "will",
        "with",
        "would",
        "yes",
        "yet",
        "you",
        "your",
    ]
)
CASES = (str.title, str.upper, str.lower)
FULL = (
    ("{g} {f}", 50), ("{g} {m}. {f}", 10), ("{g} {m} {f}", 2), ("{g} {mid} {f}", 6), ("{f}, {g}", 6), ("{f}, {g} {m}", 2),
    ("{f}, {g} {m}.", 1), ("{i}. {f}", 5), ("{i}. {m}. {f}", 2), ("{i} {f}", 1), ("{i}.{m}. {f}", 1), ("{g} {f}-{f2}", 3), ("{g} {f} {f2}", 3),
    ("{g}-{mid} {f}", 1), ('{g} "{nick}" {f}', 1), ("{g} ({nick}) {f}", 1), ("{g} {f} {s}", 2), ("{g} {f}, {s}", 1), ("{g} {fi}.", 5), ("{g} {fi}", 2), ("{F}, {G}", 1), ("{F} {G}", 1), ("{f} {g}", 1),
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """Shape: `given`, `middle` and `family` as written; `sex` is F or M."""

    given: str
    middle: str
    family: str
    other_family: str
    nick: str
    sex: str
    full: str

    @property
    def initials(self) -> str:
        return self.given[0] + self.middle[0] + self.family[0]


def cased(word: str, rng: random.Random) -> str:
    """A name as it is written: `O'Brien`, `McAdam`, `Smith-Jones`."""
    made = " ".join(part.capitalize() for part in word.split(" "))
    if made.startswith("Mc") and len(made) > 4:
        made = "Mc" + made[2:].capitalize()
    if (
        made.startswith("O")
        and len(made) > 5
        and made[1] in "bcdghkmnr"
        and made[2] in "aeiour"
        and rng.random() < 0.05
    ):
        made = "O'" + made[1:].capitalize()
    return made


@cache
def world(kind: str) -> list[str]:
    return pools.phrases(f"world_{kind}")


def a_family(rng: random.Random, *, word: bool = False) -> str:
    draw = rng.random()
    if word or draw < 0.06:
        made = rng.choice(pools.word_names()["family"])
    elif draw < 0.42:
        made = pools.families().common(rng)
    elif draw < 0.62:
        made = pools.families().any(rng)
    elif draw < 0.74:
        return rng.choice(world("family"))
    elif draw < 0.79:
        made = rng.choice(pools.eponym_names())
    else:
        made = pools.odd_word(rng)
    made = cased(made, rng)
    if rng.random() < 0.04:
        made = pools.marked(made, rng)
    if rng.random() < 0.03:
        made = f"{rng.choice(PARTICLES)} {made}"
    elif rng.random() < 0.012:
        made = rng.choice(("O'", "D'", "Mac", "Fitz", "St. ", "Al-", "El-", "M'")) + made
    return made


def a_given(rng: random.Random, sex: str, *, word: bool = False) -> str:
    draw = rng.random()
    if word or draw < 0.07:
        made = rng.choice(pools.word_names()[sex])
    elif draw < 0.52:
        made = pools.givens(sex).common(rng)
    elif draw < 0.7:
        made = pools.givens().any(rng)
    elif draw < 0.8:
        return rng.choice(world("given"))
    else:
        made = pools.odd_word(rng)
    made = cased(made, rng)
    return pools.marked(made, rng) if rng.random() < 0.03 else made


def a_person(rng: random.Random, sex: str | None = None, *, family: str | None = None, words: bool = False) -> Person:
    """One person; `words`: whose names are words, as Hope and Will."""
    sex = sex or rng.choice("FM")
    given = a_given(rng, sex, word=words)
    middle = a_given(rng, sex)
    family = family or a_family(rng, word=words)
    other = a_family(rng)
    nick = given[: rng.choice((3, 4))] + rng.choice(("", "y", "ie")) if rng.random() < 0.5 else a_given(rng, sex)
    form = rng.choices([one for one, _ in FULL], [weight for _, weight in FULL])[0]
    full = form.format(
        g=given, f=family, m=middle[0], mid=middle, i=given[0], f2=other, nick=nick, F=family.upper(), G=given.upper(), fi=family[0].upper(),
        s=rng.choice(("Jr.", "Sr.", "Jr", "II", "III", "IV")),
    )  # fmt: skip
    return Person(given, middle, family, other, nick, sex, full)


def form_of(person: Person, form: str, rng: random.Random) -> str:
    """One written form of a person: `first`, `last`, `turned`, `initials`, or the full one."""
    if form == "first":
        return person.given
    if form == "last":
        short = person.family[0].upper()
        return f"{short}." if short not in "XYZ" and rng.random() < 0.025 else person.family
    if form == "turned":
        family, given, m = person.family, person.given, person.middle[0]
        return rng.choice(
            (
                f"{family}, {given}",
                f"{family}, {given} {m}",
                f"{family}, {given} {m}.",
                f"{family},{given}",
                f"{family.upper()}, {given.upper()}",
                f"{family.upper()},{given.upper()} {m}",
            )
        )
    if form == "initials":
        one, two, three = person.given[0], person.middle[0], person.family[0].upper()
        return rng.choice(
            (f"{one}{three}", f"{one}.{three}.", f"{one}{two}{three}", f"{one}.{two}.{three}.", f"{one}. {three}.")
        )
    return person.full


def a_claimed(rng: random.Random) -> str:
    """Any string that somebody could claim as a name; a person's `.any` and the slot `{term}` draw from it alike."""
    made = (
        _normal_name(rng)
        if rng.random() < 1 / 3
        else " ".join(_any_word(rng) for _ in range(rng.choice((1, 1, 1, 2, 2))))
    )
    if made.islower() or rng.random() < 0.15:
        made = rng.choices(CASES, (5, 2, 2))[0](made)
    return made


def _normal_name(rng: random.Random) -> str:
    person = a_person(rng)
    return rng.choice((person.full, person.full, person.given, person.family))


def _any_word(rng: random.Random) -> str:
    """One word in small letters: invented (half of them), English, clinical, or of grammar."""
    draw = rng.random()
    if draw < 0.5:
        return pools.odd_word(rng).lower()
    if draw < 0.74:
        return rng.choice(pools.english())
    if draw < 0.88:
        return rng.choice(pools.clinical())
    return rng.choice(FUNCTION_WORDS)


def login(person: Person, rng: random.Random) -> str:
    given, family = (
        "".join(c for c in unicodedata.normalize("NFKD", part).lower() if c.isascii() and c.isalpha())
        for part in (person.given, person.family)
    )
    given, family = given or "x", family or "y"
    return rng.choice(
        (
            f"{given[0]}{family}",
            f"{given}.{family}",
            f"{family}{given[0]}",
            f"{given[0]}{family}{rng.randrange(1, 99)}",
            f"{given}_{family}",
            f"{family[:6]}{given[:2]}",
        )
    )
