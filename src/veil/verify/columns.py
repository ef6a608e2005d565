"""Columns: what stands in a treated column held against what stood there, and against what must stand there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.keys import Keys
from veil.lexicon.dates import day_numbers
from veil.model import Field, about_table
from veil.operators.base import Operator
from veil.operators.births import ninety_before
from veil.operators.cast import cast_cells
from veil.operators.promise import Promise, promise_of
from veil.operators.pseudonym import canonical_ids
from veil.policy.novalue import no_value_of
from veil.policy.operators import make_operator
from veil.policy.plan import Plan, SourcePlan
from veil.policy.rules import Apply, Case, Drop, Keep, Open, Rule, Scan
from veil.roster import Roster
from veil.verify.applied import may_hold
from veil.verify.findings import Findings
from veil.verify.rows import Taken, only

SAMPLE = 8_192  # rows of a batch whose keys and intervals are compared; a batch has some 8 MiB of rows
AGAIN = 64  # rows of a batch whose answer is computed again
FEW = 8  # values that chance may leave as they were: a permutation has one fixed point on average
_TYPED = re.compile(r"( 00:00:00)?(\.0+)?$")  # what a typed column adds to a date or a number
_ZONED = re.compile(r"^(\d{4}-\d\d-\d\d) .*[\d](Z|[+-]\d{4})$")  # an hour that its zone skips is another


class Columns:
    """Holds columns against the ones they came from; one for a worker."""

    def __init__(self, plan: Plan, keys: Keys, roster: Roster | None) -> None:
        self._plan, self._keys, self._roster = plan, keys, roster
        self._operators: dict[tuple[str, object, str, bool], Operator] = {}

    def check(
        self, source: SourcePlan, rule: Rule, before: Field, after: Field, subjects: pa.Array, found: Findings
    ) -> None:
        """One column of a batch, or those of its rows that one case of its rule takes. Shape: n values before and after, n subjects."""
        treatment = rule.cases[0].treatment
        if isinstance(treatment, Keep):
            if before.cells is not None and after.cells is not None and before.cells.equals(after.cells):
                return
            _bad(pc.invert(_same(before.values, after.values)), "kept-changed", found)
        elif isinstance(treatment, Drop):
            _bad(pc.and_(after.values.is_valid(), pc.not_equal(after.values, "")), "dropped-field", found)
        elif isinstance(treatment, Apply):
            if not treatment.states_type:
                before, after = _valued(source, before, after, found)
            self._applied(source, rule, treatment, before, after, subjects, found)

    def check_cases(
        self,
        source: SourcePlan,
        rule: Rule,
        before: Field,
        after: Field,
        subjects: pa.Array,
        taken: Taken,
        found: Findings,
    ) -> None:
        """Each case of a conditional rule in the rows that it takes."""
        for case, rows in taken:
            if not len(rows) or isinstance(case.treatment, Scan | Open):
                continue
            own = Findings(found.column)
            numbers = (rows if after.rows is None else after.rows.take(rows)).to_pylist()
            alone = dataclasses.replace(rule, cases=(Case(case.treatment),), person=case.person or rule.person)
            self.check(source, alone, only(before, rows), only(after, rows), subjects.take(rows), own)
            found.merge(own, rows=numbers)

    def _applied(
        self,
        source: SourcePlan,
        rule: Rule,
        apply: Apply,
        before: Field,
        after: Field,
        subjects: pa.Array,
        found: Findings,
    ) -> None:
        """Cells are compared as their format types them, where both sides have one type; texts are made of samples."""
        operator = self._operator(apply, day_first=source.day_first)
        promise = promise_of(operator)
        alike = before.cells is not None and after.cells is not None and before.cells.type == after.cells.type
        if alike:
            _bad(pc.and_(before.cells.is_null(), after.cells.is_valid()), "null-filled", found)
        else:
            filled = pc.fill_null(pc.not_equal(after.values, ""), fill_value=False)
            _bad(pc.and_(before.values.is_null(), filled), "null-filled", found)
        if promise.changes and (not alike or pc.any(pc.equal(before.cells, after.cells)).as_py()):
            _check_changed(promise, before.values, after.values, found)
        if promise.one_to_one:
            head = before.slice(0, SAMPLE).values
            cells = cast_cells(head, apply.cast, day_first=source.day_first)[0] if apply.cast else head
            _check_one_to_one(canonical_ids(cells, promise.canonical), after.slice(0, SAMPLE).values, found)
        if promise.form:
            has_form = pc.match_substring_regex(after.values, f"^(?:{promise.form})?$")
            _bad(pc.invert(pc.fill_null(has_form, fill_value=True)), "form", found)
        if promise.moves is not None and promise.moves.exact and not promise.moves.births:
            cells = before.slice(0, SAMPLE).values, after.slice(0, SAMPLE).values
            _check_intervals(*cells, subjects, source, found, self._held_at_90)
        for check in promise.checks:
            _bad(pc.fill_null(check.broken(before.values, after.values), fill_value=False), check.code, found)
        if rule.known != "staff" and not rule.person:
            self._check_again(source, rule, apply, before, after, subjects, found)

    def _held_at_90(
        self, subjects: pa.Array, was: pa.Array, now: pa.Array
    ) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """The rows whose date is their subject's day of birth and became the day that shows 90. Units: days since 1970."""
        if self._roster is None:
            return np.zeros(len(subjects), np.bool_)
        born = pc.cast(pc.cast(self._roster.facts(subjects).born, pa.int32()), pa.int64())
        ninety = (ninety_before(self._plan.reference_date) - dt.date(1970, 1, 1)).days
        matches = pc.and_(pc.equal(was, born), pc.equal(now, pa.scalar(ninety, pa.int64())))
        return np.asarray(pc.fill_null(matches, fill_value=False).to_numpy(zero_copy_only=False), np.bool_)

    def _check_again(
        self,
        source: SourcePlan,
        rule: Rule,
        apply: Apply,
        before: Field,
        after: Field,
        subjects: pa.Array,
        found: Findings,
    ) -> None:
        """The answers of some rows, the first and the last among them, computed again in another order."""
        if not len(before):
            return
        rows = np.unique(np.linspace(len(before) - 1, 0, min(AGAIN, len(before))).astype(np.int64))[::-1]
        padded = pa.array([None, *rows.tolist(), None], pa.int64())
        values, padded_subjects = before.take(padded).values, subjects.take(padded)
        known: dict[str, pa.Array] = {}
        operator = self._operator(apply, day_first=source.day_first)
        if self._roster is not None and promise_of(operator).asks_facts:
            facts = self._roster.facts(padded_subjects)
            known = {"sex": facts.sex, "born": facts.born, "offset": facts.offset}
            known["turns"] = self._roster.turns.of(padded_subjects, padded_subjects)
        label = rule.label.value if rule.label is not None else None
        about = about_table(
            len(values), subject=padded_subjects, person=padded_subjects, domain=apply.domain, label=label, **known
        )
        again = operator.replace(values, about, self._keys).values.to_pylist()[1:-1]
        found.counts["checked by computing again"] += len(rows)
        for row, wanted, there in zip(rows.tolist(), again, after.take(padded).values.to_pylist()[1:-1], strict=True):
            if not _reads_the_same(wanted, there):
                found.bad(row, "other-answer")

    def sought_in(self, source: SourcePlan, rule: Rule | None) -> Promise | None:
        """What the operators of a rule promise, where known identifiers must be sought in their answers."""
        applied = (
            [case.treatment for case in rule.cases if isinstance(case.treatment, Apply)] if rule is not None else []
        )
        promises = [promise_of(self._operator(treatment, day_first=source.day_first)) for treatment in applied]
        return next((promise for promise in promises if may_hold(promise)), None)

    def _operator(self, apply: Apply, *, day_first: bool) -> Operator:
        key = (apply.operator, apply.options, apply.cast, day_first)
        if key not in self._operators:
            self._operators[key] = make_operator(apply, self._plan, day_first=day_first)
        return self._operators[key]


