"""People: whose record each value of a batch is of, and which person it names; a value that is handed along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.persons import staff_person, tokens_of
from veil.engine.subjects import spread_to
from veil.model import Batch, Field
from veil.policy.plan import rule_at
from veil.policy.rules import Rule
from veil.policy.siblings import beside

WHOLE = ("full_name", "name")
PIECES = ("given_name", "family_name")
STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record values are of, and whom they name.

    Shape:   n of each. `owner`: the subject that an operator hears of, None where the value is nobody's record (the
             hospital's own people); `person`: the key of the person named, null where it is not known; `is_subject`:
             whether that is the subject, so that what is known of the subject is true of them.
    """

    subject: pa.Array
    owner: pa.Array | None
    person: pa.Array
    is_subject: bool = True

    def take(self, places: pa.Array) -> Whose:
        owner = None if self.owner is None else self.owner.take(places)
        return Whose(self.subject.take(places), owner, self.person.take(places), self.is_subject)


@dataclass(frozen=True, slots=True)
class People:
    """Who is named in the fields of one batch.

    Shape:   `named`: by address, the fields that name one person together with it, each with its kind of name.
    Keeps:   what is said of a value depends on its own row or element alone: not on the order of the columns, nor on
             what is opened inside another.
    """

    batch: Batch
    subjects: pa.Array
    named: Mapping[str, Sequence[tuple[Field, str]]]

    @classmethod
    def of(cls, batch: Batch, rules: Mapping[str, Rule], subjects: pa.Array) -> People:
        """Shape: `subjects`: one a row of the batch.

        Keeps:   where a table has several columns of one kind for the hospital's own people, each of its columns names
                 a person of its own.
        """
        staff = [(field, rule.kind) for field in batch.fields
                 if (rule := rule_at(field.address, rules)) is not None and rule.known == STAFF]  # fmt: skip
        is_one = len({kind for _, kind in staff}) == len(staff)
        return cls(batch, subjects, {one[0].address: staff if is_one else [one] for one in staff})

    def whose(self, field: Field) -> Whose:
        """Shape: n values of a field -> n."""
        subject = spread_to(field, self.subjects)
        group = self.named.get(field.address)
        if not group:
            return Whose(subject, subject, subject)
        names = {kind: beside(field, self.batch, one.address)[0] for one, kind in group if one is not field}
        own = next(kind for one, kind in group if one is field)
        return Whose(subject, None, _staff_persons(names | {own: field.values}, len(field)), is_subject=False)


def _staff_persons(names: Mapping[str, pa.Array], height: int) -> pa.Array:
    """The key of the hospital's own person by what they are called. Shape: n values of each kind -> n."""
    whole = next((names[kind] for kind in WHOLE if kind in names), None)
    if whole is None:
        pieces = [pc.fill_null(names[kind], "") for kind in PIECES if kind in names]
        whole = (
            pc.binary_join_element_wise(*pieces, pa.scalar(" ", pa.large_string()))
            if pieces
            else pa.nulls(height, pa.large_string())
        )
    encoded = pc.dictionary_encode(whole)
    keys = [
        staff_person(words) if (words := tokens_of(name or "")) else None for name in encoded.dictionary.to_pylist()
    ]
    return pa.array(keys, pa.large_string()).take(encoded.indices)
