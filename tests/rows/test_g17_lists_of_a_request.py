"""G17: words of a request that are never replaced, and words that always are."""

import pytest

TEXT = "Dr. Alice Wong saw the Blue Heron cohort; blue-heron again. SSN 123-45-6789."


def test_g17_a_denied_word_is_replaced_wherever_it_is(ask):
    told = ask("deidentify", text=TEXT, deny=["blue heron"])
    assert told["deidentified_text"] == "Dr. [NAME] saw the [ID] cohort; [ID] again. SSN [SSN]."


def test_g17_an_allowed_value_is_left_in_any_case(ask):
    told = ask("deidentify", text=TEXT, allow=["ALICE WONG"])
    assert told["deidentified_text"].startswith("Dr. Alice Wong saw")
    assert "[SSN]" in told["deidentified_text"]


def test_g17_an_allowed_part_of_a_name_frees_nothing(ask):
    assert "[NAME]" in ask("deidentify", text=TEXT, allow=["Alice"])["deidentified_text"]


def test_g17_a_denied_word_is_replaced_beside_selected_types(ask):
    told = ask("deidentify", text=TEXT, deny=["blue heron"], entity_types=["SSN"])
    assert told["deidentified_text"] == "Dr. Alice Wong saw the [ID] cohort; [ID] again. SSN [SSN]."


@pytest.mark.parametrize("strategy", ["consistent", "hash", "redact"])
def test_g17_lists_go_with_every_strategy(ask, strategy):
    told = ask("deidentify", text=TEXT, deny=["blue heron"], allow=["alice wong"], strategy=strategy)
    assert "Alice Wong" in told["deidentified_text"]
    assert "lue" not in told["deidentified_text"]


def test_g17_lists_reach_every_text_of_a_batch(ask):
    told = ask("batch", texts=["a blue heron", "no bird", "Blue Heron"], deny=["blue heron"])
    assert [one["deidentified_text"] for one in told["results"]] == ["a [ID]", "no bird", "[ID]"]


@pytest.mark.parametrize("wrong", [[""], ["  "], ["x"], ["a" * 201], ["ab"] * 501, "heron"])
def test_g17_a_list_that_cannot_be_used_is_refused(ask, wrong):
    assert "heron" not in str(ask("deidentify", 422, text="Seen", deny=wrong))
