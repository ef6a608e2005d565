"""Links: which column names the subject, and how the other tables lead to it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from veil.discover.entities import (
    PERSON,
    entity_of_column,
    entity_of_table,
    group_of,
    is_of_places,
    is_of_things,
    is_relative,
)
from veil.discover.keys import SAME_VALUES, KeyColumns, Place, Tables, is_bare, is_own_key, keys_among
from veil.discover.titles import title_of

_PERSONAL = frozenset(
    {
        "given_name",
        "family_name",
        "person_name",
        "birth_date",
        "birth_year",
        "number",
        "phone",
        "email",
        "address",
    }
)
_OVERLAP = 0.1


@dataclass(slots=True)
class Subjects:
    """Who the tables are about.

    Shape:   `person`: (table, column) of people's own id, or None. `direct`: table -> its column of that id.
             `through`: table -> (linking table, own column, linking table's column). `domains`: (table, column) -> domain.
             `own`: the tables in which each row is another person. `padded`: domains of whole numbers that are written in more
             than one way.
    """

    person: Place | None = None
    direct: dict[str, str] = field(default_factory=dict)
    through: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    domains: dict[Place, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)
    padded: set[str] = field(default_factory=set)


def subjects_among(tables: Tables) -> Subjects:
    """Whose record each table's rows are."""
    keys = keys_among(tables)
    found = Subjects(_person(tables, keys))
    homes = _homes(keys, found.person)
    found.domains = _named(homes, found.person)
    found.padded = _padded(keys, homes, found.domains)
    if found.person is None:
        return found
    for table in tables:
        column = _subject_column(keys, homes, table, found.person)
        if column:
            found.direct[table] = column
            if (table, column) in keys.keys:
                found.own.add(table)
    while any(
        _through(found, keys, table) for table in tables if table not in found.direct and table not in found.through
    ):
        pass
    return found


def _person(tables: Tables, keys: KeyColumns) -> Place | None:
    """The key of the table that lists the people; without such a table, a column that is named as a person's id.

    Keeps:   a table of staff, places or things lists nobody whose record the data is.
    """
    ranked = []
    for number, place in enumerate(keys.keys):
        rank = _rank(tables, keys, place)
        if rank is not None:
            ranked.append((rank, -number, place))
    if ranked:
        return max(ranked)[2]
    named = [place for place in keys.values if _is_persons(place)]
    counts = Counter(column.lower() for _, column in named)
    return max(named, key=lambda place: counts[place[1].lower()], default=None)


def _rank(tables: Tables, keys: KeyColumns, place: Place) -> tuple[bool, bool, int, int, bool] | None:
    """How much a key seems to be that of people; None where it does not."""
    table, column = place
    kinds = Counter(guess.kind for guess in tables[table][1].values())
    personal = sum(kinds[kind] for kind in _PERSONAL)
    lists_people = group_of(entity_of_table(table)) == PERSON
    is_persons = lists_people and (is_own_key(place) or title_of(column) is None)
    referred = [at for at, (key, _) in keys.links.items() if key == place]
    by_name = len({at[0] for at in referred if _is_persons(at)})
    if is_of_things(table) or kinds["staff_name"] or (is_own_key(place) and not lists_people and _is_listed(column)):
        return None
    if not is_persons and not by_name and not _is_persons(place) and not (personal > 1 and is_bare(column)):
        return None
    return is_persons, by_name > 0 or _is_persons(place), by_name, len(referred), personal > 1


def _is_listed(column: str) -> bool:
    """Whether a column by its name holds ids of something that is no person: `visit_id`."""
    entity = entity_of_column(column)
    return bool(entity) and title_of(column) is not None and group_of(entity) != PERSON


def _is_persons(place: Place) -> bool:
    """Whether a column by its name is a person's id."""
    return title_of(place[1]) is not None and group_of(entity_of_column(place[1])) == PERSON


def _homes(keys: KeyColumns, person: Place | None) -> dict[Place, Place]:
    """The column whose ids each column holds: the end of its links, and one for equal names."""
    homes: dict[Place, Place] = {}
    for place in keys.values:
        at, seen = place, {place}
        while at in keys.links and keys.links[at][0] not in seen and at != person:
            at = keys.links[at][0]
            seen.add(at)
        homes[place] = person if person in seen and person is not None else at
    first: dict[str, Place] = {}
    for place in sorted(keys.values, key=lambda at: (at != person, at not in keys.keys)):
        if homes[place] == place and not is_bare(place[1]):
            name = _meaning(place[1])
            home = first.setdefault(name, homes[place])
            if place[1].lower() == home[1].lower() or keys.overlap(place, home) >= _OVERLAP:
                homes[place] = home
    return {place: homes.get(home, home) for place, home in homes.items()}


def _meaning(column: str) -> str:
    """What two id columns without a table of their own have in common: the entity of their names."""
    return group_of(entity_of_column(column))


def _named(homes: dict[Place, Place], person: Place | None) -> dict[Place, str]:
    """The domain of each column: its home column's name.

    Keeps:   homes that only happen to have one name (`id`, `c1`) are no domain: the table's name goes before.
    """
    names: dict[Place, str] = {}
    taken: set[str] = set()
    for home in sorted(set(homes.values()), key=lambda at: (at != person, at)):
        bare = home[1].lower()
        names[home] = f"{home[0]}.{home[1]}".lower() if bare in taken else bare
        taken.add(names[home])
    return {place: names[home] for place, home in homes.items()}


def _padded(keys: KeyColumns, homes: dict[Place, Place], domains: dict[Place, str]) -> set[str]:
    """The domains of whole numbers that are written in more than one way: `418800.0`, `4.188E+05`, `0017` beside `17`."""
    found, mixed = set(), set()
    for place, home in homes.items():
        values, written = keys.values[place], keys.written[place]
        if not all(value.lstrip("-").isdigit() for value in values):
            mixed.add(domains[place])
        disguised = any("." in value or "e" in value.lower() for value in written)
        if disguised or len(values & keys.values[home]) > len(written & keys.written[home]):
            found.add(domains[place])
    return found - mixed


def _subject_column(keys: KeyColumns, homes: dict[Place, Place], table: str, person: Place) -> str | None:
    """The column of a table that names its rows' person: one that is called so before one that only holds such ids."""
    if table == person[0]:
        return person[1]
    fitting = [place for place, home in homes.items() if place[0] == table and home == person]
    able = [place for place in fitting if not is_relative(entity_of_column(place[1])) and _is_told(keys, place)]
    return max(able, key=lambda place: (_is_persons(place), place[1].lower() == person[1].lower()), default=("", None))[
        1
    ]


def _is_told(keys: KeyColumns, place: Place) -> bool:
    """Whether a column names a person by its name, or by values where its name says nothing."""
    link = keys.links.get(place)
    return _is_persons(place) or (link is not None and link[1] == SAME_VALUES and is_bare(place[1]))


def _through(found: Subjects, keys: KeyColumns, table: str) -> bool:
    """A table leads to subjects through a column that refers to a key of a table which has them."""
    if is_of_places(table):
        return False
    reached = [*found.direct, *found.through]
    links = [
        (score, place, key)
        for place, (key, score) in keys.links.items()
        if place[0] == table and key[0] in reached and key[1] != found.direct.get(key[0])
    ]
    if not links:
        return False
    _, place, key = max(links, key=lambda link: (link[0], -reached.index(link[2][0])))
    found.through[table] = (key[0], place[1], key[1])
    return True
