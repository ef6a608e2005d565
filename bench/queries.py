"""Queries by Safe Harbor's own count: what their gold marks and the rule lets stay counts neither way.

Usage: python -m bench.queries     asq-phi by `veil find`, raw and by the rule's own count
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from bench.corpora import PEERS, corpus
from veil.jobs.texts.find import Finder
from veil.lexicon.language import english

NAME = "asq-phi"
_KEY = re.compile(r"\A[^\d]*?(?=[A-Z]{0,6}[\-_]?\d)")  # `Patient ID: ` before a number
_MONTH = re.compile(r"\d|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec", re.IGNORECASE)
_TITLE = re.compile(r"\b(?:mr|mrs|ms|miss|dr|doctor|prof|professor|nurse|md|do|dds|rn|np|pa|phd)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b(?![-/]\d)(?<![-/]\d{4})")
_OWNED = re.compile(r"(?<=['\u2019])s\b")
_WORD = re.compile(r"[^\W\d_]+")
_PLAIN = frozenset({"in", "the", "of", "at", "near", "from", "er", "and", "a", "an", "for"})
_NUMBERS = ("NUMBER", "IDENTIFIER")


def marked(label: str, value: str) -> set[int]:
    """The places of letters and digits of one marked value, without titles and bare years, as every bench counts them."""
    kind = _TITLE if label == "NAME" else _YEAR if label == "DATE" else _OWNED
    left = {at for at, sign in enumerate(value) if sign.isalnum()}
    for skipped in (*kind.finditer(value), *_OWNED.finditer(value)):
        left.difference_update(range(*skipped.span()))
    return left


def counts(label: str, value: str) -> Iterator[int]:
    """Those of them that the rule asks to take away.

    A relative date has none; a number none in the words before it; a place none in a state and in small words.
    """
    if "DATE" in label and not _MONTH.search(value):
        return
    skipped: set[int] = set()
    if label.endswith(_NUMBERS):
        key = _KEY.match(value)
        skipped.update(range(key.end() if key else 0))
    if "LOCATION" in label:
        places = english().places
        for word in _WORD.finditer(value):
            if word[0].lower() in _PLAIN or word[0].lower() in places.states or word[0] in places.short:
                skipped.update(range(*word.span()))
        skipped.update(at for name in places.states if " " in name for at in _places_of(value.lower(), name))
    yield from marked(label, value) - skipped


def _places_of(value: str, name: str) -> Iterator[int]:
    for match in re.finditer(rf"\b{re.escape(name)}\b", value):
        yield from range(*match.span())


def figures() -> list[tuple[str, float, float]]:
    """Shares of characters and of notes, raw and by the rule's own count."""
    records = [json.loads(line) for line in corpus(f"{NAME}.jsonl").open(encoding="utf-8")]
    counted = json.loads((PEERS / "labels.json").read_text(encoding="utf-8"))[NAME]
    answers = Finder().find([record["text"] for record in records])
    rows = []
    for title, own in (("raw", False), ("Safe Harbor's own count", True)):
        hit = every = whole = notes = 0
        for record, spans in zip(records, answers, strict=True):
            masked = {at for span in spans for at in range(span.start, span.end)}
            wanted = set()
            for span in record["spans"]:
                if span["label"] not in counted:
                    continue
                value = record["text"][span["start"] : span["end"]]
                places = counts(span["label"], value) if own else marked(span["label"], value)
                wanted.update(span["start"] + at for at in places)
            hit, every = hit + len(wanted & masked), every + len(wanted)
            notes, whole = notes + bool(wanted), whole + (bool(wanted) and wanted <= masked)
        rows.append((title, 100 * hit / every, 100 * whole / notes))
    return rows


def main() -> None:
    for title, chars, notes in figures():
        print(f"{NAME:<20} {title:<26} PHI chars {chars:.2f} %, PHI notes {notes:.2f} %")


if __name__ == "__main__":
    main()
