"""OIDC: signing in with an account of the hospital, by the authorization code flow with PKCE.

Source:  OpenID Connect Core 1.0, section 3.1; RFC 7636; the flow itself is Authlib's.
"""

from __future__ import annotations

import html
import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from veil.errors import ForbiddenError, ServiceError, UpstreamError
from veil.service.portal.visitors import Visitors
from veil.service.provider import Provider
from veil.service.store.sealed import open_word, seal_word
from veil.service.store.store import ServiceStore

_COOKIE = "veil-oidc"
_MINUTES = 10
_SIGNED = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_WAIT = 10.0
_LEEWAY = 60


def add_oidc(router: APIRouter, store: ServiceStore, visitors: Visitors, provider: Provider) -> None:
    """`/oidc` sends a browser to the provider, `/oidc/back` takes it back."""
    sealing = store.site.keys.secret("service", "oidc")

    @router.get("/oidc", response_class=RedirectResponse, status_code=302, include_in_schema=False)
    def leave() -> Response:
        flow = {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "made": time.time()}
        with _client(provider) as client:
            where, state = client.create_authorization_url(
                _known(provider)["authorization_endpoint"], nonce=flow["nonce"], code_verifier=flow["verifier"]
            )
        answer = RedirectResponse(where, 302)
        sealed = seal_word(sealing, "oidc", json.dumps({**flow, "state": state}).encode()).hex()
        answer.set_cookie(
            _COOKIE,
            sealed,
            max_age=60 * _MINUTES,
            path="/portal/api/oidc",
            httponly=True,
            samesite="lax",
            secure=provider.public.startswith("https"),
        )
        return answer

    @router.get("/oidc/back", response_class=HTMLResponse, include_in_schema=False)
    def back(request: Request) -> Response:
        try:
            flow = json.loads(open_word(sealing, "oidc", bytes.fromhex(request.cookies.get(_COOKIE, ""))))
        except (ValueError, ServiceError):
            raise _refused() from None
        claims = _claims(provider, str(request.url.query), flow)
        person = store.people.vouched(
            provider.issuer, str(claims["sub"]), str(claims.get("preferred_username") or ""), provider.role_of(claims)
        )
        answer = _onward("/people" if person.role == "admin" else "/files")
        visitors.admit(person, answer)
        answer.delete_cookie(_COOKIE, path="/portal/api/oidc")
        return answer


def _claims(provider: Provider, query: str, flow: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the provider says of a person, its signature and all that binds it to this browser checked.

    Errors:  ServiceError `oidc-refused`.
    """
    if time.time() - float(flow["made"]) > 60 * _MINUTES:
        raise _refused()
    known = _known(provider)
    try:
        with _client(provider) as client:
            token = client.fetch_token(
                known["token_endpoint"],
                authorization_response=f"{provider.back}?{query}",
                state=flow["state"],
                code_verifier=flow["verifier"],
            )
        keys = KeySet.import_key_set({"keys": list(_fetched(known["jwks_uri"])["keys"])})
        signed = jwt.decode(token["id_token"], keys, algorithms=_SIGNED)
        options = {"iss": {"values": [known["issuer"]]}, "aud": {"values": [provider.client]}}
        claims = CodeIDToken(
            signed.claims, signed.header, options, {"nonce": flow["nonce"], "client_id": provider.client}
        )
        claims.validate(leeway=_LEEWAY)
    except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError, TypeError):
        raise _refused() from None
    if signed.claims.get("nonce") != flow["nonce"]:
        raise _refused()
    return _named(known, token, dict(signed.claims))


def _named(known: Mapping[str, Any], token: Mapping[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """The claims with the name that a person goes by; many providers tell it only to who asks for it."""
    if "preferred_username" not in claims and known.get("userinfo_endpoint") and token.get("access_token"):
        with suppress(httpx.HTTPError, ValueError, TypeError):
            headers = {"Authorization": f"Bearer {token['access_token']}"}
            more = httpx.get(known["userinfo_endpoint"], headers=headers, timeout=_WAIT).raise_for_status().json()
            if more.get("sub") == claims["sub"]:
                return {"preferred_username": more.get("preferred_username") or more.get("email") or "", **claims}
    return claims


def _known(provider: Provider) -> dict[str, Any]:
    """What the provider tells of itself. Errors: ServiceError `oidc-gone`."""
    try:
        found = _fetched(f"{provider.issuer}/.well-known/openid-configuration")
        if found["issuer"].rstrip("/") != provider.issuer.rstrip("/"):
            raise ValueError  # noqa: TRY301  one answer for every fault of the page
    except (httpx.HTTPError, ValueError, KeyError, AttributeError, TypeError):
        raise UpstreamError(
            "oidc-gone", "the OpenID Connect provider does not answer as expected", hint="check --oidc-issuer"
        ) from None
    return found


def _fetched(address: str) -> dict[str, Any]:
    return dict(httpx.get(address, timeout=_WAIT).raise_for_status().json())


def _client(provider: Provider) -> OAuth2Client:
    return OAuth2Client(
        provider.client,
        provider.secret,
        scope="openid profile email",
        redirect_uri=provider.back,
        code_challenge_method="S256",
        timeout=_WAIT,
    )


def _onward(path: str) -> HTMLResponse:
    """A page that goes on by itself: a cookie for this site alone does not come along with another site's redirection."""
    where = html.escape(path, quote=True)
    return HTMLResponse(
        f'<!doctype html><meta http-equiv="refresh" content="0;url={where}"><title>Veil</title><a href="{where}">Go on</a>'
    )


def _refused() -> ServiceError:
    return ForbiddenError("oidc-refused", "the sign-in was not completed", hint="start again at /sign-in")
