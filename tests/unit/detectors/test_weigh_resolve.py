"""Weigh and resolve keep what they promise of any spans."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from veil.detectors.resolve import resolve
from veil.detectors.weigh import is_proven, weigh
from veil.model import Label, Span

SPANS = st.lists(
    st.builds(
        lambda start, length, label, score, source, proof: Span(
            start, start + length, label, score, source, proof=proof
        ),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from(Label),
        st.floats(0, 1),
        st.sampled_from(["patterns:a", "patterns:card+", "known:strong", "known:weak", "gazetteer:title"]),
        st.sampled_from(["", "digits", "known"]),
    ),
    max_size=12,
)
RAW = "12 Oak Ln, Troy, NY 12180 and so on, and so forth, until the end"


@given(SPANS)
def test_resolve_is_disjoint_sorted_and_covers_what_it_was_given(spans: list[Span]) -> None:
    found = resolve(RAW, spans)
    assert all(one.end <= other.start for one, other in pairwise(found))
    covered = {i for span in found for i in range(span.start, span.end)}
    assert covered >= {i for span in spans for i in range(span.start, span.end)}
    if not any(span.label in (Label.LOCATION, Label.ZIP, Label.STATE) for span in spans):
        assert covered == {i for span in spans for i in range(span.start, span.end)}


@given(SPANS)
def test_weigh_never_refuses_a_checksum_or_a_strong_known_identifier(spans: list[Span]) -> None:
    bars = dict.fromkeys(Label, 1.1)
    allow = {RAW[span.start : span.end].lower() for span in spans}
    assert weigh(RAW, spans, thresholds=bars, allow=allow) == [span for span in spans if is_proven(span)]


def test_the_pieces_of_an_address_become_one_place() -> None:
    spans = [Span(0, 9, Label.LOCATION, 0.8, "a"), Span(11, 19, Label.LOCATION, 0.7, "b"), Span(20, 25, Label.ZIP, 0.7)]
    assert resolve(RAW, spans) == [Span(0, 25, Label.LOCATION, 0.8, "a")]
    assert len(resolve("Ohio, Utah", [Span(0, 4, Label.STATE), Span(6, 10, Label.STATE)])) == 2


def test_of_two_that_overlap_the_stronger_names_the_whole() -> None:
    spans = [Span(0, 10, Label.ID, 0.6, "a"), Span(4, 12, Label.PHONE, 0.9, "b")]
    assert resolve(RAW, spans) == [Span(0, 12, Label.PHONE, 0.9, "b")]
    held_first = [Span(0, 10, Label.ACCOUNT, 0.5, "patterns:card", proof="digits"), Span(4, 12, Label.PHONE, 0.9, "b")]
    assert resolve(RAW, held_first)[0].label is Label.ACCOUNT
