"""G5: POST /api/v1/batch: up to a hundred texts; the originals only where they are asked for."""

from tests.services import MASKED, README


def test_g5_texts_come_back_in_their_order_without_the_originals(ask):
    told = ask("batch", texts=[README, "Nothing here.", "", "SSN 123-45-6789"])
    assert [one["deidentified_text"] for one in told["results"]] == [MASKED, "Nothing here.", "", "SSN [SSN]"]
    assert [one["entity_count"] for one in told["results"]] == [9, 0, 0, 1]
    assert (told["total_entities"], told["documents_processed"]) == (10, 4)
    assert all(set(one) == {"deidentified_text", "entity_count"} for one in told["results"])


def test_g5_the_originals_come_along_where_they_are_asked_for(ask):
    told = ask("batch", texts=[README], include_original=True)
    assert told["results"][0]["original_text"] == README


def test_g5_a_hundred_texts_are_taken_and_one_more_is_not(ask):
    assert ask("batch", texts=["SSN 123-45-6789"] * 100)["documents_processed"] == 100
    ask("batch", 422, texts=["x"] * 101)
    ask("batch", 422, texts=[])


def test_g5_a_text_of_a_batch_may_be_longer_than_one_alone(ask):
    text = "lorem ipsum " * 12_000 + "SSN 123-45-6789"
    assert ask("batch", texts=[text])["results"][0]["deidentified_text"].endswith("SSN [SSN]")


def test_g5_a_text_that_would_hold_up_all_others_for_minutes_is_refused(ask):
    told = ask("batch", 422, texts=["fine", "x" * 1_000_001])
    assert [(one["type"], one["loc"]) for one in told["detail"]] == [("string_too_long", ["body", "texts", 1])]
