"""What columns are told to be, against tables whose columns are known; with their names, and named c1, c2 ...

Usage: python -m bench.scan     prints shares per kind, and of direct identifiers how many are found.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable

from bench.machine import machine
from bench.scan_tables import UNSEEN, Labelled, labelled

DIRECT = frozenset(
    {"given_name", "family_name", "person_name", "staff_name", "number", "phone", "email", "address", "mrn"}
)
FOUND = DIRECT | {"id"}
SAME = {
    "mrn": "id",
    "number": "id",
    "date": "datetime",
    "staff_name": "person_name",
    "year": "datetime",
    "birth_year": "datetime",
}


def told(tables: Iterable[Labelled], *, named: bool) -> list[tuple[Labelled, str, str, str]]:
    """Shape: (table, column, what it holds, what it is told to be); columns without a value are left out."""
    from veil.discover.kinds import guess
    from veil.discover.signals import signals_of
    from veil.discover.survey import SurveyedTable, related

    found = []
    sets: dict[str, list[Labelled]] = defaultdict(list)
    for table in tables:
        sets[table.set].append(table)
    for members in sets.values():
        looked = []
        for table in members:
            shown = {
                column if named else f"c{number}": values
                for number, (column, values) in enumerate(table.columns.items(), 1)
            }
            guesses = {name: guess(name, signals_of(values), table.name) for name, values in shown.items()}
            looked.append(SurveyedTable(table.name, [], guesses, shown))
        related(looked)
        for table, seen in zip(members, looked, strict=True):
            for (column, values), one in zip(table.columns.items(), seen.guesses.values(), strict=True):
                if column in table.holds and any(values):
                    found.append((table, column, table.holds[column], one.kind))
    return found


def same(gold: str, kind: str) -> bool:
    one, other = SAME.get(gold, gold), SAME.get(kind, kind)
    return one == other or {one, other} == {"datetime", "birth_date"}


def report(found: list[tuple[Labelled, str, str, str]], title: str) -> float:
    """Print the shares; answers the recall of direct identifiers."""
    right: dict[str, Counter[str]] = defaultdict(Counter)
    sets: dict[str, Counter[str]] = defaultdict(Counter)
    for table, _, gold, kind in found:
        right[gold]["right"] += same(gold, kind)
        right[gold]["all"] += 1
        sets[table.set]["right"] += same(gold, kind)
        sets[table.set]["all"] += 1
    direct = [(table, column, gold, kind) for table, column, gold, kind in found if gold in DIRECT]
    caught = sum(kind in FOUND for *_, kind in direct)
    read = sum(kind in ("text", "document") for *_, kind in direct)
    whole = sum(one["right"] for one in sets.values()), sum(one["all"] for one in sets.values())
    print(f"\n{title}: {whole[0]:,} of {whole[1]:,} columns told rightly ({whole[0] / whole[1]:.3f})")
    print(
        f"  direct identifiers: {caught} of {len(direct)} found ({caught / max(1, len(direct)):.3f}), {read} more taken for text, which is scanned"
    )
    print("  " + "  ".join(f"{gold} {one['right']}/{one['all']}" for gold, one in sorted(right.items())))
    print("  " + "  ".join(f"{name} {one['right'] / one['all']:.3f}" for name, one in sets.items()))
    return caught / max(1, len(direct))


def main() -> None:
    print(machine())
    begun = time.process_time()
    tables = labelled()
    seen, unseen = ([one for one in tables if (one.set in UNSEEN) == held] for held in (False, True))
    for named in (True, False):
        how = "names as they are" if named else "named c1, c2 ..."
        for part, rest in (("tables that rules were written with", seen), ("tables kept unseen", unseen)):
            found = told(rest, named=named)
            report(found, f"{part}, {how}")
            if "--wrong" in sys.argv and rest is seen:
                for what, count in Counter((g, k) for _, _, g, k in found if not same(g, k)).most_common(20):
                    print("    wrong", what, count, [f"{t.name}.{c}" for t, c, g, k in found if (g, k) == what][:40])
    print(f"\n{time.process_time() - begun:.1f} s of CPU")


if __name__ == "__main__":
    main()
