"""Sign-in: setup, signing in, passwords, invitations, and the users an administrator manages."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from veil.service.portal.limiter import CallLimiter
from veil.service.portal.schemas import (
    Confirmation,
    Credentials,
    CurrentUser,
    InvitationAcceptance,
    InvitationLink,
    InvitationStatus,
    NewInvitation,
    PasswordChange,
    PasswordLink,
    PasswordReset,
    PortalState,
    SetupRequest,
    UserChange,
    UserStatus,
)
from veil.service.portal.visitors import Visitors
from veil.service.store.sessions import change_token, session_digest
from veil.service.store.store import ServiceStore
from veil.service.store.user import User


def add_sign_in(router: APIRouter, store: ServiceStore, visitors: Visitors, *, single: bool = False) -> None:
    """Shape: `single`: people may also come in by an account of the hospital."""
    turns = CallLimiter()
    _add_doors(router, store, visitors, turns, single=single)
    _add_passwords(router, store, visitors, turns)
    _add_people(router, store, visitors)


def _add_doors(router: APIRouter, store: ServiceStore, visitors: Visitors, turns: CallLimiter, *, single: bool) -> None:
    @router.get("/state")
    def state() -> PortalState:
        return PortalState(needs_setup=store.people.needs_setup() and not single, single_sign_on=single)

    @router.post("/setup")
    async def setup(body: SetupRequest, response: Response) -> CurrentUser:
        def set_up() -> CurrentUser:
            person = store.people.set_up(body.code, body.name, body.password)
            store.act("set up", person.id)
            return CurrentUser(**visitors.admit(person, response))

        return await turns.call(set_up)

    @router.post("/login")
    async def login(body: Credentials, response: Response) -> CurrentUser:
        def enter() -> CurrentUser:
            return CurrentUser(**visitors.admit(store.passwords.enter(body.name, body.password), response))

        return await turns.call(enter)

    @router.post("/invitations/accept")
    async def accept(body: InvitationAcceptance, response: Response) -> CurrentUser:
        def join() -> CurrentUser:
            person = store.people.accept(body.token, body.name, body.password)
            store.act("joined", person.id, role=person.role)
            return CurrentUser(**visitors.admit(person, response))

        return await turns.call(join)

    @router.post("/logout")
    def logout(request: Request, response: Response, person: Annotated[User, Depends(visitors.person)]) -> Confirmation:
        visitors.dismiss(request, response)
        store.act("signed out", person.id)
        return Confirmation()

    @router.get("/me")
    def me(request: Request, person: Annotated[User, Depends(visitors.person)]) -> CurrentUser:
        return CurrentUser(
            id=person.id, name=person.name, role=person.role, change=change_token(visitors.token(request))
        )


def _add_passwords(router: APIRouter, store: ServiceStore, visitors: Visitors, turns: CallLimiter) -> None:
    @router.put("/password")
    async def change(
        request: Request, body: PasswordChange, person: Annotated[User, Depends(visitors.person)]
    ) -> Confirmation:
        """Another password; all other sessions of this person end."""
        here = session_digest(visitors.token(request))
        await turns.call(lambda: store.passwords.change(person.id, body.old, body.new, here))
        return Confirmation()

    @router.post("/password/renew")
    async def renew(body: PasswordReset, response: Response) -> CurrentUser:
        """A forgotten password is set anew, by a link of an admin; what this person had handed in is shredded."""
        return await turns.call(lambda: CurrentUser(**visitors.admit(store.renew(body.token, body.password), response)))

    @router.post("/people/{person}/password")
    def offer(person: str, by: Annotated[User, Depends(visitors.with_role("admin"))]) -> PasswordLink:
        """A link for one person who forgot the password; good once, for a day."""
        return PasswordLink(token=store.passwords.offer(person, by.id))


def _add_people(router: APIRouter, store: ServiceStore, visitors: Visitors) -> None:
    admin = Depends(visitors.with_role("admin"))

    @router.get("/people")
    def people(_: Annotated[User, admin]) -> list[UserStatus]:
        return [
            UserStatus(id=person.id, name=person.name, role=person.role, active=person.active)
            for person in store.people.all()
        ]

    @router.patch("/people/{person}")
    def change(person: str, body: UserChange, by: Annotated[User, admin]) -> Confirmation:
        store.people.change(person, by.id, role=body.role, active=body.active)
        return Confirmation()

    @router.get("/invitations")
    def invitations(_: Annotated[User, admin]) -> list[InvitationStatus]:
        return [InvitationStatus(**invitation) for invitation in store.people.invitations()]

    @router.post("/invitations")
    def invite(body: NewInvitation, by: Annotated[User, admin]) -> InvitationLink:
        token, name = store.people.invite(body.role)
        store.act("invited", by.id, invitation=name, role=body.role)
        return InvitationLink(id=name, token=token)

    @router.delete("/invitations/{invitation}")
    def withdraw(invitation: str, by: Annotated[User, admin]) -> Confirmation:
        store.people.withdraw(invitation)
        store.act("invitation withdrawn", by.id)
        return Confirmation()
