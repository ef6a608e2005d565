"""The engine: each field of a batch treated as its plan says; the answer is edits and a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from veil.detectors.scanner import Scanner
from veil.engine.operators import Operators
from veil.engine.people import People, Whose
from veil.engine.scan import Scans, spans_of
from veil.engine.subjects import subjects_of
from veil.errors import PolicyError
from veil.formats.documents import Opens
from veil.formats.file_content import files_among
from veil.keys import Keys
from veil.model import Batch, Edits, Field, Report, TextFindings, about_table, moved, span_table, spliced
from veil.model.report import shown
from veil.operators.promise import promise_of
from veil.parts import opener
from veil.policy.address import has_foreign_key, inside, spoken
from veil.policy.novalue import no_value_of
from veil.policy.plan import Plan, SourcePlan, rule_at
from veil.policy.rules import Apply, Case, Drop, Keep, Open, Rule, Scan, is_gone
from veil.policy.siblings import case_masks
from veil.roster import Roster

_DROP = Rule((Case(Drop()),))


class Engine:
    """One plan with its keys and roster, ready for batches; a worker makes one and keeps it.

    Keeps:   the answer for a row does not depend on the batch it comes in.
    """

    def __init__(self, plan: Plan, keys: Keys, roster: Roster | None, scanner: Scanner | None) -> None:
        self.plan, self.keys, self.roster = plan, keys, roster
        self.operators = Operators(plan, keys)
        self._scans = Scans(plan, scanner, self.operators, keys, roster) if scanner is not None else None
        self.seen: dict[str, list[TextFindings]] | None = None  # protected pages ask to be shown what was found

    def deidentify(
        self, source: SourcePlan, batch: Batch, names: Sequence[str], subjects: pa.Array | None = None
    ) -> tuple[Edits, Report]:
        """The heart: edits and counts for one batch of one source.

        Shape:   `names`: the files of the rows, or one file for all of them; `subjects`: whose the rows are, where the
                 caller has asked already.
        Errors:  PolicyError `path-unlisted` for a field without a rule that only now appeared.
        """
        report = Report(source.name)
        if subjects is None:
            subjects = subjects_of(source, batch, names, self.roster, self.plan.person)
        work = _Work(self, source, report)
        edits = work.treat(batch, dict(source.rules), source.unlisted, "", subjects)
        report.count("", "rows", "", batch.height)
        if source.subject.how != "none":
            report.count("", "unowned", "", subjects.null_count)
        return edits, report

    def columns(
        self, source: SourcePlan, batch: Batch, names: Sequence[str], addresses: Sequence[str]
    ) -> dict[str, pa.Array]:
        """What some columns of a batch become; nothing is counted. Shape: n cells each."""
        subjects = subjects_of(source, batch, names, self.roster, self.plan.person)
        return _Work(self, source, Report(source.name)).some(batch, dict(source.rules), addresses, subjects)


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer for the values of a field: new ones, or spans of them, or both; neither where they stay as they are."""

    values: pa.Array | None = None
    spans: pa.Table | None = None

    def over(self, values: pa.Array) -> pa.Array | None:
        """The new values, or None where they stay. Shape: n old values -> n."""
        if self.values is not None or self.spans is None:
            return self.values
        return spliced(values, self.spans)


