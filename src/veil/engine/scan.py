"""Scan: text to mentions to replacements: what is found in each value, who is meant, and what stands there instead."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from veil.detectors.scanner import Scanner
from veil.engine.operators import Operators
from veil.engine.persons import Staff, called, who_is_meant
from veil.engine.unread_texts import UnreadTexts, whole
from veil.keys import Keys
from veil.lexicon.language import language_of
from veil.model import (
    STAFF_HOUSEHOLD,
    Known,
    Label,
    Meant,
    Owner,
    Report,
    Span,
    TextFindings,
    about_table,
    folded,
    span_table,
    spliced,
)
from veil.operators.promise import promise_of, unchanged
from veil.operators.redact import Placeholder
from veil.policy.operators import id_rules
from veil.policy.plan import Plan
from veil.policy.rules import Apply, Drop, Keep, Treatment
from veil.roster import Roster

_FALLBACK = Placeholder()
_WORD = re.compile(r"\w+")
_NO_IDS = frozenset(
    {
        Label.NAME,
        Label.DATE,
        Label.AGE,
        Label.AGE_OVER_89,
        Label.YEAR,
        Label.TIME,
        Label.WEEKDAY,
        Label.STATE,
        Label.ORGANIZATION,
        Label.PROFESSION,
    }
)  # an age of 92 is no id 92
_MOST_OWNERS = 4_096


@dataclass(frozen=True, slots=True)
class _Mention:
    text: int
    at: int
    value: str
    meant: Meant
    own: frozenset[str]  # the owner's strong identifiers, folded: no stand-in may happen to be one of them
    domain: str = ""
    called: str = ""  # the owner's full name, folded


class Scans:
    """Scans texts by the plan's detectors and treats each label as the plan says."""

    def __init__(self, plan: Plan, scanner: Scanner, operators: Operators, keys: Keys, roster: Roster | None) -> None:
        self._plan, self._scanner, self._operators, self._keys, self._roster = plan, scanner, operators, keys, roster
        self._staff = Staff(roster.staff() if roster is not None else ())
        self._language = language_of(plan.locale)
        self._unread = UnreadTexts(plan, self._language)
        self._ids = id_rules(plan)
        self._owners: dict[str, Owner] = {}
        self._kept = frozenset(label for label, treatment in plan.labels.items() if isinstance(treatment, Keep))

    def owners(self, subjects: pa.Array) -> list[Owner]:
        """Who the subjects are, and what is known of each. Shape: n -> n.

        Keeps:   each field of a record asks for the same subjects: the roster is asked once for each.
        """
        subject_of = subjects.to_pylist()
        if len(self._owners) > _MOST_OWNERS:
            self._owners.clear()
        new = sorted({subject for subject in subject_of if subject} - self._owners.keys())
        known = self._roster.known(new) if self._roster is not None and new else {}
        self._owners |= {subject: Owner(subject, known.get(subject, ())) for subject in new}
        return [self._owners[subject] if subject else Owner() for subject in subject_of]

    def find(self, texts: Sequence[str], owners: Sequence[Owner]) -> list[list[Span]]:
        """The spans that the plan changes; those of labels it keeps are left out.

        Keeps:   a year that stays is none that shows an age over 89 (born in 1930).
        Source:  45 CFR 164.514(b)(2)(i)(C): "all elements of dates (including year) indicative of such age".
        """
        return self.treated(texts, self._scanner.find(texts, owners))

    def treated(self, texts: Sequence[str], found: list[list[Span]]) -> list[list[Span]]:
        """Of the spans of a scanner, those that the plan changes."""
        aged = [[self._by_age(text, span) for span in spans] for text, spans in zip(texts, found, strict=True)]
        return [[span for span in spans if span.label not in self._kept] for spans in aged]

    def _by_age(self, text: str, span: Span) -> Span:
        if span.label is not Label.YEAR or Label.YEAR not in self._kept:
            return span
        year = re.search(r"\d{4}", text[span.start : span.end])
        old = year is not None and self._plan.reference_date.year - int(year.group()) > 89
        return span._replace(label=Label.AGE_OVER_89) if old else span

    def column(
        self, values: pa.Array, subjects: pa.Array, *, day_first: bool, report: Report, address: str
    ) -> tuple[pa.Array, list[TextFindings]]:
        """Shape: n texts, n subjects -> n texts with every span replaced; null stays null."""
        found = self.found(values, subjects, day_first=day_first, report=report, address=address)
        return spliced(values, spans_of(found)), found

    def found(
        self, values: pa.Array, subjects: pa.Array, *, day_first: bool, report: Report, address: str
    ) -> list[TextFindings]:
        """What stands in each text and what is to stand there instead. Shape: n texts, n subjects -> n."""
        spans = self.find([value or "" for value in values.to_pylist()], self.owners(subjects))
        return self.replaced(values, subjects, spans, day_first=day_first, report=report, address=address)

    def answer(
        self,
        values: pa.Array,
        subjects: pa.Array,
        spans: list[list[Span]],
        *,
        day_first: bool,
        report: Report,
        address: str,
    ) -> tuple[pa.Array, list[TextFindings]]:
        """Shape: n texts, n subjects, n lists of spans as `find` gives them -> n texts with those replaced; null stays null."""
        found = self.replaced(values, subjects, spans, day_first=day_first, report=report, address=address)
        return spliced(values, spans_of(found)), found

    def replaced(
        self,
        values: pa.Array,
        subjects: pa.Array,
        spans: list[list[Span]],
        *,
        day_first: bool,
        report: Report,
        address: str,
    ) -> list[TextFindings]:
        """What stands in place of each of these spans, and who is meant. Shape: n texts, subjects, lists of spans -> n."""
        texts = [value or "" for value in values.to_pylist()]
        languages = self._unread.counted(texts, report, address)
        spans = [[] if code else mine for code, mine in zip(languages, spans, strict=True)]
        owners = self.owners(subjects)
        meant = self._meant(texts, spans, owners)
        mentions = _mentions(texts, spans, meant, owners, self._ids.keys())
        replacements = self._replaced(mentions, spans, subjects, day_first=day_first, report=report, address=address)
        report.count(address, "scanned", "", len(texts) - values.null_count)
        found = [TextFindings(tuple(s), tuple(r), tuple(m)) for s, r, m in zip(spans, replacements, meant, strict=True)]
        return [
            whole(text, code) if code else found_one
            for text, code, found_one in zip(texts, languages, found, strict=True)
        ]

    def _meant(
        self, texts: Sequence[str], spans: Sequence[Sequence[Span]], owners: Sequence[Owner]
    ) -> list[list[Meant]]:
        """Who each span means; the same words of the same owner are asked about once. Shape: n texts -> n lists."""
        met: dict[tuple[str, int, tuple[Span, ...]], list[Meant]] = {}
        answers: list[list[Meant]] = []
        for text, found, owner in zip(texts, spans, owners, strict=True):
            key = (text, id(owner), tuple(found))
            if found and key not in met:
                met[key] = who_is_meant(text, found, owner, self._staff, self._language)
            answers.append(met[key] if found else [])
        return answers

    def _replaced(
        self,
        mentions: list[_Mention],
        spans: list[list[Span]],
        subjects: pa.Array,
        *,
        day_first: bool,
        report: Report,
        address: str,
    ) -> list[list[str]]:
        answers = [[""] * len(found) for found in spans]
        groups: dict[tuple[Label, str], list[_Mention]] = defaultdict(list)
        for mention in mentions:
            label = spans[mention.text][mention.at].label
            groups[label, mention.domain if mention.domain in self._ids else ""].append(mention)
        for (label, domain), group in sorted(groups.items()):
            report.count(address, "found", label.value, len(group))
            treatment = self._ids.get(domain, self._plan.labels[label])
            new = self._answers(label, treatment, group, subjects, day_first=day_first, report=report, address=address)
            for mention, answer in zip(group, new, strict=True):
                answers[mention.text][mention.at] = answer
        return answers

    def _answers(
        self,
        label: Label,
        treatment: Treatment,
        mentions: list[_Mention],
        subjects: pa.Array,
        *,
        day_first: bool,
        report: Report,
        address: str,
    ) -> list[str]:
        values = pa.array([mention.value for mention in mentions], pa.large_string())
        if isinstance(treatment, Drop):
            return [""] * len(mentions)
        about = self._about(label, mentions, subjects, treatment)
        masked = _FALLBACK.replace(values, about, self._keys).values.to_pylist()
        if not isinstance(treatment, Apply):
            return [str(answer) for answer in masked]
        operator = self._operators.get(treatment, day_first=day_first)
        answers = operator.replace(values, about, self._keys).values
        report.count(address, "masked", f"{label.value} unreadable", answers.null_count)
        stayed = unchanged(promise_of(operator), values, answers)
        report.count(address, "masked", f"{label.value} unchanged", stayed.true_count)
        new = pc.if_else(stayed, pa.scalar(None, pa.large_string()), answers).to_pylist()
        return [
            str(mask if answer is None or _tells(answer, mention) else answer)
            for answer, mask, mention in zip(new, masked, mentions, strict=True)
        ]

    def _about(self, label: Label, mentions: list[_Mention], subjects: pa.Array, treatment: object) -> pa.Table:
        owners = subjects.take(pa.array([mention.text for mention in mentions], pa.int64()))
        facts: dict[str, pa.Array] = {}
        person = pa.array([mention.meant.person for mention in mentions], pa.large_string())
        house = [
            STAFF_HOUSEHOLD if mention.meant.role == "clinician" else owner
            for mention, owner in zip(mentions, owners.to_pylist(), strict=True)
        ]
        households = pa.array(house, pa.large_string())
        if self._roster is not None and isinstance(treatment, Apply) and label in (Label.NAME, Label.DATE, Label.YEAR):
            known = self._roster.facts(owners)
            patients = pa.array([mention.meant.person is None for mention in mentions])
            sex = pc.if_else(patients, known.sex, pa.scalar(None, pa.large_string()))
            facts = {"sex": sex, "born": known.born, "offset": known.offset}
            if label is Label.NAME:
                facts["turns"] = self._roster.turns.of(pc.coalesce(person, owners), households)
        full = [
            (mention.called if mention.meant.person is None else " ".join(mention.meant.words)) or None
            for mention in mentions
        ]
        domain = treatment.domain if isinstance(treatment, Apply) else ""
        role = pa.array([mention.meant.role for mention in mentions], pa.large_string())
        return about_table(
            len(mentions),
            subject=owners,
            person=person,
            role=role,
            label=label.value,
            domain=domain,
            **facts,
            household=households,
            called=pa.array(full, pa.large_string()),
        )


