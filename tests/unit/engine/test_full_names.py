"""The fullest form of a name is the one that its definition gives, at a cost that grows with the names alone."""

from __future__ import annotations

import gc
import random
import time

import pytest

from veil.engine.full_names import FullNames


def same(word: str, mine: str) -> bool:
    return word == mine or (len(word) == 1 and mine.startswith(word))


def is_fuller(one: tuple[str, ...], name: tuple[str, ...]) -> bool:
    spelled = len(one) == len(name) > 1 and len(name[0]) == 1 < len(one[0])
    if not (spelled or len(one) > len(name)):
        return False
    if len(name) == 1:
        return name[0] in (one[-1], one[0])
    return name[-1] == one[-1] and same(name[0], one[0])


def defined(name: tuple[str, ...], names: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The answer as it is defined: each name against each."""
    fuller = [one for one in set(names) if len(one) > 1 and name and is_fuller(one, name)]
    best = [one for one in fuller if not any(is_fuller(other, one) for other in fuller)]
    return best[0] if len(best) == 1 else name


WORDS = ("j", "john", "jane", "s", "smith", "stone", "m")


@pytest.mark.parametrize("seed", range(8))
def test_the_answer_is_the_defined_one(seed):
    draw = random.Random(seed)
    for _ in range(1_500):
        names = [tuple(draw.choice(WORDS) for _ in range(draw.randrange(5))) for _ in range(draw.randrange(1, 9))]
        fullest = FullNames(names)
        for name in names:
            assert fullest.of(name) == defined(name, names), (name, names)


def word(number: int) -> str:
    return "b" + "".join(chr(97 + int(digit)) for digit in str(number))


FAMILIES = {
    "one family": lambda i: (word(i), "smith"),
    "one family, one initial": lambda i: ("j", word(i), "smith"),
    "one given name": lambda i: ("john", word(i)),
    "one name with other words within": lambda i: ("john", word(i), "smith"),
    "initials of one letter": lambda i: ("b", word(i), word(i), "smith") if i % 2 else (word(i), "smith"),
}


@pytest.mark.parametrize("kind", FAMILIES)
def test_ten_times_the_names_cost_about_ten_times(kind):
    def spent(count: int) -> float:
        names = [FAMILIES[kind](i) for i in range(count)] + [("smith",), ("j", "smith"), ("john",)]
        begin = time.process_time()
        fullest = FullNames(names)
        for name in names:
            fullest.of(name)
        return time.process_time() - begin

    gc.disable()  # its passes over many small objects are no cost of the names
    try:
        assert min(spent(20_000) for _ in range(2)) < 40 * max(spent(2_000), 0.004)
    finally:
        gc.enable()
