"""G2: POST /api/v1/deidentify: the example of the README, word for word."""

import pytest
from tests.services import MASKED, README


def test_g2_the_readmes_example(ask):
    assert ask("deidentify", text=README)["deidentified_text"] == MASKED


def test_g2_the_readmes_call(ask):
    told = ask("deidentify", text="Patient John Smith SSN 123-45-6789")
    assert (told["deidentified_text"], told["entity_count"]) == ("Patient [NAME] SSN [SSN]", 2)
    assert told["replacements_made"] == {"John Smith": "[NAME]", "123-45-6789": "[SSN]"}
    assert [one["entity_type"] for one in told["entities_found"]] == ["NAME", "SSN"]
    assert set(told) == {"deidentified_text", "entities_found", "replacements_made", "entity_count"}


def test_g2_the_answer_is_what_the_command_line_and_python_give(ask, veil, tmp_path):
    import veil as library

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "note.txt").write_text(README)
    assert veil(tmp_path, "notes", "-i", "in", "-o", "out").code == 0
    (note,) = (tmp_path / "out").rglob("*.txt")
    assert ask("deidentify", text=README)["deidentified_text"] == note.read_text() == library.deidentify([README])[0]


@pytest.mark.parametrize("body", [{"text": ""}, {"text": "x", "strategy": "shout"}, {"text": "x" * 100_001}])
def test_g2_a_request_that_is_not_valid_is_refused_with_422(ask, body):
    ask("deidentify", 422, **body)
