"""Verifier: reads an output again from outside; sees the output, the roster and the plan, none of the run's spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from veil.detectors.scanner import Scanner
from veil.keys import Keys
from veil.model import SAFE_HARBOR, Batch, Field, Known, Label, folded
from veil.policy.address import spoken
from veil.policy.operators import id_rules, make_operator
from veil.policy.plan import Plan, SourcePlan, rule_at
from veil.policy.rules import Keep, Rule, Scan, is_gone
from veil.roster import Roster
from veil.verify.columns import Columns
from veil.verify.findings import Findings
from veil.verify.known_search import KnownSearch
from veil.verify.rows import Taken, only, scanned_rows, shown_rows, taken_rows
from veil.verify.stand_ins import Ours, is_ours
from veil.verify.text_comparison import TextComparison

_TELLING = (
    frozenset(
        {
            Label.SSN,
            Label.EMAIL,
            Label.PHONE,
            Label.FAX,
            Label.URL,
            Label.IP,
            Label.MRN,
            Label.HEALTH_PLAN,
            Label.ACCOUNT,
            Label.LICENSE,
            Label.VEHICLE,
            Label.DEVICE,
            Label.ID,
        }
    )
    & SAFE_HARBOR
)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One batch of an input, and what is known of the subjects of its rows.

    Shape:   `shown`: the rows that are not suppressed; `told`: the subject of each row; both where somebody asks.
    """

    source: SourcePlan
    before: Batch
    subjects: pa.Array
    shown: pa.Array | None
    row_subjects: list[str | None]
    known: dict[str, tuple[Known, ...]]


