"""Names: surrogates for people's names, the same for one person wherever they are named."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar

import pyarrow as pa

from veil.keys import Keys, framed
from veil.lexicon.names import (
    given_names,
    is_family_first,
    sex_of,
    surnames,
    surrogate_family,
    surrogate_given,
)
from veil.model import GIVEN, STAFF_HOUSEHOLD
from veil.operators.base import Outcome, one_of, outcome
from veil.operators.kept_words import word_set
from veil.operators.promise import Promise

KINDS = ("name", "given_name", "family_name")
DIGITS = "0123456789"  # grown onto a name (`Smith547`) they are its bearer's, and go with it
_WORD = re.compile(r"(?<!['’])[^\W\d_]+(?:['’][^\W\d_]{2,})*|(?<=['’])[^\W\d_]{2,}")
_FACTS = ("person", "subject", "sex", "household", "called", "turns")
_FAMILY_FIRST = re.compile(r"[,^]")  # `Smith, John` and `SMITH^JOHN`
_STAFF_SHARE = 8  # one family name in so many is for the hospital's own people


@dataclass(frozen=True, slots=True)
class Name:
    """Replaces each name by a surrogate, chosen with the key for the person that is meant.

    Shape:   `kind`: `name` (given and family names in any order: `John Q. Smith`, `Smith, John`, `J. Smith`, `JS`,
             `Smith`), `given_name`, `family_name`. A value without a letter is unread.
    Keeps:   order, case, initials, titles, suffixes, possessive and punctuation; the sex, where it is known or the
             given name shows it. Nobody's surrogate is their own name. The person is `about.person`, else the subject,
             else the name itself; so all forms of one person's name have one surrogate. People of one `household`
             share a surrogate family name exactly where they share theirs.
    """

    kind: str = "name"
    name: ClassVar[str] = "surrogate"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(asks=frozenset({"subject", *_FACTS}), stand_ins=True)

    def __post_init__(self) -> None:
        one_of(self.name, "kind", self.kind, KINDS)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `keys-missing`."""
        secret = keys.secret("surrogate", "person")
        seen: dict[tuple[object, ...], str | None] = {}
        surrogates = []
        for *facts, moved in zip(
            *(column.to_pylist() for column in (values, *(about[name] for name in _FACTS))), strict=True
        ):
            row = (*facts, tuple(moved or ()))
            if row not in seen:
                seen[row] = None if row[0] is None else _surrogate(secret, self.kind, *row)
            surrogates.append(seen[row])
        return outcome(values, pa.array(surrogates, pa.large_string()))


@dataclass(frozen=True, slots=True)
class PersonSurrogates:
    """The person that is meant, and whose names are drawn.

    Shape:   `household`: among whom family names are shared; `family`: the person's own family name, "" where it is not
             known; `turns`: by how many a name is moved on, where another has the one that the key draws.
    """

    secret: bytes
    person: str
    household: str
    sex: str | None
    family: str = ""
    turns: Mapping[str, int] = field(default_factory=dict)

    def given(self, role: str, at: int, shown: str) -> str:
        """A given or middle name."""
        turn = self.turns.get(GIVEN, 0) if (role, at) == ("given", 0) else 0
        return self._drawn(surrogate_given(self.sex), shown, turn, self.person, role, str(at))

    def family_for(self, word: str) -> str:
        """The family name that stands for a word; an initial stands for the person's own."""
        whole = word.casefold()
        if len(whole) <= 1 and self.family.startswith(whole):
            whole = self.family
        names = _families(staff=self.household == STAFF_HOUSEHOLD)
        return self._drawn(names, whole, self.turns.get(whole, 0), self.household, "family", whole)

    def _drawn(self, names: Sequence[str], not_this: str, turn: int, *parts: str) -> str:
        """A name from the list, chosen by the key; the next where it would be the same, or have the same initial as one."""
        folded = [part.casefold().encode() for part in parts]
        whole = b"".join(struct.pack(">I", len(part)) + part for part in folded)
        place = int.from_bytes(hmac.digest(self.secret, whole, hashlib.sha256)[:8], "big") + turn
        own = _singular(not_this)
        drawn = (names[(place + i) % len(names)] for i in range(len(names)))
        return next(name for name in drawn if _singular(name)[: 1 if len(own) == 1 else None] != own)

    def named(self, shown: str, role: str, at: int) -> str:
        """The surrogate of one word: a name, an initial, or the initials `JS`."""
        if role == "initials":
            inner = [self.given("middle", 0, "")] if len(shown) == 3 else []
            return "".join(name[0] for name in (self.given("given", 0, ""), *inner, self.family_for(""))).upper()
        full = self.family_for(shown) if role == "family" else self.given(role, at, shown)
        return _cased(full[0] if len(shown) == 1 else full, shown)


@cache
def _families(*, staff: bool) -> tuple[str, ...]:
    """Family names to draw from: those of the hospital's own people are nobody else's."""
    return tuple(name for i, name in enumerate(surrogate_family()) if (i % _STAFF_SHARE == 0) is staff)


def family_count(household: str) -> int:
    """How many family names a household draws from."""
    return len(_families(staff=household == STAFF_HOUSEHOLD))


