"""Provider: the hospital's own sign-in (OpenID Connect), as `veil serve` was given it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from veil.errors import ForbiddenError, InvalidError, ServiceError
from veil.service.loopback import LOOPBACK
from veil.service.store.accounts import ROLES


@dataclass(frozen=True, slots=True)
class Provider:
    """Who vouches for people.

    Shape:   `issuer` and `public` (where browsers find this service) are addresses without a slash at the end; `roles`: a
             value of the claim `claim` -> a role. Whoever has none of them does not come in.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    public: str
    roles: Mapping[str, str]
    claim: str = "groups"

    def __post_init__(self) -> None:
        """Errors: ServiceError `role-unknown`, `oidc-address`."""
        if not self.roles or any(role not in ROLES for role in self.roles.values()):
            raise InvalidError(
                "role-unknown", "unknown role", hint="--oidc-role GROUP=ROLE, one of: " + ", ".join(ROLES)
            )
        for address in (self.issuer, self.public):
            to = urlsplit(address)
            if to.scheme != "https" and not (to.scheme == "http" and to.hostname in LOOPBACK):
                raise ServiceError(
                    "oidc-address", "an address of the OpenID Connect provider does not use TLS", hint="https://"
                )

    @property
    def back(self) -> str:
        return f"{self.public}/portal/api/oidc/back"

    def role_of(self, claims: Mapping[str, Any]) -> str:
        """The strongest role that the claims give. Errors: ServiceError `oidc-role`."""
        claimed = claims.get(self.claim)
        groups = [claimed] if isinstance(claimed, str) else claimed if isinstance(claimed, list) else []
        found = {self.roles[group] for group in groups if isinstance(group, str) and group in self.roles}
        for role in reversed(ROLES):
            if role in found:
                return role
        raise ForbiddenError(
            "oidc-role",
            "this account has no role in Veil",
            hint="ask the administrator to add it to a group with a role (--oidc-role GROUP=ROLE)",
        )


def secret_of(environment: Mapping[str, str] | None = None) -> str:
    """The client's secret, from VEIL_OIDC_SECRET. Errors: ServiceError `oidc-secret`."""
    found = (os.environ if environment is None else environment).get("VEIL_OIDC_SECRET", "")
    if not found:
        raise ServiceError(
            "oidc-secret", "the client secret for OpenID Connect is missing", hint="set VEIL_OIDC_SECRET"
        )
    return found
