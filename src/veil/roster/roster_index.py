"""Roster index: who is who: (domain, identifier) -> subject, and subject -> known identifiers; written by pass one only."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from veil.lazy import lazily
from veil.model import Known, Label, NameOffsets
from veil.roster.facts import KINDS, Facts, FactsIndex, FactsReader, FactsWriter
from veil.roster.pages import Index, PageReader, PageWriter, texts
from veil.roster.prefilter import Prefilter, PrefilterIndex, PrefilterWriter
from veil.roster.strength import DATES, SHORTEST_WEAK, WORDS, strength
from veil.roster.strength import stated as as_stated

if TYPE_CHECKING:
    import polars as pl
else:
    pl = lazily("polars")

_NOBODY = ""  # in the pages of the hospital's own people, who are nobody's record
_LINK = ("key", "subject")
_KNOWN = ("subject", "kind", "value", "label", "strength", "domain", "person")
_LABELS = {label.value: label for label in Label}


@dataclass(frozen=True, slots=True)
class RosterIndex:
    """What a worker needs to open the roster; it goes to workers through memory only."""

    links: dict[Hashable, Index]
    known: Index
    staff: Index
    facts: FactsIndex | None = None
    sieve: PrefilterIndex | None = None
    turns: NameOffsets = field(default_factory=NameOffsets)


class RosterBuilder:
    """Pass one writes here: the links of one domain after the other, then the known identifiers."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._links: dict[Hashable, Index] = {}
        self._writer: PageWriter | None = None
        self._known = PageWriter(folder / "known.pages", "subject", _KNOWN)
        self._staff = PageWriter(folder / "staff.pages", "subject", _KNOWN)
        self._facts, self._sieve = FactsWriter(folder / "known.facts"), PrefilterWriter(folder / "known.sieve")

    def begin_links(self) -> None:
        self._writer = PageWriter(self._folder / f"links{len(self._links)}.pages", "key", _LINK)

    def add_links(self, ids: pa.Array, subjects: pa.Array) -> None:
        """Shape: n ids, n subjects; a null on either side leads nowhere."""
        if self._writer is None:
            self.begin_links()
        frame = pl.DataFrame(
            {"key": pl.from_arrow(ids), "subject": pl.from_arrow(subjects)}, schema=texts(_LINK)
        ).drop_nulls()
        self._writer.add(frame)  # type: ignore[union-attr]

    def end_links(self, domain: Hashable) -> None:
        if self._writer is not None:
            self._links[domain] = self._writer.finish()
        self._writer = None

    def so_far(self) -> Roster:
        """The links that are finished, so that the next domain can stand on them."""
        nothing = Index("", b"", ((0, 0),))
        return Roster(RosterIndex(dict(self._links), nothing, nothing))

    def add_known(
        self,
        kind: str,
        label: Label,
        stated: str,
        values: pa.Array,
        subjects: pa.Array,
        domain: str = "",
        person: str = "",
    ) -> None:
        """Shape: n values, n subjects; `stated` is one of `veil.policy.rules.STRENGTHS`.

        Keeps:   `person`: whose the values are, as the project words it; "" is the subject. They are sought in the
                 subject's text all the same.
        """
        frame = pl.DataFrame(
            {"subject": pl.from_arrow(subjects), "value": pl.from_arrow(values)},
            schema={"subject": pl.String, "value": pl.String},
        )
        of_staff = stated == "staff"
        if of_staff:
            frame = frame.with_columns(subject=pl.lit(_NOBODY))
        frame = (
            frame.drop_nulls().with_columns(pl.col("value").str.strip_chars()).filter(pl.col("value") != "").unique()
        )
        if not frame.height:
            return
        if kind in KINDS and not person and not of_staff:
            self._facts.add(kind, frame["value"].to_arrow(), frame["subject"].to_arrow())
        if kind in KINDS and kind != "birth_date":
            return
        frame = frame.with_columns(strength=_strengths(kind, frame["value"], stated))
        frame = frame.filter(pl.col("strength") != "")
        if not of_staff:  # they are sought in nobody's columns
            self._sift(kind, frame, domain)
        facts = {"kind": kind, "label": label.value, "domain": domain, "person": person}
        writer = self._staff if of_staff else self._known
        writer.add(frame.with_columns(**{name: pl.lit(word) for name, word in facts.items()}))

    def _sift(self, kind: str, frame: pl.DataFrame, domain: str) -> None:
        """What verify looks for in whole columns: names, long numbers, and that there are short ones."""
        if kind in DATES:
            return
        long = (pl.col("strength") == "strong") | (pl.col("value").str.len_chars() >= SHORTEST_WEAK)
        sought = frame if kind in WORDS else frame.filter(long)
        add = self._sieve.add_names if kind in WORDS else self._sieve.add_numbers
        if sought.height:
            add(_text(sought["value"]), _text(sought["subject"]))
        if kind not in WORDS and (frame["strength"] == "weak").any():
            self._sieve.add_short(domain)

    def finish(self) -> RosterIndex:
        return RosterIndex(
            dict(self._links), self._known.finish(), self._staff.finish(), self._facts.finish(), self._sieve.finish()
        )


