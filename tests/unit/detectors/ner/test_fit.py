"""Fit: which of the network's spans the rules of structure make needless, and what that costs on long lists."""

from __future__ import annotations

import random
import time

from veil.detectors.ner.fit import SURE, fitted
from veil.model import Label, Span, Text

RULES = (
    (Label.PHONE, "patterns:phone"),
    (Label.MRN, "patterns:mrn"),
    (Label.DATE, "dates:iso"),
    (Label.YEAR, "patterns:year"),
    (Label.NAME, "gazetteer:pair"),
)


def plainly(raw: str, own: list[Span], found: list[Span]) -> list[Span]:
    """The same answer, character by character: what `fitted` says, spelled out without care for its cost."""
    rules = [span for span in found if span.source.partition(":")[0] in {"patterns", "dates", "known"}]
    dated = {Label.DATE, Label.YEAR, Label.WEEKDAY, Label.TIME}
    left = []
    for span in own:
        mine = [rule for rule in rules if rule.start < span.end and rule.end > span.start]
        rest = [raw[i] for i in range(span.start, span.end) if not any(rule.start <= i < rule.end for rule in mine)]
        alike = all(rule.label is span.label or {rule.label, span.label} <= dated for rule in mine)
        digits, letters = any(map(str.isdigit, rest)), any(map(str.isalpha, rest))
        if not mine or digits or not (alike or span.score < SURE or not letters):
            left.append(span)
    return left


def drawn(draw: random.Random) -> tuple[str, list[Span], list[Span]]:
    """A text with spans that overlap, touch and lie within each other, as detectors give them."""
    raw = "".join(draw.choice("ab1 2-") for _ in range(60))
    own = []
    at = 0
    while at < 50:
        at += draw.randrange(6)
        end = at + draw.randrange(1, 14)
        own.append(Span(max(0, at - draw.randrange(3)), min(end, 60), draw.choice(RULES)[0], draw.random(), "ner"))
        at = end
    found = []
    for _ in range(draw.randrange(9)):
        start, (label, source) = draw.randrange(58), draw.choice(RULES)
        found.append(Span(start, min(60, start + draw.randrange(1, 25)), label, 0.9, source))
    return raw, own, found


def test_the_answer_is_the_one_of_a_reading_character_by_character():
    draw = random.Random(11)
    for _ in range(2_000):
        raw, own, found = drawn(draw)
        assert fitted(Text.of(raw), own, found) == plainly(raw, own, found)


def seconds(count: int) -> float:
    """CPU of one span of the network over `count` rules, the best of three."""
    raw = "4155550000\n" * count
    found = [Span(i * 11, i * 11 + 10, Label.PHONE, 0.9, "patterns:phone") for i in range(count)]
    own = [Span(0, len(raw) - 1, Label.PHONE, 0.99, "ner")]
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        assert fitted(Text.of(raw), own, found) == []
        best = min(best, time.process_time() - begin)
    return best


def test_a_span_over_ten_times_the_rules_costs_about_ten_times():
    assert seconds(40_000) < 40 * max(seconds(4_000), 0.001)  # a hundred times where each character asks each rule


def test_a_rule_over_the_whole_text_does_not_make_each_span_ask_all():
    def cost(count: int) -> float:
        raw = "4155550000\n" * count
        own = [Span(i * 11, i * 11 + 10, Label.PHONE, 0.99, "ner") for i in range(count)]
        found = [Span(0, len(raw), Label.URL, 0.9, "patterns:url")]
        found += [Span(i * 11, i * 11 + 10, Label.PHONE, 0.9, "patterns:phone") for i in range(count)]
        begin = time.process_time()
        fitted(Text.of(raw), own, found)
        return time.process_time() - begin

    assert cost(20_000) < 40 * max(cost(2_000), 0.002)
