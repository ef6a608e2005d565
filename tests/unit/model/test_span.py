"""Where a span comes from and whom a name means are two fields; reports give them as one text."""

from __future__ import annotations

import pytest

from veil.detectors.resolve import resolve
from veil.engine.persons import who_is_meant
from veil.jobs.find import _written
from veil.model import Label, Owner, Span


@pytest.mark.parametrize(
    ("source", "role", "origin", "detector"),
    [
        ("ner", "clinician", "ner/clinician", "ner"),
        ("gazetteer:pair", "relative", "gazetteer:pair/relative", "gazetteer"),
        ("patterns:SSN+", "", "patterns:SSN+", "patterns"),
        ("known:strong", "", "known:strong", "known"),
        ("model:a/b", "patient", "model:a/b/patient", "model"),
    ],
)
def test_source_and_role_are_told_apart_and_written_together(source, role, origin, detector):
    span = Span(0, 4, Label.NAME, 0.9, source, role)
    assert (span.origin, span.detector) == (origin, detector)
    assert _written(span)["source"] == origin


def test_a_source_with_a_slash_tells_no_role():
    text = "Quennell came"
    [meant] = who_is_meant(text, [Span(0, 8, Label.NAME, 0.9, "model:a/clinician")], Owner())
    assert meant.role == "other"
    [meant] = who_is_meant(text, [Span(0, 8, Label.NAME, 0.9, "model:a", "clinician")], Owner())
    assert meant.role == "clinician"


def test_spans_that_are_joined_keep_the_role_that_one_of_them_has():
    text = "Orla Quennell came"
    spans = [Span(0, 13, Label.NAME, 0.9, "gazetteer:pair"), Span(5, 13, Label.NAME, 0.8, "ner", "relative")]
    [joined] = resolve(text, spans)
    assert (joined.start, joined.end, joined.source, joined.role) == (0, 13, "gazetteer:pair", "relative")
    held = [Span(0, 13, Label.NAME, 1.0, "known:strong"), Span(5, 13, Label.NAME, 0.8, "ner", "relative")]
    assert resolve(text, held)[0].role == ""
