"""Address: the name of a field: a column, a path of a tree, and what stands inside a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from veil.formats.addresses import ELEMENT, EMPTY, Grammar, grammar_of

__all__ = [
    "ELEMENT",
    "EMPTY",
    "INSIDE",
    "UNWRITTEN",
    "has_foreign_key",
    "inside",
    "lists_in",
    "matches",
    "shown_path",
    "spoken",
]
INSIDE = " > "
UNWRITTEN = "(unlisted)"


def inside(outer: str, inner: str) -> str:
    """The joined address of a field within a value: `labs.payload > $.patient.name`."""
    return f"{outer}{INSIDE}{inner}"


def matches(pattern: str, address: str) -> bool:
    """Whether a rule's address names this field: `[*]` is any element, `.*` any key, `**` anything below.

    Keeps:   the names in `address` are taken literally. An empty object or list (`$.tags{}`) is named by a rule for it
             or for anything within it.
    """
    return grammar_of(address).match(pattern, address)


def lists_in(address: str) -> int:
    """How many lists an address passes through."""
    return address.count(ELEMENT)


def spoken(address: str, rules: Iterable[str]) -> str:
    """The address as reports may name it: as the policy writes it, for a key that it does not write may be a value."""
    if isinstance(rules, Mapping) and address in rules:
        return address
    written = list(rules)
    return address if address in written else next((rule for rule in written if matches(rule, address)), UNWRITTEN)


def has_foreign_key(address: str, rules: Iterable[str]) -> bool:
    """Whether a rule reaches this field only through `.*` or `**`, and a key there is not made of common words.

    Keeps:   such a key may be a value (`$.patients.John Smith`), so it does not pass: the field goes, its key with it.
    """
    return (
        address not in rules
        and shown_path(address) != address
        and any("*" in rule.replace("[*]", "") and matches(rule, address) for rule in rules)
    )


def shown_path(address: str, grammar: Grammar | None = None) -> str:
    """The address as reports may name it, without a step that may be a value: `$.patient.?`; columns stay as they are.

    Shape:   `grammar`: that of the format, which alone knows its own names.
    """
    return (grammar or grammar_of(address)).show(address)
