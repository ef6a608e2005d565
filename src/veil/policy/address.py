"""Address: the name of a field: a column, a path of a tree, and what stands inside a value."""

from __future__ import annotations

import re
from functools import lru_cache

from veil.errors import PolicyError

INSIDE = " > "


def inside(outer: str, inner: str) -> str:
    """The joined address of a field within a value: `labs.payload > $.patient.name`."""
    return f"{outer}{INSIDE}{inner}"


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"(\[\*\]|\.\*|\*\*)", pattern)
    words = {"[*]": r"\[\d*\*?\]", ".*": r"\.[^.\[]+", "**": r".*"}
    return re.compile("".join(words.get(piece, re.escape(piece)) for piece in pieces) + r"\Z")


def matches(pattern: str, address: str) -> bool:
    """Whether a rule's address names this field: `[*]` is any element, `.*` any key, `**` anything below.

    Keeps:   the names in `address` are taken literally.
    """
    return pattern == address or bool(_compiled(pattern).match(address))


def check_tree_address(address: str, where: str) -> None:
    if not address.startswith("$"):
        raise PolicyError(
            "address-tree", f"the path {address} must begin with $", where=where, hint="for example $.patient.name"
        )
