"""Passwords: what opens an account: signing in, the lock after wrong ones, a new one instead of the old or of a forgotten one."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from threading import BoundedSemaphore
from typing import Any, Protocol

from veil.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, ServiceError, UnauthenticatedError
from veil.keys import Cost
from veil.service.store.clock import Clock
from veil.service.store.database import Database, Row, Transaction, insert, set_fact
from veil.service.store.limits import Limits
from veil.service.store.user import User, user_of

NONE = b""  # the digest of an account that no password opens
_SHORTEST, _LONGEST = 12, 1000
_stretching = BoundedSemaphore(2)  # each takes 64 MiB: many who enter at once wait for each other


class ActRecorder(Protocol):
    """How an act comes on the record. Shape: as `Store.act`."""

    def __call__(self, what: str, by: str, job: str = ..., **details: int | str) -> None: ...


@dataclass(frozen=True, slots=True)
class Secret:
    """What is kept of a password."""

    salt: bytes
    cost: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Renewal:
    """A new password that a link asks for, until it is set. Shape: `link`: the digest of the link's token."""

    link: bytes
    person: str
    secret: Secret


class Passwords:
    """Keeps: of a password only what Argon2id makes of it; of links only their digests. Nothing is done that is not on the record."""

    def __init__(self, database: Database, clock: Clock, terms: Limits, tell: ActRecorder) -> None:
        self._database, self._clock, self._terms, self._tell = database, clock, terms, tell
        self._nobody = os.urandom(16)

    def secret(self, password: str) -> Secret:
        """Errors: ServiceError `password-short`."""
        if not _SHORTEST <= len(password) <= _LONGEST:
            raise InvalidError(
                "password-short",
                f"a password must have at least {_SHORTEST} characters",
                hint="several words are easy to remember",
            )
        salt, cost = os.urandom(16), self._terms.password
        return Secret(salt, json.dumps(asdict(cost)), _stretched(password, salt, cost))

    def enter(self, name: str, password: str) -> User:
        """The person whose name and password these are.

        Keeps:   the same answer and the same work whether the name is unknown, the password is wrong or the name is locked: after five
                 wrong ones it is, for a quarter of an hour, for the right one too, however many are tried at once.
        Errors:  ServiceError `sign-in`.
        """
        found = self._judged(self._database.row("SELECT * FROM people WHERE name = ?", name), password)
        if found is None:
            raise UnauthenticatedError(
                "sign-in",
                "the name or the password is wrong, or the account is locked",
                hint="five wrong passwords lock an account for 15 minutes",
            )
        return user_of(found)

    def change(self, person: str, old: str, new: str, session: bytes) -> None:
        """Another password; all sessions of the person end but the one of this digest, and so do links to set one anew.

        Keeps:   a wrong old one counts as one at the door.
        Errors:  ServiceError `password-wrong`, `password-short`, `password-none`.
        """
        row = self._row_of(person)
        secret = self.secret(new)
        if self._judged(row, old) is None:
            raise _wrong()
        self._tell("password changed", person)
        with self._database.change() as transaction:
            if not _put(transaction, person, secret, row["salt"]):
                raise _wrong()
            transaction.execute("DELETE FROM sessions WHERE person = ? AND digest <> ?", (person, session))
            transaction.execute("DELETE FROM renewals WHERE person = ?", (person,))

    def offer(self, person: str, by: str) -> str:
        """A token for a link with which a person who forgot the password sets another; an older link of theirs ends.

        Errors:  ServiceError `person-unknown`, `password-none`.
        """
        self._row_of(person)
        token, until = secrets.token_urlsafe(32), self._clock.now() + self._terms.renewal
        self._tell("new password offered", by, person=person)
        with self._database.change() as transaction:
            transaction.execute("DELETE FROM renewals WHERE person = ?", (person,))
            insert(transaction, "renewals", {"digest": link_digest(token), "person": person, "until": until})
        return token

    def renewal(self, token: str, password: str) -> Renewal:
        """What a link and a new password come to. Errors: ServiceError `invitation-unknown`, `password-short`."""
        asked = "SELECT person FROM renewals WHERE digest = ? AND until > ?"
        renewal_row = self._database.row(asked, link_digest(token), self._clock.now())
        if renewal_row is None:
            raise uninvited()
        return Renewal(link_digest(token), renewal_row["person"], self.secret(password))

    def renew(self, transaction: Transaction, renewal: Renewal, now: float) -> User:
        """Sets it; the link is used up, and all sessions of the person end. Errors: ServiceError `invitation-unknown`."""
        asked = "DELETE FROM renewals WHERE digest = ? AND until > ? RETURNING person"
        if transaction.execute(asked, (renewal.link, now)).fetchone() is None:
            raise uninvited()
        _put(transaction, renewal.person, renewal.secret)
        transaction.execute("DELETE FROM sessions WHERE person = ?", (renewal.person,))
        row = transaction.execute("SELECT * FROM people WHERE id = ? AND active = 1", (renewal.person,)).fetchone()
        if row is None:
            raise uninvited()
        return user_of(row)

    def _row_of(self, person: str) -> Row:
        """The row of one who has a password. Errors: ServiceError `person-unknown`, `password-none`."""
        row = self._database.row("SELECT * FROM people WHERE id = ? AND active = 1", person)
        if row is None:
            raise NotFoundError("person-unknown", "user not found")
        if row["digest"] == NONE:
            raise ConflictError(
                "password-none",
                "this account has no password in Veil",
                hint="it signs in through OpenID Connect: change the password there",
            )
        return row

    def _judged(self, seen: Row | None, password: str) -> Row | None:
        """The row of a person whose password this is, as it is after the password was stretched; None where it does not open."""
        salt, cost = (seen["salt"], Cost(**json.loads(seen["cost"]))) if seen else (self._nobody, self._terms.password)
        computed, now = _stretched(password, salt, cost), self._clock.now()
        locks = False
        with self._database.change() as transaction:
            row = transaction.execute("SELECT * FROM people WHERE id = ?", (seen["id"] if seen else "",)).fetchone()
            fits = hmac.compare_digest(computed, row["digest"] if row else bytes(32))
            is_open = row is not None and row["locked"] <= now
            opens = bool(is_open and fits and row["active"])
            set_fact(transaction, "tried", now)  # what an unknown name costs too
            if opens and row["wrong"]:
                transaction.execute("UPDATE people SET wrong = 0 WHERE id = ?", (row["id"],))
            if is_open and not opens:
                locks = self._counted(transaction, row, now)
        if locks:
            self._tell("locked", row["id"])
        return row if opens else None

    def _counted(self, transaction: Transaction, row: Row, now: float) -> bool:
        """One wrong password more; whether the name is locked now."""
        wrong: int = (row["wrong"] + 1) % self._terms.wrong
        locked = row["locked"] if wrong else now + self._terms.locked
        transaction.execute("UPDATE people SET wrong = ?, locked = ? WHERE id = ?", (wrong, locked, row["id"]))
        return wrong == 0


def uninvited() -> ServiceError:
    return NotFoundError(
        "invitation-unknown",
        "this link was used already, was withdrawn, or has expired",
        hint="ask an administrator for a new link",
    )


def link_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _put(transaction: Transaction, person: str, secret: Secret, instead: bytes | None = None) -> bool:
    """Whether the password is set. Shape: `instead`: only where that salt is still there."""
    values: tuple[Any, ...] = (secret.salt, secret.cost, secret.digest, person)
    asked = "UPDATE people SET salt = ?, cost = ?, digest = ?, wrong = 0, locked = 0 WHERE id = ? AND active = 1"
    if instead is not None:
        asked, values = f"{asked} AND salt = ?", (*values, instead)
    return transaction.execute(asked, values).rowcount == 1


def _stretched(password: str, salt: bytes, cost: Cost) -> bytes:
    with _stretching:
        return cost.wrapping_key(password, salt)


def _wrong() -> ServiceError:
    return ForbiddenError(
        "password-wrong",
        "the current password is wrong, or the account is locked",
        hint="five wrong passwords lock an account for 15 minutes",
    )
