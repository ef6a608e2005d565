"""User: one account of the service."""

from __future__ import annotations

from dataclasses import dataclass, field

from veil.service.store.database import Row


@dataclass(frozen=True, slots=True)
class User:
    """`id` is what the record of acts and the jobs know them by.

    Shape:   `salt`: of the password that opened; empty where none did. A session begins only while it is still that one.
    """

    id: str
    name: str
    role: str
    active: bool = True
    salt: bytes = field(default=b"", repr=False, compare=False)


def user_of(row: Row) -> User:
    return User(row["id"], row["name"], row["role"], bool(row["active"]), row["salt"])
