"""Accounts: who may sign in: the first administrator, invitations, roles, and accounts that are disabled."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from veil.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, UnauthenticatedError
from veil.service.store.clock import Clock
from veil.service.store.database import Database, Transaction, insert, set_fact
from veil.service.store.limits import Limits
from veil.service.store.passwords import NONE, ActRecorder, Passwords, link_digest, uninvited
from veil.service.store.user import User, user_of

ROLES = ("submitter", "reviewer", "admin")
_NAME = re.compile(r"[\w.@+-]{2,100}")


class UserAccounts:
    """Users of the service. Keeps: of codes and links only their digests."""

    def __init__(
        self, database: Database, clock: Clock, terms: Limits, passwords: Passwords, tell: ActRecorder
    ) -> None:
        self._database, self._clock, self._terms, self._passwords, self._tell = database, clock, terms, passwords, tell

    def setup_code(self) -> str | None:
        """A fresh one-time code for the first admin, for the terminal alone; None where there is an admin."""
        with self._database.change() as transaction:
            if transaction.execute("SELECT 1 FROM people").fetchone():
                return None
            code = secrets.token_urlsafe(18)
            set_fact(transaction, "setup", link_digest(code).hex())
        return code

    def needs_setup(self) -> bool:
        return self._database.row("SELECT 1 FROM people") is None

    def set_up(self, code: str, name: str, password: str) -> User:
        """The first admin. Errors: ServiceError `setup-code`, `setup-done`, `person-name`, `password-short`."""
        with self._database.change() as transaction:
            _check_first(transaction, code)
        row = self._row(name, password, "admin")  # a password is stretched for who has the code, and for nobody else
        with self._database.change() as transaction:
            _check_first(transaction, code)
            transaction.execute("DELETE FROM facts WHERE name = 'setup'")
            _insert(transaction, row)
        return User(row["id"], name, "admin")

    def invite(self, role: str) -> tuple[str, str]:
        """A one-time token for a link, and the id by which it may be withdrawn. Errors: ServiceError `role-unknown`."""
        if role not in ROLES:
            raise InvalidError("role-unknown", "unknown role", hint="one of: " + ", ".join(ROLES))
        token, name = secrets.token_urlsafe(32), secrets.token_hex(8)
        until = self._clock.now() + self._terms.invitation
        with self._database.change() as transaction:
            insert(transaction, "invitations", {"digest": link_digest(token), "id": name, "role": role, "until": until})
        return token, name

    def invitations(self) -> list[dict[str, Any]]:
        return [
            dict(row)
            for row in self._database.rows(
                "SELECT id, role, until FROM invitations WHERE until > ? ORDER BY until", self._clock.now()
            )
        ]

    def withdraw(self, invitation: str) -> None:
        with self._database.change() as transaction:
            transaction.execute("DELETE FROM invitations WHERE id = ?", (invitation,))

    def accept(self, token: str, name: str, password: str) -> User:
        """One who was invited comes in; the link is used up. Errors: ServiceError `invitation-unknown`, `person-taken` and those of `set_up`."""
        now = self._clock.now()
        if (
            self._database.row("SELECT 1 FROM invitations WHERE digest = ? AND until > ?", link_digest(token), now)
            is None
        ):
            raise uninvited()
        row = self._row(name, password, "")
        with self._database.change() as transaction:
            invitation = transaction.execute(
                "DELETE FROM invitations WHERE digest = ? AND until > ? RETURNING role", (link_digest(token), now)
            ).fetchone()
            if invitation is None:
                raise uninvited()
            _insert(transaction, row | {"role": invitation["role"]})
        return User(row["id"], name, invitation["role"])

    def vouched(self, issuer: str, subject: str, name: str, role: str) -> User:
        """A person whom a provider of accounts vouches for, with the role that it gives; made at the first time.

        Keeps:   no password opens such an account. Another's name is not taken: a number is put behind it.
        Errors:  ServiceError `sign-in` where an admin has shut the account.
        """
        known = hashlib.sha256(json.dumps([issuer, subject]).encode()).hexdigest()[:16]
        shown, now = name if _NAME.fullmatch(name) else f"person-{known[:6]}", self._clock.now()
        with self._database.change() as transaction:
            person_row = transaction.execute("SELECT * FROM people WHERE id = ?", (known,)).fetchone()
            if person_row is None:
                taken = transaction.execute("SELECT 1 FROM people WHERE name = ?", (shown,)).fetchone()
                row = {
                    "id": known,
                    "name": f"{shown[:80]}-{known}" if taken else shown,
                    "role": role,
                    "salt": os.urandom(16),
                    "cost": json.dumps(asdict(self._terms.password)),
                    "digest": NONE,
                    "made": now,
                }
                _insert(transaction, row)
                return User(known, str(row["name"]), role)
            if not person_row["active"]:
                raise UnauthenticatedError(
                    "sign-in", "this account is deactivated", hint="ask an administrator of the service"
                )
            transaction.execute("UPDATE people SET role = ?, digest = ? WHERE id = ?", (role, NONE, known))
            if person_row["role"] != role:
                _end(transaction, known, person_row["role"])
        return User(known, person_row["name"], role)

    def all(self) -> list[User]:
        return [user_of(row) for row in self._database.rows("SELECT * FROM people ORDER BY name")]

    def change(self, person: str, by: str, *, role: str | None = None, active: bool | None = None) -> None:
        """Another role, or a closed account; its sessions end, and of who was an admin all links that are open.

        Keeps:   what is refused is not on the record, and what is not on the record is not done.
        Errors:  ServiceError `person-unknown`, `role-unknown`, `admin-last`.
        """
        if role is not None and role not in ROLES:
            raise InvalidError("role-unknown", "unknown role", hint="one of: " + ", ".join(ROLES))
        with suppress(_TriedError), self._database.change() as transaction:
            _change(transaction, person, role, active)
            raise _TriedError
        self._tell("person changed", by, person=person, role=role or "", active=str(active))
        with self._database.change() as transaction:
            _change(transaction, person, role, active)

    def _row(self, name: str, password: str, role: str) -> dict[str, Any]:
        if not _NAME.fullmatch(name):
            raise InvalidError(
                "person-name", "a user name must have 2 to 100 characters: letters, digits, and . _ @ + -"
            )
        return {
            "id": secrets.token_hex(8),
            "name": name,
            "role": role,
            **asdict(self._passwords.secret(password)),
            "made": self._clock.now(),
        }


def _check_first(transaction: Transaction, code: str) -> None:
    """Errors: ServiceError `setup-done`, `setup-code`."""
    if transaction.execute("SELECT 1 FROM people").fetchone():
        raise ConflictError(
            "setup-done", "the administrator exists already", hint="sign in, or ask the administrator for an invitation"
        )
    fact = transaction.execute("SELECT value FROM facts WHERE name = 'setup'").fetchone()
    if fact is None or not hmac.compare_digest(fact["value"], link_digest(code).hex()):
        raise ForbiddenError(
            "setup-code",
            "that setup code is not right",
            hint="it is printed in the terminal where the service was started",
        )


def _insert(transaction: Transaction, row: dict[str, Any]) -> None:
    if transaction.execute("SELECT 1 FROM people WHERE name = ?", (row["name"],)).fetchone():
        raise ConflictError("person-taken", "this user name is taken", hint="choose another name")
    insert(
        transaction, "people", {name: row[name] for name in ("id", "name", "role", "salt", "cost", "digest", "made")}
    )


class _TriedError(Exception):
    """What was done to see whether it can be is undone."""


def _change(transaction: Transaction, person: str, role: str | None, active: bool | None) -> None:
    """Errors: ServiceError `person-unknown`, `admin-last`."""
    row = transaction.execute("SELECT role FROM people WHERE id = ?", (person,)).fetchone()
    if row is None:
        raise NotFoundError("person-unknown", "user not found")
    values = (role, None if active is None else int(active), person)
    transaction.execute("UPDATE people SET role = coalesce(?, role), active = coalesce(?, active) WHERE id = ?", values)
    if not transaction.execute("SELECT 1 FROM people WHERE role = 'admin' AND active = 1").fetchone():
        raise ConflictError(
            "admin-last",
            "the service needs at least one active administrator",
            hint="give another user the role of an administrator first",
        )
    _end(transaction, person, row["role"])


def _end(transaction: Transaction, person: str, was: str) -> None:
    """The sessions of a person and the link to a new password end.

    Keeps:   who managed the service may have kept a link for a time after that: none that is open then is good any more.
    """
    transaction.execute("DELETE FROM sessions WHERE person = ?", (person,))
    transaction.execute("DELETE FROM renewals WHERE person = ?", (person,))
    is_admin = transaction.execute(
        "SELECT 1 FROM people WHERE id = ? AND role = 'admin' AND active = 1", (person,)
    ).fetchone()
    if was == "admin" and is_admin is None:
        transaction.execute("DELETE FROM invitations")
        transaction.execute("DELETE FROM renewals")
