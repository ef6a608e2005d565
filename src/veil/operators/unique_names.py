"""Unique names: moves surrogate names on in their list, so that no two people of a data set get the same full name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import NamedTuple

from veil.model import GIVEN, STAFF_HOUSEHOLD, NameOffsets
from veil.operators.names import PersonSurrogates, family_count

_MOST = 5_000  # names tried


class NamedPerson(NamedTuple):
    """Someone whom the tables name. Shape: `given` and `family` are folded words; `sex` is F, M or None."""

    household: str
    person: str
    given: str
    family: str
    sex: str | None


def name_offsets_of(secret: bytes, bearers: Iterable[NamedPerson]) -> NameOffsets:
    """The turns that a data set asks for.

    Keeps:   the same whatever the order of the bearers. Within a household two family names never get one surrogate
             (as long as the list has enough), nor does anybody get a name that somebody of the household bears; no two
             people get one full name.
    """
    everybody = sorted(set(bearers), key=lambda bearer: (bearer.household, bearer.person, bearer.given, bearer.family))
    households: dict[str, set[str]] = defaultdict(set)
    for bearer in everybody:
        households[bearer.household].add(bearer.family)
    families = {
        name: turns for name, words in households.items() if (turns := _family_turns(secret, name, sorted(words)))
    }
    return NameOffsets(families, _given_turns(secret, everybody, families))


def _family_turns(secret: bytes, household: str, words: list[str]) -> dict[str, int]:
    """The turns of the family names of one household."""
    if len(words) < 2:
        return {}
    taken, found, room = set(words), {}, family_count(household)
    for word in words:
        if len(taken) > 0.9 * room:
            break
        for turn in range(_MOST):
            new = PersonSurrogates(secret, household, household, None, "", {word: turn}).family_for(word).casefold()
            if new not in taken:
                break
        taken.add(new)
        if turn:
            found[word] = turn
    return found


def _given_turns(
    secret: bytes, everybody: list[NamedPerson], families: Mapping[str, Mapping[str, int]]
) -> dict[str, int]:
    """The turns of the given names of those whose full surrogate name another has already."""
    borne: dict[str, set[str]] = defaultdict(set)
    for bearer in everybody:
        if bearer.household != STAFF_HOUSEHOLD:
            borne[bearer.household].add(bearer.given)
    holder: dict[tuple[str, str], str] = {}
    found: dict[str, int] = {}
    for (household, person), names in groupby(everybody, key=lambda bearer: (bearer.household, bearer.person)):
        forms = list(names)
        for turn in range(_MOST):
            drawn = {_full(secret, bearer, turn, families.get(household, {})) for bearer in forms}
            taken = any(holder.get(name, person) != person for name in drawn)
            if not taken and not any(given.casefold() in borne[household] for given, _ in drawn):
                break
        holder |= dict.fromkeys(drawn, person)
        if turn:
            found[person] = turn
    return found


def _full(secret: bytes, bearer: NamedPerson, turn: int, moved: Mapping[str, int]) -> tuple[str, str]:
    """The full surrogate name of someone: given name, family name."""
    person = PersonSurrogates(secret, bearer.person, bearer.household, bearer.sex, "", {**moved, GIVEN: turn})
    return person.given("given", 0, bearer.given), person.family_for(bearer.family)
