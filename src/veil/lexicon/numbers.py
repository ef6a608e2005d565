"""Numbers written as words."""

from __future__ import annotations

UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}


def read_number(words: str) -> int | None:
    """The number that the words say, up to 999, or None: `ninety-two`, `one hundred and three`, `a hundred`.

    Keeps:   digits are no words; capitals, hyphens and doubled spaces do not matter.
    """
    parts = [part for part in words.lower().replace("-", " ").split() if part != "and"]
    if not parts:
        return None
    if "hundred" in parts:
        at = parts.index("hundred")
        lead = 1 if parts[:at] in ([], ["a"]) else UNITS.get(parts[0] if at == 1 else "", 0)
        rest = _below_hundred(parts[at + 1 :]) if parts[at + 1 :] else 0
        return lead * 100 + rest if 0 < lead < 10 and rest is not None else None
    return _below_hundred(parts)


def _below_hundred(parts: list[str]) -> int | None:
    match parts:
        case [one] if one in UNITS:
            return UNITS[one]
        case [one] if one in TENS:
            return TENS[one]
        case [tens, one] if tens in TENS and 0 < UNITS.get(one, 0) < 10:
            return TENS[tens] + UNITS[one]
    return None
