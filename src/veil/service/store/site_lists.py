"""Site lists: what reviewers of this site decided is never PHI, or always is; sealed, and given to every job."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from veil.service.store.access import Caller, check_role
from veil.service.store.clock import Clock
from veil.service.store.database import Database, Row, insert
from veil.service.store.objects import Objects

ALLOW, DENY = "allow", "deny"
_ALL = "SELECT * FROM rules ORDER BY made, id"


class SiteRule(NamedTuple):
    """Shape: `kind` is `allow` or `deny`; `label` is empty where it allows."""

    id: str
    kind: str
    label: str
    word: str


def site_rules(database: Database, objects: Objects) -> list[SiteRule]:
    """The rules in force, the oldest first."""
    return _opened(objects, database.rows(_ALL))


def site_lists(database: Database, objects: Objects) -> dict[str, list[Any]]:
    """The rules as a project has them; empty where there are none."""
    found: dict[str, list[Any]] = {}
    for rule in site_rules(database, objects):
        entry = rule.word if rule.kind == ALLOW else {"word": rule.word, "label": rule.label}
        found.setdefault(rule.kind, []).append(entry)
    return found


def add_rules(
    database: Database, objects: Objects, clock: Clock, caller: Caller, rules: Sequence[tuple[str, str, str]]
) -> int:
    """Puts rules in force. Shape: kind, label, word of each; one that is there already is not put twice.

    Errors:  ServiceError `role`.
    """
    check_role(caller, "reviewer")
    now = clock.now()
    with database.change() as transaction:
        there = {(rule.kind, rule.word.lower()) for rule in _opened(objects, transaction.execute(_ALL).fetchall())}
        new = [rule for rule in dict.fromkeys(rules) if (rule[0], rule[2].lower()) not in there]
        for kind, label, word in new:
            name = secrets.token_hex(8)
            sealed = objects.seal_rule(name, word)
            insert(
                transaction,
                "rules",
                {"id": name, "kind": kind, "label": label, "word": sealed, "person": caller.owner, "made": now},
            )
    return len(new)


def withdraw(database: Database, caller: Caller, rule: str) -> bool:
    """Takes a rule back; whether there was one. Errors: ServiceError `role`."""
    check_role(caller, "reviewer")
    with database.change() as transaction:
        return transaction.execute("DELETE FROM rules WHERE id = ?", (rule,)).rowcount == 1


def _opened(objects: Objects, rows: Sequence[Row]) -> list[SiteRule]:
    return [SiteRule(row["id"], row["kind"], row["label"], objects.open_rule(row["id"], row["word"])) for row in rows]