def _valued(source: SourcePlan, before: Field, after: Field, found: Findings) -> tuple[Field, Field]:
    """Both columns, null where the input has a word for "no value", which must stay as it is."""
    missing = no_value_of(source).mask(before.values)
    if (pc.sum(missing).as_py() or 0) == before.values.null_count:
        return before, after
    _bad(pc.and_(missing, pc.invert(_no_value_stayed(before.values, after.values))), "no-value-changed", found)
    nothing = pa.scalar(None, pa.large_string())
    old, new = (pc.if_else(missing, nothing, field.values) for field in (before, after))
    return Field(before.address, old, before.rows), Field(after.address, new, after.rows)


def _no_value_stayed(before: pa.Array, after: pa.Array) -> pa.BooleanArray:
    """Whether a cell without a value is as it was, or empty: a blank may come back as nothing, and nothing as a blank."""
    return pc.or_(_same(before, after), pc.equal(pc.utf8_trim_whitespace(pc.fill_null(after, "")), ""))


def _reads_the_same(wanted: str | None, there: str | None) -> bool:
    """Whether a cell is the answer, but for the file's own limits: types, no quotes, a small encoding, no empty text."""
    if not wanted or not there:
        return not wanted and not there
    zoned = _ZONED.match(wanted), _ZONED.match(there)
    if zoned[0] and zoned[1]:
        return zoned[0].group(1) == zoned[1].group(1)
    lost = "?" in there or any(char in wanted for char in "\r\n\t")
    return (
        wanted == there or lost or _TYPED.sub("", wanted.replace("T", " ")) == _TYPED.sub("", there.replace("T", " "))
    )


