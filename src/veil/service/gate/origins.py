"""Origins: where a request comes from, by its head: the host it asks for, the page it was sent by, the proxy it came through."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.types import Scope

from veil.errors import Error, ForbiddenError, MisdirectedError
from veil.service.loopback import LOOPBACK

_PROXIED = frozenset(
    {
        "forwarded",
        "via",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-original-forwarded-for",
        "x-original-host",
        "x-envoy-external-address",
        "x-envoy-original-path",
        "true-client-ip",
        "cf-connecting-ip",
        "fastly-client-ip",
        "x-azure-clientip",
        "x-arr-ssl",
        "x-appengine-user-ip",
        "fly-client-ip",
        "x-proxyuser-ip",
    }
)
_PREFIX = "x-forwarded"  # -for, -host, -proto, -port, -server, -prefix, -client-cert
_WITHOUT = "start `veil serve` with --behind-proxy in place of --local: callers then send a token"


class Origins:
    """Which requests are refused by their head alone, before anything of them is read.

    Keeps:   with `local` (no token is needed) a request that came through a proxy is refused: all callers of a proxy on
             this machine seem to be on this machine. So is one for another host, and one sent by a page of another origin.
    """

    def __init__(self, local: bool, hosts: Iterable[str], shared: Iterable[str] = ()) -> None:
        self._local, self._shared = local, frozenset(shared)
        self._allowed = frozenset(hosts) or (frozenset(LOOPBACK) if local else frozenset())

    def refused(self, scope: Scope) -> Error | None:
        """Shape: the error to answer with; None where the request may go on."""
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
        if self._local and is_proxied(scope, (name for name, _ in headers)):
            return ForbiddenError(
                "proxied",
                "this request came through a proxy, and `--local` answers only calls from this machine",
                hint=_WITHOUT,
            )
        if not self._allowed:
            return None
        hosts = [value for name, value in headers if name == "host"] or [""]
        if any(_host(host) not in self._allowed for host in hosts):
            hint = f"ask for localhost; behind a proxy: {_WITHOUT}" if self._local else "--allow-host names the hosts"
            return MisdirectedError("host", "the service does not answer for this host name", hint=hint)
        pages = [value for name, value in headers if name == "origin"]
        if self._local and any(
            page not in self._shared and _host(page.partition("://")[2]) not in self._allowed for page in pages
        ):
            return ForbiddenError(
                "origin",
                "cross-origin request refused",
                hint="open the page of this service itself, or allow the origin: --allow-origin",
            )
        return None

    def shared_with(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """Headers that let a page of a listed origin read the answer; none for all others. Source: Fetch, CORS protocol."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
        if origin.decode("latin-1") not in self._shared:
            return []
        return [
            (b"access-control-allow-origin", origin),
            (b"vary", b"Origin"),
            (b"cross-origin-resource-policy", b"cross-origin"),
            (b"access-control-expose-headers", b"X-Request-Id, Retry-After, Content-Disposition"),
        ]


def is_preflight(scope: Scope) -> bool:
    """Whether a browser asks if a page may call."""
    names = {name for name, _ in scope["headers"]}
    return scope["method"] == "OPTIONS" and b"origin" in names and b"access-control-request-method" in names


def is_proxied(scope: Scope, names: Iterable[str]) -> bool:
    """Whether a proxy shows: by what it adds, or by HTTP/1.0, which nginx speaks to an upstream by default and no client does."""
    return scope.get("http_version") == "1.0" or any(name in _PROXIED or name.startswith(_PREFIX) for name in names)


def _host(written: str) -> str:
    """The name in a Host header, without its port."""
    if written.startswith("["):
        return written[1:].partition("]")[0].lower()
    return written.partition(":")[0].lower()
