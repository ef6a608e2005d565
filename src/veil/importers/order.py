"""Order: what comes after what, as `depends_on` says; a circle is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from veil.errors import PolicyError
from veil.importers.hydra import shown


def in_order(after: Mapping[str, Sequence[str]], where: str) -> list[str]:
    """The names, each behind those that it depends on, else in the order in which they stand.

    Keeps:   what is depended on and not there counts for nothing.
    Errors:  PolicyError `import-circle`.
    """
    done: list[str] = []
    left = list(after)
    while left:
        ready = next((name for name in left if all(above not in left for above in after[name])), None)
        if ready is None:
            raise PolicyError(
                "import-circle",
                "`depends_on` forms a cycle: " + ", ".join(map(shown, sorted(left)))[:200],
                where=where,
                hint="remove one of them; the order has no effect in Veil",
            )
        done.append(ready)
        left.remove(ready)
    return done


def strangers(after: Mapping[str, Sequence[str]]) -> list[str]:
    """Names that are depended on and not there."""
    return sorted({above for needed in after.values() for above in needed} - set(after))
