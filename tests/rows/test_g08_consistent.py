"""G8: consistent fakes: one entity has one fake over a document, a batch or a key, and no two share one."""

import itertools

from veil.lexicon.names import surnames

TEXT = "Patient John Smith seen 03/04/2019. Mr. Smith, MRN 12345678, was seen again 03/09/2019 by Dr. Sarah Wong."
NAME = "Patient John Smith came on 03/04/2019"


def changed(ask, text, **more):
    return ask("deidentify", text=text, strategy="consistent", **more)


def test_g8_in_a_document_one_person_has_one_fake_and_intervals_stay(ask):
    told = changed(ask, TEXT)
    made = told["replacements_made"]
    assert made["John Smith"].split()[-1] == made["Smith"]
    assert "Smith" not in told["deidentified_text"]
    days = [date for date in made if "/2019" in date]
    assert len({made[day] for day in days}) == 2
    assert made["12345678"] != "12345678"
    assert len(made["12345678"]) == 8


def test_g8_two_requests_have_other_fakes_and_one_batch_has_the_same(ask):
    assert len({changed(ask, NAME)["deidentified_text"] for _ in range(5)}) > 1
    both = ask("batch", texts=[NAME, NAME], strategy="consistent")["results"]
    assert both[0]["deidentified_text"] == both[1]["deidentified_text"]


def test_g8_with_documents_apart_a_batch_has_other_fakes_in_each(ask):
    told = ask("batch", texts=[NAME] * 6, strategy="consistent", consistent_in="document")["results"]
    assert len({one["deidentified_text"] for one in told}) > 1


def test_g8_under_a_key_all_requests_have_the_same_and_another_key_others(ask):
    first = changed(ask, NAME, consistent_in="key", consistent_key="study 7")["deidentified_text"]
    assert first == changed(ask, NAME, consistent_in="key", consistent_key="study 7")["deidentified_text"]
    assert (
        first
        == ask("batch", texts=[NAME], strategy="consistent", consistent_in="key", consistent_key="study 7")["results"][
            0
        ]["deidentified_text"]
    )
    assert first != changed(ask, NAME, consistent_in="key", consistent_key="study 8")["deidentified_text"]


def test_g8_no_two_names_of_a_batch_share_a_fake(ask):
    names = list(
        itertools.islice((name.title() for name in sorted(surnames()) if name.isalpha() and len(name) > 5), 60)
    )
    told = ask("batch", texts=[f"Dr. {name} saw the patient." for name in names], strategy="consistent")["results"]
    fakes = [one["deidentified_text"] for one, name in zip(told, names, strict=True) if one["entity_count"] == 1]
    assert len(fakes) > 50
    assert len(set(fakes)) == len(fakes)
