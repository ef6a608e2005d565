"""Persons: who is meant by each name in a note: the patient, a relative, a clinician, someone else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from veil.engine.full_names import FullNames
from veil.keys import framed
from veil.lexicon.language import Language, PersonCues, english
from veil.lexicon.names import is_family_first
from veil.model import Known, Label, Meant, Owner, Span
from veil.policy.person_words import role_of
from veil.roster.strength import PEOPLE

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]{2,})?")
_FAMILY_FIRST = re.compile(r"[,^]")
_POSSESSIVE = re.compile(r"['’][sS]?(?!\w)")
_BEFORE, _AFTER = 48, 12
ROLES = ("patient", "relative", "clinician")
_WHOLE = ("full_name", "name")


def tokens_of(name: str) -> tuple[str, ...]:
    """A name's words, folded, given names first: `Smith, John`, `SMITH^JOHN` and `John Smith's` are all (john, smith)."""
    name = _POSSESSIVE.sub("", name)
    mark = _FAMILY_FIRST.search(name)
    if mark and _WORD.search(name, mark.end()):
        name = f"{name[mark.end() :]} {name[: mark.start()]}"
    words = tuple(word for word in map(str.casefold, _WORD.findall(name)) if word not in english().persons.not_of_names)
    return words[::-1] if mark is None and len(words) == 2 and is_family_first(*words) else words


class Staff:
    """The hospital's own people by what they are called: full names, and family names that only one of them bears."""

    def __init__(self, known: Sequence[Known] = ()) -> None:
        full = {tokens_of(identifier.value) for identifier in known if identifier.kind in _WHOLE}
        last: dict[str, set[tuple[str, ...]]] = {}
        for name in full:
            if name:
                last.setdefault(name[-1], set()).add(name)
        self._by_words = {name: name for name in full} | {
            (family,): min(names) for family, names in last.items() if len(names) == 1
        }

    def named(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The full name of the one of them who is called so, in folded words; () for nobody."""
        return self._by_words.get(words) or (self._by_words.get(words[-1:], ()) if words and len(words[0]) == 1 else ())


def person_key(subject: str | None, words: Sequence[str]) -> str:
    """The key of a person beside a subject, or of one of the hospital's own people (no subject): the same in tables and notes."""
    return framed("staff" if subject is None else subject, " ".join(words))


NOBODY = Staff()


def _others(owner: Owner) -> dict[tuple[str, ...], str]:
    """The persons beside the subject whom the tables name, by their words, each with a role."""
    found: dict[tuple[str, ...], str] = {}
    for known in owner.known:
        if known.person and known.kind in _WHOLE and (words := tokens_of(known.value)):
            found.setdefault(words, role_of(known.person))
    return found


def who_is_meant(
    text: str, spans: Sequence[Span], owner: Owner, staff: Staff = NOBODY, language: Language | None = None
) -> list[Meant]:
    """Who each span means.

    Shape:   k spans of one text -> k answers; a span that is no name means the owner.
    Keeps:   names that share their words in one text are one person (`John Smith`, then `Smith`, `J. Smith`).
    """
    own = _own_words(owner)
    called_so = [tokens_of(text[span.start : span.end]) if span.label is Label.NAME else () for span in spans]
    others = _others(owner)
    fullest = FullNames([*called_so, *others])
    groups = [fullest.of(name) for name in called_so]
    beside = (language or english()).persons
    cues = [_cue(text, span, beside) if span.label is Label.NAME else "" for span in spans]
    cue_of = {words: cue for words, cue in reversed(list(zip(groups, cues, strict=True))) if cue}
    answers: list[Meant] = []
    for i, span in enumerate(spans):
        words = groups[i]
        if span.label is not Label.NAME or not words:
            answers.append(Meant("patient" if span.label is not Label.NAME else "other", None))
        elif not cues[i] and _is_own(called_so[i], own):
            answers.append(Meant("patient", None))
        else:
            answers.append(_meant(words, cues[i] or cue_of.get(words, ""), own, owner, staff, others))
    return [_read(meant, span) for meant, span in zip(answers, spans, strict=True)]


def _read(meant: Meant, span: Span) -> Meant:
    """Where neither table nor cue tells, the role that the reader of the sentence told; the person stays the same."""
    return replace(meant, role=span.role) if meant.role == "other" and span.role in ROLES else meant


def _meant(
    words: tuple[str, ...],
    cue: str,
    own: frozenset[str],
    owner: Owner,
    staff: Staff,
    others: dict[tuple[str, ...], str],
) -> Meant:
    if words in others and cue != "clinician" and (cue == "relative" or not _is_own(words, own)):
        return Meant(others[words], person_key(owner.subject or "", words), words)
    if _is_own(words, own) and (cue != "clinician" or len(words) > 1):
        return Meant("patient", None)
    one_of_us = staff.named(words) if cue != "relative" and (cue or len(words) > 1) else ()
    if one_of_us:
        return Meant("clinician", person_key(None, one_of_us), one_of_us)
    if cue == "clinician":
        return Meant("clinician", person_key(None, words), words)
    return Meant(cue or "other", person_key(owner.subject or "", words), words)


def _is_own(words: tuple[str, ...], own: frozenset[str]) -> bool:
    """Whether all words are the owner's; a middle initial tells nothing."""
    inner = [word for i, word in enumerate(words) if len(word) > 1 or i in (0, len(words) - 1)]
    return bool(own and inner) and all(any(_same(word, mine) for mine in own) for word in inner)


def called(owner: Owner) -> str | None:
    """The owner's full name, folded, if the tables hold it: it tells a given name from a family name."""
    full = next((known.value for known in owner.known if known.kind in _WHOLE and not known.person), None)
    return " ".join(tokens_of(full)) if full else None


def _same(word: str, mine: str) -> bool:
    return word == mine or (len(word) == 1 and mine.startswith(word))


def _own_words(owner: Owner) -> frozenset[str]:
    own = (known for known in owner.known if known.kind in PEOPLE and not known.person)
    return frozenset(word for known in own for word in tokens_of(known.value))


def _cue(text: str, span: Span, beside: PersonCues) -> str:
    before = text[max(0, span.start - _BEFORE) : span.start]
    after = text[span.end : span.end + _AFTER]
    head = text[span.start : span.end][:5].casefold()
    if (
        beside.clinician_before.search(before)
        or beside.clinician_behind.match(after)
        or head.startswith(("dr.", "dr "))
    ):
        return "clinician"
    return "relative" if beside.relative_before.search(before) else ""
