"""Applied: strong known identifiers that stand in the answers of an operator, sought without asking the operator."""

from __future__ import annotations

from collections.abc import Sequence

from veil.model import Known
from veil.operators.promise import Promise
from veil.roster.strength import WORDS
from veil.verify.survivors import Probe


def may_hold(promise: Promise) -> bool:
    """Whether an answer could hold an identifier: no date, no answer of a stated form, no value that may stay."""
    return promise.changes and not promise.form and promise.moves is None


def holds(ids: Sequence[Known], old: str, new: str, *, by_chance: bool) -> bool:
    """Whether a strong identifier of the subject stands in an answer.

    Keeps:   an answer that is its value is left to the check of what changed; a name or a place counts only where the value
             held it too: a stand-in may be called like somebody.
    """
    if old == new:
        return False
    ids = [identifier for identifier in ids if identifier.strength == "strong"]
    survivors = {survivor.kind for survivor in Probe(ids).survivors(new)}
    were = {survivor.kind for survivor in Probe(ids).survivors(old)}
    if by_chance:
        return bool(survivors & were)
    return any(kind in were or kind not in WORDS for kind in survivors)
