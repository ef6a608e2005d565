"""Cues: the words of one language beside which a name or a place stands, and those beside which none does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Self

Words = frozenset[str]


@dataclass(frozen=True, eq=False, repr=False)  # what is not asked for is not built: it has many fields
class Cues:
    """What the detectors of names and places ask of a language.

    Shape:   all in small letters, but for `titles_never_loud` and `credential_states`, which are as written.
    """

    titles: Words
    titles_spelled: Words  # that are names or words too: `Miss`, `Judge`
    titles_plural: Words
    titles_never_loud: Words  # in capitals they are something else: `MS`
    never_dotted: Words
    abbreviated: Words  # behind whose full stop no sentence begins
    credentials: Words
    credentials_loose: Words
    credential_states: Words
    name_keys: Words
    role_keys: Words
    not_roles: Words
    roles_before_comma: Words
    relatives: Words
    persons: Words
    suffixes: Words
    deeds: Words
    deeds_unsure: Words
    deeds_clear: Words
    deeds_of_relatives: Words
    towards: Words
    agents: Words
    after_verb: Words
    copulas: Words
    naming: Words
    born_as: Words
    conjunctions: Words
    not_names: Words
    month_names: Words
    names_of_relatives: Words  # words that are a name behind `his wife`
    placeholders: Words
    particles: Words
    cues_borne: Words
    thing_keys: Words
    lettered: Words
    things: Words
    eponyms: Words
    facilities: Words
    facilities_small: Words
    centers: Words
    generic: Words
    offices: Words
    sure_heads: Words
    of_heads: Words
    orders: Words
    serves: Words
    in_facility: Words
    leading: Words
    institutional: Words
    after_va: Words
    treated: Words
    site_keys: Words
    sites_towards: Words
    treated_towards: Words
    of_or_at: Words
    of_or_and: Words
    lives: Words
    moves: Words
    towards_place: Words
    natives: Words
    place_keys: Words
    place_is: Words
    counties: Words
    names_follow: Words  # between a relative and its name
    copula_now: Words
    of: Words
    at: Words
    saint: Words
    saints: Words
    town_fronts: Words
    sides: Words
    rooms: Words  # parts of any hospital
    of_rooms: Words
    specialties: tuple[str, ...]  # endings of their names
    aged: Words
    facility_pairs: Mapping[str, Words]
    well_known: tuple[str, ...]
    own_both: tuple[str, ...]  # a town and a state of one name
    place_joints: tuple[str, ...]
    site_gaps: tuple[str, ...]
    city_of: tuple[str, ...]
    said: tuple[str, ...]
    is_a: str

    @classmethod
    def read(cls, page: Mapping[str, Any]) -> Self:
        """The cues of one table of a language's page.

        Errors:  TypeError for a key that is missing or unknown: the test of each language finds it.
        """
        return cls(**{key: value if key == "is_a" else _value(value) for key, value in page.items()})

    @cached_property
    def every(self) -> Words:
        """All words beside which a name may stand."""
        return (
            self.titles | self.name_keys | self.role_keys | self.relatives | self.towards | self.credentials
        ) | self.copulas

    @cached_property
    def deeds_sure(self) -> Words:
        return self.deeds - self.deeds_unsure

    @cached_property
    def never_names(self) -> Words:
        """Words that are never a name, whatever cue stands before."""
        return self.not_names - self.month_names

    @cached_property
    def not_relatives(self) -> Words:
        return self.not_names - self.month_names - self.names_of_relatives

    @cached_property
    def people(self) -> Words:
        """Words for a person: `Patient email` is nobody's name."""
        return self.persons | self.relatives

    @cached_property
    def heads(self) -> Words:
        """Words that the name of an institution may end with."""
        return self.facilities | frozenset(self.facility_pairs) | self.offices | self.centers

    @cached_property
    def not_own(self) -> Words:
        return self.not_names | self.generic

    @cached_property
    def not_sites(self) -> Words:
        return self.not_names | self.placeholders | self.eponyms

    @cached_property
    def not_towns(self) -> Words:
        return self.not_names - self.sides

    @cached_property
    def titles_no_saint(self) -> Words:
        """Titles before a person; `St` may be a place's."""
        return self.titles - self.saint

    @cached_property
    def known_sites(self) -> Mapping[str, tuple[str, ...]]:
        """Names of institutions that everybody knows, by their first word."""
        found: dict[str, tuple[str, ...]] = {}
        for name in self.well_known:
            found[name.split()[0]] = (*found.get(name.split()[0], ()), name)
        return found

    @cached_property
    def said_pairs(self) -> frozenset[tuple[str, ...]]:
        """Two words that a name stands behind: `name is`."""
        return frozenset(tuple(pair.split()) for pair in self.said)

    @cached_property
    def person_after(self) -> re.Pattern[str]:
        """What tells, behind a name, that it is a person's: `is a pleasant`."""
        return re.compile(self.is_a)


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _value(inner) for key, inner in value.items()}
    return tuple(value) if isinstance(value, list) else frozenset(value.split())


def names_of_cues() -> tuple[str, ...]:
    """What a page of a language must have under `cues`."""
    return tuple(field.name for field in fields(Cues))
