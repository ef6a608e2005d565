"""The laws of every standard detector, and of weigh and resolve over all of them, through veil.testing."""

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veil.detectors.base import Detector
from veil.detectors.scanner import STANDARD, standard
from veil.model import Known, Label, Owner, Span, put_back
from veil.testing import check_detector

KNOWN = (
    Known("given_name", "Quentin", Label.NAME, "strong"),
    Known("family_name", "May", Label.NAME, "weak"),
    Known("full_name", "Quentin May", Label.NAME, "strong"),
    Known("number", "00412-889", Label.MRN, "strong", "mrn"),
    Known("phone", "617-253-1000", Label.PHONE, "strong"),
    Known("street", "12 Juniper Lane", Label.LOCATION, "strong"),
)
PIECES = st.sampled_from(
    [
        "Quentin May",
        "QUENTIN",
        "May, Quentin",
        "in May",
        "Mr. May",
        "MRN 00412-889",
        "00412 889",
        "(617) 253-1000",
        "12 Juniper Lane",
        "Dr. Foley",
        "Foley catheter",
        "04/12/2012",
        "12-Apr-2012",
        "April 2012",
        "92 year old",
        "92F",
        "ninety-two",
        "SSN 123-45-6789",
        "a.b@mail.org",
        "http://x.org/a",
        "10.0.0.1",
        "Boston, MA 02139",
        "St. Mary's Hospital",
        "BP 128/76",
        "1HGCM82633A004352",
        "2\u00b73",
        "na\u00efve",
        "\u200bJo\u00adhn",
        "\U0001f600",
        "\uff11\uff12/\uff10\uff14/\uff12\uff10\uff11\uff12",
        "\r\n",
        "\t",
        "\x00",
    ]
)
TEXTS = st.lists(
    st.one_of(
        st.lists(st.one_of(PIECES, st.text(st.characters(exclude_categories=["Cs"]), max_size=8)), max_size=8).map(
            " ".join
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    ),
    min_size=1,
    max_size=4,
)


@pytest.mark.parametrize("name", STANDARD)
@given(texts=TEXTS, known=st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_detector_keeps_the_laws(name, texts, known):
    module, _, attribute = STANDARD[name].partition(":")
    owner = Owner("p1", KNOWN if known else ())
    check_detector(getattr(import_module(module), attribute)(), texts, [owner] * len(texts))


SCANNER = standard()


@given(texts=TEXTS)
@settings(max_examples=60, deadline=None)
def test_what_is_accepted_is_disjoint_sorted_and_inside_and_edits_touch_nothing_else(texts):
    for text, spans in zip(texts, SCANNER.find(texts, [Owner("p1", KNOWN)] * len(texts)), strict=True):
        assert all(a.end <= b.start for a, b in zip(spans, spans[1:], strict=False))
        edited = put_back(text, spans, ["\x01"] * len(spans))
        rest = [
            text[a:b] for a, b in zip([0, *(s.end for s in spans)], [*(s.start for s in spans), len(text)], strict=True)
        ]
        assert edited == "\x01".join(rest)


@given(texts=TEXTS)
@settings(max_examples=40, deadline=None)
def test_resolve_covers_what_weigh_accepted(texts):
    from veil.detectors.resolve import resolve
    from veil.detectors.weigh import weigh
    from veil.model import Text

    for raw in texts:
        text = Text.of(raw)
        found = [
            span
            for one in SCANNER.detectors
            if isinstance(one, Detector)
            for span in one.find([text], [Owner("p1", KNOWN)])[0]
        ]
        accepted = weigh(text, found, thresholds={}, allow=frozenset())
        covered = {at for span in resolve(text.raw, accepted) for at in range(span.start, span.end)}
        missing = {at for span in accepted for at in range(span.start, span.end)} - covered
        assert not missing


def test_a_strong_known_identifier_is_found_whatever_the_allow_list_says():
    scanner = standard(allow=["quentin may", "00412-889"])
    text = "quentin may, number 00412889"
    spans = scanner.find([text], [Owner("p1", KNOWN)])[0]
    assert [(text[span.start : span.end]) for span in spans if isinstance(span, Span)] == ["quentin may", "00412889"]
