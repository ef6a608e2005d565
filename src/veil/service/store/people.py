"""People: who may enter: the first admin, invitations, passwords, and the lock after wrong ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from dataclasses import asdict, dataclass
from threading import BoundedSemaphore
from typing import Any

from veil.errors import ServiceError
from veil.keys import Cost
from veil.service.store.clock import Clock
from veil.service.store.database import Database, Line, Row, set_fact
from veil.service.store.terms import Terms

ROLES = ("submitter", "reviewer", "admin")
_NAME = re.compile(r"[\w.@+-]{2,100}")
_SHORTEST, _LONGEST = 12, 1000
_stretching = BoundedSemaphore(2)  # each takes 64 MiB: many who enter at once wait for each other


@dataclass(frozen=True, slots=True)
class Person:
    """One who may enter. `id` is what the record of acts and the jobs know them by."""

    id: str
    name: str
    role: str
    active: bool = True


class People:
    """Users of the service. Keeps: of a password only what Argon2id makes of it; of codes and links only their digests."""

    def __init__(self, database: Database, clock: Clock, terms: Terms) -> None:
        self._database, self._clock, self._terms = database, clock, terms
        self._nobody = os.urandom(16)

    def setup_code(self) -> str | None:
        """A fresh one-time code for the first admin, for the terminal alone; None where there is an admin."""
        with self._database.change() as line:
            if line.execute("SELECT 1 FROM people").fetchone():
                return None
            code = secrets.token_urlsafe(18)
            set_fact(line, "setup", _digest(code).hex())
        return code

    def needs_setup(self) -> bool:
        return self._database.row("SELECT 1 FROM people") is None

    def set_up(self, code: str, name: str, password: str) -> Person:
        """The first admin. Errors: ServiceError `setup-code`, `setup-done`, `person-name`, `password-short`."""
        row = self._row(name, password, "admin")
        with self._database.change() as line:
            if line.execute("SELECT 1 FROM people").fetchone():
                raise ServiceError(
                    "setup-done", "the first admin is there already", hint="sign in, or ask for an invitation"
                )
            held = line.execute("SELECT value FROM facts WHERE name = 'setup'").fetchone()
            if held is None or not hmac.compare_digest(held["value"], _digest(code).hex()):
                raise ServiceError(
                    "setup-code",
                    "this is not the code of the first run",
                    hint="it stands in the terminal of the service",
                )
            line.execute("DELETE FROM facts WHERE name = 'setup'")
            _insert(line, row)
        return Person(row["id"], name, "admin")

    def invite(self, role: str) -> tuple[str, str]:
        """A one-time token for a link, and the id by which it may be withdrawn. Errors: ServiceError `role-unknown`."""
        if role not in ROLES:
            raise ServiceError("role-unknown", "there is no such role", hint="one of: " + ", ".join(ROLES))
        token, name = secrets.token_urlsafe(32), secrets.token_hex(8)
        until = self._clock.now() + self._terms.invitation
        with self._database.change() as line:
            line.execute("INSERT INTO invitations VALUES (?, ?, ?, ?)", (_digest(token), name, role, until))
        return token, name

    def invitations(self) -> list[dict[str, Any]]:
        return [dict(row) for row in self._database.rows("SELECT id, role, until FROM invitations WHERE until > ? ORDER BY until", self._clock.now())]  # fmt: skip

    def withdraw(self, invitation: str) -> None:
        with self._database.change() as line:
            line.execute("DELETE FROM invitations WHERE id = ?", (invitation,))

    def accept(self, token: str, name: str, password: str) -> Person:
        """One who was invited comes in; the link is used up. Errors: ServiceError `invitation-unknown`, `person-taken` and those of `set_up`."""
        now = self._clock.now()
        if self._database.row("SELECT 1 FROM invitations WHERE digest = ? AND until > ?", _digest(token), now) is None:
            raise _uninvited()
        row = self._row(name, password, "")
        with self._database.change() as line:
            held = line.execute("DELETE FROM invitations WHERE digest = ? AND until > ? RETURNING role", (_digest(token), now)).fetchone()  # fmt: skip
            if held is None:
                raise _uninvited()
            _insert(line, row | {"role": held["role"]})
        return Person(row["id"], name, held["role"])

    def enter(self, name: str, password: str) -> Person:
        """The person whose name and password these are.

        Keeps:   the same answer and the same work whether the name is unknown, the password is wrong or the name is locked: after five
                 wrong ones it is, for a quarter of an hour, for the right one too.
        Errors:  ServiceError `sign-in`.
        """
        held, now = self._database.row("SELECT * FROM people WHERE name = ?", name), self._clock.now()
        salt, cost = (held["salt"], Cost(**json.loads(held["cost"]))) if held else (self._nobody, self._terms.password)
        fits = hmac.compare_digest(_stretched(password, salt, cost), held["digest"] if held else bytes(32))
        if held is None or not fits or not held["active"] or held["locked"] > now:
            if held is not None and held["locked"] <= now:
                self._wrong(name, now)
            raise ServiceError("sign-in", "name or password is wrong, or the name is locked", hint="after five wrong passwords: for a quarter of an hour")  # fmt: skip
        if held["wrong"]:
            with self._database.change() as line:
                line.execute("UPDATE people SET wrong = 0, locked = 0 WHERE id = ?", (held["id"],))
        return _person(held)

    def vouched(self, issuer: str, subject: str, name: str, role: str) -> Person:
        """A person whom a provider of accounts vouches for, with the role that it gives; made at the first time.

        Keeps:   no password opens such an account. Another's name is not taken: a number is put behind it.
        Errors:  ServiceError `sign-in` where an admin has shut the account.
        """
        known = hashlib.sha256(json.dumps([issuer, subject]).encode()).hexdigest()[:16]
        shown, now = name if _NAME.fullmatch(name) else f"person-{known[:6]}", self._clock.now()
        with self._database.change() as line:
            held = line.execute("SELECT * FROM people WHERE id = ?", (known,)).fetchone()
            if held is None:
                taken = line.execute("SELECT 1 FROM people WHERE name = ?", (shown,)).fetchone()
                row = {"id": known, "name": f"{shown[:90]}-{known[:6]}" if taken else shown, "role": role, "salt": os.urandom(16),
                       "cost": json.dumps(asdict(self._terms.password)), "digest": os.urandom(32), "made": now}  # fmt: skip
                _insert(line, row)
                return Person(known, str(row["name"]), role)
            if not held["active"]:
                raise ServiceError("sign-in", "this account is shut", hint="ask an admin of the service")
            if held["role"] != role:
                line.execute("UPDATE people SET role = ? WHERE id = ?", (role, known))
                line.execute("DELETE FROM sessions WHERE person = ?", (known,))
        return Person(known, held["name"], role)

    def _wrong(self, name: str, now: float) -> None:
        with self._database.change() as line:
            line.execute(
                "UPDATE people SET wrong = (wrong + 1) % ?, locked = CASE WHEN wrong + 1 >= ? THEN ? ELSE locked END WHERE name = ?",
                (self._terms.wrong, self._terms.wrong, now + self._terms.locked, name),
            )

    def all(self) -> list[Person]:
        return [_person(row) for row in self._database.rows("SELECT * FROM people ORDER BY name")]

    def change(self, person: str, *, role: str | None = None, active: bool | None = None) -> None:
        """Another role, or a closed account; its sessions end. Errors: ServiceError `person-unknown`, `role-unknown`, `admin-last`."""
        if role is not None and role not in ROLES:
            raise ServiceError("role-unknown", "there is no such role", hint="one of: " + ", ".join(ROLES))
        with self._database.change() as line:
            done = line.execute("UPDATE people SET role = coalesce(?, role), active = coalesce(?, active) WHERE id = ?",
                                (role, None if active is None else int(active), person))  # fmt: skip
            if not done.rowcount:
                raise ServiceError("person-unknown", "there is no such person")
            if not line.execute("SELECT 1 FROM people WHERE role = 'admin' AND active = 1").fetchone():
                raise ServiceError(
                    "admin-last", "somebody must stay who manages the service", hint="make another admin first"
                )
            line.execute("DELETE FROM sessions WHERE person = ?", (person,))

    def _row(self, name: str, password: str, role: str) -> dict[str, Any]:
        if not _NAME.fullmatch(name):
            raise ServiceError("person-name", "a name has 2 to 100 letters, digits or . _ @ + -")
        if not _SHORTEST <= len(password) <= _LONGEST:
            raise ServiceError(
                "password-short",
                f"a password has {_SHORTEST} characters or more",
                hint="a few words are easier to keep",
            )
        salt, cost = os.urandom(16), self._terms.password
        return {"id": secrets.token_hex(8), "name": name, "role": role, "salt": salt, "cost": json.dumps(asdict(cost)),
                "digest": _stretched(password, salt, cost), "made": self._clock.now()}  # fmt: skip


def _insert(line: Line, row: dict[str, Any]) -> None:
    if line.execute("SELECT 1 FROM people WHERE name = ?", (row["name"],)).fetchone():
        raise ServiceError("person-taken", "somebody has this name already", hint="choose another")
    told = tuple(row[name] for name in ("id", "name", "role", "salt", "cost", "digest", "made"))
    line.execute("INSERT INTO people (id, name, role, salt, cost, digest, made) VALUES (?, ?, ?, ?, ?, ?, ?)", told)


def _person(row: Row) -> Person:
    return Person(row["id"], row["name"], row["role"], bool(row["active"]))


def _stretched(password: str, salt: bytes, cost: Cost) -> bytes:
    with _stretching:
        return cost.wrapping_key(password, salt)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _uninvited() -> ServiceError:
    return ServiceError(
        "invitation-unknown", "this invitation was used, withdrawn, or is too old", hint="ask for another"
    )
