"""Names: stand-ins for people's names, the same for one person wherever they are named."""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from veil.keys import Keys
from veil.lexicon.names import given_names, sex_of, surnames, surrogate_family, surrogate_given
from veil.operators.base import Outcome, one_of, outcome
from veil.operators.promise import Promise
from veil.operators.words import word_set

KINDS = ("name", "given_name", "family_name")
DIGITS = "0123456789"  # grown onto a name (`Smith547`) they are its bearer's, and go with it
_WORD = re.compile(r"(?<!['’])[^\W\d_]+(?:['’][^\W\d_]{2,})*|(?<=['’])[^\W\d_]{2,}")
CALLED = "\x1e"  # behind it stand a person's own words, which tell given from family but are no part of the key
_TOLD = ("person", "subject", "sex")


@dataclass(frozen=True, slots=True)
class Name:
    """A stand-in for each name, drawn by the key for the person that is meant.

    Shape:   `kind`: `name` (given and family names in any order: `John Q. Smith`, `Smith, John`, `J. Smith`, `JS`,
             `Smith`), `given_name`, `family_name`. A value without a letter is unread.
    Keeps:   order, case, initials, titles, suffixes, possessive and punctuation; the sex, where it is told or the
             given name tells it. Nobody's stand-in is their own name. The person is `about.person`, else the subject,
             else the name itself; so all forms of one person's name have one stand-in.
    """

    kind: str = "name"
    name: ClassVar[str] = "surrogate"
    derives: ClassVar[bool] = True
    reversible: ClassVar[bool] = False
    promise: ClassVar[Promise] = Promise(asks=frozenset({"person", "subject", "sex"}), stand_ins=True)

    def __post_init__(self) -> None:
        one_of(self.name, "kind", self.kind, KINDS)

    def replace(self, values: pa.Array, about: pa.Table, keys: Keys) -> Outcome:
        """Shape: n -> n; null stays null. Errors: KeyringError `keys-missing`."""
        secret = keys.secret("surrogate", "person")
        seen: dict[tuple[str | None, ...], str | None] = {}
        made = []
        for row in zip(*(column.to_pylist() for column in (values, *(about[one] for one in _TOLD))), strict=True):
            if row not in seen:
                seen[row] = None if row[0] is None else _stand_in(secret, self.kind, *row)
            made.append(seen[row])
        return outcome(values, pa.array(made, pa.large_string()))


@dataclass(frozen=True, slots=True)
class _Meant:
    """The person that is meant, and whose names are drawn."""

    secret: bytes
    person: str
    sex: str | None

    def draw(self, role: str, at: int, not_this: str) -> str:
        """A name from the list, chosen by the key, the person and the part; the next where it would be the same."""
        names = surrogate_family() if role == "family" else surrogate_given(self.sex)
        parts = [part.encode() for part in (self.person.casefold(), role, str(at))]
        whole = b"".join(struct.pack(">I", len(part)) + part for part in parts)
        place = int.from_bytes(hmac.digest(self.secret, whole, hashlib.sha256)[:8], "big")
        own = _singular(not_this)
        return next(name for i in range(len(names)) if _singular(name := names[(place + i) % len(names)]) != own)

    def named(self, shown: str, role: str, at: int) -> str:
        """The stand-in of one word: a name, an initial, or the initials `JS`."""
        if role == "initials":
            order = ("given", "family") if len(shown) == 2 else ("given", "middle", "family")
            return "".join(self.draw(one, 0, "")[0] for one in order).upper()
        full = self.draw(role, at, shown)
        return _cased(full[0] if len(shown) == 1 else full, shown)


def _stand_in(secret: bytes, kind: str, value: str, *told: str | None) -> str | None:
    person, subject, sex = told
    matches = list(_WORD.finditer(value))
    roles = _roles(value, matches, kind, _family_of(person))
    parts = [(match.group(), role) for match, role in zip(matches, roles, strict=True) if role]
    if not parts:
        return None
    meant = (person or subject or _itself(parts)).partition(CALLED)[0]
    drawn = _Meant(secret, meant, sex if sex in ("F", "M") else _told_sex(parts, meant))
    pieces, at = [], 0
    used: dict[str, int] = {}
    for match, role in zip(matches, roles, strict=True):
        if role:
            pieces += [value[at : match.start()], drawn.named(match.group(), role, used.get(role, 0))]
            used[role] = used.get(role, 0) + 1
            at = len(value) - len(value[match.end() :].lstrip(DIGITS))
    return "".join([*pieces, value[at:]])


def _roles(value: str, matches: list[re.Match[str]], kind: str, family: str) -> list[str]:
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
    comma = value.find(",")
    told = _unit_roles([(matches[unit[0]].start() < comma, [words[i] for i in unit]) for unit in units], kind, family)
    if told == ["?"]:
        told = [_only(words, units[0][0], family)]
    roles = [""] * len(words)
    for unit, role in zip(units, told, strict=True):
        for i in unit:
            roles[i] = role
    return roles


def _unit_roles(units: list[tuple[bool, list[str]]], kind: str, family: str) -> list[str]:
    """The role of each name, given whether it stands before a comma; one alone is yet to be told."""
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
    inner = ["family" if words[0].casefold() in family.split("-") else "middle" for _, words in units[1:-1]]
    return ["given", *inner, "family"]


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


def _family_of(person: str | None) -> str:
    """The last word of a person who is named by words behind a separator: `...john smith`."""
    words = (person or "").replace(CALLED, "\x1f").rpartition("\x1f")
    return words[2].rpartition(" ")[2] if words[1] and " " in words[2] else ""


def _itself(parts: list[tuple[str, str]]) -> str:
    """A person who is nobody's record and nobody's mention is who they are called: family first."""
    family = [word.casefold() for word, role in parts if role == "family"]
    return "\x1f".join([*family, *(word.casefold() for word, role in parts if role != "family")])


def _told_sex(parts: list[tuple[str, str]], person: str) -> str | None:
    given = next((word for word, role in parts if role == "given"), "")
    words = person.rpartition("\x1f")[2].split(" ")
    return sex_of(words[0] if len(given) < 2 and len(words) > 1 else given)


def _cased(name: str, shown: str) -> str:
    if shown.isupper():
        return name.upper()
    return name.lower() if shown.islower() else name


def _singular(name: str) -> str:
    """A name as it is compared: `Quinteros` is too near to `Quintero` to stand for it."""
    return name.casefold().removesuffix("s")
