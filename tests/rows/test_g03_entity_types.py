"""G3: the filter by types: only those are masked; one that is not known is refused."""

from tests.services import README


def test_g3_names_alone(ask):
    told = ask("deidentify", text=README, entity_types=["NAME"])
    assert told["deidentified_text"] == README.replace("John Smith", "[NAME]").replace("Sarah Johnson", "[NAME]")
    assert {one["entity_type"] for one in told["entities_found"]} == {"NAME"}


def test_g3_clinicians_alone(ask):
    told = ask("deidentify", text=README, entity_types=["PROVIDER"])
    assert told["deidentified_text"] == README.replace("Sarah Johnson", "[NAME]")


def test_g3_a_number_that_stands_for_the_patient(ask):
    told = ask("deidentify", text=README, entity_types=["PATIENT_ID"])
    assert told["deidentified_text"] == README.replace("123456789", "[MRN]", 1)


def test_g3_a_list_without_a_type_is_refused_for_it_would_mask_nothing(ask):
    assert "Smith" not in str(ask("deidentify", 422, text=README, entity_types=[]))


def test_g3_every_known_type_together_is_what_none_named_is(ask):
    every = [one["name"] for one in ask_kinds(ask)]
    assert ask("deidentify", text=README, entity_types=every) == ask("deidentify", text=README)


def ask_kinds(ask):
    from veil.service.rest.entity_types import KINDS

    return [{"name": name} for name in KINDS]


def test_g3_a_type_that_is_not_known_is_refused_and_nothing_is_answered(ask):
    told = ask("deidentify", 400, text=README, entity_types=["NAME", "FOO"])
    assert told["detail"].startswith("Unknown entity type:")
    assert "Smith" not in str(told)
    assert "FOO" not in str(told)
