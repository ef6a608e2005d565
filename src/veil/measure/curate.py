"""Curate: which marks count: words of other tools become labels, what Safe Harbor lets stay counts neither way."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from veil.errors import Error, FormatError, PolicyError
from veil.measure.notes import Note, NoteMark
from veil.model import Label, label_of
from veil.model.labels import SAFE_HARBOR
from veil.policy.parse import read_yaml

DROP = "drop"
_NUMBER = re.compile(r"\d+")
_TENS = re.compile(r"\b(ninety|ninet(y|ies)|hundred|centenarian)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][\w>.-]{0,31}", re.ASCII)


class Gold(NamedTuple):
    """A mark of gold as it counts.

    Shape:   `start` to `end` is what counts (of an age its number alone), `first` to `last` what was marked. `label` is
             None where the map drops the word. `counts` False: neither as found nor as false alarm.
    """

    start: int
    end: int
    first: int
    last: int
    label: Label | None
    counts: bool


@dataclass(frozen=True, slots=True)
class LabelMap:
    """What words of gold and predictions mean; a word that is not given means what `label_of` says.

    Shape:   `given`: word -> label, None for one that is dropped. `only`: if not empty, every other word is dropped.
    """

    given: dict[str, Label | None] = field(default_factory=dict)
    only: frozenset[str] = frozenset()

    def known(self, word: str) -> bool:
        return word in self.given or bool(self.only and word not in self.only) or _meant(word) is not None

    def of(self, word: str | None) -> Label | None:
        """The label, or None for a word that is dropped, is not known, or is not there."""
        if word is None or (self.only and word not in self.only and word not in self.given):
            return None
        return self.given[word] if word in self.given else _meant(word)


def read_map(path: Path) -> LabelMap:
    """A map from TOML, YAML or JSON: `word: LABEL`, `word: drop`, and lists `keep:` (only these count) and `drop:`.

    Errors:  PolicyError `map-broken`, `map-shape`, `label-unknown`.
    """
    data = _loaded(path)
    given: dict[str, Label | None] = {}
    lists: dict[str, list[str]] = {"keep": [], DROP: []}
    for word, meant in data.items():
        if word in lists:
            if not isinstance(meant, list) or not all(isinstance(text, str) for text in meant):
                raise _no_map(path, f"`{word}` must be a list of words")
            lists[word] = meant
        elif isinstance(meant, str):
            given[str(word)] = None if meant == DROP else label_of(meant)
        else:
            raise _no_map(path, "a word needs a label or `drop`")
    return LabelMap(given | dict.fromkeys(lists[DROP]), frozenset(lists["keep"]))


def _loaded(path: Path) -> dict[Any, Any]:
    ending = path.suffix.lower()
    if ending in (".yaml", ".yml"):
        return read_yaml(path).data
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text) if ending == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError):
        raise PolicyError(
            "map-broken",
            "the label map cannot be read",
            where=path.name,
            hint="supported file endings: those of TOML, YAML and JSON",
        ) from None
    if not isinstance(data, dict):
        raise _no_map(path, "it must be a mapping")
    return data


def _no_map(path: Path, what: str) -> PolicyError:
    return PolicyError(
        "map-shape",
        f"invalid label map: {what}",
        where=path.name,
        hint='expected: PATIENT = "NAME", keep = [...], drop = [...]',
    )


def demand_known(notes: Sequence[Note], labels: LabelMap) -> None:
    """Errors: FormatError `gold-label` where a word of gold means nothing; it names words that stand in no note."""
    words = {mark.label for note in notes for mark in note.marks}
    unknown = sorted(word for word in words if word is not None and not labels.known(word))
    if None in words or unknown:
        shown = [word for word in unknown if _WORD.fullmatch(word) and not _stands(word, notes)]
        named = f": {', '.join(shown[:8])}" if shown else ""
        count = len(unknown) + (None in words)
        raise FormatError(
            "gold-label",
            f"{count} labels of gold are unknown{named}",
            where="gold",
            hint="map or drop each of them with --map FILE",
        )


def _stands(word: str, notes: Iterable[Note]) -> bool:
    """Whether a word stands in a text or an id: then it may be a value and is not told."""
    low = word.casefold()
    return any(low in (note.text or "").casefold() or low in note.id.casefold() for note in notes)


def curated(note: Note, labels: LabelMap, *, everything: bool) -> tuple[Gold, ...]:
    """The marks of a note of gold as they count.

    Shape:   `everything`: each label counts, also those that Safe Harbor lets stay; what the map drops never does.
    Source:  45 CFR 164.514(b)(2)(i)(B), (C): a state, a year and an age under 90 may stay.
    """
    text = note.text or ""
    found = []
    for mark in note.marks:
        label = labels.of(mark.label)
        start, end, read = read_age(text, mark.start, mark.end, label)
        counts = read is not None and (everything or read in SAFE_HARBOR)
        found.append(Gold(start, end, mark.start, mark.end, read, counts))
    return tuple(dict.fromkeys(found))


def read_age(text: str, start: int, end: int, label: Label | None) -> tuple[int, int, Label | None]:
    """An age cut down to its number, and whether it is over 89 read from the text itself."""
    if label not in (Label.AGE, Label.AGE_OVER_89):
        return start, end, label
    number = _NUMBER.search(text, start, end)
    if number is not None:
        old = len(number[0].lstrip("0")) > 2 or int(number[0][-9:]) >= 90
        return *number.span(), Label.AGE_OVER_89 if old else Label.AGE
    return start, end, Label.AGE_OVER_89 if _TENS.search(text[start:end]) else label


def predicted(note: Note, labels: LabelMap) -> tuple[tuple[NoteMark, Label | None], ...]:
    """The marks of a program, each with its label where it has one that is known; an age by what the text says."""
    text = note.text or ""
    found = []
    for mark in note.marks:
        _, _, label = read_age(text, mark.start, mark.end, labels.of(mark.label))
        found.append((mark, label))
    return tuple(found)


def _meant(word: str) -> Label | None:
    try:
        return label_of(word)
    except Error:
        return None
