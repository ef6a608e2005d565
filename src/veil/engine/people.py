"""People: whose record each value of a batch is of, and which person it names; a value that is handed along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from veil.engine.persons import person_key, tokens_of
from veil.engine.subjects import spread_to
from veil.model import STAFF_HOUSEHOLD, Batch, Field
from veil.policy.person_words import role_of
from veil.policy.plan import rule_at
from veil.policy.rules import Rule
from veil.policy.siblings import beside
from veil.roster import Roster

WHOLE = ("full_name", "name")
PIECES = ("given_name", "middle_name", "family_name")
NAME_KINDS = frozenset((*WHOLE, *PIECES))
STAFF = "staff"
_TEXT = pa.large_string()


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose record values are of, and whom they name.

    Shape:   n of each. `owner`: the subject that an operator hears of, None where the value is nobody's record (the
             hospital's own people); `person`: the key of the person named, null where it is not known: where it is the
             subject, what is known of the subject is true of them. `called`: their full name in folded words.
    """

    subject: pa.Array
    owner: pa.Array | None
    person: pa.Array
    household: pa.Array
    called: pa.Array | None = None

    def take(self, places: pa.Array) -> Whose:
        subject, owner, person, household, called = (
            None if array is None else array.take(places)
            for array in (self.subject, self.owner, self.person, self.household, self.called)
        )
        return Whose(subject, owner, person, household, called)

    def of_subject(self, facts: pa.Array) -> pa.Array:
        """What is known of the subject, where the person named is the subject. Shape: n facts -> n, else null."""
        if self.person is self.subject:
            return facts
        same = pc.fill_null(pc.equal(self.person, self.subject), fill_value=False)
        return pc.if_else(same, facts, pa.scalar(None, facts.type))


@dataclass(frozen=True, slots=True)
class Named:
    """Fields that name one person together, each with its kind of name. Shape: `word` is the project's own, or ""."""

    word: str
    is_staff: bool
    fields: tuple[tuple[Field, str], ...]

    def full(self, field: Field, batch: Batch) -> pa.Array:
        """The full name beside each value of one of the fields, as it is written. Shape: n values -> n."""
        names: dict[str, pa.Array] = {}
        for part, kind in self.fields:
            names.setdefault(kind, field.values if part is field else beside(field, batch, part.address)[0])
        whole = next((names[kind] for kind in WHOLE if kind in names), pa.nulls(len(field), _TEXT))
        pieces = [pc.fill_null(names[kind], "") for kind in PIECES if kind in names]
        if not pieces:
            return whole
        joined = pc.binary_join_element_wise(*pieces, pa.scalar(" ", _TEXT)) if len(pieces) > 1 else pieces[0]
        joined = pc.if_else(pc.equal(pc.utf8_trim_whitespace(joined), ""), pa.scalar(None, _TEXT), joined)
        return pc.coalesce(whole, joined)


def named_together(batch: Batch, rules: Mapping[str, Rule]) -> list[Named]:
    """The persons whom the fields of a batch name, beside the subject.

    Keeps:   fields with one `person:` word are one person. Without a word those of the hospital's own people are one,
             unless there are several of one kind: then each names a person of its own.
    """
    worded: dict[str, list[tuple[Field, str]]] = {}
    staff: list[tuple[Field, str]] = []
    for field in batch.fields:
        rule = rule_at(field.address, rules)
        if rule is None or rule.kind not in NAME_KINDS:
            continue
        if rule.person:
            worded.setdefault(rule.person, []).append((field, rule.kind))
        elif rule.known == STAFF:
            staff.append((field, rule.kind))
    found = [Named(word, role_of(word) == "clinician", tuple(fields)) for word, fields in worded.items()]
    if len({kind for _, kind in staff}) == len(staff) and staff:
        return [*found, Named("", is_staff=True, fields=tuple(staff))]
    return [*found, *(Named("", is_staff=True, fields=(member,)) for member in staff)]


