"""Lists: items between commas most of which are things of medicine, and what stands among them for that reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from veil.detectors.rows.cells import Stretches

_PART = re.compile(r"[^.\n:]+")
_ITEM = re.compile(r"[^,;/]+")
_ITEM_OF_WORDS = re.compile(
    r"\s*(?:(?:and|or|vs)\s)?\s*((?:[^\W\d_][\w'\-]*)(?:[ ][^\W\d_a-z][\w'\-]*){0,2})"
    r"(?:[ ](?:[IVX]{1,4}[abc]?|[\d.+\-/<>=]+[\w%+\-]*|[+\-]|neg|pos|absent|present|equivocal|[a-z]{3,14}s?)){0,2}\s*\Z"
)
_LONGEST = 48
_FEWEST, _FEWEST_KNOWN = 3, 2


class ThingLists:
    """Finds the items of lists in which at least half are known things.

    Shape:   `is_known` says of a value that it is a thing and few people bear its words.
    Keeps:   the first item is never taken for a thing because of the others: `Tasker, Lasix, Coumadin`.
    """

    def __init__(self, is_known: Callable[[str], bool]) -> None:
        self._is_known = is_known

    def of(self, shown: str) -> Stretches:
        """The stretches of a text that are things by their list."""
        return Stretches(
            list(self._stretches(shown)) if shown.count(",") + shown.count(";") + shown.count("/") > 1 else []
        )

    def _stretches(self, shown: str) -> Iterator[tuple[int, int]]:
        for part in _PART.finditer(shown):
            if sum(map(part[0].count, ",;/")) < _FEWEST - 1:
                continue
            items = [item for item in map(_worded, _ITEM.finditer(shown, *part.span())) if item]
            known = sum(self._is_known(shown[start:end]) for start, end in items)
            if len(items) >= _FEWEST and known >= _FEWEST_KNOWN and known * 2 >= len(items):
                yield from items[1:]


def _worded(item: re.Match[str]) -> tuple[int, int] | None:
    """Where the words of an item stand, if it is no more than words and a grade."""
    if len(item[0]) > _LONGEST:
        return None
    match = _ITEM_OF_WORDS.match(item[0])
    if match is None or not match[1][0].isupper():
        return None
    return item.start() + match.start(1), item.start() + match.end(1)
