"""Request head: what a front knows of a request before its body, the same for both fronts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from urllib.parse import unquote

from veil.service.trace.verdict import HEADERS

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"})
_HOLE = re.compile(r"\{[^{}/]*\}")
_TAG = HEADERS[0]
_TAGS = frozenset(header.replace(".", "-") for header in HEADERS)


@dataclass(frozen=True, slots=True)
class RequestHead:
    """Shape: names of `fields` in lower case, in the order of the request."""

    method: str
    target: str
    fields: Sequence[tuple[str, str]]
    bodiless: bool = False

    def get(self, name: str) -> str:
        return ", ".join(value for field_name, value in self.fields if field_name == name)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def length(self) -> int | None:
        said = self.get("content-length")
        return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else None

    @property
    def upgrade(self) -> str:
        """`websocket`, where that is asked for; requests inside any other protocol would pass without a tag."""
        asked = self.get(":protocol") or (self.get("upgrade") if "upgrade" in self.get("connection").lower() else "")
        return "websocket" if asked.strip().lower() == "websocket" else ""

    @property
    def told_method(self) -> str:
        """The method where it is one of the known; a caller may write anything in its place."""
        return self.method if self.method in METHODS else "_OTHER"


def is_tag(name: str) -> bool:
    """Whether a name would be read as one of ours, also by what writes `_` for `-` as CGI does."""
    return name.lower().replace("_", "-").replace(".", "-") in _TAGS


def is_watched(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path is one of those that were chosen; all are where none was."""
    return not patterns or any(fnmatchcase(path, pattern) for pattern in patterns)


def route_of(path: str, routes: Sequence[str]) -> str:
    """The template a path fits, as it stands in the configuration: never a part of the path itself."""
    for route in routes:
        parts = [re.escape(part) for part in _HOLE.split(route)]
        if re.fullmatch("[^/]*".join(parts), path):
            return route
    return ""


def baggage(head: RequestHead, verdict: str) -> str:
    """The caller's members without its own of our name, and ours. Source: W3C Baggage."""
    kept = [
        entry.strip()
        for entry in head.get("baggage").split(",")
        if entry.strip() and unquote(entry.partition("=")[0].partition(";")[0]).strip().lower() != _TAG
    ]
    return ",".join([*kept, f"{_TAG}={verdict}"])
