"""Headers: which go through a proxy, which are for the next hop alone, which are ours."""

from __future__ import annotations

import re

import h11

from veil.service.trace.request_head import RequestHead, is_tag
from veil.service.trace.traced_request import TracedRequest

_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "transfer-encoding",
        "upgrade",
        "proxy-authenticate",
        "proxy-authorization",
    }
)
_NEVER_LISTED = frozenset({"content-length", "host", "content-type", "content-encoding"})
_ABSOLUTE = re.compile(rb"https?://([^/?#]*)", re.IGNORECASE)
Fields = list[tuple[bytes, bytes]]


def fault(request: h11.Request) -> str:
    """Why a request is refused before anything is made of it; both ends must see the same message.

    Source:  RFC 9112 sections 6.1, 6.3 and 11.2.
    """
    names = [name for name, _ in request.headers]
    if b"transfer-encoding" in names and (b"content-length" in names or request.http_version < b"1.1"):
        return "framing"
    if names.count(b"content-length") > 1 or names.count(b"transfer-encoding") > 1:
        return "framing"
    return "connect" if request.method == b"CONNECT" else ""


def head_of(request: h11.Request) -> RequestHead:
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers]
    bodiless = not any(name in (b"content-length", b"transfer-encoding") for name, _ in request.headers)
    return RequestHead(request.method.decode("latin-1"), _origin(request.target).decode("latin-1"), fields, bodiless)


def _origin(target: bytes) -> bytes:
    """A target in its plain form; the absolute one is for proxies that choose their server."""
    found = _ABSOLUTE.match(target)
    if found is None:
        return target
    rest = target[found.end() :]
    return rest if rest.startswith(b"/") else b"/" + rest


def _host(request: h11.Request, place: str) -> list[tuple[bytes, bytes]]:
    """The host where the request has no line for it (HTTP/1.0), or names another one in its target. Source: RFC 9112 section 3.2."""
    found = _ABSOLUTE.match(request.target)
    if found is not None:
        return [(b"Host", found[1].rpartition(b"@")[2])]
    return [] if any(name == b"host" for name, _ in request.headers) else [(b"Host", place.encode("latin-1"))]


def forwarded(request: h11.Request, trail: TracedRequest, place: str) -> h11.Request:
    """The request as the service behind, which is at `place`, gets it: names as they were written, framing stated anew."""
    ours, host = trail.headers(), _host(request, place)
    replaced = {*(name for name, _ in ours), *(["host"] if host else [])}
    fields = host + [field for field in _through(request) if not _is_replaced(field[0], replaced)]
    if any(name == b"transfer-encoding" for name, _ in request.headers):
        fields.append((b"Transfer-Encoding", b"chunked"))
    if trail.head.upgrade:
        fields += [(b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")]
    fields.append((b"Via", b"1.1 veil"))
    fields += [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in ours]
    return h11.Request(method=request.method, target=trail.head.target.encode("latin-1"), headers=fields)


def answered(response: h11.Response) -> h11.Response:
    """The answer as the caller gets it."""
    return h11.Response(status_code=response.status_code, reason=response.reason, headers=_through(response))


def trailers(event: h11.EndOfMessage, *, chunked: bool) -> h11.EndOfMessage:
    """Trailers go where their framing allows them, without any that would be read as our tag."""
    kept = (
        [raw_item for raw_item in event.headers.raw_items() if not is_tag(raw_item[0].decode("latin-1"))]
        if chunked
        else []
    )
    return h11.EndOfMessage(headers=kept)


def _through(message: h11.Request | h11.Response) -> Fields:
    headers = message.headers
    listed = {
        word.strip().lower()
        for name, value in headers
        if name == b"connection"
        for word in value.decode("latin-1").split(",")
    }
    stopped = _HOP | (listed - _NEVER_LISTED)
    return [(name, value) for name, value in headers.raw_items() if name.decode("latin-1").lower() not in stopped]


def _is_replaced(name: bytes, replaced: set[str]) -> bool:
    said = name.decode("latin-1").lower()
    return said in replaced or is_tag(said) or said == "expect"  # whoever waits for a word to go on got it from us
