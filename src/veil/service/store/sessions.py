"""Sessions: who has signed in in which browser; the store knows of a session only the digest of its token."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from veil.errors import ServiceError, UnauthenticatedError
from veil.service.store.clock import Clock
from veil.service.store.database import Database, insert
from veil.service.store.limits import Limits
from veil.service.store.user import User

_SEEN_EVERY = 30.0  # seconds between two notes of a session in use


class Sessions:
    """Keeps: half an hour without a request ends a session, twelve hours end it in any case; so does a new password, role or lock."""

    def __init__(self, database: Database, clock: Clock, terms: Limits) -> None:
        self._database, self._clock, self._terms = database, clock, terms

    def begin(self, person: User) -> str:
        """A fresh token of 256 bits; never one that a browser brought.

        Errors:  ServiceError `session-none` where the account was shut, or has another password than the one that opened it.
        """
        token, now = secrets.token_urlsafe(32), self._clock.now()
        with self._database.change() as transaction:
            row = transaction.execute("SELECT salt FROM people WHERE id = ? AND active = 1", (person.id,)).fetchone()
            if row is None or (person.salt and person.salt != row["salt"]):
                raise _none()
            insert(
                transaction,
                "sessions",
                {"digest": session_digest(token), "person": person.id, "made": now, "seen": now},
            )
        return token

    def person(self, token: str) -> User:
        """Whose session this is. Errors: ServiceError `session-none`."""
        now = self._clock.now()
        row = self._database.row(
            "SELECT people.*, sessions.seen AS seen FROM sessions JOIN people ON people.id = sessions.person"
            " WHERE sessions.digest = ? AND sessions.made > ? AND sessions.seen > ? AND active = 1",
            session_digest(token),
            now - self._terms.session,
            now - self._terms.idle,
        )
        if row is None:
            raise _none()
        if now - row["seen"] > min(_SEEN_EVERY, self._terms.idle / 4):
            with self._database.change() as transaction:
                transaction.execute("UPDATE sessions SET seen = ? WHERE digest = ?", (now, session_digest(token)))
        return User(row["id"], row["name"], row["role"], active=True)

    def end(self, token: str) -> None:
        with self._database.change() as transaction:
            transaction.execute("DELETE FROM sessions WHERE digest = ?", (session_digest(token),))

    def sweep(self) -> None:
        now = self._clock.now()
        with self._database.change() as transaction:
            transaction.execute(
                "DELETE FROM sessions WHERE made <= ? OR seen <= ?", (now - self._terms.session, now - self._terms.idle)
            )
            transaction.execute("DELETE FROM invitations WHERE until <= ?", (now,))
            transaction.execute("DELETE FROM renewals WHERE until <= ?", (now,))


def change_token(token: str) -> str:
    """What a page of this session shows with every change, so that no other site's page can make one."""
    return hmac.digest(token.encode(), b"veil change", hashlib.sha256).hex()


def session_digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _none() -> ServiceError:
    return UnauthenticatedError("session-none", "your session has ended", hint="sign in")
