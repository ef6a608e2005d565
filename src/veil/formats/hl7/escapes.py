"""Escapes of HL7 v2: raw text to the value that people read, with the place of every piece, and back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from string import punctuation
from typing import NamedTuple

BREAKS = frozenset((".br", ".sp", ".ce"))


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that MSH-1 and MSH-2 state. Shape: one character each; "" where the message states none."""

    field: str
    component: str = ""
    repetition: str = ""
    escape: str = ""
    sub: str = ""
    more: str = ""  # what stands behind the four: a mark of truncation since 2.7

    @classmethod
    def of(cls, segment: str) -> Delimiters:
        """Those of a segment MSH, FHS or BHS. Keeps: equal ones are the same object."""
        return _stated(segment[3], segment[4:].split(segment[3], 1)[0])

    @property
    def are_signs(self) -> bool:
        """Whether the segment states delimiters, and no text: they stay in the output as they are."""
        stated = self.field + self.component + self.repetition + self.escape + self.sub + self.more
        return len(self.more) < 2 and all(sign in punctuation for sign in stated)

    @property
    def by_letter(self) -> dict[str, str]:
        """What each escape of a delimiter stands for."""
        return {"F": self.field, "S": self.component, "R": self.repetition, "E": self.escape, "T": self.sub}


@cache
def _stated(field: str, others: str) -> Delimiters:
    component, repetition, escape, sub = (others[i : i + 1] for i in range(4))
    return Delimiters(field, component, repetition, escape, sub, others[4:])


class ValueRun(NamedTuple):
    """A stretch of a value. Units: code points; `start` and `end` in the text, `at` and `length` in the value."""

    start: int
    end: int
    at: int
    length: int


@cache
def _escapes(mark: str) -> re.Pattern[str]:
    known = r"(?P<letter>[FSRET])|X(?P<hex>(?:[0-9A-Fa-f]{2})+)|(?P<other>\.[a-z]{2}[+-]?\d*|[HN]|[CM][0-9A-Fa-f]{4,6})"
    return re.compile(rf"{re.escape(mark)}(?:{known}){re.escape(mark)}")


def decoded(raw: str, start: int, at: int, marks: Delimiters, encoding: str) -> tuple[str, list[ValueRun]]:
    """A raw text as the value that it stands for, and its runs.

    Shape:   `start`: where the raw text stands in its file; `at`: where the value begins in the whole one.
    Keeps:   what is no escape of the standard is text, its backslash too.
    """
    if not marks.escape or marks.escape not in raw:
        return raw, [ValueRun(start, start + len(raw), at, len(raw))] if raw else []
    pieces: list[str] = []
    runs: list[ValueRun] = []
    done = length = 0
    for met in _escapes(marks.escape).finditer(raw):
        for low, high, value in (
            (done, met.start(), raw[done : met.start()]),
            (*met.span(), _meaning(met, marks, encoding)),
        ):
            if value:
                runs.append(ValueRun(start + low, start + high, at + length, len(value)))
                pieces.append(value)
                length += len(value)
        done = met.end()
    if raw[done:]:
        runs.append(ValueRun(start + done, start + len(raw), at + length, len(raw) - done))
        pieces.append(raw[done:])
    return "".join(pieces), runs


def _meaning(met: re.Match[str], marks: Delimiters, encoding: str) -> str:
    """What an escape stands for; "" for one that only changes how text looks."""
    if met["letter"]:
        return marks.by_letter[met["letter"]]
    if met["hex"]:
        data = bytes.fromhex(met["hex"])
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            return data.decode("latin-1")
    return "\n" if met["other"][:3] in BREAKS else ""


def encoded(value: str, marks: Delimiters) -> str:
    """A new text as it is written in a message."""
    letters = {mark: letter for letter, mark in marks.by_letter.items() if mark}
    if not marks.escape:
        return "".join(" " if char in letters or char in "\r\n" else char for char in value)
    lines = re.split(r"\r\n|\r|\n", value)
    written = (
        "".join(f"{marks.escape}{letters[char]}{marks.escape}" if char in letters else char for char in line)
        for line in lines
    )
    return f"{marks.escape}.br{marks.escape}".join(written)


def cuts(runs: list[ValueRun], start: int, end: int, new: str, marks: Delimiters) -> list[tuple[int, int, str]]:
    """A span of a value as cuts of its file: the first run takes the new text, the others lose theirs."""
    found: list[tuple[int, int, str]] = []
    for run in runs:
        low, high = max(start, run.at), min(end, run.at + run.length)
        if low >= high:
            continue
        is_escape = run.length != run.end - run.start
        place = (run.start, run.end) if is_escape else (run.start + low - run.at, run.start + high - run.at)
        found.append((*place, encoded(new, marks) if not found else ""))
    return found
