"""What a text costs grows with its length alone, whatever it looks like; `make bench-shapes` measures all shapes."""

from __future__ import annotations

import random
import re
import time

import pytest
from bench.text_shapes import SHAPES, text_of

from veil.detectors.scanner import standard
from veil.detectors.tokens import Tokens
from veil.lexicon.language import english

WORST = (
    "numbers of ten digits",
    "ratios",
    "letters and digits",
    "hexadecimal",
    "domain without end",
    "e-mail without end",
    "colons",
    "link without end",
    "letters and stops",
    "dates, glued",
    "hyphened words",
    "apostrophes",
    "carets",
    "brackets around words",
    "marks without end",
    "entities",
    "names",
    "one capital word",
)
SMALL, LARGE = 2_000, 16_000
SCANNER = standard()


def spent(name: str, size: int) -> float:
    text = text_of(name, size)
    begin = time.process_time()
    SCANNER.find([text])
    return time.process_time() - begin


@pytest.mark.parametrize("name", WORST)
def test_eight_times_the_text_costs_about_eight_times(name):
    spent(name, SMALL)
    assert spent(name, LARGE) < 3 * LARGE / SMALL * spent(name, SMALL) + 0.5  # a square would be 64 times


def test_there_are_sixty_shapes_and_each_is_as_long_as_it_was_asked_for():
    assert len(SHAPES) >= 60
    for name in SHAPES:
        assert abs(len(text_of(name, 1_000)) - 1_000) < 60, name
        assert text_of(name, 300, 2) == text_of(name, 300, 2)


def test_a_chain_of_letters_and_stops_is_cut_as_if_each_were_read_to_its_end():
    letters = r"(?:[^\W\d_]++[\u0300-\u036f]*+)++"
    plain = re.compile(
        rf"[^\W\d_]{{1,2}}+(?:\.[^\W\d_]{{1,2}}+)++(?![^\W\d_])|{letters}(?:['\-]{letters})*+"
    )  # the token as it is defined: it reads a chain again from each of its letters
    draw = random.Random(3)
    for _ in range(3_000):
        text = "".join(draw.choice("aB.'-s1 \u0301\u00e9..ab") for _ in range(draw.randrange(40)))
        wanted = [match.group() for match in plain.finditer(text)]
        assert Tokens(text, english()).words == [word[:-2] if word[-2:] in {"'s", "'S"} else word for word in wanted]
