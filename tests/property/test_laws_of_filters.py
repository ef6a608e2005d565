"""The laws of ordered filters and of the safelist: what is settled stays, what is not safe is found, order decides."""

import json
import re
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from veil.detectors.filters.detector import Filters
from veil.detectors.filters.entries import read_entries
from veil.detectors.filters.expressions import TimeBudget, expression
from veil.detectors.filters.ledger import Ledger, joined
from veil.detectors.safelist import Safelist
from veil.detectors.scanner import Scanner, standard
from veil.model import Owner, Text
from veil.testing import check_detector

PATTERNS = (
    r"\b\d{2,3}/\d{2,3}\b",
    r"\b\d\d?/\d\d?/\d{4}\b",
    r"\bthe patient\b",
    r"(?i)\bmr\b",
    r"[A-Z]\w+",
    r"\d+",
    r"\w+ ",
    r"dr\.? (?i)\w+",
    r"(?<=the )\w+",
    r"(\w)\1",
    ".",
    r"[a-c{}]+",
    r"x{,2}y",
    r"^\w+$",
)
WORDS = ("the", "patient", "mr", "smith", "seen", "foo", "12", "7", "dr")
PIECES = st.sampled_from(
    [
        "the patient",
        "Mr. Smith",
        "SMITH",
        "seen",
        "12",
        "120/80",
        "04/12/2012",
        "x-ray",
        "dr. Ana",
        " ",
        ", ",
        ".\n",
        "\t",
        "*",
        "aa",
        "éb",
        "José",
        "\u200b",
        "\uff11\uff12",
        "\x0b",
        "\x1c",
        "日本",
        "{}",
        "xxy",
        "\U0001f600",
    ]
)
TEXTS = st.lists(st.one_of(PIECES, st.text(st.characters(exclude_categories=["Cs"]), max_size=6)), max_size=10).map(
    "".join
)
COMMON = {
    "exclude": st.booleans(),
    "phi_type": st.sampled_from(["DATE", "NAME", "OTHER", "AGE<90", "CONTACT", "LOCATION"]),
}
CONTEXTS = st.sampled_from(["left", "right", "left_or_right", "left_and_right"])
ENTRIES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"type": st.just("regex"), "data": st.sampled_from(PATTERNS), **COMMON}),
        st.fixed_dictionaries({"type": st.just("set"), "data": st.lists(st.sampled_from(WORDS)), **COMMON}),
        st.fixed_dictionaries(
            {"type": st.just("regex_context"), "data": st.sampled_from(PATTERNS), "context": CONTEXTS, **COMMON}
        ),
        st.fixed_dictionaries({"type": st.just("match_all"), **COMMON}),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filters")

    def make(written):
        path = folder / "f.json"
        path.write_text(json.dumps([{"title": str(i), **one} for i, one in enumerate(written)]), encoding="utf-8")
        return read_entries(path)

    return make


@given(written=ENTRIES, texts=st.lists(TEXTS, min_size=1, max_size=3))
@settings(max_examples=120)
def test_filters_keep_the_laws_of_a_detector(read, written, texts):
    check_detector(Filters(read(written)), texts)


@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
@settings(max_examples=120)
def test_the_safelist_keeps_the_laws_of_a_detector(texts):
    check_detector(Safelist(), texts)


@given(text=TEXTS)
@settings(max_examples=80)
def test_without_a_filter_every_letter_and_digit_is_found(text):
    shown = Text.of(text)
    found = Filters(()).find([shown], [Owner()])[0]
    covered = {at for span in found for at in range(span.start, span.end)}
    assert covered >= {at for at, char in enumerate(text) if char.isalnum() and char in shown.shown}


@given(written=ENTRIES, more=ENTRIES, text=TEXTS)
@settings(max_examples=120)
def test_what_an_earlier_filter_made_safe_or_phi_no_later_one_changes_unless_it_is_a_context(read, written, more, text):
    plain = [one for one in more if one["type"] != "regex_context"]
    before, after = (_settled(read(entries), text) for entries in (written, [*written, *plain]))
    assert all(one == other for one, other in zip(before, after, strict=True) if one)


def _settled(entries, text):
    """Of each character 1 safe, 2 PHI, 0 not settled; through the detector, so that its own order is what is seen."""
    held = []

    class Seen(Ledger):
        def __init__(self, shown):
            super().__init__(shown)
            held.append(self)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("veil.detectors.filters.detector.Ledger", Seen)
        Filters(entries).find([Text.of(text)], [Owner()])
    return [1 if safe else 2 if phi else 0 for safe, phi in zip(held[0].safe, held[0]._phi, strict=True)]


@given(text=TEXTS, ranges=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=8), exclude=st.booleans())
def test_what_is_to_be_masked_is_disjoint_in_order_and_covers_all_that_is_not_safe(text, ranges, exclude):
    ledger = Ledger(text)
    inside = [(start, min(start + size, len(text))) for start, size in ranges if start < len(text)]
    for number, one in enumerate(joined(inside), start=1):
        ledger.settle([one], number, exclude=exclude and number % 2 == 0)
    spans = list(ledger.spans())
    assert all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))
    covered = {at for start, end, _ in spans for at in range(start, end)}
    assert covered >= {at for at, char in enumerate(text) if char.isalnum() and not ledger.safe[at]}
    assert not any(ledger.safe[at] for at in covered)


@given(pattern=st.sampled_from(PATTERNS), text=TEXTS)
@settings(max_examples=200)
def test_a_pattern_finds_what_python_finds_whichever_engine_reads_it(pattern, text):
    assume(all(char.isascii() or unicodedata.category(char) in ("Lu", "Ll", "Nd", "Zs", "So", "Cf") for char in text))
    read_so = {r"dr\.? (?i)\w+": r"(?i)dr\.? \w+", r"x{,2}y": r"x{0,2}y"}.get(pattern, pattern)
    wanted = [match.span() for match in re.finditer(read_so, text) if match.end() > match.start()]
    assert list(expression(pattern, "a test").spans(text, TimeBudget(text))) == wanted


@given(text=TEXTS)
@settings(max_examples=60)
def test_the_safelist_takes_nothing_from_what_the_others_find(text):
    both, rules = standard(["patterns", "dates", "gazetteer", "safelist"]), standard(["patterns", "dates", "gazetteer"])
    covered = {at for span in both.find([text])[0] for at in range(span.start, span.end)}
    assert covered >= {at for span in rules.find([text])[0] for at in range(span.start, span.end)}


@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
@settings(max_examples=40)
def test_safe_words_alone_are_never_masked_twice_over(texts):
    scanner = Scanner([Safelist()])
    for text, spans in zip(texts, scanner.find(texts), strict=True):
        assert all(text[span.start : span.end].strip() for span in spans)
        assert all(one.end <= other.start for one, other in zip(spans, spans[1:], strict=False))
