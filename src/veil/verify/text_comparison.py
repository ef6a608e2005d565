"""Text comparison: a text before and after, compared with rules of its own that are simpler than the detectors'."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.lexicon.dates import day_numbers
from veil.lexicon.language import is_read, language_of
from veil.lexicon.names import surrogate_family, surrogate_given
from veil.lexicon.places import surrogate_cities
from veil.lexicon.text_language import text_languages
from veil.model import Known, Label
from veil.operators.births import ninety_before
from veil.policy.operators import promised
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply, Keep
from veil.verify.allowed_words import without_allowed
from veil.verify.columns import other_steps
from veil.verify.findings import Findings
from veil.verify.stand_ins import is_ours

_EPOCH = dt.date(1970, 1, 1).toordinal()
_BEHIND = r"(?i:\b(?:{cue})\b[ .:#=]{{1,4}}(?:is |no\.? |number )?[ .:#=]{{0,2}})"
# What identifies by its shape; what may be a measured value too only behind a word that says what it is.
_NUMBERS = (
    (Label.SSN, re.compile(r"(?<![\w-])(?P<value>\d{3}-\d{2}-\d{4})(?![\w-])")),
    (
        Label.SSN,
        re.compile(_BEHIND.format(cue="ssn|social security") + r"(?P<value>\d{3}[ .]?\d{2}[ .]?\d{4})(?![\w-])"),
    ),
    (Label.EMAIL, re.compile(r"(?<![\w.+-])(?P<value>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")),
    (Label.PHONE, re.compile(r"(?<![\w.-])(?P<value>\(?[2-9]\d{2}\)?[-. ] ?[2-9]\d{2}[-. ]\d{4})(?![\w-])")),
    (
        Label.PHONE,
        re.compile(
            _BEHIND.format(cue="phone|tel|telephone|cell|mobile") + r"(?P<value>\+?1?[2-9]\d{2}[2-9]\d{6})(?![\w-])"
        ),
    ),
    (Label.URL, re.compile(r"(?P<value>https?://[\w./-]{1,2000})")),
    (Label.URL, re.compile(r"(?<![\w./])(?P<value>www\.[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")),
    (Label.IP, re.compile(_BEHIND.format(cue="ip|ip address") + r"(?P<value>(?:\d{1,3}\.){3}\d{1,3})(?![\w.]\w)")),
    (
        Label.MRN,
        re.compile(
            _BEHIND.format(cue="mrn|medical record|medical record no|medical record number|chart no|chart number")
            + r"(?P<value>\d{5,12})(?![\w-])"
        ),
    ),
)
_DAY = r"(?<![\w/.-])(?:(?:19|20)\d\d-\d\d-\d\d|\d{1,2}/\d{1,2}/(?:19|20)\d\d|{month} \d{1,2}, (?:19|20)\d\d|\d{1,2}-{month}-(?:19|20)\d\d)(?![\w/-])"
_TORN = re.compile(
    r"[^\W_]\[(?:NAME|LOCATION|ORGANIZATION)\]|\d\[(?:DATE|SSN|PHONE|FAX|MRN|ACCOUNT|ID)\]|\w@?person-\w{10}@example"
)
_LONG = re.compile(r"(?<![^\W_])(?:[0-9a-z]{27,30}|[0-9a-z]{65,68})(?![^\W_])")  # pseudonyms have 26, 64, 128 ... signs
_GLUED = re.compile(r"\b[A-Z][A-Z][a-z]{2,}")


class TextComparison:
    """Holds texts against the ones they came from."""

    def __init__(self, plan: Plan) -> None:
        words = language_of(plan.locale).rereading
        self._titles, self._fax = words.titled, words.faxed
        self._locale, self._expected = plan.locale, is_read(plan.locale)
        self._date = re.compile(_DAY.replace("{month}", words.month))
        labels = plan.labels
        self._kept = {label for label, treatment in labels.items() if isinstance(treatment, Keep)}
        names, dates = labels[Label.NAME], labels[Label.DATE]
        self._stand_ins = isinstance(names, Apply) and promised(names, plan).stand_ins
        moves = promised(dates, plan).moves if isinstance(dates, Apply) else None
        self._freed = without_allowed(plan.allow)
        # A date that shows an age over 89, before or after its step of at most five years, becomes the day that shows 90.
        self._oldest = ninety_before(plan.reference_date).toordinal() - _EPOCH + 5 * 366
        self._moved, self._exact = moves is not None, moves is not None and moves.exact

    def _unread(self, text: str) -> bool:
        """Whether a text is in a language that is not read: the run masks such texts whole."""
        # The lists are read with the first text: a table may have none.
        (spoken,) = text_languages(language_of(self._locale)).of([text], expected=self._expected)
        return bool(spoken.unread)

    def left(self, before: str, after: str) -> str:
        """The code of what one text still holds, or nothing.

        Keeps:   what stands in the output only because Veil put it there is not counted: it did not stand before; nor
                 what the policy allows.
        """
        before, after = self._freed(before), self._freed(after)
        for label, pattern in _NUMBERS:
            there = self._numbers(label, pattern, after) if label not in self._kept else set()
            stayed = there & {match["value"] for match in pattern.finditer(before)} if there else there
            if any(not _is_ours(value, label) for value in stayed):
                return "residual-pattern"
        if self._unread(after) and self._unread(before):
            return "residual-language"
        if Label.NAME not in self._kept and self._titled(self._titles.findall(before), self._titles.findall(after)):
            return "residual-name"
        if (
            Label.DATE not in self._kept
            and not self._moved
            and set(self._date.findall(after)) & set(self._date.findall(before))
        ):
            return "residual-date"
        torn = len(_TORN.findall(after)) > len(_TORN.findall(before)) or set(_LONG.findall(after)) - set(
            _LONG.findall(before)
        )
        return "torn" if torn or (self._stand_ins and self._glued(before, after)) else ""

    def _numbers(self, label: Label, pattern: re.Pattern[str], text: str) -> set[str]:
        """The numbers of one shape; a fax number has that of a telephone, and is told by the word before it where it may stay."""
        if label is not Label.PHONE or Label.FAX not in self._kept:
            return {match["value"] for match in pattern.finditer(text)}
        return {
            match["value"]
            for match in pattern.finditer(text)
            if not self._fax.search(text, max(0, match.start() - 40), match.start())
        }

    def _glued(self, before: str, after: str) -> bool:
        """Whether a name is new that no list of stand-ins has, or one that begins with two capitals."""
        if set(_GLUED.findall(after)) - set(_GLUED.findall(before)):
            return True
        new = {name.casefold() for name in self._titles.findall(after)} - {
            name.casefold() for name in self._titles.findall(before)
        }
        return not new <= _stand_ins()

    def _titled(self, before: list[str], after: list[str]) -> bool:
        """Whether a name behind a title stayed; where names have stand-ins, in its own place only."""
        if not self._stand_ins:
            return bool(set(before) & set(after))
        return len(before) == len(after) and any(was == now for was, now in zip(before, after, strict=True))

    def check_dates(
        self,
        source: SourcePlan,
        before: Sequence[str],
        after: Sequence[str],
        row_subjects: Sequence[str | None],
        known: dict[str, tuple[Known, ...]],
        found: Findings,
    ) -> list[int]:
        """The texts in which a date did not move by its subject's step; births, which may be clamped, left out."""
        if not self._exact:
            return []
        texts, was, now = [], [], []
        for i, (old, new) in enumerate(zip(before, after, strict=True)):
            there, here = self._date.findall(old), self._date.findall(new)
            if row_subjects[i] and len(there) == len(here):
                texts += [i] * len(there)
                was += there
                now += here
        if not texts:
            return []
        first, then = (
            day_numbers(pa.array(column, pa.large_string()), day_first=source.day_first) for column in (was, now)
        )
        moved = np.asarray(pc.subtract(then, first).to_numpy(zero_copy_only=False), dtype=float)
        births = {i: _births(known.get(row_subjects[i] or "", ())) for i in set(texts)}
        for at, (i, day) in enumerate(zip(texts, first.to_pylist(), strict=True)):
            if day in births[i] or (day is not None and day <= self._oldest):
                moved[at] = np.nan
        subjects = pa.array([row_subjects[i] for i in texts], pa.large_string())
        return [texts[at] for at in other_steps(moved, subjects, found)]


def _is_ours(value: str, label: Label) -> bool:
    """Whether Veil wrote a value that stood there before too; digits alone are no pseudonym of ours, but for fake SSNs."""
    if label in (Label.SSN, Label.MRN):
        return label is Label.SSN and re.sub(r"\D", "", value).startswith(("000", "666"))
    return is_ours(value, label)


@cache
def _stand_ins() -> frozenset[str]:
    names = (
        *surrogate_family(),
        *(name for sex in ("F", "M", None) for name in surrogate_given(sex)),
        *surrogate_cities(),
    )
    return frozenset(word.casefold() for name in names for word in name.split())


def _births(known: Sequence[Known]) -> set[int]:
    days = pa.array([identifier.value for identifier in known if identifier.kind == "birth_date"], pa.large_string())
    return set(day_numbers(days, day_first=False).to_pylist())
