"""Applied: strong known identifiers that stand in the answers of an operator, sought without asking the operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from veil.model import Known
from veil.operators.promise import Promise
from veil.verify.survivors import Probe

_PLACES_OR_NAMES = frozenset(
    {"given_name", "family_name", "full_name", "middle_name", "name", "city", "county", "organization"}
)
_BETWEEN = r"[\s.\-/()]+"


def may_hold(promise: Promise) -> bool:
    """Whether an answer could hold an identifier: no date, no answer of a stated form, no value that may stay."""
    return promise.changes and not promise.form and promise.moves is None


class Sieve:
    """The strong identifiers of the subjects of one batch, ready to be sought in its answers."""

    def __init__(self, told: Sequence[str | None], known: Mapping[str, tuple[Known, ...]]) -> None:
        strong = {subject: tuple(one for one in ids if one.strength == "strong") for subject, ids in known.items()}
        self._told = told
        self._strong = {subject: ids for subject, ids in strong.items() if ids}
        pieces = {piece for ids in self._strong.values() for one in ids for piece in _pieces(one.value)}
        self._words = pa.array(sorted(pieces), pa.large_string())

    def left(self, promise: Promise, before: pa.Array, after: pa.Array, rows: Sequence[int]) -> list[int]:
        """The places of answers in which an identifier of their own row's subject stands.

        Shape:   n values, n answers, n rows of the batch -> at most n places.
        Keeps:   an answer that is its value is left to the check of what changed; a name or a place counts only where
                 the value held it too: a stand-in may be called like somebody.
        """
        if not len(self._words):
            return []
        suspect = pc.unique(after.drop_null())
        suspect = suspect.filter(self._met(suspect))
        if not len(suspect):
            return []
        found = []
        for place in pc.indices_nonzero(pc.is_in(after, suspect)).to_pylist():
            ids = self._strong.get(self._told[rows[place]] or "", ())
            old, new = before[place].as_py() or "", after[place].as_py()
            if ids and old != new and _holds(ids, old, new, by_chance=promise.by_chance):
                found.append(place)
        return found

    def _met(self, answers: pa.Array) -> pa.BooleanArray:
        """Answers that are one of the words, or have one among their own."""
        lower = pc.utf8_lower(answers)
        whole = pc.utf8_ltrim(pc.replace_substring_regex(lower, _BETWEEN, ""), "0")
        met = pc.is_in(whole, self._words)
        split = pc.split_pattern_regex(lower, r"[^\pL\pM\pN]+")
        owner = pc.list_parent_indices(split)
        inside = owner.filter(pc.is_in(pc.utf8_ltrim(pc.list_flatten(split), "0"), self._words))
        among = pa.array(range(len(answers)), owner.type)
        return pc.or_(met, pc.is_in(among, inside))


def _holds(ids: tuple[Known, ...], old: str, new: str, *, by_chance: bool) -> bool:
    survivors = {one.kind for one in Probe(ids).survivors(new)}
    were = {one.kind for one in Probe(ids).survivors(old)}
    if by_chance:
        return bool(survivors & were)
    return any(kind in were or kind not in _PLACES_OR_NAMES for kind in survivors)


def _pieces(value: str) -> set[str]:
    """The identifier as one word, and the last of its words, without leading zeros."""
    lower = value.lower()
    whole = "".join(char for char in lower if char not in " .-/()\t\n")
    last = "".join(char if char.isalnum() else " " for char in lower).split()[-1:]
    return {piece.lstrip("0") for piece in (whole, *last) if piece.lstrip("0")}
