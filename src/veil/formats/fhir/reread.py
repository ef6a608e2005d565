"""FHIR read a second time: by the standard library's parser, without a place, to compare inputs and outputs by."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from veil.errors import FormatError
from veil.formats.fhir.attachments import is_file, is_kind, is_plain
from veil.formats.fhir.nodes import ABSENT, MASKED
from veil.formats.fhir.resources import INNER_URLS, element_at
from veil.formats.fhir.standard import resources
from veil.formats.fhir.urls import is_published
from veil.formats.json_reread import RereadMembers, parsed
from veil.model import Batch, Field

_HOLDERS = ("resource", "outcome")
_WITHOUT_BLANKS = str.maketrans("", "", " \t\r\n")
_NOTHING = object()  # nothing stands beside a value
Members = dict[str, Any]


class FhirReader:
    """The values of documents, as the first reading names them.

    Shape:   `extensions`: URLs that the project names; `members`: how the members of a document are read.
    """

    def __init__(self, extensions: Iterable[str], members: Callable[[str], Any] | None = None) -> None:
        self._members_of = members or members_of_json
        self._extensions = frozenset(extensions)
        self._found: dict[str, tuple[list[str | None], list[int]]] = {}
        self._row = -1
        self._named: dict[str, str] = {}

    def batch(self, texts: Sequence[str]) -> Batch:
        """Errors: FormatError `reread`."""
        self._found, self._row = {}, -1
        for text in texts:
            if text.strip():
                self._document(self._members_of(text))
        fields = tuple(
            Field(address, pa.array(values, pa.large_string()), pa.array(rows, pa.int64()))
            for address, (values, rows) in self._found.items()
        )
        return Batch(fields, self._row + 1)

    def _document(self, document: Any) -> None:
        if not isinstance(document, dict):
            raise FormatError("reread", "the check by a second FHIR reader found no resource")
        self._named = dict(_full_urls(document))
        self._resource(document, self._next(), {})

    def _next(self) -> int:
        self._row += 1
        return self._row

    def _put(self, address: str, value: str | None, row: int) -> None:
        values, rows = self._found.setdefault(address, ([], []))
        values.append(value)
        rows.append(row)

    def _resource(self, members: Members, row: int, inside: dict[str, str]) -> None:
        kind = members.get("resourceType")
        if not isinstance(kind, str) or kind not in resources():
            raise FormatError("reread", "the check by a second FHIR reader found a resource of no known type")
        within = {
            str(other.get("id") or ""): str(other["resourceType"])
            for other in _list(members.get("contained"))
            if isinstance(other, dict) and other.get("resourceType") in resources()
        }
        self._members(members, kind, row, {**inside, **within}, skips=("resourceType",))

    def _members(
        self, members: Members, above: str, row: int, inside: dict[str, str], skips: tuple[str, ...] = ()
    ) -> None:
        for key, value in members.items():
            base = key[1:]
            if key in skips:
                continue
            if key.startswith("_") and _may_stand_aside(members.get(base), value):
                if base not in members:
                    self._alone(value, above, base, row, inside, members.get("contentType"))
                continue
            other = members.get(f"_{key}", _NOTHING)
            other = other if other is _NOTHING or _may_stand_aside(value, other) else _NOTHING
            if isinstance(value, str) and is_kind(f"{above}.{key}") and is_plain(value):
                self._beside(other, f"{above}.{key}", row, inside)
                continue
            if value is None:
                self._alone({} if other is _NOTHING else other, above, key, row, inside, members.get("contentType"))
                continue
            text = _file_text(above, key, members)
            if text is not None:
                self._put(f"{above}.{key}(text)", text, row)
                self._beside(other, f"{above}.{key}", row, inside)
                continue
            self._aside(other, [value] if not isinstance(value, list) else value, above, key, row, inside)

    def _alone(self, aside: Any, above: str, key: str, row: int, inside: dict[str, str], kind: Any) -> None:
        """What stands beside a value that is not there. Shape: `kind`: of a file, what it says that it is."""
        is_text = isinstance(kind, str) and is_plain(kind) and is_file(f"{above}.{key}")
        if is_text and isinstance(aside, dict):
            self._put(f"{above}.{key}(text)", None, row)
            self._beside(aside, f"{above}.{key}", row, inside)
        else:
            self._aside(aside, None, above, key, row, inside)

    def _aside(
        self, aside: Any, values: list[Any] | None, above: str, key: str, row: int, inside: dict[str, str]
    ) -> None:
        """The values of one name, each with what stands beside it."""
        others = aside if isinstance(aside, list) and aside else [] if aside is _NOTHING else [aside]
        many: list[Any] = [None] * len(others) if values is None else values
        padded = [*others, *([None] * (len(many) - len(others)))]
        for value, other in zip(many, padded, strict=False):
            self._element(value, other, above, key, row, inside)
        for other in others[len(many) :]:
            self._element(None, other, above, key, row, inside)

    def _element(self, value: Any, aside: Any, above: str, key: str, row: int, inside: dict[str, str]) -> None:
        if isinstance(value, dict) and key in (*_HOLDERS, "contained") and isinstance(value.get("resourceType"), str):
            if key == "contained":
                self._resource(value, row, inside)
            else:
                self._resource(value, row if above == "Bundle.entry" else self._next(), {})
            return
        address, is_known, _ = element_at(above, key)
        if is_known and key in ("extension", "modifierExtension"):
            address, is_known = self._extension(above, key, value)
        if not is_known:
            self._put(address, "{}", row)
            return
        if address == "Bundle.entry":
            row = self._next()
        if isinstance(value, dict):
            skips = ("url",) if key in ("extension", "modifierExtension") else ()
            self._members(value, address, row, inside, skips)
            return
        self._scalar(address, key, value, row, inside)
        self._beside(aside, address, row, inside)

    def _beside(self, aside: Any, address: str, row: int, inside: dict[str, str]) -> None:
        if isinstance(aside, dict):
            left = {name: member for name, member in aside.items() if name != "extension"}
            extensions = [other for other in _list(aside.get("extension")) if not _is_mask(other)]
            self._members({**left, **({"extension": extensions} if extensions else {})}, address, row, inside)

    def _extension(self, above: str, key: str, value: Any) -> tuple[str, bool]:
        url = value.get("url") if isinstance(value, dict) else None
        url = url if isinstance(url, str) else ""
        named = url in self._extensions or is_published(url) or (above[-2:] == "')" and url in INNER_URLS)
        if named and "'" not in url:
            return f"{above}.{key}('{url}')", True
        return f"{above}.{key}(other)", False

    def _scalar(self, address: str, key: str, value: Any, row: int, inside: dict[str, str]) -> None:
        text = None if value is None else value if isinstance(value, str) else "true" if value else "false"
        if text is None or not _leads(address, key, text):
            self._put(address, text, row)
            return
        found = _split(text, self._named, inside)
        if found is None:
            self._put(address, text, row)
        for kind, piece in found or ():
            self._put(f"{address}({kind})", None if piece == "-" else piece, row)


def members_of_json(text: str) -> Any:
    """A document of JSON. Errors: FormatError `reread`."""
    return _as_dict(parsed(text))


def _as_dict(value: Any) -> Any:
    """Objects as dictionaries. Errors: FormatError `reread` where a name stands twice."""
    if isinstance(value, RereadMembers):
        found = {key: _as_dict(member) for key, member in value}
        if len(found) != len(value):
            raise FormatError("reread", "the check by a second FHIR reader found a name twice in one object")
        return found
    return [_as_dict(member) for member in value] if isinstance(value, list) else value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _may_stand_aside(value: Any, aside: Any) -> bool:
    """Whether what is named with `_` belongs to a primitive: objects and nulls alone."""
    if any(isinstance(member, dict) for member in _list(value)):
        return False
    return all(member is None or isinstance(member, dict) for member in _list(aside))


def _file_text(above: str, key: str, members: Members) -> str | None:
    """The text of a file that says that it is plain text; None where there is none."""
    value, content_type = members.get(key), members.get("contentType")
    if not isinstance(value, str) or not value or not is_file(f"{above}.{key}"):
        return None
    if not isinstance(content_type, str) or not is_plain(content_type):
        return None
    written = value.translate(_WITHOUT_BLANKS)
    try:
        data = binascii.a2b_base64(written)
        text = data.decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    is_canonical = binascii.b2a_base64(data, newline=False).decode() == written
    return text if text and is_canonical and "\0" not in text else None


def _is_mask(extension: Any) -> bool:
    return isinstance(extension, dict) and extension == {"url": ABSENT, "valueCode": MASKED}


def _full_urls(document: Members) -> Iterator[tuple[str, str]]:
    for entry in _list(document.get("entry")):
        within = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(within, dict) and within.get("resourceType") in resources():
            if isinstance(entry.get("fullUrl"), str):
                yield entry["fullUrl"], within["resourceType"]
            yield from _full_urls(within)


def _leads(address: str, key: str, text: str) -> bool:
    if key == "url" and address != "Bundle.entry.request.url":
        return text[:7] == "Binary/"
    return key == "reference" or (key in ("fullUrl", "url", "location") and address.startswith("Bundle.entry."))


def _split(text: str, named: dict[str, str], inside: dict[str, str]) -> list[tuple[str, str]] | None:
    """The pieces of a reference, each with what it is; None where it is none."""
    if text == "#" or text in resources():
        return []
    if any(char.isspace() for char in text):
        return None
    if text[0:1] == "#":
        rest = text[1:]
        return None if any(sign in rest for sign in "/?#|") else [(inside.get(rest, "contained"), rest)]
    if text.startswith(("urn:uuid:", "urn:oid:")):
        kind, rest = text[4:].split(":", 1)
        return [(named.get(text, kind), rest)] if rest and not any(sign in rest for sign in "?#|") else None
    before, mark, after = text.partition("?identifier=")
    if mark and before in resources():
        system, bar, number = after.rpartition("|")
        if number and "&" not in after and "|" not in system:
            return [*([("system", system)] if bar and system else []), (f"{before}?identifier", number)]
        return None
    return _path(text)


def _path(text: str) -> list[tuple[str, str]] | None:
    if any(sign in text for sign in "?#|"):
        return None
    parts = text.split("/")
    version = parts.pop() if len(parts) > 3 and parts[-2] == "_history" else ""
    if version:
        parts.pop()
    if len(parts) < 2 or not all(parts[-2:]) or parts[-2] not in resources():
        return None
    base = "/".join(parts[:-2])
    scheme = base.partition("://")[0]
    if len(parts) > 2 and (not (scheme.isalpha() and scheme.islower()) or "://" not in base or base[-1] in "/:"):
        return None
    found = [("base", base)] if base else []
    found.append((parts[-2], parts[-1]))
    return [*found, ("version", version)] if version else found
