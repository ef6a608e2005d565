"""Full names: the longest form of a name in one text: `Smith` is `John Smith` where only one longer name has its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice

Name = tuple[str, ...]


class FullNames:
    """The names of one text, each to be asked for its fullest form.

    Shape:   a name is its words, folded, the given name first.
    Keeps:   a name is fuller than another if it has its last word and its first, or a word for its initial, and more
             words (or the word for the initial); a lone word may be either. Each name is looked at a few times, so a
             list of thousands of one family costs what its names do.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._tops: dict[tuple[str, str], list[Name]] = {}  # by last and first word: the longest
        self._by_word: dict[str, list[Name]] = defaultdict(list)
        for name in {name for name in names if len(name) > 1}:
            for word in {name[0], name[-1]}:
                self._by_word[word].append(name)
            top = self._tops.setdefault((name[-1], name[0]), [name])
            if len(name) > len(top[0]):
                top[:] = [name]
            elif len(name) == len(top[0]) and name is not top[0]:
                top.append(name)
        self._spelled: dict[tuple[str, str], list[list[Name]]] = defaultdict(list)  # by last word and initial
        for (last, first), top in self._tops.items():
            if len(first) > 1:
                self._spelled[last, first[0]].append(top)
        for tops in self._spelled.values():
            tops.sort(key=lambda top: -len(top[0]))

    def of(self, name: Name) -> Name:
        """The one fullest form of a name; the name itself where there is none, or more than one."""
        best = list(islice(self._best(name), 2)) if name else []
        return best[0] if len(best) == 1 else name

    def _best(self, name: Name) -> Iterator[Name]:
        """Of the names that are fuller, those that none of them is fuller than."""
        if len(name) == 1:
            yield from (
                candidate for candidate in self._by_word.get(name[0], ()) if not self._is_outdone(candidate, name[0])
            )
            return
        first, last = name[0], name[-1]
        own = self._tops.get((last, first), [])
        if len(first) > 1:
            yield from own if own and len(own[0]) > len(name) else ()
            return
        for top in self._spelled.get((last, first), ()):
            if len(top[0]) < len(name):
                break
            yield from top
        if own and len(own[0]) > len(name) and not self._is_spelled(own[0]):
            yield from own

    def _is_outdone(self, name: Name, word: str) -> bool:
        """Whether a fuller name than one of those that have a word has that word too."""
        if len(self._tops[name[-1], name[0]][0]) > len(name):
            return True
        return self._is_spelled(name) and (name[-1] == word or len(word) > 1)

    def _is_spelled(self, name: Name) -> bool:
        """Whether a name is as long and has a word where this one has an initial."""
        tops = self._spelled.get((name[-1], name[0])) if len(name[0]) == 1 else None
        return tops is not None and len(tops[0][0]) >= len(name)
