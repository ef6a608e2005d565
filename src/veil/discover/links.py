"""Links: which column names the subject, and how the other tables lead to it; told by shared values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from veil.discover.kinds import Guess

Columns = dict[str, list[str | None]]
Tables = Mapping[str, tuple[Columns, Mapping[str, Guess]]]
_IDS = frozenset({"id", "number", "measure", "code", "zip"})
_PERSONAL = frozenset(
    {"given_name", "family_name", "person_name", "birth_date", "birth_year", "number", "phone", "email", "address"}
)
_ENOUGH = 0.9
_OVERLAP = 0.1


@dataclass(slots=True)
class Subjects:
    """Who the tables are about.

    Shape:   `person`: (table, column) of people's own id, or None. `direct`: table -> its column of that id.
             `through`: table -> (linking table, own column, linking table's column). `domains`: (table, column) -> domain.
    """

    person: tuple[str, str] | None = None
    direct: dict[str, str] = field(default_factory=dict)
    through: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    domains: dict[tuple[str, str], str] = field(default_factory=dict)


def subjects_among(tables: Tables) -> Subjects:
    """Whose record each table's rows are."""
    sets = {(table, column): {value for value in values if value} for table, (sample, guesses) in tables.items()
            for column, values in sample.items() if guesses[column].kind in _IDS}  # fmt: skip
    keys = {place: values for place, values in sets.items() if _is_key(tables, place, values)}
    person = _person(tables, keys, sets)
    found = Subjects(person)
    if person is None:
        return found
    _domains(found, keys, sets)
    for table, (sample, _) in tables.items():
        column = next((column for column in sample if found.domains.get((table, column)) == person[1].lower()), None)
        if column:
            found.direct[table] = column
    for table, (sample, _) in tables.items():
        if table not in found.direct:
            _through(found, table, sample, keys)
    return found


def _is_key(tables: Tables, place: tuple[str, str], values: set[str]) -> bool:
    """A column in which every row has another value, enough of them to be an id."""
    column = tables[place[0]][0][place[1]]
    there = [value for value in column if value]
    return (
        len(there) == len(column) == len(values)
        and len(values) > 1
        and tables[place[0]][1][place[1]].kind in ("id", "number", "measure", "zip")
    )


def _person(
    tables: Tables, keys: Mapping[tuple[str, str], set[str]], sets: Mapping[tuple[str, str], set[str]]
) -> tuple[str, str] | None:
    """The key that other tables refer to, of a table that says something about people where there is one: a dictionary is referred to more."""
    ranked: list[tuple[bool, float, tuple[str, str]]] = []
    for place, values in keys.items():
        kinds = Counter(guess.kind for guess in tables[place[0]][1].values())
        personal = sum(kinds[kind] for kind in _PERSONAL)
        referred = sum(_within(other, values) for at, other in sets.items() if at[0] != place[0])
        staff = kinds["staff_name"] or re.search(
            r"provider|staff|clinician|physician|doctor|nurse", place[0], re.IGNORECASE
        )
        word = 1 if re.search(r"patient|person|subject|member|pat_?id", place[1], re.IGNORECASE) else 0
        ranked.append((personal >= 2, personal + 2 * referred + 3 * word - (6 if staff else 0), place))
    best = max(ranked, default=None, key=lambda one: (one[0], one[1], [-ord(char) for char in one[2][1]]))
    return best[2] if best and best[1] > 0 else None


def _within(values: set[str], key: set[str]) -> bool:
    return len(values) > 1 and len(values & key) >= _ENOUGH * len(values)


def _domains(
    found: Subjects, keys: Mapping[tuple[str, str], set[str]], sets: Mapping[tuple[str, str], set[str]]
) -> None:
    """A column whose values are those of a key is in that key's domain; a domain bears its home column's name.

    Keeps:   columns that only happen to have one name (`c1`, `id`) are no domain: the table's name goes before.
    """
    homes: dict[tuple[str, str], tuple[str, str]] = {}
    for place, values in sets.items():
        fitting = [at for at, key in keys.items() if at[0] != place[0] and _within(values, key)]
        same = [at for at in fitting if at[1].lower() == place[1].lower()] or fitting
        homes[place] = found.person if found.person in same else (same[0] if same else place)
    named: dict[str, tuple[str, str]] = {}
    names: dict[tuple[str, str], str] = {}
    for home in sorted(set(homes.values()), key=lambda at: (at != found.person, at)):
        bare = home[1].lower()
        first = named.setdefault(bare, home)
        shared = first == home or len(sets[first] & sets[home]) >= _OVERLAP * min(len(sets[first]), len(sets[home]))
        names[home] = bare if shared else f"{home[0]}.{home[1]}".lower()
    found.domains = {place: names[home] for place, home in homes.items()}


def _through(found: Subjects, table: str, sample: Iterable[str], keys: Iterable[tuple[str, str]]) -> None:
    """A table leads to subjects through a column that is a key of a table which has them."""
    for column in sample:
        domain = found.domains.get((table, column))
        for other, own in found.direct.items():
            match = next(
                (
                    at
                    for at, name in found.domains.items()
                    if at[0] == other and name == domain and at[1] != own and at in keys
                ),
                None,
            )
            if domain and match:
                found.through[table] = (other, column, match[1])
                return


def note_pattern(
    names: list[str], ids: Mapping[str, set[str]], counts: Counter[tuple[str, str]]
) -> tuple[str, str] | None:
    """The pattern of file names in which one piece is an id of a column, and that column; None where there is none."""
    for name in names[:500]:
        pieces = re.split(r"([^A-Za-z0-9]+)", name)
        for i, piece in enumerate(pieces[::2]):
            for column, values in ids.items():
                if piece in values:
                    counts[_shape(pieces, 2 * i, column), column] += 1
    if not counts:
        return None
    (pattern, column), hits = counts.most_common(1)[0]
    return (pattern, column) if hits >= _ENOUGH * min(len(names), 500) else None


def _shape(pieces: list[str], at: int, column: str) -> str:
    last = len(pieces) - 1
    made, number = "", 0
    for i, piece in enumerate(pieces):
        if i == at:
            made += "{" + column + "}"
        elif i % 2 or i == last or not piece:
            made += piece
        else:
            number += 1
            made += "{n}" if number == 1 else f"{{n{number}}}"
    return made