@dataclass(frozen=True, slots=True)
class People:
    """Who is named in the fields of one batch.

    Shape:   `named`: by address, the person that a field names, where it is not the subject.
    Keeps:   what is said of a value depends on its own row or element alone: not on the order of the columns, nor on
             what is opened inside another.
    """

    batch: Batch
    subjects: pa.Array
    named: Mapping[str, Named]
    roster: Roster | None

    @classmethod
    def of(cls, batch: Batch, rules: Mapping[str, Rule], subjects: pa.Array, roster: Roster | None) -> People:
        """Shape: `subjects`: one a row of the batch."""
        named = {field.address: named for named in named_together(batch, rules) for field, _ in named.fields}
        return cls(batch, subjects, named, roster)

    def whose(self, field: Field, person: str = "") -> Whose:
        """Whose the values of a field are. Shape: n values -> n; `person`: whom they name all, "" for what the rules say."""
        subject = spread_to(field, self.subjects)
        if person:
            named: Named | None = Named(person, role_of(person) == "clinician", ((field, "full_name"),))
        else:
            named = self.named.get(field.address)
        if named is None:
            return Whose(subject, subject, subject, subject)
        own = next(kind for kind, _ in named.fields if kind.address == field.address)
        called = called_by(named.full(own, self.batch))
        if named.is_staff:
            household = pa.repeat(pa.scalar(STAFF_HOUSEHOLD, _TEXT), len(field))
            return Whose(subject, None, keys_of(None, called), household, called)
        keys, called = persons_of(named, subject, called, self.roster)
        return Whose(subject, subject, keys, subject, called)


def called_by(names: pa.Array) -> pa.Array:
    """Names as folded words, given name first; null where there is none. Shape: n -> n."""
    encoded = pc.dictionary_encode(names)
    words = [" ".join(tokens_of(name)) if name else None for name in encoded.dictionary.to_pylist()]
    return pa.array([word or None for word in words], _TEXT).take(encoded.indices)


def persons_of(named: Named, subjects: pa.Array, called: pa.Array, roster: Roster | None) -> tuple[pa.Array, pa.Array]:
    """The key of each person whom fields name, and what they are called. Shape: n subjects, n names in folded words -> n, n.

    Keeps:   who is neither kin nor staff (an owner, a guarantor, a subscriber) and is called as the subject is, in either
             order and with or without a middle name, is the subject.
    """
    if named.is_staff:
        return keys_of(None, called), called
    keys = keys_of(subjects, called)
    if roster is None or role_of(named.word) != "other":
        return keys, called
    own = _own_names(subjects, called, roster)
    return pc.if_else(own.is_valid(), subjects, keys), pc.coalesce(own, called)


def _own_names(subjects: pa.Array, called: pa.Array, roster: Roster) -> pa.Array:
    """The subject's own name in folded words, where somebody is called so; else null. Shape: n subjects, n names -> n."""
    known = {
        subject: sorted({words for name in names if (words := tokens_of(name))})
        for subject, names in roster.whole_names(subjects).items()
    }
    answers: dict[tuple[str | None, str | None], str | None] = {}
    pairs = list(zip(subjects.to_pylist(), called.to_pylist(), strict=True))
    for subject, name in set(pairs):
        words = tuple((name or "").split())
        own = next((full for full in known.get(subject or "", ()) if _is_called(words, full)), None)
        answers[subject, name] = " ".join(own) if own else None
    return pa.array([answers[pair] for pair in pairs], _TEXT)


def _is_called(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    """Whether words may name the bearer of a full name: the same given and family name, no other name between them."""
    if min(len(words), len(full)) < 2:
        return words == full
    return any(_is_same(turned, full) for turned in (words, (*words[1:], words[0])))


def _is_same(words: tuple[str, ...], full: tuple[str, ...]) -> bool:
    if words[0] != full[0] or words[-1] != full[-1]:
        return False
    fewer, more = sorted((words[1:-1], full[1:-1]), key=len)
    return all(any(name in (word, word[0]) or word == name[0] for word in more) for name in fewer)


def keys_of(subjects: pa.Array | None, called: pa.Array) -> pa.Array:
    """The key of each person by what they are called, beside a subject or, without one, among the hospital's own people.

    Shape:   n subjects, n names in folded words -> n keys, null where there is no name, or no subject.
    """
    if subjects is None:
        head = pa.scalar(person_key(None, ()), _TEXT)
        return pc.binary_join_element_wise(head, called, pa.scalar("", _TEXT))
    head = pc.binary_join_element_wise(subjects, pa.scalar(person_key("", ()), _TEXT), pa.scalar("", _TEXT))
    return pc.binary_join_element_wise(head, called, pa.scalar("", _TEXT))
