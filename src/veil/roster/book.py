"""Roster: who is who: (domain, identifier) -> subject, and subject -> known identifiers; written by pass one alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from veil.lazy import lazily
from veil.model import Known, Label, Turns
from veil.roster.pages import Index, PageReader, PageWriter, texts
from veil.roster.strength import stated as as_stated
from veil.roster.strength import strength

if TYPE_CHECKING:
    import polars as pl
else:
    pl = lazily("polars")

STAFF = "\x00staff"
_LINK = ("key", "subject")
_KNOWN = ("subject", "kind", "value", "label", "strength", "domain", "person")
_FACTS = ("sex", "birth_date", "offset")


@dataclass(frozen=True, slots=True)
class RosterIndex:
    """What a worker needs to open the roster; it goes to workers through memory only."""

    links: dict[str, Index]
    known: Index
    turns: Turns = field(default_factory=Turns)


@dataclass(frozen=True, slots=True)
class Facts:
    """Shape: n of each: `sex` (F, M or null), `born` (date32 or null), `offset` (days, never 0, or null)."""

    sex: pa.Array
    born: pa.Array
    offset: pa.Array


class RosterBuilder:
    """Pass one writes here: the links of one domain after the other, then the known identifiers."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._links: dict[str, Index] = {}
        self._writer: PageWriter | None = None
        self._known = PageWriter(folder / "known.pages", "subject", _KNOWN)

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

    def end_links(self, domain: str) -> None:
        if self._writer is not None:
            self._links[domain] = self._writer.finish()
        self._writer = None

    def so_far(self) -> Roster:
        """The links that are finished, so that the next domain can stand on them."""
        return Roster(RosterIndex(dict(self._links), Index("", b"", ((0, 0),))))

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
        if stated == "staff":
            frame = frame.with_columns(subject=pl.lit(STAFF))
        frame = (
            frame.drop_nulls().with_columns(pl.col("value").str.strip_chars()).filter(pl.col("value") != "").unique()
        )
        if not frame.height:
            return
        frame = frame.with_columns(strength=_strengths(kind, frame["value"], stated))
        self._known.add(
            frame.filter(pl.col("strength") != "").with_columns(
                kind=pl.lit(kind), label=pl.lit(label.value), domain=pl.lit(domain), person=pl.lit(person)
            )
        )

    def finish(self) -> RosterIndex:
        return RosterIndex(dict(self._links), self._known.finish())


def _strengths(kind: str, values: pl.Series, word: str) -> pl.Series:
    """The strength of each value, asked once for each distinct one."""
    if word in ("weak", "everywhere"):
        return pl.Series([as_stated(kind, "", word)], dtype=pl.String).new_from_index(0, len(values))
    distinct = values.unique()
    found = [
        strength(kind, one) if word in ("auto", "staff") else as_stated(kind, one, word) for one in distinct.to_list()
    ]
    return values.replace_strict(distinct, pl.Series(found, dtype=pl.String))


class Roster:
    """Read by every worker, by `verify`; written by nobody after pass one."""

    def __init__(self, index: RosterIndex) -> None:
        self._links = {domain: PageReader(pages, "key", _LINK) for domain, pages in index.links.items()}
        self._known = PageReader(index.known, "subject", _KNOWN)
        self._staff: tuple[Known, ...] | None = None
        self.turns = index.turns

    @property
    def knows(self) -> bool:
        """Whether it holds anything of anybody but links."""
        return not self._known.empty

    def subjects(self, domain: str, ids: pa.Array) -> pa.Array:
        """The subject that each id leads to. Shape: n -> n, null where none or more than one is known."""
        pages = self._links.get(domain)
        if pages is None:
            return pa.nulls(len(ids), pa.large_string())
        frame = pl.DataFrame({"key": pl.from_arrow(ids)}, schema={"key": pl.String})
        rows = pages.rows(frame["key"].drop_nulls().unique())
        told = rows.group_by("key").agg(pl.col("subject").first(), n=pl.len()).filter(pl.col("n") == 1).drop("n")
        return (
            frame.join(told, on="key", how="left", maintain_order="left")["subject"].to_arrow().cast(pa.large_string())
        )

    def known(self, subjects: Sequence[str]) -> dict[str, tuple[Known, ...]]:
        """Each subject's known identifiers, facts (sex) left out; sorted, so that every run sees the same."""
        if self._known.empty:
            return {}
        rows = self._known.rows(pl.Series("subject", sorted(set(subjects)), dtype=pl.String)).filter(
            pl.col("kind") != "sex"
        )
        found: dict[str, list[Known]] = {}
        for subject, kind, value, label, how, domain, person in rows.sort(
            "subject", "kind", "value", "person"
        ).iter_rows():
            found.setdefault(subject, []).append(Known(kind, value, Label(label), how, domain, person))
        return {subject: tuple(known) for subject, known in found.items()}

    def full_names(self, subjects: pa.Array) -> pa.Array:
        """What each subject is called, as it is written; the first of several. Shape: n -> n, null where it is not known."""
        if self._known.empty:
            return pa.nulls(len(subjects), pa.large_string())
        frame = pl.DataFrame({"subject": pl.from_arrow(subjects)}, schema={"subject": pl.String})
        rows = self._known.rows(frame["subject"].drop_nulls().unique())
        whole = rows.filter(pl.col("kind").is_in(["full_name", "name"]) & (pl.col("person") == ""))
        names = whole.group_by("subject").agg(pl.col("value").min())
        joined = frame.join(names, on="subject", how="left", maintain_order="left")
        return joined["value"].to_arrow().cast(pa.large_string())

    def staff(self) -> tuple[Known, ...]:
        """The hospital's own people and sites."""
        if self._staff is None:
            self._staff = self.known([STAFF]).get(STAFF, ())
        return self._staff

    def facts(self, subjects: pa.Array) -> Facts:
        """What is known of each subject that is no identifier. Shape: n -> n of each."""
        if self._known.empty:
            nothing = pa.nulls(len(subjects), pa.large_string())
            return Facts(nothing, pa.nulls(len(subjects), pa.date32()), pa.nulls(len(subjects), pa.int32()))
        frame = pl.DataFrame({"subject": pl.from_arrow(subjects)}, schema={"subject": pl.String})
        rows = self._known.rows(frame["subject"].drop_nulls().unique()).filter(pl.col("kind").is_in(list(_FACTS)))
        for kind in _FACTS:
            mine = (pl.col("kind") == kind) & (pl.col("person") == "")
            told = rows.filter(mine).group_by("subject").agg(pl.col("value").min().alias(kind))
            frame = frame.join(told, on="subject", how="left", maintain_order="left")
        days = frame["birth_date"].str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        offset = frame["offset"].cast(pl.Int32, strict=False)
        return Facts(
            frame["sex"].to_arrow().cast(pa.large_string()), pc.cast(days.to_arrow(), pa.date32()),
            offset.set(offset == 0, None).to_arrow().cast(pa.int32()),
        )  # fmt: skip
