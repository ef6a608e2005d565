"""Date context: what the words around say of a date that could be something else: a ratio, a dose, a verb, a name."""

from __future__ import annotations

import re
from collections.abc import Callable

from veil.lexicon.dates import WrittenDate, forms
from veil.lexicon.language import DateWords

SURE = 0.95
_TEXT = {form.id: form.text for form in forms()}
_WHOLE = re.compile(r"\b\d{1,3}[ +]$")
_SMALL = frozenset({2, 3, 4, 5, 6, 8, 10})
_SPANS_OF_TIME = frozenset({7, 12, 52})  # 3/7, 4/12, 2/52: days, months, weeks


class DateContext:
    """Weighs what was read as a date by the words of a language around it."""

    def __init__(self, words: DateWords) -> None:
        self._words = words
        self._judges: dict[str, Callable[[str, str, WrittenDate], float]] = {
            "month-day-numeric": self._slashed,
            "range-numeric-yearless": self._slashed_range,
            "range-numeric-days": self._slashed_range,
            "month-day-name": self._named,
            "range-days-yearless": self._named,
            "day-month-name-yearless": self._named,
            "month-only": self._month_alone,
            "compact": self._digits,
            "dotted-short": self._dotted,
        }

    def score(self, shown: str, start: int, end: int, written: WrittenDate) -> float:
        """How sure it is that a text is a date; 0 where the words around say that it is none."""
        before, behind = (
            shown[max(0, start - 32) : start].rpartition("\n")[2],
            shown[end : end + 24].partition("\n")[0],
        )
        if _TEXT[written.form] == "sure":
            return 0.85 if before.endswith(("-", "/")) else SURE
        if written.weekday is not None:
            return SURE
        judge = self._judges.get(written.form)
        if judge is not None:
            return judge(before, behind, written)
        year = written.parts.year or 0
        return 0.7 if 1900 <= year <= 2050 and not self._words.id_word.search(before) else 0.0

    def _slashed(self, before: str, behind: str, written: WrittenDate) -> float:
        """`4/12`: a date or a ratio."""
        words = self._words
        first, _, second = written.text.partition("/")
        high = int(second)
        is_small = high in _SMALL and int(first) <= high
        is_time = high in _SPANS_OF_TIME and before.rstrip().lower().endswith(words.spans_before)
        is_mixed = (is_small or high == 7) and _WHOLE.search(before) is not None
        if is_time or is_mixed or before.endswith(("-", "/", "+")):
            return 0.0
        if _is_of_a_scale(before + " " + behind, first, second):
            return 0.0
        is_cued = words.cue.search(before) is not None
        if (words.ratio_behind.match(behind) and (is_small or not is_cued)) or words.ratio_before.search(before):
            return 0.0
        if is_cued or words.clock_behind.match(behind):
            return 0.9
        if "0" in (first[0], second[0]):
            return 0.8
        if is_small:
            return 0.0
        return 0.8 if not before.strip(" \t*-.)") and behind[:1] in (":", "-", " ", ")") else 0.6

    def _named(self, before: str, behind: str, written: WrittenDate) -> float:
        """`May 2`, `2 may`: a date, or a verb and a number."""
        words = self._words
        if words.unit.match(behind):
            return 0.0
        start, end = written.slots["mon"]
        month = written.text[start:end]
        if month.lower() not in words.other_words or "th" in written.slots:
            return SURE
        if words.verb.match(behind):
            return 0.0
        if month.islower():
            return 0.8 if words.cue.search(before) or words.month_cue.search(before) else 0.0
        return 0.9

    def _month_alone(self, before: str, behind: str, written: WrittenDate) -> float:
        """`in April`: a month, a verb, or somebody's name."""
        words, month = self._words, written.text
        if len(month) < 4 and month.lower() not in words.short_months:
            return 0.0
        cued = words.month_cue.search(before) is not None
        if month.lower() in words.names_too:
            if month.islower() or not cued or words.verb.match(behind):
                return 0.0
            return 0.0 if words.named_on.match(behind) else 0.8
        return 0.9 if cued else 0.8

    def _digits(self, before: str, behind: str, written: WrittenDate) -> float:
        """`20120412`: a date, or somebody's number."""
        del behind
        year = written.parts.year or 0
        if not 1900 <= year <= 2050 or self._words.id_word.search(before):
            return 0.0
        return 0.9 if self._words.cue.search(before) else 0.6

    def _dotted(self, before: str, behind: str, written: WrittenDate) -> float:
        """`12.04.12`: a date, or a version."""
        del behind
        if self._words.version.search(before) or len(written.text) < 8:
            return 0.0
        return 0.9 if self._words.cue.search(before) else 0.6

    def _slashed_range(self, before: str, behind: str, written: WrittenDate) -> float:
        """`4/12-4/15`: days, or two ratios."""
        del written
        ratio = self._words.ratio_behind.match(behind) or self._words.ratio_before.search(before)
        return 0.0 if ratio else 0.85


def _is_of_a_scale(around: str, first: str, second: str) -> bool:
    """Whether another fraction beside it is of the same whole: `MoCA 21/30, was 11/30`."""
    return any(other != first for other in re.findall(rf"(?<![\d/])(\d{{1,2}})/{second}(?![\d/])", around))
