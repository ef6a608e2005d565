"""Verify: reads an output again from outside; sees the output, the roster and the plan, none of the run's spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from veil.detectors.scanner import Scanner
from veil.keys import Keys
from veil.lexicon.dates import day_numbers
from veil.model import SAFE_HARBOR, Batch, Field, Known, Label, folded
from veil.policy.operators import make_operator
from veil.policy.plan import Plan, SourcePlan, id_rules
from veil.policy.rules import Apply, Keep, Open, Rule, Scan
from veil.roster import Roster
from veil.verify.ours import Ours, is_ours
from veil.verify.survivors import Probe

_TELLING = frozenset({Label.SSN, Label.EMAIL, Label.PHONE, Label.FAX, Label.URL, Label.IP, Label.MRN, Label.HEALTH_PLAN,
                      Label.ACCOUNT, Label.LICENSE, Label.VEHICLE, Label.DEVICE, Label.ID}) & SAFE_HARBOR  # fmt: skip


SAMPLE = 8_192  # rows of a batch whose keys and intervals are compared; a batch has some 8 MiB of rows


@dataclass(slots=True)
class Findings:
    """What verify saw in one output.

    Shape:   `bad_rows`: rows of the batch that may not be shown, each with the code of its first reason.
             `counts`: how often each check was made (`checked ...`) and what was seen, by code.
    """

    counts: Counter[str] = field(default_factory=Counter)
    bad_rows: dict[int, str] = field(default_factory=dict)

    def bad(self, row: int, code: str) -> None:
        self.counts[code] += 1
        self.bad_rows.setdefault(row, code)

    def merge(self, other: Findings, first_row: int) -> None:
        self.counts += other.counts
        for row, code in other.bad_rows.items():
            self.bad_rows.setdefault(first_row + row, code)


class Verifier:
    """Holds outputs against what they came from; one for a worker.

    Shape:   `patterns` finds structured identifiers in texts; None where nothing is scanned.
    """

    def __init__(self, plan: Plan, keys: Keys, roster: Roster | None, patterns: Scanner | None) -> None:
        self._roster, self._patterns = roster, patterns
        made = {domain: make_operator(apply, plan, day_first=plan.day_first()) for domain, apply in id_rules(plan).items()}
        self._ours = Ours(plan, keys, made)
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
        reads = [one for one in after.fields if _is_text(rules.get(one.address))] if self._roster is not None else []
        told = subjects.to_pylist() if reads or self._patterns is not None else []
        known = self._roster.known([one for one in told if one]) if self._roster is not None and reads else {}
        for one in after.fields:
            rule = rules.get(one.address)
            if known and _is_text(rule):
                self._survivors(one, told, known, found)
            if self._patterns is not None and _treated_as(rule, Scan):
                self._residue(one, told, known, self._patterns, found)
            origin = before.field(one.address)
            if rule is not None and origin is not None and len(rule.cases) == 1 and isinstance(rule.cases[0].treatment, Apply):
                about = subjects if one.rows is None else subjects.take(one.rows)
                _columns(rule.cases[0].treatment, origin.values, one.values, about, found, source)
        return found

    def _survivors(self, field: Field, told: list[str | None], known: dict[str, tuple[Known, ...]], found: Findings) -> None:
        probes = {subject: Probe(identifiers) for subject, identifiers in known.items()}
        for row, value in _by_row(field):
            probe = probes.get(told[row] or "")
            if probe is None or not value:
                continue
            found.counts["checked known identifiers"] += 1
            for survivor in probe.survivors(value):
                if survivor.strength == "strong":
                    found.bad(row, "known-identifier")
                else:
                    found.counts["weak identifier outside a name's place"] += survivor.count

    def _residue(self, field: Field, told: list[str | None], known: dict[str, tuple[Known, ...]], patterns: Scanner,
                 found: Findings) -> None:  # fmt: skip
        rows = list(_by_row(field))
        texts = [value or "" for _, value in rows]
        for (row, _), text, spans in zip(rows, texts, patterns.find(texts), strict=True):
            found.counts["checked residual patterns"] += 1
            telling = [(text[span.start : span.end], span.label) for span in spans if span.label in _TELLING - self._kept]
            left = [value for value, label in telling if not is_ours(value, label)]
            if left:
                expected = self._ours.expected(known.get(told[row] or "", ()), told[row] or "")
                if any(folded(value) not in expected for value in left):
                    found.bad(row, "residual-pattern")


def _by_row(field: Field) -> Iterator[tuple[int, str | None]]:
    rows = field.rows.to_pylist() if field.rows is not None else range(len(field))
    return zip(rows, field.values.to_pylist(), strict=True)


def _is_text(rule: Rule | None) -> bool:
    return rule is None or any(isinstance(case.treatment, Keep | Scan | Open) for case in rule.cases)


def _treated_as(rule: Rule | None, kind: type) -> bool:
    return rule is not None and any(isinstance(case.treatment, kind) for case in rule.cases)


def _columns(
    apply: Apply, before: pa.Array, after: pa.Array, subjects: pa.Array, found: Findings, source: SourcePlan
) -> None:
    if apply.operator in ("pseudonym", "code", "hash"):
        _no_original(before, after, found)
        _one_to_one(before, after, found)
    elif (
        apply.operator == "shift"
        and not dict(apply.options).get("birth")
        and dict(apply.options).get("unit", "days") in ("days", "weeks")
    ):
        _intervals(before, after, subjects, found, source)


def _no_original(before: pa.Array, after: pa.Array, found: Findings) -> None:
    same = pc.fill_null(pc.equal(before, after), fill_value=False)
    for row in pc.indices_nonzero(same).to_pylist()[:100]:
        found.bad(row, "original-id")


def _one_to_one(before: pa.Array, after: pa.Array, found: Findings) -> None:
    """Key integrity, on the first rows of a batch: as many pseudonyms as originals, and null where there was null."""
    before, after = before.slice(0, SAMPLE), after.slice(0, SAMPLE)
    found.counts["checked keys"] += len(before)
    lost = pc.count_distinct(before).as_py() != pc.count_distinct(after.filter(pc.is_valid(before))).as_py()
    if lost and after.null_count == before.null_count:
        found.bad(0, "key-integrity")


def _intervals(before: pa.Array, after: pa.Array, subjects: pa.Array, found: Findings, source: SourcePlan) -> None:
    """One shift for all dates of a subject, never zero; told on the first rows of a batch."""
    before, after, subjects = before.slice(0, SAMPLE), after.slice(0, SAMPLE), subjects.slice(0, SAMPLE)
    was, now = day_numbers(before, day_first=source.day_first), day_numbers(after, day_first=source.day_first)
    moved = np.asarray(pc.subtract(now, was).to_numpy(zero_copy_only=False), dtype=float)
    who = subjects.dictionary_encode().indices.to_numpy(zero_copy_only=False)
    read = ~np.isnan(moved) & ~np.isnan(np.asarray(who, dtype=float))
    if not read.any():
        return
    who, moved, rows = np.asarray(who, dtype=float)[read].astype(int), moved[read], np.flatnonzero(read)
    found.counts["checked intervals"] += len(moved)
    first = np.full(who.max() + 1, np.nan)
    first[who[::-1]] = moved[::-1]
    for row in rows[(moved != first[who]) | (moved == 0)][:100].tolist():
        found.bad(row, "interval")
