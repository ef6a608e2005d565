"""The engine: each field of a batch treated as its plan says; the answer is edits and a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from veil.detectors.scanner import Scanner
from veil.engine.operate import Operators
from veil.engine.persons import staff_of
from veil.engine.scan import Scans
from veil.engine.subjects import by_row, spread_to, subjects_of
from veil.errors import PolicyError
from veil.formats.tree import closed_documents, open_cells
from veil.keys import Keys
from veil.model import Batch, Edits, Field, Found, Report, about_table
from veil.policy.address import has_foreign_key, inside, spoken
from veil.policy.condition import condition
from veil.policy.plan import ASK_FACTS, Plan, SourcePlan, rule_at
from veil.policy.rules import Apply, Case, Drop, Keep, Open, Rule, Scan, is_gone
from veil.roster import Roster

_KEEP = Rule((Case(Keep()),))
_DROP = Rule((Case(Drop()),))
_NULL = pa.scalar(None, pa.large_string())


class Engine:
    """One plan with its keys and roster, ready for batches; a worker makes one and keeps it.

    Keeps:   the answer for a row does not depend on the batch it comes in.
    """

    def __init__(self, plan: Plan, keys: Keys, roster: Roster | None, scanner: Scanner | None) -> None:
        self.plan, self.keys, self.roster = plan, keys, roster
        self.operators = Operators(plan, keys)
        self._scans = Scans(plan, scanner, self.operators, keys, roster) if scanner is not None else None
        self.minting = False  # pass one: operators mint, texts are not read
        self.seen: dict[str, list[Found]] | None = None  # protected pages ask to be shown what was found

    def deidentify(
        self, source: SourcePlan, batch: Batch, names: Sequence[str], subjects: pa.Array | None = None
    ) -> tuple[Edits, Report]:
        """The heart: edits and counts for one batch of one source.

        Shape:   `names`: the files of the rows, or one file for all of them; `subjects`: whose the rows are, where the
                 caller has asked already.
        Errors:  PolicyError `path-unlisted` for a field without a rule that only now appeared.
        """
        report = Report()
        if subjects is None:
            subjects = subjects_of(source, batch, names, self.roster, self.plan.person)
        work = _Work(self, source, report)
        edits = work.treat(batch, dict(source.rules), source.unlisted, source.name, subjects)
        report.count(source.name, "rows", "", batch.height)
        if source.subject.how != "none":
            report.count(source.name, "unowned", "", subjects.null_count)
        return edits, report

    def columns(
        self, source: SourcePlan, batch: Batch, names: Sequence[str], addresses: Sequence[str]
    ) -> dict[str, pa.Array]:
        """What some columns of a batch become; nothing is counted. Shape: n cells each."""
        subjects = subjects_of(source, batch, names, self.roster, self.plan.person)
        return _Work(self, source, Report()).some(batch, dict(source.rules), addresses, subjects)


class _Work:
    """One batch under way: the engine, the source, who the rows belong to, and the counts so far."""

    def __init__(self, engine: Engine, source: SourcePlan, report: Report) -> None:
        self._engine, self._source, self._report = engine, source, report
        self._staff: pa.Array | None = None

    def treat(self, batch: Batch, rules: Mapping[str, Rule], unlisted: str, prefix: str, subjects: pa.Array) -> Edits:
        edits = Edits()
        self._staff = staff_of(batch, rules)
        for field in batch.fields:
            rule = self._rule(field.address, rules, unlisted, prefix)
            address = f"{prefix}.{spoken(field.address, rules)}"
            if is_gone(rule) or has_foreign_key(field.address, rules):
                edits.removed.add(field.address)
                self._report.count(address, "dropped", "", len(field))
                continue
            new = self._column(field, batch, rule, address, subjects)
            if new is not None:
                edits.columns[field.address] = new
        return edits

    def some(
        self, batch: Batch, rules: Mapping[str, Rule], addresses: Sequence[str], subjects: pa.Array
    ) -> dict[str, pa.Array]:
        self._staff = staff_of(batch, rules)
        found = {}
        for field in batch.fields:
            if field.address in addresses:
                new = self._column(field, batch, rules[field.address], field.address, subjects)
                found[field.address] = field.values if new is None else new
        return found

    def _rule(self, address: str, rules: Mapping[str, Rule], unlisted: str, prefix: str) -> Rule:
        found = rule_at(address, rules)
        if found is not None:
            return found
        if unlisted == "drop":
            return _DROP
        raise PolicyError("path-unlisted", "a field without a rule appeared in the data", where=prefix,
                          hint="give it a rule, or say `unlisted: drop`")  # fmt: skip

    def _column(self, field: Field, batch: Batch, rule: Rule, address: str, subjects: pa.Array) -> pa.Array | None:
        """The new values of a field, or None where it is kept as it is."""
        first = rule.cases[0]
        if len(rule.cases) == 1 and not first.where:
            return self._treated(field.values, first, rule, spread_to(field, subjects), address)
        values = field.values
        for mask, case in self._masks(field, batch, rule):
            if isinstance(case.treatment, Keep) or not pc.any(mask).as_py():
                continue
            where = pc.indices_nonzero(mask)
            part = Field(field.address, field.values.take(where))
            new = self._treated(part.values, case, rule, spread_to(field, subjects).take(where), address)
            if new is not None:
                values = pc.replace_with_mask(values, mask, new.cast(values.type))
        return values

    def _masks(self, field: Field, batch: Batch, rule: Rule) -> Iterator[tuple[pa.BooleanArray, Case]]:
        """Disjoint masks, first rule first; what is left without a case is dropped: it has no rule."""
        left = pa.repeat(pa.scalar(value=True), len(field))
        for case in rule.cases:
            if case.where:
                told = condition(case.where)
                mask = told.mask({name: spread_to(field, by_row(batch, name)) for name in told.columns})
            else:
                mask = pa.repeat(pa.scalar(value=True), len(field))
            yield pc.and_(mask, left), case
            left = pc.and_(left, pc.invert(mask))
        yield left, Case(Drop())

    def _treated(self, values: pa.Array, case: Case, rule: Rule, subjects: pa.Array, address: str) -> pa.Array | None:
        treatment = case.treatment
        match treatment:
            case Keep():
                self._report.count(address, "kept", "", len(values))
                return None
            case Drop():
                self._report.count(address, "dropped", "", len(values) - values.null_count)
                return pa.nulls(len(values), pa.large_string())
            case Apply():
                return self._applied(treatment, values, subjects, rule, address)
            case Scan():
                return self._scanned(values, subjects, address)
            case Open():
                return self._opened(treatment, values, subjects, address)

    def _applied(self, treatment: Apply, values: pa.Array, subjects: pa.Array, rule: Rule, address: str) -> pa.Array:
        roster, facts = self._engine.roster, None
        if roster is not None and treatment.operator in ASK_FACTS:
            facts = roster.facts(subjects)
        staff = rule.known == "staff"
        person = self._staff if staff else subjects
        owner = None if staff else subjects
        if person is not None and len(person) != len(values):
            person = None
        label = rule.label.value if rule.label is not None else None
        told = {"sex": facts.sex, "born": facts.born, "offset": facts.offset} if facts is not None else {}
        about = about_table(len(values), subject=owner, person=person, domain=treatment.domain, label=label, **told)
        return self._engine.operators.column(
            treatment, values, about, day_first=self._source.day_first, report=self._report, address=address
        )

    def _scanned(self, values: pa.Array, subjects: pa.Array, address: str) -> pa.Array:
        scans = self._engine._scans  # noqa: SLF001  the work of an engine is the engine's
        if self._engine.minting:
            return values
        if scans is None:
            raise PolicyError("scan-without-scanner", "the plan scans and no detector was made", where=address)
        new, found = scans.column(
            values, subjects, day_first=self._source.day_first, report=self._report, address=address
        )
        if self._engine.seen is not None:
            self._engine.seen.setdefault(address, []).extend(found)
        return new

    def _opened(self, treatment: Open, values: pa.Array, subjects: pa.Array, address: str) -> pa.Array:
        """Documents inside cells: inner fields are treated by the inner rules; what is no document is masked."""
        if treatment.format != "json":
            raise PolicyError("open-format", "only JSON can be opened inside a cell", where=address, hint="open: json")
        batch, broken = open_cells(values, address)
        edits = self.treat(batch, dict(treatment.rules), treatment.unlisted, inside(address, "").rstrip(), subjects)
        self._report.count(address, "masked", "unreadable", pc.sum(broken).as_py() or 0)
        return pa.array(closed_documents(batch, edits), pa.large_string())
