"""L7: the shape of Locate, with offsets in code points."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from veil.model import Label, Span
from veil.service.locate import SIXTEEN, STANDARD, entities

KEYS = ["Id", "BeginOffset", "EndOffset", "Score", "Text", "Category", "Type", "Traits"]
TYPES = {"AGE", "DATE", "NAME", "PHONE_OR_FAX", "EMAIL", "ID", "URL", "ADDRESS", "PROFESSION"}


def test_l7_an_answer_has_the_shape(ask):
    told = ask("phi", text="🩺 Patient John Smith, aged 48, seen 12/04/2012, call 555-123-4567")
    assert [list(one) for one in told["phi"]] == [KEYS] * len(told["phi"])
    assert [one["Type"] for one in told["phi"]] == ["NAME", "AGE", "DATE", "PHONE_OR_FAX"]


@given(st.text(min_size=1), st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9), st.sampled_from(sorted(Label)))))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_l7_offsets_cut_the_text_out_and_ids_count(text, places):
    spans = [Span(start, min(len(text), start + size), label) for start, size, label in places if start < len(text)]
    told = entities(text, spans)
    assert all(text[one["BeginOffset"] : one["EndOffset"]] == one["Text"] for one in told)
    assert [one["Id"] for one in told] == list(range(len(told)))
    assert {one["Type"] for one in told} <= TYPES


def test_l7_the_sixteen_are_ten_and_six():
    assert (len(STANDARD), len(SIXTEEN)) == (10, 16)
