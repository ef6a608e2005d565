"""Numbers written as words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Numbers:
    """The words for numbers of one language, up to 999.

    Shape:   `units`: the words for 0, 1, 2 ... in order; `tens`: those for 20, 30 ...; `hundred`; `joint`: what may
             stand between (`and`); `one_words`: what means one before a hundred (`a`).
    """

    units: tuple[str, ...]
    tens: tuple[str, ...]
    hundred: tuple[str, ...]
    joint: tuple[str, ...]
    one_words: tuple[str, ...]

    @cached_property
    def _units(self) -> dict[str, int]:
        return {word: value for value, word in enumerate(self.units)}

    @cached_property
    def _tens(self) -> dict[str, int]:
        return {word: 10 * value for value, word in enumerate(self.tens, start=2)}

    def read(self, words: str) -> int | None:
        """The number that the words say, or None: `ninety-two`, `one hundred and three`, `a hundred`.

        Keeps:   digits are no words; capitals, hyphens and doubled spaces do not matter.
        """
        parts = [part for part in words.lower().replace("-", " ").split() if part not in self.joint]
        at = next((i for i, part in enumerate(parts) if part in self.hundred), None)
        if at is None:
            return self._below_hundred(parts)
        lead = 1 if not parts[:at] or (at == 1 and parts[0] in self.one_words) else 0
        if at == 1 and not lead:
            lead = self._units.get(parts[0], 0)
        rest = self._below_hundred(parts[at + 1 :]) if parts[at + 1 :] else 0
        return lead * 100 + rest if 0 < lead < 10 and rest is not None else None

    def _below_hundred(self, parts: list[str]) -> int | None:
        match parts:
            case [word] if word in self._units:
                return self._units[word]
            case [word] if word in self._tens:
                return self._tens[word]
            case [tens, units] if tens in self._tens and 0 < self._units.get(units, 0) < 10:
                return self._tens[tens] + self._units[units]
        return None
