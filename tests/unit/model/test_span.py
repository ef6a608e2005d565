"""Where a span comes from and whom a name means are two fields; reports give them as one text."""

from __future__ import annotations

import pytest

from veil.detectors.resolve import resolve
from veil.detectors.weigh import is_proven, weigh
from veil.engine.persons import who_is_meant
from veil.jobs.texts.find import _written
from veil.model import Label, Owner, Span


@pytest.mark.parametrize(
    ("source", "role", "proof", "origin", "detector"),
    [
        ("ner", "clinician", "", "ner/clinician", "ner"),
        ("gazetteer:pair", "relative", "", "gazetteer:pair/relative", "gazetteer"),
        ("patterns:SSN", "", "digits", "patterns:SSN+", "patterns"),
        ("known:strong", "", "known", "known:strong", "known"),
        ("patterns:card", "patient", "digits", "patterns:card+/patient", "patterns"),
        ("model:a/b", "patient", "", "model:a/b/patient", "model"),
    ],
)
def test_source_and_role_are_told_apart_and_written_together(source, role, proof, origin, detector):
    span = Span(0, 4, Label.NAME, 0.9, source, role, proof)
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
    proven = [
        Span(0, 13, Label.NAME, 1.0, "known:strong", proof="known"),
        Span(5, 13, Label.NAME, 0.8, "ner", "relative"),
    ]
    assert resolve(text, proven)[0].role == ""


@pytest.mark.parametrize("source", ["patterns:card+", "known:strong", "known:strong:pattern", "model:c+", "filters:+"])
def test_what_a_source_is_called_proves_nothing(source):
    """A plug-in may call its rules as it likes: the field `proof` alone makes a span certain."""
    span = Span(0, 4, Label.ID, 0.1, source)
    assert not is_proven(span)
    assert weigh("1234", [span]) == []
    assert weigh("1234", [span._replace(proof="digits")], thresholds={Label.ID: 1.0}) != []


def test_the_pieces_of_an_address_keep_the_proof_that_one_of_them_has():
    spans = [
        Span(0, 9, Label.LOCATION, 0.8, "gazetteer:street"),
        Span(11, 15, Label.LOCATION, 1.0, "known:strong", proof="known"),
    ]
    assert [(one.start, one.end, one.proof) for one in resolve("12 Oak Ln, Troy", spans)] == [(0, 15, "known")]
