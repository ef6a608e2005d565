"""Keys: which columns hold ids, which of them name the rows of a table, and which refer to which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from veil.discover.entities import PERSON, entity_of_column, entity_of_table, group_of, is_called_id, is_relative
from veil.discover.kinds import Guess
from veil.discover.titles import title_of
from veil.discover.whole_numbers import whole_number

Columns = dict[str, list[str | None]]
Tables = Mapping[str, tuple[Columns, Mapping[str, Guess]]]
Place = tuple[str, str]
_IDS = frozenset({"id", "number"})
_UNNAMED = frozenset({"id", "number", "measure", "code", "zip"})
_WITHIN = 0.9
_NAMED_WITHIN = 0.5
_OVERLAP = 0.1
_CHANCE = 1e-3
_PADDED = 6
_WORDED = 4
OWN_NAME, OWN_ENTITY, OWN_GROUP, SAME_NAME, SAME_VALUES = 5, 4, 3, 2, 1


@dataclass(slots=True)
class KeyColumns:
    """The id columns of some tables.

    Shape:   `values`: the different ids of each id column, whole numbers without padding; `keys`: the columns in which each row
             has another id; `links`: (table, column) -> the key it refers to, and how strongly its name says so; `written`: the
             ids as they are written.
    """

    values: dict[Place, set[str]] = field(default_factory=dict)
    keys: list[Place] = field(default_factory=list)
    links: dict[Place, tuple[Place, int]] = field(default_factory=dict)
    written: dict[Place, set[str]] = field(default_factory=dict)

    def overlap(self, place: Place, other: Place) -> float:
        """Share of the smaller set that the other has too."""
        left, right = self.values[place], self.values[other]
        return len(left & right) / max(1, min(len(left), len(right)))


def keys_among(tables: Tables) -> KeyColumns:
    """The ids of tables and how they refer to each other.

    Keeps:   a column whose name says quantity, amount, count or code is no id. A name weighs more than values: numbers from 1
             on are within each other by chance, and few values within anything.
    """
    found = KeyColumns()
    for table, (sample, guesses) in tables.items():
        for column, values in sample.items():
            if _may_be_id(column, guesses[column]):
                there = [value.strip() for value in values if value and value.strip()]
                found.written[table, column] = set(there)
                found.values[table, column] = {normal(value) for value in found.written[table, column]}
                if there and len(there) == len(values) == len(found.values[table, column]):
                    found.keys.append((table, column))
    for place in found.values:
        link = _link(found, place)
        if link is not None:
            found.links[place] = link
    return found


def normal(value: str) -> str:
    """`17` for `0017`, `17.0` and `1.7E+01`: one id however it is written."""
    whole = whole_number(value.strip())
    return value.strip() if whole is None else whole.lstrip("+").lstrip("0") or "0"


def is_own_key(place: Place) -> bool:
    """Whether a column by its name holds the ids of its own table's rows: `id`, or `visit_id` of visits."""
    entity = entity_of_column(place[1])
    return not entity or group_of(entity) == group_of(entity_of_table(place[0]))


def is_bare(column: str) -> bool:
    """Whether a name tells nothing of what the ids are of: `id`, `key`, `c1`."""
    return not entity_of_column(column) or title_of(column) is None


def _may_be_id(column: str, guess: Guess) -> bool:
    title = title_of(column)
    if title is None:
        return guess.kind in _UNNAMED
    if title.kind == "code" and title.weak and is_called_id(column):
        return guess.kind in _UNNAMED
    return guess.kind in _IDS and title.kind not in ("code", "measure")


def _link(found: KeyColumns, place: Place) -> tuple[Place, int] | None:
    """The key that a column refers to; a table's own key refers to none."""
    if place in found.keys and is_own_key(place) and title_of(place[1]) is not None:
        return None
    fitting = [(score, at) for at in found.keys if at[0] != place[0] and (score := _score(found, place, at))]
    if not fitting:
        return None
    order = {at: -number for number, at in enumerate(found.keys)}
    score, best = max(
        fitting,
        key=lambda candidate: (
            candidate[0],
            is_own_key(candidate[1]),
            len(found.values[candidate[1]]),
            order[candidate[1]],
        ),
    )
    return best, score


def _score(found: KeyColumns, place: Place, key: Place) -> int:
    """How strongly a column refers to a key; 0 where it does not."""
    values, ids = found.values[place], found.values[key]
    share = len(values & ids) / max(1, len(values))
    named = _named(place, key)
    if named and share >= _NAMED_WITHIN:
        return named
    return SAME_VALUES if share >= _WITHIN and not _says_other(place, key) and tells(values, ids) else 0


def _named(place: Place, key: Place) -> int:
    """Whether the names say that a column refers to a key: to a table's own key before one that only has the same name."""
    mine, theirs, table = entity_of_column(place[1]), entity_of_column(key[1]), entity_of_table(key[0])
    if not mine or title_of(place[1]) is None:
        return 0
    same = place[1].lower() == key[1].lower()
    if not is_own_key(key):
        return SAME_NAME if same else 0
    if same:
        return OWN_NAME
    if mine in (theirs, table):
        return OWN_ENTITY
    related = is_relative(mine) and group_of(table) == PERSON
    return OWN_GROUP if related or group_of(mine) in (group_of(theirs), group_of(table)) else 0


def _says_other(place: Place, key: Place) -> bool:
    """Whether a column by its name is the key of its own table, and so of no other."""
    return is_own_key(place) and title_of(place[1]) is not None and bool(entity_of_column(place[1])) and place != key


def tells(values: Iterable[str], ids: set[str]) -> bool:
    """Whether values that are ids of another column are so by more than chance.

    Keeps:   one value tells nothing; numbers tell by how thinly the ids lie between the least and the greatest.
    """
    some = list(values)
    if len(some) < 2:
        return False
    if not all(value.isdigit() for value in some):
        return min(map(len, some)) >= _WORDED
    numbers = [int(value) for value in ids if value.isdigit()]
    if not numbers:
        return False
    density = len(numbers) / (max(numbers) - min(numbers) + 1)
    return bool(density ** len(some) < _CHANCE)
