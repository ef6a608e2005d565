"""Expression: a pattern that somebody else wrote, searched under a time limit."""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2  # type: ignore[import-untyped, unused-ignore]  # has no stubs

from veil.errors import LimitError, PolicyError
from veil.extras import install

SECONDS = 10.0  # of processor time that all patterns together may take on one note
_PIECE = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]"  # an escape, a class
    r"|\(\?(?P<flags>[aiLmsux]+)\)|\{,(?P<most>\d*)\}|\{\d+(?:,\d*)?\}|(?P<brace>\{)|.",
    re.DOTALL,
)
_ODD = re.compile(r"[^\n\r\t\f\x20-\x7e]")  # what the two engines may see differently
_OTHERWISE = re.compile(r"\$|\[\[:|\\[pPQEzCAZ]")  # what RE2 reads otherwise than Python


@dataclass(frozen=True, slots=True)
class Expression:
    """A pattern of Python's `re`.

    Shape:   `linear`: the pattern in RE2 where RE2 reads it the same, else None. `written` with its flags to the fore.
    """

    written: str
    linear: Any = None

    def spans(self, text: str, clock: TimeBudget) -> Iterator[tuple[int, int]]:
        """Where it matches, from left to right; matches of nothing are left out.

        Errors:  LimitError `filters-slow` when the clock has run out.
        """
        for match in self._matches(text, clock):
            start, end = match.span()
            if end > start:
                yield start, end

    def _matches(self, text: str, clock: TimeBudget) -> Iterator[Any]:
        if self.linear is not None and clock.plain:
            yield from self.linear.finditer(clock.data)
            clock.left()
            return
        try:
            yield from _compiled(self.written).finditer(text, timeout=clock.left())
        except TimeoutError:
            raise _slow() from None


class TimeBudget:
    """What is left of the time of one note; and the note as RE2 takes it.

    Units:   seconds of this process's processor.
    """

    __slots__ = ("_end", "data", "plain")

    def __init__(self, text: str, seconds: float = SECONDS) -> None:
        self._end = time.process_time() + seconds
        self.plain = _ODD.search(text) is None
        self.data = text.encode("latin-1") if self.plain else b""

    def left(self) -> float:
        left = self._end - time.process_time()
        if left <= 0:
            raise _slow()
        return left


def expression(written: str, where: str) -> Expression:
    """A pattern, read.

    Shape:   flags (`(?i)`) may stand anywhere, as before Python 3.11, and hold for the whole pattern.
    Errors:  PolicyError `filters-pattern` where Python cannot read it, `filters-extra` where only the package `regex`
             could search it under a limit, and it is not installed.
    """
    text = _plain(written)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise PolicyError(
            "filters-pattern",
            "a pattern is not a valid Python regular expression",
            where=where,
            hint="see the documentation of Python's `re`",
        ) from None
    if _engine_or_none() is None:  # also where RE2 reads this pattern: the first letter with an accent asks for it
        raise PolicyError(
            "filters-extra",
            "filters need the package `regex`, which can stop slow searches",
            where=where,
            hint=install("filters"),
        )
    return Expression(text, _linear(text))


def _plain(written: str) -> str:
    """The pattern with its flags to the fore, braces that count nothing as plain braces, `{,3}` as `{0,3}`."""
    flags, pieces, at = "", [], 0
    while at < len(written):
        piece = _PIECE.match(written, at)
        assert piece is not None  # the last alternative takes any character
        at = piece.end()
        if piece["flags"]:
            flags += piece["flags"]
        elif piece["brace"]:
            pieces.append("\\{")
        elif piece["most"] is not None:
            pieces.append(f"{{0,{piece['most']}}}" if piece["most"] else "*")
        else:
            pieces.append(piece[0])
    return (f"(?{''.join(dict.fromkeys(flags))})" if flags else "") + "".join(pieces)


def _linear(text: str) -> Any:
    """The pattern in RE2, or None where RE2 cannot read it or might read it otherwise."""
    if _OTHERWISE.search(text) or not text.isascii():
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    try:
        expression = re2.compile(text.encode("latin-1"), options)
    except re2.error:
        return None
    return expression if expression.search(b"") is None else None


@cache
def _compiled(written: str) -> Any:
    engine = _engine()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return engine.compile(written, engine.VERSION0)  # which reads patterns as `re` does


def _engine_or_none() -> Any:
    try:
        import regex  # noqa: PLC0415  an extra: veil-deid[filters]
    except ImportError:
        return None
    return regex


def _engine() -> Any:
    found = _engine_or_none()
    if found is None:
        raise PolicyError(
            "filters-extra", "filters need the package `regex`, which can stop slow searches", hint=install("filters")
        )
    return found


def _slow() -> LimitError:
    return LimitError(
        "filters-slow",
        f"the patterns of the filter file took over {SECONDS:g} seconds on one text",
        hint="the text is quarantined; look for a pattern that backtracks",
    )
