"""Evaluate: a text becomes a verdict, by the detectors here or by a `veil serve` elsewhere."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from veil.errors import Error, PolicyError
from veil.lexicon.language_check import UNKNOWN
from veil.model import Label
from veil.service.locate import LABELS, entities, type_of
from veil.service.loopback import LOOPBACK
from veil.service.trace.bodies import Body, read
from veil.service.trace.verdict import Evaluation, outcome, unknown

PIECE = 20_000  # characters read at once, cut at the end of a line where one is near
OVERLAP = 768
KEPT = 1_000  # findings of one request
BUDGET = 2.0  # seconds of one request


@dataclass(frozen=True, slots=True)
class Hit:
    """A span as both ways of evaluation know it; `entity` is in the shape of Locate."""

    kind: str
    start: int
    end: int
    entity: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TextFinding:
    """What was found in a text; `language`: that of a text that is not read, else ""."""

    hits: list[Hit]
    language: str = ""


Find = Callable[[str], TextFinding]


@dataclass(frozen=True, slots=True)
class Remote:
    """A `veil serve` that evaluates for us."""

    url: str
    token: str = field(default="", repr=False)
    ca: str = ""
    cert: str = ""
    key: str = ""
    patience: float = 10.0


class Evaluator:
    """Reads bodies and texts; lives in a process of its own.

    Keeps:   raises nothing: what fails is `unknown` with a code.
    """

    def __init__(
        self,
        labels: frozenset[Label] = LABELS,
        limit: int = 1 << 20,
        remote: Remote | None = None,
        budget: float = BUDGET,
    ) -> None:
        self._limit, self._budget, self._remote = limit, budget, remote is not None
        self._find = remote_find(remote, labels) if remote else local_find(labels)

    def body(self, body: Body, keep: bool = False) -> Evaluation:
        began = time.process_time()
        reading = read(body, self._limit)
        return replace(self._judged(reading.text, reading.unread, keep), cpu=time.process_time() - began)

    def window(self, text: str, first: int, last: int, keep: bool = False) -> Evaluation:
        """Of a piece of a stream: only spans that begin from `first` to before `last`; the pieces beside it have the others."""
        began = time.process_time()
        return replace(self._judged(text, [], keep, first, last), cpu=time.process_time() - began)

    def _judged(self, text: str, unread: list[str], keep: bool, first: int = 0, last: int | None = None) -> Evaluation:
        hits: list[Hit] = []
        languages: set[str] = set()
        try:
            whole = self._read(text, hits, languages)
        except Error as error:
            return unknown(error.code)
        except (OSError, http.client.HTTPException, ValueError):
            return replace(unknown("failed"), away=self._remote)
        own = [hit for hit in hits if first <= hit.start < (len(text) if last is None else last)]
        missed = [*unread, *(["language"] if languages - {"", UNKNOWN} else [])]
        result = outcome([hit.kind for hit in own], missed if whole else ["late"])
        return replace(result, found=[hit.entity for hit in own[:KEPT]] if keep else [])

    def _read(self, text: str, hits: list[Hit], languages: set[str]) -> bool:
        """Whether all of it was read before the budget of one request was spent: those behind it wait."""
        until = time.monotonic() + self._budget
        for at, end, first, last in pieces(text):
            if time.monotonic() > until:
                return False
            reading = self._find(text[at:end])
            hits += [_moved(hit, at) for hit in reading.hits if first <= hit.start + at < last]
            languages.add(reading.language)
        return True


def pieces(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Begin and end of pieces that overlap, and from where to where a span must begin to be of the piece."""
    at = first = 0
    while len(text) - at > PIECE:
        end = text.rfind("\n", at + PIECE - OVERLAP, at + PIECE) + 1 or at + PIECE
        cut = text[end - 1] == "\n"
        last = end if cut else end - OVERLAP // 3
        yield at, end, first, last
        at, first = (end, end) if cut else (end - OVERLAP, last)
    if text:
        yield at, len(text), first, len(text)


def _moved(hit: Hit, by: int) -> Hit:
    if not by:
        return hit
    entity = {**hit.entity, "BeginOffset": hit.start + by, "EndOffset": hit.end + by}
    return Hit(hit.kind, hit.start + by, hit.end + by, entity)


