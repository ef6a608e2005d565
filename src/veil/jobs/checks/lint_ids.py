"""Lint of ids: those of one domain that differ by leading zeros, by `.0` or by how a number is written alone."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from veil.formats.base import Part
from veil.jobs.session import Session
from veil.jobs.work.units import format_of, settings_of
from veil.policy.operators import promised
from veil.policy.plan import SourcePlan
from veil.policy.rules import Apply, Rule

_MOST = 200_000  # ids of a domain that are held at once
_BATCHES = 4  # of each file; a batch has some 8 MiB of rows


def twice_written(session: Session) -> Iterator[tuple[str, SourcePlan, str]]:
    """Each domain in which one id is written in two ways, with the column where the second was met; never an id.

    Keeps:   reads the first rows of each file; a rule that reads integers (`cast:`, `canonical: integer`) makes them one.
    """
    spellings: dict[str, dict[str, str]] = {}
    reported: set[str] = set()
    for source in session.plan.sources:
        columns = {
            address: rule.domain
            for address, rule in source.rules
            if _joins(rule, session) and rule.domain not in reported
        }
        for address, ids in _ids(session, source, list(columns)):
            seen = spellings.setdefault(columns[address], {})
            for written, plain in zip(ids.to_pylist(), _plain(ids).to_pylist(), strict=True):
                if (
                    plain
                    and len(seen) < _MOST
                    and seen.setdefault(plain, written) != written
                    and columns[address] not in reported
                ):
                    reported.add(columns[address])
                    yield columns[address], source, address


def _joins(rule: Rule, session: Session) -> bool:
    treatment = rule.cases[0].treatment
    if not isinstance(treatment, Apply) or treatment.cast == "integer":
        return False
    promise = promised(treatment, session.plan)
    return promise.one_to_one and promise.canonical != "integer"


def _ids(session: Session, source: SourcePlan, columns: list[str]) -> Iterator[tuple[str, pa.Array]]:
    """The distinct ids of each column, in the first batches of each file."""
    for file in source.files if columns else ():
        reader = format_of(source).read(
            session.inputs.of(source.place), Part((file.path,)), settings_of(source, file.path)
        )
        for _, batch in zip(range(_BATCHES), reader, strict=False):
            for field in batch.fields:
                if field.address in columns:
                    yield field.address, pc.unique(field.values.drop_null())


def _plain(ids: pa.Array) -> pa.Array:
    """An id without what a program puts to it or takes from it: blanks, a sign, leading zeros, `.0`, an exponent."""
    trimmed = pc.utf8_trim_whitespace(ids)
    whole = pc.replace_substring_regex(trimmed, r"^\+?0*([0-9]+)(\.0*)?$", r"\1")
    scientific = pc.match_substring_regex(trimmed, r"^\+?[0-9](\.[0-9]+)?[eE]\+?[0-9]{1,2}$")
    if not pc.any(scientific).as_py():
        return whole
    numbers = pc.cast(pc.if_else(scientific, trimmed, pa.scalar(None, ids.type)), pa.float64())
    fits = pc.and_(scientific, pc.less(pc.fill_null(numbers, 2.0**53), 2.0**53))
    spelled = pc.cast(
        pc.cast(pc.if_else(fits, numbers, pa.scalar(None, pa.float64())), pa.int64(), safe=False), ids.type
    )
    return pc.coalesce(spelled, whole)