def _surrogate(
    secret: bytes,
    kind: str,
    value: str,
    person: str | None,
    subject: str | None,
    sex: str | None,
    household: str | None,
    called: str | None,
    turns: tuple[tuple[str, int], ...],
) -> str | None:
    words = (called or "").split(" ")
    matches = list(_WORD.finditer(value))
    roles = _roles(value, matches, kind, words if len(words) > 1 else [])
    parts = [(match.group(), role) for match, role in zip(matches, roles, strict=True) if role]
    if not parts:
        return None
    meant = person or subject or _itself(parts)
    known_sex = sex if sex in ("F", "M") else _sex_by_name(parts, words)
    family = words[-1] if len(words) > 1 else ""
    drawn = PersonSurrogates(secret, meant, household or meant, known_sex, family, dict(turns))
    pieces, at = [], 0
    used: dict[str, int] = {}
    for match, role in zip(matches, roles, strict=True):
        if role:
            pieces += [value[at : match.start()], drawn.named(match.group(), role, used.get(role, 0))]
            used[role] = used.get(role, 0) + 1
            at = len(value) - len(value[match.end() :].lstrip(DIGITS))
    return "".join([*pieces, value[at:]])


def _roles(value: str, matches: list[re.Match[str]], kind: str, called: list[str]) -> list[str]:
    """What each word is: `given`, `middle`, `family`, `initials`, or empty for what stays.

    Keeps:   words joined by a hyphen are one name and have one role.
    """
    words = [match.group() for match in matches]
    units: list[list[int]] = []
    for i, match in enumerate(matches):
        if units and value[matches[i - 1].end() : match.start()] == "-":
            units[-1].append(i)
        elif not _stays(words[i]):
            units.append([i])
    mark = _FAMILY_FIRST.search(value)
    before = mark.start() if mark else -1
    unit_roles = _unit_roles(
        [(matches[unit[0]].start() < before, [words[i] for i in unit]) for unit in units], kind, called
    )
    if unit_roles == ["?"]:
        unit_roles = [_only(words, units[0][0], called[-1] if called else "")]
    roles = [""] * len(words)
    for unit, role in zip(units, unit_roles, strict=True):
        for i in unit:
            roles[i] = role
    return roles


def _unit_roles(units: list[tuple[bool, list[str]]], kind: str, called: list[str]) -> list[str]:
    """The role of each name, given whether it stands before a comma; a single one is yet to be found out."""
    count = len(units)
    if kind == "family_name":
        return ["family"] * count
    if kind == "given_name":
        return ["given", *["middle"] * (count - 1)][:count]
    before = sum(is_before for is_before, _ in units)
    if 0 < before < count:
        return ["family"] * before + ["given", *["middle"] * (count - before - 1)]
    if count < 2:
        return ["?"] * count
    firsts = [words[0].casefold() for _, words in units]
    if _is_reversed(firsts, called):
        return ["family", "given", *["middle"] * (count - 2)]
    family = called[-1] if called else ""
    inner = ["family" if word in family.split("-") else "middle" for word in firsts[1:-1]]
    return ["given", *inner, "family"]


def _is_reversed(words: list[str], called: list[str]) -> bool:
    """Whether the family name stands first: by the person's full name, else by how people bear these words."""
    if called and words[0] != words[1]:
        own, given = called[-1].split("-")[0], called[0]
        if words[0] == own and words[1] == given:
            return True
        if words[0] == given or words[-1] == own:
            return False
    return len(words) == 2 and is_family_first(words[0], words[1])


def _only(words: list[str], at: int, family: str) -> str:
    """What a name of one word is: by the person's full name, the title before it, or how people bear it."""
    word = words[at]
    folded = word.casefold()
    if 2 <= len(word) <= 3 and word.isupper() and folded not in given_names() and folded not in surnames():
        return "initials"
    if family:
        return "family" if folded == family else "given"
    if at > 0 and words[at - 1].casefold() in word_set("titles"):
        return "family"
    given = given_names().get(folded, (None, 0))[1]
    return "given" if len(word) == 1 or given > surnames().get(folded, 0) else "family"


def _stays(word: str) -> bool:
    folded = word.casefold()
    return folded in word_set("titles", "suffixes") or (folded in word_set("particles") and not word.isupper())


def _itself(parts: list[tuple[str, str]]) -> str:
    """A person who is nobody's record and nobody's mention is who they are called: family first."""
    family = [word.casefold() for word, role in parts if role == "family"]
    return framed(*family, *(word.casefold() for word, role in parts if role != "family"))


def _sex_by_name(parts: list[tuple[str, str]], words: list[str]) -> str | None:
    given = next((word for word, role in parts if role == "given"), "")
    return sex_of(words[0] if len(given) < 2 and len(words) > 1 else given)


def _cased(name: str, shown: str) -> str:
    if shown.isupper():
        return name.upper()
    return name.lower() if shown.islower() else name


def _singular(name: str) -> str:
    """A name as it is compared: `Quinteros` is too near to `Quintero` to stand for it."""
    return name.casefold().removesuffix("s")
