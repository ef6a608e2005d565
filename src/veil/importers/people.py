"""People: from maps of ids and shifts, whose record each table holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from veil.errors import PolicyError
from veil.importers.cleared import DATE, ID, Cleared, ClearedTable
from veil.importers.hydra import shown


@dataclass(slots=True)
class PeopleOfTables:
    """Whose record each table holds.

    Shape:   `domains`: uid -> domain of ids; `shifts`: uid of shifts -> domain; `subjects`: table -> column; `lost`: tables
             with dates whose ids lead to nobody.
    """

    person: str = ""
    domains: dict[str, str] = field(default_factory=dict)
    shifts: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


def people_of(config: Cleared) -> PeopleOfTables:
    """Who the people are: the ids by which most tables shift their dates, else those that most tables have.

    Errors:  PolicyError `import-uid`: two names of maps that differ in nothing that tells.
    """
    found = PeopleOfTables(domains=_domains(config))
    for table in config.tables:
        own = {step.column: step.uid for step in table.steps if step.method == ID and not step.where}
        for step in table.steps:
            if step.method == DATE:
                found.shifts.setdefault(step.uid, found.domains[own.get(step.key, step.uid)])
    found.person = _most(_shifting(table, found) for table in config.tables) or _most(
        set(columns_of(table, found).values()) for table in config.tables
    )
    _subjects(config, found)
    return found


def columns_of(table: ClearedTable, people: PeopleOfTables) -> dict[str, str]:
    """The columns of a table that hold ids in every row, with their domains; those that dates stand on first."""
    keys = {step.key: people.shifts[step.uid] for step in table.steps if step.method == DATE}
    own = {step.column: people.domains[step.uid] for step in table.steps if step.method == ID and not step.where}
    return {column: own.get(column, domain) for column, domain in {**keys, **own}.items()}


def _domains(config: Cleared) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in config.tables:
        for step in table.steps:
            if step.method in (ID, DATE):
                domain = re.sub(r"[^\w-]", "_", step.uid.lower())
                other = next((uid for uid, known in found.items() if known == domain and uid != step.uid), None)
                if other is not None:
                    raise PolicyError(
                        "import-uid",
                        f"two maps have nearly the same name: {shown(other)}, {shown(step.uid)}",
                        where=step.place,
                        hint="rename one of them, in the configuration and in its files",
                    )
                found[step.uid] = domain
    return found


def _shifting(table: ClearedTable, people: PeopleOfTables) -> set[str]:
    return {people.shifts[step.uid] for step in table.steps if step.method == DATE}


def _most(named: Iterable[set[str]]) -> str:
    """The one that is named most often; of several the first in the alphabet."""
    counted = Counter(uid for some in named for uid in some)
    return min(counted, key=lambda uid: (-counted[uid], uid), default="")


def _subjects(config: Cleared, people: PeopleOfTables) -> None:
    """Each table's column that leads to a person: its own id, or one that another table leads from."""
    known = {people.person}
    left = list(config.tables)
    while True:
        step = []
        for table in left:
            columns = columns_of(table, people)
            dated = bool(_shifting(table, people))
            direct = next((column for column, domain in columns.items() if domain == people.person), None)
            linked = next((column for column, domain in columns.items() if domain in known and dated), None)
            if direct or linked:
                people.subjects[table.key] = direct or linked or ""
                step.append(table)
        if not step:
            break
        left = [table for table in left if table not in step]
        known |= {domain for table in step for domain in columns_of(table, people).values()}
    people.lost = [table.key for table in left if _shifting(table, people)]