class Verifier:
    """Holds outputs against what they came from; one for a worker.

    Shape:   `patterns` finds structured identifiers in texts; None where nothing is scanned.
    """

    def __init__(self, plan: Plan, keys: Keys, roster: Roster | None, patterns: Scanner | None) -> None:
        self._roster, self._patterns = roster, patterns
        operators = {
            domain: make_operator(apply, plan, day_first=plan.day_first()) for domain, apply in id_rules(plan).items()
        }
        self._ours = Ours(plan, keys, operators)
        self._sought = KnownSearch(roster)
        self._columns, self._reading = Columns(plan, keys, roster), TextComparison(plan)
        self._kept = {label for label, treatment in plan.labels.items() if isinstance(treatment, Keep)}

    def batch(self, source: SourcePlan, before: Batch, after: Batch, subjects: pa.Array) -> Findings:
        """Hold one batch of the output against its input.

        Shape:   the two have the same rows, in order; `subjects` are those of the input's rows.
        Keeps:   reads text columns with a reading of its own; compares ids and dates as columns.
        """
        found = Findings()
        if before.height != after.height:
            found.bad(0, "row-count")
            return found
        found.counts["checked rows"] += after.height
        rules = dict(source.rules)
        shown = shown_rows(source, after)
        scans = self._patterns is not None and any(
            _treated_as(rule_at(field.address, rules), Scan) for field in after.fields
        )
        row_subjects = subjects.to_pylist() if scans else []
        known = (
            self._roster.known([subject for subject in row_subjects if subject])
            if self._roster is not None and scans
            else {}
        )
        seen = _Seen(source, before, subjects, shown, row_subjects, known)
        for field in after.fields:
            part = Findings(spoken(field.address, rules))
            self._field(seen, rule_at(field.address, rules), field, part)
            found.merge(part)
        return found

    def _field(self, seen: _Seen, rule: Rule | None, field: Field, found: Findings) -> None:
        """One field of the output against the field that it came from."""
        source, row_subjects, known = seen.source, seen.row_subjects, seen.known
        if rule is None or is_gone(rule):
            if rule is not None or source.unlisted == "drop":
                _check_gone(field, found)
            return
        origin = seen.before.field(field.address)
        self._sought.check(rule, field, seen.subjects, found)
        if origin is not None:
            self._sought.check_applied(self._columns.sought_in(source, rule), origin, field, seen.subjects, found)
        taken = taken_rows(rule, seen.before, field)
        if self._patterns is not None and _treated_as(rule, Scan):
            rows = scanned_rows(taken)
            self._residue(only(field, rows), row_subjects, known, self._patterns, found)
            if origin is not None:
                self._read_again(source, only(origin, rows), only(field, rows), row_subjects, known, found)
        if origin is not None:
            about = seen.subjects if field.rows is None else seen.subjects.take(field.rows)
            self._column(source, rule, (origin, field), about, (seen.shown, taken), found)

    def _column(
        self,
        source: SourcePlan,
        rule: Rule,
        pair: tuple[Field, Field],
        about: pa.Array,
        rows: tuple[pa.Array | None, Taken | None],
        found: Findings,
    ) -> None:
        """One column against its input: all its rows, those that are not suppressed, or those of each case of its rule."""
        (origin, field), (shown, taken) = pair, rows
        if taken is not None:
            self._columns.check_cases(source, rule, origin, field, about, taken, found)
        elif any(case.where for case in rule.cases):
            return  # its conditions read columns whose values are not one a row
        else:
            starred = shown is not None and source.suppress is not None and field.address in source.suppress.over
            places = shown if starred else None
            part = Findings(found.column)
            old, new = only(origin, places), only(field, places)
            self._columns.check(source, rule, old, new, about if places is None else about.take(places), part)
            found.merge(part, rows=new.rows.to_pylist() if new.rows is not None and part.strong else None)

    def _residue(
        self,
        field: Field,
        row_subjects: list[str | None],
        known: dict[str, tuple[Known, ...]],
        patterns: Scanner,
        found: Findings,
    ) -> None:
        rows = list(_by_row(field))
        texts = [value or "" for _, value in rows]
        for (row, _), text, spans in zip(rows, texts, patterns.find(texts), strict=True):
            found.counts["checked residual patterns"] += 1
            telling = [
                (text[span.start : span.end], span.label) for span in spans if span.label in _TELLING - self._kept
            ]
            left = [value for value, label in telling if not is_ours(value, label)]
            if left:
                expected = self._ours.expected(known.get(row_subjects[row] or "", ()), row_subjects[row] or "")
                if any(folded(value) not in expected for value in left):
                    found.bad(row, "residual-pattern")

    def _read_again(
        self,
        source: SourcePlan,
        before: Field,
        after: Field,
        row_subjects: list[str | None],
        known: dict[str, tuple[Known, ...]],
        found: Findings,
    ) -> None:
        """Scanned texts against what they were, by a reading that is not the detectors'."""
        rows = [row for row, _ in _by_row(after)]
        was, now = ([value or "" for value in field.values.to_pylist()] for field in (before, after))
        if len(was) != len(now):
            found.bad(0, "row-count")
            return
        codes = {pair: self._reading.left(*pair) for pair in set(zip(was, now, strict=True)) if pair[1]}
        for row, pair in zip(rows, zip(was, now, strict=True), strict=True):
            if codes.get(pair):
                found.bad(row, codes[pair])
        for i in self._reading.check_dates(source, was, now, [row_subjects[row] for row in rows], known, found):
            found.bad(rows[i], "interval")


def _check_gone(field: Field, found: Findings) -> None:
    """A field that the plan drops holds nothing; in a tree a place in a list may stay, empty."""
    if field.values.null_count < len(field):
        found.bad(0, "dropped-field")


def _by_row(field: Field) -> Iterator[tuple[int, str | None]]:
    rows = field.rows.to_pylist() if field.rows is not None else range(len(field))
    return zip(rows, field.values.to_pylist(), strict=True)


def _treated_as(rule: Rule | None, kind: type) -> bool:
    return rule is not None and any(isinstance(case.treatment, kind) for case in rule.cases)
