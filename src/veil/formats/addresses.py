"""Addresses: how a format names its fields; one small grammar for each way of naming."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from veil.lexicon import words

ELEMENT = "[*]"
EMPTY = "{}"  # behind the address of an object or a list that holds nothing: its key needs a rule as well
HIDDEN = "?"


class Grammar(Protocol):
    """A way of naming fields.

    Shape:   `parse` cuts an address into its steps, and `join` makes the address of steps again.
    Keeps:   `match` takes the names within an address literally, and reads wildcards in the pattern alone.
    """

    @property
    def name(self) -> str: ...

    @property
    def optional(self) -> bool:
        """Whether a record may lack any address that a rule names."""
        ...

    def parse(self, address: str) -> tuple[str, ...]: ...

    def join(self, steps: Sequence[str]) -> str: ...

    def match(self, pattern: str, address: str) -> bool:
        """Whether a rule's address names this field."""
        ...

    def show(self, address: str) -> str:
        """The address as a report may name it: without a step that could be a value."""
        ...

    def title(self, address: str) -> str:
        """The last name in it, as the name of a column would say what the field holds."""
        ...

    def is_one_to_one(self, pattern: str, sibling: str) -> bool:
        """Whether a field that a rule names has at most one value of the sibling at their nearest common element.

        Shape:   `pattern`: the address of a rule; `sibling`: an address that a condition reads.
        """
        ...


@dataclass(frozen=True, slots=True)
class ColumnAddress:
    """The names of columns, and of the fixed fields of a document: an address is one step, shown as it is."""

    name: str = "column"
    optional: bool = False

    def parse(self, address: str) -> tuple[str, ...]:
        return (address,)

    def join(self, steps: Sequence[str]) -> str:
        (only,) = steps
        return only

    def match(self, pattern: str, address: str) -> bool:
        return pattern == address or bool(_compiled(pattern).match(address))

    def show(self, address: str) -> str:
        return address

    def title(self, address: str) -> str:
        return address

    def is_one_to_one(self, pattern: str, sibling: str) -> bool:
        del pattern, sibling
        return True


@dataclass(frozen=True, slots=True)
class JsonPath:
    """Paths of a tree from its root `$`: `.key` and `[*]`; in a rule `.*` is any key and `**` anything below."""

    name: str = "jsonpath"
    optional: bool = True

    def owns(self, address: str) -> bool:
        return address.startswith("$")

    def parse(self, address: str) -> tuple[str, ...]:
        return tuple(re.findall(r"^\$|\.[^.\[]+|\[[^\]]*\]|\{\}$", address))

    def join(self, steps: Sequence[str]) -> str:
        return "".join(steps)

    def match(self, pattern: str, address: str) -> bool:
        """Keeps: an empty object or list (`$.tags{}`) is named by a rule for it or for anything within it."""
        if address.endswith(EMPTY):
            return _reaches(pattern, address.removesuffix(EMPTY))
        return pattern == address or bool(_compiled(pattern).match(address))

    def title(self, address: str) -> str:
        return address.replace(ELEMENT, "").rpartition(".")[2]

    def is_one_to_one(self, pattern: str, sibling: str) -> bool:
        """Every list that the sibling lies in must be one that the rule's field lies in too."""
        last = sibling.rfind(ELEMENT)
        return last < 0 or pattern.startswith(sibling[: last + len(ELEMENT)])

    def show(self, address: str) -> str:
        """Every key hidden that is not made of common words: `$.patient.?`."""
        table = words.table()

        def is_common(word: str) -> bool:
            return bool(table.get(word, 0) & (words.ENGLISH | words.EVERYDAY | words.CLINICAL)) or len(word) < 3

        def shown(match: re.Match[str]) -> str:
            parts = re.findall(r"[^\W\d_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", match.group(1)).lower())
            common = all(map(is_common, parts)) and not re.search(r"\d{2}", match.group(1))
            return match.group() if common else f".{HIDDEN}"

        return re.sub(r"\.([^.\[]+)", shown, address)


COLUMN = ColumnAddress()
JSONPATH = JsonPath()


def grammar_of(address: str) -> Grammar:
    """The grammar that an address is written in, for those who meet it without its format."""
    return JSONPATH if JSONPATH.owns(address) else COLUMN


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\[\*\]|\.\*|\*\*)", pattern)
    wild = {"[*]": r"\[\d*\*?\]", ".*": r"\.[^.\[]+", "**": r".*"}
    return re.compile("".join(wild.get(piece, re.escape(piece)) for piece in pieces) + r"\Z")


@lru_cache(maxsize=4096)
def _reaches(pattern: str, container: str) -> bool:
    """Whether a rule names an object or a list, or anything that could stand in it."""
    ends = [found.start() for found in re.finditer(r"[.\[]", pattern)]
    return any(_compiled(pattern[:end]).match(container) for end in (*ends, len(pattern)))
