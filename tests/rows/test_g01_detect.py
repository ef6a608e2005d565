"""G1: POST /api/v1/detect: the same JSON in, the same fields and true types out."""

import pytest
from tests.services import README


def test_g1_every_identifier_of_the_readme_has_its_true_type_and_its_place(ask):
    told = ask("detect", text=README)
    assert set(told) == {"entities", "entity_count", "text_length"}
    assert all(set(one) == {"entity_type", "text", "start", "end", "confidence"} for one in told["entities"])
    assert [one["entity_type"] for one in told["entities"]] == [
        "NAME",
        "DATE",
        "MRN",
        "SSN",
        "PHONE",
        "EMAIL",
        "NAME",
        "ORGANIZATION",
        "LOCATION",
    ]
    assert all(README[one["start"] : one["end"]] == one["text"] for one in told["entities"])
    assert (told["entity_count"], told["text_length"]) == (9, len(README))
    assert all(round(one["confidence"], 4) == one["confidence"] for one in told["entities"])


def test_g1_places_are_code_points_whatever_stands_before(ask):
    text = "🩺 žluťoučký 👩‍⚕️ Patient John Smith, SSN 123-45-6789"
    assert {text[one["start"] : one["end"]] for one in ask("detect", text=text)["entities"]} == {
        "John Smith",
        "123-45-6789",
    }


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": 7},
        {"text": "x" * 100_001},
        {"text": "x", "confidence_threshold": 1.1},
        {"text": "x", "confidence_threshold": -0.1},
        {"text": ["x"]},
    ],
)
def test_g1_a_request_that_is_not_valid_is_refused_with_422(ask, body):
    assert isinstance(ask("detect", 422, **body)["detail"], list)
