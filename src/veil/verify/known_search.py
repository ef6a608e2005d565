"""Known search: known identifiers searched in whole columns; only cells that may contain one are read word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from veil.model import Field, Known
from veil.operators.promise import Promise
from veil.policy.rules import Keep, Open, Rule, Scan
from veil.roster import Roster
from veil.verify.applied import holds
from veil.verify.findings import Findings
from veil.verify.survivors import Probe, cues

Places = npt.NDArray[np.int64]


class KnownSearch:
    """Seeks what a roster knows of the subjects of a column; one for a worker."""

    def __init__(self, roster: Roster | None) -> None:
        self._roster = roster if roster is not None and roster.knows else None

    def check(self, rule: Rule, field: Field, subjects: pa.Array, found: Findings) -> None:
        """A column that is kept or read as text: what is strong may not be there, what is weak is counted.

        Shape:   `subjects`: those of the rows of the batch.
        """
        if self._roster is None or not any(isinstance(case.treatment, Keep | Scan | Open) for case in rule.cases):
            return
        about = subjects if field.rows is None else subjects.take(field.rows)
        found.counts["checked known identifiers"] += _filled(field.values, about)
        for row, text, known in self._suspects(field, self._places(field.values, about), about):
            for survivor in Probe(known).survivors(text):
                if survivor.strength == "strong":
                    found.bad(row, "known-identifier")
                else:
                    found.doubt(row, survivor.count)

    def check_applied(
        self, promise: Promise | None, before: Field, after: Field, subjects: pa.Array, found: Findings
    ) -> None:
        """A column that an operator answered; what it promises says whether an identifier can stand in it.

        Shape:   n values, n answers; `subjects`: those of the rows of the batch.
        """
        if self._roster is None or self._roster.sieve is None or promise is None or len(before) != len(after):
            return
        about = subjects if after.rows is None else subjects.take(after.rows)
        found.counts["checked known identifiers"] += _filled(after.values, about)
        places = self._roster.sieve.rows(after.values, about)
        old = before.values.take(pa.array(places)).to_pylist()
        for value, (row, answer, known) in zip(old, self._suspects(after, places, about), strict=True):
            if holds(known, value or "", answer, by_chance=promise.by_chance):
                found.bad(row, "known-identifier")

    def _suspects(self, field: Field, places: Places, about: pa.Array) -> Iterator[tuple[int, str, tuple[Known, ...]]]:
        """The row, the text and the identifiers of the subject, for each of some places of a column."""
        if self._roster is None or not len(places):
            return
        chosen = pa.array(places)
        owners, texts = about.take(chosen).to_pylist(), field.values.take(chosen).to_pylist()
        known = self._roster.known([owner for owner in owners if owner])
        rows = places if field.rows is None else field.rows.take(chosen).to_numpy(zero_copy_only=False)
        for row, subject, text in zip(rows.tolist(), owners, texts, strict=True):
            yield row, text or "", known.get(subject or "", ())

    def _places(self, values: pa.Array, about: pa.Array) -> Places:
        sieve = self._roster.sieve if self._roster is not None else None
        if sieve is None:
            return np.arange(len(values), dtype=np.int64)
        places = sieve.rows(values, about)
        if self._cues is None:
            return places
        cued = pc.indices_nonzero(
            pc.fill_null(pc.match_substring_regex(values, self._cues, ignore_case=True), fill_value=False)
        )
        return np.union1d(places, cued.to_numpy(zero_copy_only=False).astype(np.int64))

    @cached_property
    def _cues(self) -> str | None:
        """What finds a word before a short identifier; None where there is none of these."""
        sieve = self._roster.sieve if self._roster is not None else None
        if sieve is None or not sieve.columns:
            return None
        words = dict.fromkeys(word for column in sieve.columns for word in cues(column, is_zip=True) + cues(column))
        either = "|".join(re.escape(word).replace("\\ ", r"[_\s]+") for word in words)
        return rf"(?:{either})(?:\s+(?:no|number|num|id))?[\s:#=]"


def _filled(values: pa.Array, about: pa.Array) -> int:
    """How many cells have something in them, and a subject."""
    count: int = (
        pc.sum(pc.and_(pc.fill_null(pc.not_equal(values, ""), fill_value=False), about.is_valid())).as_py() or 0
    )
    return count
