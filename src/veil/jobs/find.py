"""Find: spans for texts that come one by one or as JSON lines; the measuring interface."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, TextIO

from veil.errors import LimitError
from veil.jobs.search import Search
from veil.model import Label, Span
from veil.policy.profile import read_profile
from veil.policy.rules import Keep

BATCH = 64
GULP = 1 << 20


class Finder:
    """The spans that a profile would change, or every span."""

    def __init__(
        self, *, everything: bool = False, profile: str = "safe-harbor", detectors: Sequence[str] | None = None,
        search: Search | None = None,
    ) -> None:  # fmt: skip
        self._scanner = (search or Search(detectors)).scanner()
        kept = {label for label, one in read_profile(profile).labels.items() if isinstance(one, Keep)}
        self._shown: frozenset[Label] = frozenset(Label) if everything else frozenset(Label) - kept

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Shape: n texts -> n lists of spans, disjoint, sorted, in code points."""
        return [[span for span in spans if span.label in self._shown] for spans in self._scanner.find(texts)]


def answer_lines(finder: Finder, source: BinaryIO, sink: TextIO) -> int:
    """Answer JSON lines in their order, streaming; the number of lines that could not be read.

    Shape:   `{"id","text"}` -> `{"id","spans":[{"start","end","label","score","source"}]}`, or `{"id"?,"error": code}`.
    """
    bad = 0
    for lines in _gulps(source):
        for at in range(0, len(lines), BATCH):
            bad += _answered(finder, [_read(line) for line in lines[at : at + BATCH] if line.strip()], sink)
        sink.flush()
    return bad


def _gulps(source: BinaryIO) -> Iterator[list[bytes]]:
    """The whole lines of whatever has arrived: a line alone is answered at once, a file in large pieces."""
    read = getattr(source, "read1", source.read)
    held: list[bytes] = []
    while data := read(GULP):
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = b"".join([*held, whole[0]])
            held = []
            yield whole
        held.append(rest)
    if any(held):
        yield [b"".join(held)]


def _answered(finder: Finder, read: list[dict[str, Any]], sink: TextIO) -> int:
    spans = iter(_found(finder, [one["text"] for one in read if "error" not in one]))
    bad = 0
    for one in read:
        answer = next(spans) if "error" not in one else one["error"]
        if isinstance(answer, str):
            bad += 1
            sink.write(json.dumps({**({"id": one["id"]} if "id" in one else {}), "error": answer}) + "\n")
        else:
            sink.write(json.dumps({"id": one["id"], "spans": [_written(span) for span in answer]}) + "\n")
    return bad


def _found(finder: Finder, texts: list[str]) -> list[list[Span] | str]:
    """The spans of each text, or the code of the limit that it went over: one such text costs only itself."""
    try:
        return [*finder.find(texts)]
    except LimitError as error:
        if len(texts) == 1:
            return [error.code]
        return [answer for text in texts for answer in _found(finder, [text])]


def _written(span: Span) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "label": span.label.value,
        "score": round(span.score, 4),
        "source": span.source,
    }


def _read(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return {"error": "line-broken"}
    if not isinstance(record, dict):
        return {"error": "line-shape"}
    known = {"id": record["id"]} if "id" in record else {}
    if not isinstance(record.get("text"), str) or not known:
        return {**known, "error": "line-shape"}
    if not _is_unicode(record["text"]):
        return {**known, "error": "text-surrogates"}
    return {**known, "text": record["text"]}


def _is_unicode(text: str) -> bool:
    """Whether a text has no lone surrogate, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
