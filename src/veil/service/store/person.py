"""Person: one who may enter."""

from __future__ import annotations

from dataclasses import dataclass, field

from veil.service.store.database import Row


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is what the record of acts and the jobs know them by.

    Shape:   `salt`: of the password that opened; empty where none did. A session begins only while it is still that one.
    """

    id: str
    name: str
    role: str
    active: bool = True
    salt: bytes = field(default=b"", repr=False, compare=False)


def person_of(row: Row) -> Person:
    return Person(row["id"], row["name"], row["role"], bool(row["active"]), row["salt"])