def spans_of(found: Sequence[TextFindings]) -> pa.Table:
    """What was found in n texts as a table of SPANS: value i is text i."""
    rows = [
        (i, span.start, span.end, new, span.label.value)
        for i, scanned in enumerate(found)
        for span, new in zip(scanned.spans, scanned.replacements, strict=True)
    ]
    return span_table(*zip(*rows, strict=True)) if rows else span_table()


def _mentions(
    texts: list[str],
    spans: list[list[Span]],
    meant: list[list[Meant]],
    owners: Sequence[Owner],
    domains: Collection[str],
) -> list[_Mention]:
    """Every span as a mention; a known id takes the form and the domain that the tables give it."""
    found: list[_Mention] = []
    about: dict[int, tuple[dict[str, Known], frozenset[str], str]] = {}  # by owner
    for i, text in enumerate(texts):
        owner = owners[i]
        if spans[i] and id(owner) not in about:
            by_value = {folded(known.value): known for known in owner.known if known.domain in domains}
            about[id(owner)] = by_value, _own(owner), called(owner) or ""
        ids, own, full = about[id(owner)] if spans[i] else ({}, frozenset(), "")
        for k, span in enumerate(spans[i]):
            value = text[span.start : span.end]
            known = ids.get(folded(value)) if ids and span.label not in _NO_IDS else None
            if known is not None:
                found.append(_Mention(i, k, known.value, meant[i][k], own, known.domain, full))
            else:
                found.append(_Mention(i, k, value, meant[i][k], own, "", full))
    return found


def _own(owner: Owner) -> frozenset[str]:
    return frozenset(folded(known.value) for known in owner.known if known.strength == "strong")


def _tells(new: str, mention: _Mention) -> bool:
    """Whether a stand-in happens to hold an identifier of the owner (a town of the list is the patient's family name)."""
    if not mention.own:
        return False
    words = _WORD.findall(new)
    pairs = [left + right for left, right in pairwise(words)]
    pieces = [folded(piece) for piece in (new, *words, *pairs)]
    return any(piece in mention.own or piece.removesuffix("s") in mention.own for piece in pieces)
