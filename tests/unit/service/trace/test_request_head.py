"""Heads: what a request says of itself, what is watched, and what a span may be called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veil.errors import PolicyError
from veil.model import Label
from veil.service.locate import LABELS
from veil.service.trace.envoy.config import variants
from veil.service.trace.request_head import RequestHead, baggage, is_tag, is_watched, route_of
from veil.service.trace.run import place_of
from veil.service.trace.verdict import Evaluation, Verdict, labels_of, outcome, together, unknown


def head(*fields, method="POST", target="/"):
    return RequestHead(method, target, fields)


def test_a_path_stands_on_a_span_only_as_the_template_that_was_configured():
    routes = ["/patients/{id}/notes", "/files/{name}.pdf"]
    assert route_of("/patients/Alice.Wong/notes", routes) == "/patients/{id}/notes"
    assert route_of("/patients/a/b/notes", routes) == ""
    assert route_of("/files/Wong.pdf", routes) == "/files/{name}.pdf"


def test_a_method_that_nobody_knows_is_told_as_other():
    assert head(method="ALICE-WONG").told_method == "_OTHER"
    assert head(method="PATCH").told_method == "PATCH"


@pytest.mark.parametrize("path,seen", [("/api/notes", True), ("/apix", False), ("/health", False)])
def test_only_paths_that_were_chosen_are_watched(path, seen):
    assert is_watched(path, ["/api/*"]) is seen
    assert is_watched(path, []) is True


def test_names_that_a_gateway_would_read_as_our_tag_are_known_as_such():
    for name in ("locate.detect-phi", "X-Locate-Detect-Phi", "x_locate_detect_phi", "Locate-Detect_PHI"):
        assert is_tag(name)
        assert name.lower() in variants()
    assert not is_tag("x-locate")
    assert len(set(variants())) == 36


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=60))
def test_a_caller_cannot_put_our_member_into_the_baggage(said):
    told = baggage(head(("baggage", said), ("baggage", "a=1,Locate.Detect-PHI=false;x=1")), "true")
    members = [one.partition("=")[0].strip().lower() for one in told.split(",")]
    assert members.count("locate.detect-phi") == 1
    assert told.endswith("a=1,locate.detect-phi=true")
    assert baggage(head(("baggage", "locate%2Edetect-phi=false,locate.detect-phi;x,b=2")), "true").startswith("b=2,")


def test_lengths_that_are_no_numbers_are_none():
    assert head(("content-length", "12")).length == 12
    for wrong in ("", "-1", "1, 2", "٣", "9" * 30):
        assert head(("content-length", wrong)).length is None


def test_labels_are_named_as_veil_or_as_locate_names_them():
    assert labels_of([]) == LABELS
    assert labels_of(["Telephone", "ssn"]) == {Label.PHONE, Label.SSN}
    with pytest.raises(PolicyError):
        labels_of(["nothing"])


VERDICTS = st.sampled_from(
    [Evaluation(Verdict.FALSE), unknown("late"), outcome(["NAME"], []), outcome([], ["json-broken"])]
)


@given(VERDICTS, VERDICTS)
def test_parts_are_false_together_only_where_both_are(one, other):
    made = together(one, other)
    assert (made.verdict is Verdict.FALSE) == (one.verdict is other.verdict is Verdict.FALSE)
    assert (made.verdict is Verdict.TRUE) == (Verdict.TRUE in (one.verdict, other.verdict))


def test_what_was_found_counts_more_than_what_was_not_read():
    assert outcome(["NAME", "NAME"], ["json-broken"]).verdict is Verdict.TRUE
    assert outcome([], ["json-broken"]).verdict is Verdict.UNKNOWN
    assert outcome([], []).verdict is Verdict.FALSE


def test_an_address_to_listen_on_is_read_in_each_of_its_forms():
    assert place_of("127.0.0.1:80") == ("127.0.0.1", 80)
    assert place_of(":0") == ("127.0.0.1", 0)
    assert place_of("[::1]:9") == ("::1", 9)
    for wrong in ("80", "host:port", "a:70000", ""):
        with pytest.raises(PolicyError):
            place_of(wrong if ":" in wrong else f"{wrong}x")
