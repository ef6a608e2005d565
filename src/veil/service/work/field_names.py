"""Field names: whether a key of a record is the name of a field, or may be a value (`$.patients.John Smith`)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from veil.discover.titles import title_of
from veil.lexicon import words
from veil.policy.address import ELEMENT, lists_in, shown_path

_SHAPE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_PROPER = re.compile(r"[A-Z][a-z]+([A-Z][a-z]+)*")  # as names are written: Quackenthorpe, JohnSmith
_ODD = re.compile(r"[^\w .:/-]|[0-9]{3}")  # `@`, and digits enough for a number of a person
_STEP = re.compile(r"\.([^.\[]+)")
_KNOWN = words.ENGLISH | words.EVERYDAY | words.CLINICAL
_PEOPLE = words.FAMILY | words.GIVEN | words.CITY
_OFTEN = 3  # records with the same key; fewer may be about one person
_MOSTLY = 0.5


def named_fields(counts: Mapping[str, int]) -> frozenset[str]:
    """The addresses whose every key is the name of a field.

    Shape:   `counts`: how many values each address has, as `occurrences` counts them.
    Keeps:   a key is a name where each of its words is one (of the language, of medicine, of columns), or where it has the
             form of a name and recurs in most of the places where it could be; a key that recurs less, or holds the name
             of a person or a town, may be a value.
    """
    return frozenset(address for address in counts if all(_is_name(prefix, counts) for prefix in _prefixes(address)))


def _prefixes(address: str) -> Iterator[str]:
    """The address up to each of its keys."""
    return (address[: step.end()] for step in _STEP.finditer(address.removesuffix("{}")))


def _is_name(prefix: str, counts: Mapping[str, int]) -> bool:
    key = prefix.rpartition(".")[2]
    if _ODD.search(key):
        return False
    return shown_path(f"$.{key}") == f"$.{key}" or is_worded(key) or (_may_be_name(key) and _recurs(prefix, counts))


@lru_cache(maxsize=4096)
def is_worded(key: str) -> bool:
    """Whether each word of a key is a word of the language, of medicine, or of the names of columns."""
    parts = _parts(key)
    return (
        bool(parts) and _SHAPE.fullmatch(key) is not None and not re.search(r"\d{3}", key) and all(map(_is_word, parts))
    )


def _parts(key: str) -> list[str]:
    return re.findall(r"[a-z]+[0-9]?[a-z]?", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key).lower())


def _is_word(part: str) -> bool:
    table = words.table()
    plain = (part, part.removesuffix("s"), part.rstrip("0123456789"))
    return len(part) < 3 or any(table.get(table_word, 0) & _KNOWN for table_word in plain) or title_of(part) is not None


def _may_be_name(key: str) -> bool:
    table = words.table()
    named = any(table.get(part, 0) & _PEOPLE for part in _parts(key))
    return (
        _SHAPE.fullmatch(key) is not None
        and _PROPER.fullmatch(key) is None
        and not named
        and not re.search(r"\d{2}", key)
    )


def _recurs(prefix: str, counts: Mapping[str, int]) -> bool:
    own, whole = _seen(prefix, counts), _seen(prefix.rpartition(".")[0], counts)
    return own >= _OFTEN and own >= _MOSTLY * whole


def _seen(prefix: str, counts: Mapping[str, int]) -> int:
    """How often an object or a value is met. Keeps: the elements of a list below it do not count: they are of one key."""
    depth = lists_in(prefix)
    return max(
        (
            count
            for address, count in counts.items()
            if address.startswith(prefix)
            and address[len(prefix) : len(prefix) + 1] in ("", ".", "[", "{")
            and lists_in(address) == depth
        ),
        default=0,
    )


def with_lists(counts: Mapping[str, int], records: Mapping[str, int]) -> dict[str, int]:
    """Counts of values, and beside each list how many records have it. Shape: `$.labs[*].value` adds `$.labs`."""
    found = dict(counts)
    for address, rows in records.items():
        if ELEMENT in address:
            above = address[: address.rindex(ELEMENT)]
            found[above] = max(found.get(above, 0), rows)
    return found