class _Work:
    """One batch under way: the engine, the source, and the counts so far."""

    def __init__(self, engine: Engine, source: SourcePlan, report: Report) -> None:
        self._engine, self._source, self._report = engine, source, report

    def treat(self, batch: Batch, rules: Mapping[str, Rule], unlisted: str, prefix: str, subjects: pa.Array) -> Edits:
        edits = Edits()
        people = People.of(batch, rules, subjects, self._engine.roster)
        for field in batch.fields:
            rule = self._rule(field.address, rules, unlisted)
            address = prefix + spoken(field.address, rules)
            if is_gone(rule) or has_foreign_key(field.address, rules):
                edits.removed.add(field.address)
                self._report.count(address, "dropped", "", len(field))
                continue
            new = self._column(field, batch, rule, address, people)
            if new.values is not None:
                edits.columns[field.address] = new.values
            if new.spans is not None:
                edits.spans[field.address] = new.spans
        return edits

    def some(
        self, batch: Batch, rules: Mapping[str, Rule], addresses: Sequence[str], subjects: pa.Array
    ) -> dict[str, pa.Array]:
        people = People.of(batch, rules, subjects, self._engine.roster)
        found = {}
        for field in batch.fields:
            if field.address in addresses:
                new = self._column(field, batch, rules[field.address], field.address, people).over(field.values)
                found[field.address] = field.values if new is None else new
        return found

    def _rule(self, address: str, rules: Mapping[str, Rule], unlisted: str) -> Rule:
        found = rule_at(address, rules)
        if found is not None:
            return found
        if unlisted == "drop":
            return _DROP
        raise PolicyError(
            "path-unlisted",
            "the data contain a field without a rule",
            where=self._source.name,
            hint="give it a rule, or set `unlisted: drop`",
        )

    def _column(self, field: Field, batch: Batch, rule: Rule, address: str, people: People) -> _Answer:
        """The answer for a field."""
        first, whose = rule.cases[0], people.whose(field)
        if len(rule.cases) == 1 and not first.where:
            return self._treated(field.values, first, rule, whose, address)
        values, spans = field.values, []
        for mask, case in case_masks(rule, field, batch):
            if not pc.any(mask).as_py():
                continue
            if isinstance(case.treatment, Keep):
                self._report.count(address, "kept", "", pc.sum(pc.and_(mask, field.values.is_valid())).as_py() or 0)
                continue
            where = pc.indices_nonzero(mask)
            part, named = field.values.take(where), people.whose(field, case.person) if case.person else whose
            answer = self._treated(part, case, rule, named.take(where), address)
            new = answer.over(part)
            if new is not None:
                values = pc.replace_with_mask(values, mask, new.cast(values.type))
            if answer.spans is not None:
                spans.append(moved(answer.spans, where))
        return _Answer(values, pa.concat_tables(spans).sort_by("value") if spans else None)

    def _treated(self, values: pa.Array, case: Case, rule: Rule, whose: Whose, address: str) -> _Answer:
        treatment = case.treatment
        match treatment:
            case Keep():
                self._report.count(address, "kept", "", len(values))
                return _Answer()
            case Drop():
                self._report.count(address, "dropped", "", len(values) - values.null_count)
                return _Answer(pa.nulls(len(values), pa.large_string()))
            case Apply() | Scan() | Open():
                return self._where_valued(treatment, values, rule, whose, address)

    def _where_valued(
        self, treatment: Apply | Scan | Open, values: pa.Array, rule: Rule, whose: Whose, address: str
    ) -> _Answer:
        """The answer for the values; a word for "no value" stays as it is, and is counted."""
        if isinstance(treatment, Apply) and treatment.states_type:
            return self._changed(treatment, values, rule, whose, address)
        missing = no_value_of(self._source).mask(values)
        stayed = (pc.sum(missing).as_py() or 0) - values.null_count
        if not stayed:
            return self._changed(treatment, values, rule, whose, address)
        self._report.count(address, "kept", "no value", stayed)
        valued = pc.if_else(missing, pa.scalar(None, values.type), values)
        answer = self._changed(treatment, valued, rule, whose, address)
        if answer.values is None:
            return answer
        return _Answer(pc.if_else(missing, values, answer.values.cast(values.type)), answer.spans)

    def _changed(
        self, treatment: Apply | Scan | Open, values: pa.Array, rule: Rule, whose: Whose, address: str
    ) -> _Answer:
        match treatment:
            case Apply():
                return _Answer(self._applied(treatment, values, whose, rule, address))
            case Scan():
                return _Answer(spans=self._scanned(values, whose.subject, address))
            case Open():
                return self._opened(treatment, values, whose.subject, address)

    def _applied(self, treatment: Apply, values: pa.Array, whose: Whose, rule: Rule, address: str) -> pa.Array:
        roster, facts = self._engine.roster, None
        operator = self._engine.operators.get(treatment, day_first=self._source.day_first)
        if roster is not None and promise_of(operator).asks_facts:
            facts = roster.facts(whose.subject)
        label = rule.label.value if rule.label is not None else None
        facts_about = {"household": whose.household, "called": whose.called}
        if facts is not None:
            facts_about |= {"born": facts.born, "offset": facts.offset, "sex": whose.of_subject(facts.sex)}
        if roster is not None and "turns" in promise_of(operator).asks:
            facts_about["turns"] = roster.turns.of(whose.person, whose.household)
        about = about_table(
            len(values), subject=whose.owner, person=whose.person, domain=treatment.domain, label=label, **facts_about
        )
        return self._engine.operators.column(
            treatment, values, about, day_first=self._source.day_first, report=self._report, address=address
        )

    def _scanned(self, values: pa.Array, subjects: pa.Array, address: str) -> pa.Table:
        scans = self._engine._scans  # noqa: SLF001  the work of an engine is the engine's
        if scans is None:
            raise PolicyError(
                "scan-without-scanner",
                "the plan scans text, but no detector is loaded",
                where=shown(self._source.name, address),
            )
        files = files_among(values)
        read = values if files is None else pc.if_else(files, pa.scalar(None, values.type), values)
        found = scans.found(read, subjects, day_first=self._source.day_first, report=self._report, address=address)
        if self._engine.seen is not None:
            self._engine.seen.setdefault(address, []).extend(found)
        return spans_of(found) if files is None else self._without_files(spans_of(found), values, files, address)

    def _without_files(self, spans: pa.Table, values: pa.Array, files: pa.BooleanArray, address: str) -> pa.Table:
        """The spans, and one over the whole of each value that is a file put into a cell: no detector reads it."""
        places = pc.indices_nonzero(files).to_pylist()
        ends = [len(value) for value in values.filter(files).to_pylist()]
        whole = span_table(places, [0] * len(places), ends, [""] * len(places), [""] * len(places))
        self._report.count(address, "masked", "not-text", len(places))
        return pa.concat_tables([spans, whole]).sort_by([("value", "ascending"), ("start", "ascending")])

    def _opened(self, treatment: Open, values: pa.Array, subjects: pa.Array, address: str) -> _Answer:
        """Documents inside cells: inner fields are treated by the inner rules; what is no document is masked."""
        reader: Opens = opener(treatment.format, shown(self._source.name, address))
        batch, broken = reader.open_values(values, address)
        edits = self.treat(batch, dict(treatment.rules), treatment.unlisted, inside(address, ""), subjects)
        lost = pc.sum(broken).as_py() or 0
        self._report.count(address, "masked", "unreadable", lost)
        spans = reader.value_spans(batch, edits)
        if not lost:
            return _Answer(spans=spans)
        read = pc.if_else(broken, pa.scalar(None, values.type), values)
        return _Answer(spliced(read, spans), spans)
