"""Name offsets: which surrogate names are moved on in their list, because another person has the one that the key draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

GIVEN = ""  # among the turns of a person: the given name; a family name stands under itself
TURNS = pa.map_(pa.large_string(), pa.int32())


@dataclass(frozen=True, slots=True)
class NameOffsets:
    """By how many names are moved on in their list. Shape: `families`: by household and family name; `givens`: by person.

    Keeps:   few: only those that would else be another's. It travels through memory alone.
    """

    families: Mapping[str, Mapping[str, int]] = field(default_factory=dict, repr=False)
    givens: Mapping[str, int] = field(default_factory=dict, repr=False)

    def of(self, persons: pa.Array, households: pa.Array) -> pa.Array | None:
        """The turns of each row, None where no row has any. Shape: n persons, n households -> n maps."""
        if not self.families and not self.givens:
            return None
        word = pa.large_string()
        some = pc.or_(
            pc.is_in(persons, pa.array(list(self.givens), word)),
            pc.is_in(households, pa.array(list(self.families), word)),
        )
        if not pc.any(some).as_py():
            return None
        rows = zip(persons.to_pylist(), households.to_pylist(), strict=True)
        return pa.array([self._of(person, household) for person, household in rows], TURNS)

    def _of(self, person: str | None, household: str | None) -> list[tuple[str, int]] | None:
        found = list(self.families.get(household or "", {}).items())
        if person is not None and person in self.givens:
            found.append((GIVEN, self.givens[person]))
        return found or None
