"""Entry: setting up, signing in, passwords, invitations, and the people an admin manages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from veil.service.portal.shapes import (
    Accepting,
    Changing,
    Done,
    Entry,
    InvitationTold,
    Invited,
    Inviting,
    MeTold,
    NewPassword,
    Offered,
    PersonTold,
    Renewing,
    Setup,
    StateTold,
)
from veil.service.portal.turns import Turns
from veil.service.portal.visitors import Visitors
from veil.service.store.person import Person
from veil.service.store.sessions import change_token, session_digest
from veil.service.store.store import Store


def add_entry(router: APIRouter, store: Store, visitors: Visitors, *, single: bool = False) -> None:
    """Shape: `single`: people may also come in by an account of the hospital."""
    turns = Turns()
    _add_doors(router, store, visitors, turns, single=single)
    _add_passwords(router, store, visitors, turns)
    _add_people(router, store, visitors)


def _add_doors(router: APIRouter, store: Store, visitors: Visitors, turns: Turns, *, single: bool) -> None:
    @router.get("/state")
    def state() -> StateTold:
        return StateTold(needs_setup=store.people.needs_setup() and not single, single_sign_on=single)

    @router.post("/setup")
    async def setup(asked: Setup, response: Response) -> MeTold:
        def set_up() -> MeTold:
            person = store.people.set_up(asked.code, asked.name, asked.password)
            store.act("set up", person.id)
            return MeTold(**visitors.admit(person, response))

        return await turns.call(set_up)

    @router.post("/login")
    async def login(asked: Entry, response: Response) -> MeTold:
        def enter() -> MeTold:
            return MeTold(**visitors.admit(store.passwords.enter(asked.name, asked.password), response))

        return await turns.call(enter)

    @router.post("/invitations/accept")
    async def accept(asked: Accepting, response: Response) -> MeTold:
        def join() -> MeTold:
            person = store.people.accept(asked.token, asked.name, asked.password)
            store.act("joined", person.id, role=person.role)
            return MeTold(**visitors.admit(person, response))

        return await turns.call(join)

    @router.post("/logout")
    def logout(request: Request, response: Response, person: Annotated[Person, Depends(visitors.person)]) -> Done:
        visitors.dismiss(request, response)
        store.act("signed out", person.id)
        return Done()

    @router.get("/me")
    def me(request: Request, person: Annotated[Person, Depends(visitors.person)]) -> MeTold:
        return MeTold(id=person.id, name=person.name, role=person.role, change=change_token(visitors.token(request)))


def _add_passwords(router: APIRouter, store: Store, visitors: Visitors, turns: Turns) -> None:
    @router.put("/password")
    async def change(request: Request, asked: NewPassword, person: Annotated[Person, Depends(visitors.person)]) -> Done:
        """Another password; all other sessions of this person end."""
        here = session_digest(visitors.token(request))
        await turns.call(lambda: store.passwords.change(person.id, asked.old, asked.new, here))
        return Done()

    @router.post("/password/renew")
    async def renew(asked: Renewing, response: Response) -> MeTold:
        """A forgotten password is set anew, by a link of an admin; what this person had handed in is shredded."""
        return await turns.call(lambda: MeTold(**visitors.admit(store.renew(asked.token, asked.password), response)))

    @router.post("/people/{person}/password")
    def offer(person: str, by: Annotated[Person, Depends(visitors.with_role("admin"))]) -> Offered:
        """A link for one person who forgot the password; good once, for a day."""
        return Offered(token=store.passwords.offer(person, by.id))


def _add_people(router: APIRouter, store: Store, visitors: Visitors) -> None:
    admin = Depends(visitors.with_role("admin"))

    @router.get("/people")
    def people(_: Annotated[Person, admin]) -> list[PersonTold]:
        return [
            PersonTold(id=person.id, name=person.name, role=person.role, active=person.active)
            for person in store.people.all()
        ]

    @router.patch("/people/{person}")
    def change(person: str, asked: Changing, by: Annotated[Person, admin]) -> Done:
        store.people.change(person, by.id, role=asked.role, active=asked.active)
        return Done()

    @router.get("/invitations")
    def invitations(_: Annotated[Person, admin]) -> list[InvitationTold]:
        return [InvitationTold(**invitation) for invitation in store.people.invitations()]

    @router.post("/invitations")
    def invite(asked: Inviting, by: Annotated[Person, admin]) -> Invited:
        token, name = store.people.invite(asked.role)
        store.act("invited", by.id, invitation=name, role=asked.role)
        return Invited(id=name, token=token)

    @router.delete("/invitations/{invitation}")
    def withdraw(invitation: str, by: Annotated[Person, admin]) -> Done:
        store.people.withdraw(invitation)
        store.act("invitation withdrawn", by.id)
        return Done()
