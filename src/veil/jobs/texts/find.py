"""Find: spans for texts that come one by one or as JSON lines; the measuring interface."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, TextIO

from veil.engine.texts import TextEngine, policy_of
from veil.errors import LimitError
from veil.jobs.texts.text_options import Search
from veil.keys import Keys
from veil.model import Span
from veil.policy.profile import read_profile

BATCH = 64
GULP = 1 << 20


class Finder:
    """The spans that a profile would change, or every span."""

    def __init__(
        self,
        *,
        everything: bool = False,
        profile: str = "safe-harbor",
        detectors: Sequence[str] | None = None,
        search: Search | None = None,
    ) -> None:
        chosen = read_profile(profile)
        self._engine = TextEngine(policy_of(chosen), Keys.none(), scanner=(search or Search(detectors)).scanner())
        self._everything = everything
        self.unread: Counter[str] = Counter()  # texts so far in languages that are not read

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Shape: n texts -> n lists of spans, disjoint, sorted, in code points."""
        found = self._engine.find(texts)
        return found if self._everything else self._engine.changed(texts, found)

    def languages(self, texts: Sequence[str]) -> list[str]:
        """The language of each text that the detectors do not read, "" for the others. Shape: n texts -> n codes."""
        found = self._engine.languages(texts)
        self.unread.update(code for code in found if code)
        return found


def answer_lines(finder: Finder, source: BinaryIO, sink: TextIO) -> int:
    """Answer JSON lines in their order, streaming; the number of lines that could not be read.

    Shape:   `{"id","text"}` -> `{"id","spans":[{"start","end","label","score","source"}]}`, with `"language": code` where the
             text is in a language that is not read; or `{"id"?,"error": code}`.
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
    waiting: list[bytes] = []
    while data := read(GULP):
        *whole, rest = data.split(b"\n")
        if whole:
            whole[0] = b"".join([*waiting, whole[0]])
            waiting = []
            yield whole
        waiting.append(rest)
    if any(waiting):
        yield [b"".join(waiting)]


def _answered(finder: Finder, read: list[dict[str, Any]], sink: TextIO) -> int:
    texts = [line["text"] for line in read if "error" not in line]
    spans, languages = iter(_found(finder, texts)), iter(finder.languages(texts))
    bad = 0
    for line in read:
        answer, language = (next(spans), next(languages)) if "error" not in line else (line["error"], "")
        if isinstance(answer, str):
            bad += 1
            sink.write(json.dumps({**({"id": line["id"]} if "id" in line else {}), "error": answer}) + "\n")
        else:
            more = {"language": language} if language else {}
            sink.write(json.dumps({"id": line["id"], "spans": [_written(span) for span in answer], **more}) + "\n")
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
        "source": span.origin,
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