def _bad(mask: pa.BooleanArray, code: str, found: Findings) -> None:
    for row in pc.indices_nonzero(mask).to_pylist()[:100]:
        found.bad(row, code)


def _same(before: pa.Array, after: pa.Array) -> pa.BooleanArray:
    """Whether cells are equal, null to null."""
    if before.equals(after):
        return pa.repeat(pa.scalar(value=True), len(before))
    return pc.or_(pc.fill_null(pc.equal(before, after), fill_value=False), pc.and_(before.is_null(), after.is_null()))


def _check_changed(promise: Promise, before: pa.Array, after: pa.Array, found: Findings) -> None:
    stayed = left_as_they_were(promise, before, after)
    if stayed is not None:
        _bad(stayed, "original-id" if promise.one_to_one else "original-value", found)


def left_as_they_were(promise: Promise, before: pa.Array, after: pa.Array) -> pa.BooleanArray | None:
    """The values that stayed though their operator promised another, but for the few that chance leaves; None for none.

    Keeps:   blanks are no values; a few by chance are at most FEW, and at most half of all distinct values.
    """
    same = pc.fill_null(pc.equal(before, after), fill_value=False)
    if not pc.any(same).as_py():
        return None
    words = pc.unique(before.filter(same))
    blank = pc.equal(pc.utf8_trim_whitespace(words), "")
    free = blank if promise.stays is None else pc.or_(blank, pc.fill_null(promise.stays(words), fill_value=False))
    words = words.filter(pc.invert(free))
    few = FEW if promise.by_chance else 0
    if len(words) <= few and 2 * len(words) <= max(1, pc.count_distinct(before).as_py()):
        return None
    return pc.and_(same, pc.is_in(before, words))


def _check_one_to_one(before: pa.Array, after: pa.Array, found: Findings) -> None:
    """Key integrity, on the first rows of a batch: as many pseudonyms as originals, and null where there was null."""
    before, after = before.slice(0, SAMPLE), after.slice(0, SAMPLE)
    found.counts["checked keys"] += len(before)
    lost = pc.count_distinct(before).as_py() != pc.count_distinct(after.filter(pc.is_valid(before))).as_py()
    if lost and after.null_count == before.null_count:
        found.bad(0, "key-integrity")


def _check_intervals(
    before: pa.Array,
    after: pa.Array,
    subjects: pa.Array,
    source: SourcePlan,
    found: Findings,
    held_at_90: Callable[[pa.Array, pa.Array, pa.Array], np.ndarray[tuple[int], np.dtype[np.bool_]]],
) -> None:
    """One shift for all dates of a subject, never zero; told on the first rows of a batch.

    Keeps:   the birth of a person over 89 is left out where it recurs (a visit on that day), as long as it became the
             day that shows 90.
    """
    before, after, subjects = before.slice(0, SAMPLE), after.slice(0, SAMPLE), subjects.slice(0, SAMPLE)
    was, now = day_numbers(before, day_first=source.day_first), day_numbers(after, day_first=source.day_first)
    moved = np.asarray(pc.subtract(now, was).to_numpy(zero_copy_only=False), dtype=float)
    wrong = other_steps(moved, subjects, found)
    if wrong:
        moved[held_at_90(subjects, was, now)] = np.nan
        wrong = other_steps(moved, subjects, Findings())
    for row in wrong:
        found.bad(row, "interval")


def other_steps(moved: np.ndarray[tuple[int], np.dtype[np.float64]], subjects: pa.Array, found: Findings) -> list[int]:
    """The rows that moved by nothing, or otherwise than the first of their subject; at most a hundred.

    Units:   `moved` in days, NaN where it is not known.
    """
    who = np.asarray(subjects.dictionary_encode().indices.to_numpy(zero_copy_only=False), dtype=float)
    read = ~np.isnan(moved) & ~np.isnan(who)
    if not read.any():
        return []
    who, moved, rows = who[read].astype(int), moved[read], np.flatnonzero(read)
    found.counts["checked intervals"] += len(moved)
    first = np.full(who.max() + 1, np.nan)
    first[who[::-1]] = moved[::-1]
    return [int(row) for row in rows[(moved != first[who]) | (moved == 0)][:100]]