def _text(series: pl.Series) -> pa.Array:
    return series.to_arrow().cast(pa.large_string())


def _strengths(kind: str, values: pl.Series, word: str) -> pl.Series:
    """The strength of each value, asked once for each distinct one."""
    if word in ("weak", "everywhere"):
        return pl.Series([as_stated(kind, "", word)], dtype=pl.String).new_from_index(0, len(values))
    distinct = values.unique()
    found = [
        strength(kind, value) if word in ("auto", "staff") else as_stated(kind, value, word)
        for value in distinct.to_list()
    ]
    return values.replace_strict(distinct, pl.Series(found, dtype=pl.String))


class Roster:
    """Read by every worker, by `verify`; written by nobody after pass one."""

    def __init__(self, index: RosterIndex) -> None:
        self._links = {domain: PageReader(pages, "key", _LINK) for domain, pages in index.links.items()}
        self._known = PageReader(index.known, "subject", _KNOWN)
        self._staff_pages = PageReader(index.staff, "subject", _KNOWN)
        self._staff: tuple[Known, ...] | None = None
        self.turns = index.turns
        self._facts = FactsReader(index.facts) if index.facts is not None else None
        self._sieve_index = index.sieve
        self._sieve: Prefilter | None = None
        self._last: tuple[pa.Array, Facts] | None = None

    @property
    def knows(self) -> bool:
        """Whether it holds anything of anybody but links."""
        return not self._known.empty

    def subjects(self, domain: Hashable, ids: pa.Array) -> pa.Array:
        """The subject that each id leads to. Shape: n -> n, null where none or more than one is known."""
        pages = self._links.get(domain)
        if pages is None:
            return pa.nulls(len(ids), pa.large_string())
        frame = pl.DataFrame({"key": pl.from_arrow(ids)}, schema={"key": pl.String})
        rows = pages.rows(frame["key"].drop_nulls().unique())
        unique = rows.group_by("key").agg(pl.col("subject").first(), n=pl.len()).filter(pl.col("n") == 1).drop("n")
        return (
            frame.join(unique, on="key", how="left", maintain_order="left")["subject"]
            .to_arrow()
            .cast(pa.large_string())
        )

    def known(self, subjects: Sequence[str]) -> dict[str, tuple[Known, ...]]:
        """Each subject's known identifiers, facts (sex, shift) left out; sorted, so that every run sees the same."""
        return _known_in(self._known, subjects)

    def whole_names(self, subjects: pa.Array) -> dict[str, list[str]]:
        """What each subject is called, as it is written: every whole name that is known of them, in order."""
        if self._known.empty:
            return {}
        asked = pl.Series("subject", pl.from_arrow(subjects), dtype=pl.String).drop_nulls().unique()
        rows = self._known.rows(asked)
        whole = rows.filter(pl.col("kind").is_in(["full_name", "name"]) & (pl.col("person") == ""))
        found: dict[str, list[str]] = {}
        for subject, value in whole.select("subject", "value").unique().sort("subject", "value").iter_rows():
            found.setdefault(subject, []).append(value)
        return found

    def staff(self) -> tuple[Known, ...]:
        """The hospital's own people and sites."""
        if self._staff is None:
            self._staff = _known_in(self._staff_pages, [_NOBODY]).get(_NOBODY, ())
        return self._staff

    def facts(self, subjects: pa.Array) -> Facts:
        """What is known of each subject that is no identifier. Shape: n -> n of each.

        Keeps:   the answer of one batch is held: each of its columns asks for the same subjects.
        """
        if self._facts is None or self._facts.empty:
            return Facts.none(len(subjects))
        if self._last is None or not (self._last[0] is subjects or self._last[0].equals(subjects)):
            self._last = subjects, self._facts.of(subjects)
        return self._last[1]

    @property
    def sieve(self) -> Prefilter | None:
        """What tells the cells that may hold a known identifier; None where nothing is known."""
        if self._sieve is None and self._sieve_index is not None:
            self._sieve = Prefilter(self._sieve_index)
        return self._sieve


def _known_in(pages: PageReader, subjects: Sequence[str]) -> dict[str, tuple[Known, ...]]:
    if pages.empty:
        return {}
    rows = pages.rows(pl.Series("subject", sorted(set(subjects)), dtype=pl.String))
    found: dict[str, list[Known]] = {}
    for subject, kind, value, label, how, domain, person in rows.sort("subject", "kind", "value", "person").iter_rows():
        found.setdefault(subject, []).append(Known(kind, value, _LABELS[label], how, domain, person))
    return {subject: tuple(known) for subject, known in found.items()}