def local_find(labels: frozenset[Label]) -> Find:
    from veil.engine.texts import TextEngine, policy_of  # noqa: PLC0415  the detectors are loaded where they run
    from veil.keys import Keys  # noqa: PLC0415
    from veil.policy.profile import read_profile  # noqa: PLC0415

    engine = TextEngine(policy_of(read_profile("safe-harbor")), Keys.none())
    engine.find(["Seen by Dr. Alice Wong on 03/04/2019; MRN 1234567, call 617-555-1212."])  # all is loaded now

    def find(text: str) -> TextFinding:
        spans = [span for span in engine.find([text])[0] if span.label in labels]
        hits = [
            Hit(span.label.value, span.start, span.end, entity) for span in spans for entity in entities(text, [span])
        ]
        return TextFinding(hits, engine.languages([text])[0])

    return find


def remote_find(remote: Remote, labels: frozenset[Label]) -> Find:
    """Over one connection that stays open, with our own certificate where one was given.

    Errors:  of the call: OSError, HTTPException, ValueError; none of them is told further.
    """
    wanted = {type_of(label) for label in labels}
    line = _Line(remote)

    def find(text: str) -> TextFinding:
        answer = json.loads(line.post(json.dumps({"text": text}).encode()))
        hits = [
            Hit(str(entity["Type"]), int(entity["BeginOffset"]), int(entity["EndOffset"]), entity)
            for entity in answer["phi"]
            if entity["Type"] in wanted
        ]
        return TextFinding(hits, str(answer.get("language") or ""))

    return find


class _Line:
    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._to = urlsplit(remote.url)
        self._context = context_of(remote) if self._to.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None

    def post(self, content: bytes) -> bytes:
        fresh = self._connection is None
        try:
            return self._posted(content)
        except (OSError, http.client.HTTPException):
            self._connection = None
            if fresh:
                raise
            return self._posted(content)  # the other side had closed a connection that lay idle

    def _posted(self, content: bytes) -> bytes:
        if self._connection is None:
            self._connection = self._opened()
        headers = {"Content-Type": "application/json"}
        if self._remote.token:
            headers["Authorization"] = f"Bearer {self._remote.token}"
        self._connection.request("POST", f"{self._to.path.rstrip('/')}/api/v1/phi", content, headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise ValueError
        return body

    def _opened(self) -> http.client.HTTPConnection:
        host, port = self._to.hostname or "", self._to.port
        if self._context is None:
            return http.client.HTTPConnection(host, port, timeout=self._remote.patience)
        return http.client.HTTPSConnection(host, port, timeout=self._remote.patience, context=self._context)


def context_of(remote: Remote) -> ssl.SSLContext:
    """Errors: PolicyError `evaluator-files` for a certificate, key or authority that cannot be read."""
    try:
        context = ssl.create_default_context(cafile=remote.ca or None)
        if remote.cert:
            context.load_cert_chain(remote.cert, remote.key or None)
    except (OSError, ssl.SSLError):
        raise PolicyError(
            "evaluator-files",
            "the certificate, its private key or the CA certificate cannot be read",
            hint="--ca, --cert and --key must be files in PEM",
        ) from None
    return context


def checked(remote: Remote) -> Remote:
    """Errors: PolicyError `evaluator-url`, `evaluator-plain`, `evaluator-files`."""
    try:
        to = urlsplit(remote.url)
        _ = to.port
    except ValueError:
        to = urlsplit("")
    if to.scheme not in ("http", "https") or not to.hostname:
        raise PolicyError(
            "evaluator-url", "the evaluator must be an http or https address", hint="https://veil.example:8443"
        )
    if to.scheme == "http" and to.hostname not in LOOPBACK:
        raise PolicyError(
            "evaluator-plain", "the evaluator is on another machine, and its address does not use TLS", hint="https://"
        )
    context_of(remote)
    return remote


def token_in(file: Path | None) -> str:
    """Errors: PolicyError `token-file`."""
    if file is None:
        return ""
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        raise PolicyError("token-file", "the token file cannot be read", where=file.name) from None
