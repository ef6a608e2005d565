"""Rereading: an output and its input read a second time, by other means than the run's own, and held against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import FormatError
from veil.jobs.work.rebatch import Aligned
from veil.model import Batch, Field
from veil.policy.address import EMPTY, has_foreign_key
from veil.policy.plan import SourcePlan, rule_at
from veil.policy.rules import is_gone
from veil.verify import Findings, Verifier
from veil.verify.findings import REREAD

Before = Callable[[], Iterable[tuple[Batch, pa.Array]]]
Answers = Mapping[str, pa.Array]
Reread = Callable[[bool], Iterator[Batch]]


def verified(
    verifier: Verifier,
    source: SourcePlan,
    before: Before,
    again: Reread,
    after: Reread,
    answers: Sequence[Answers] = (),
) -> Findings:
    """What comes of holding an output against its input.

    Shape:   `before`: the input's batches as the run read them, with their subjects; `again`: the input, and `after` the
             output, by the format's second reading, careful or not. `answers`: what was to be written, batch by batch, where
             the run has kept it.
    Keeps:   a table is read carefully only where the quick second reading differs, so a sound one costs one pass.
    """
    try:
        found = compared(verifier, source, before(), Aligned(again(False)), Aligned(after(False)), answers)
    except FormatError as error:
        if error.code != REREAD or not source.traits.is_table:
            raise
    else:
        if not found.bad_rows or not source.traits.is_table:
            return found
    return compared(verifier, source, before(), Aligned(again(True)), Aligned(after(True)), answers)


def compared(
    verifier: Verifier,
    source: SourcePlan,
    before: Iterable[tuple[Batch, pa.Array]],
    again: Aligned,
    after: Aligned,
    answers: Sequence[Answers] = (),
) -> Findings:
    """An output held against its input, batch by batch."""
    findings, row = Findings(), 0
    for number, (batch, subjects) in enumerate(before):
        if not batch.height:
            continue  # a header alone: the second reading has no batch for it
        for differs in _differing(batch, again.take(batch.height)):  # let go before the output is read
            findings.bad(row + differs, REREAD)
        written = after.take(batch.height)
        if written is None:
            findings.bad(row, "row-count")
            break
        lost = list(_lost(source, batch, written))
        for at in lost:
            findings.bad(row + at, "row-count")
        for at in _spoilt(answers[number], written) if number < len(answers) else ():
            findings.bad(row + at, "other-answer")
        if not lost:  # what is compared value by value must have its values
            findings.merge(verifier.batch(source, batch, written, subjects), row)
        row += batch.height
    else:
        if not again.ended():
            findings.bad(max(0, row - 1), REREAD)
    if not after.ended():
        findings.bad(0, "row-count")
    return findings


def _differing(batch: Batch, seen: Batch | None) -> list[int]:
    """The first rows of each field in which two readings of one input differ."""
    if seen is None or seen.height != batch.height:
        return [0]
    if {field.address for field in batch.fields} != {field.address for field in seen.fields}:
        return [0]
    others = {field.address: field for field in seen.fields}
    return [row for field in batch.fields if (row := _first(field, others[field.address])) is not None]


def _lost(source: SourcePlan, batch: Batch, written: Batch) -> Iterator[int]:
    """The first rows of fields that must stand in an output and do not, or not once for each value."""
    rules = dict(source.rules)
    for field in batch.fields:
        rule = rule_at(field.address, rules)
        if rule is None or is_gone(rule) or field.address.endswith(EMPTY) or has_foreign_key(field.address, rules):
            continue
        other = written.field(field.address)
        if other is None or len(other) != len(field) or (field.rows is not None and not field.rows.equals(other.rows)):
            yield 0


def _spoilt(answers: Answers, written: Batch) -> Iterator[int]:
    """The rows in which a text is not what was to be written, but for characters that its encoding lacks."""
    for field in written.fields:
        wanted = answers.get(field.address)
        if wanted is None or wanted.equals(field.values):
            continue
        rows = field.rows.to_pylist() if field.rows is not None else range(len(field))
        for row, new, there in zip(rows, wanted.to_pylist(), field.values.to_pylist(), strict=False):
            if (new or "").rstrip("\n") != (there or "").rstrip("\n") and not _is_encoded(new or "", there or ""):
                yield row


def _is_encoded(new: str, there: str) -> bool:
    return len(new) == len(there) and all(char in (wanted, "?") for wanted, char in zip(new, there, strict=True))


def _first(field: Field, other: Field) -> int | None:
    if field.rows is not None and (other.rows is None or not field.rows.equals(other.rows)):
        return 0
    if (
        field.cells is not None
        and other.cells is not None
        and field.cells.type == other.cells.type
        and field.cells.equals(other.cells)
    ):
        return None
    was, now = field.values, other.values
    if was.equals(now):
        return None
    if len(was) != len(now):
        return 0
    same = pc.or_(pc.fill_null(pc.equal(was, now), fill_value=False), pc.and_(was.is_null(), now.is_null()))
    place = int(pc.index(same, value=False).as_py())
    return place if field.rows is None else int(field.rows[place].as_py())
