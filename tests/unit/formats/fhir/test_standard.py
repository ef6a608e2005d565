"""The table of FHIR: every element of every resource, in four releases."""

import pytest

from veil.formats.fhir.standard import places, resources, step_of, types


def of(release):
    return {kind for kind in resources() if any(release in element.releases for element in types()[kind].values())}


def test_the_table_has_every_resource_of_each_release():
    names = {
        kind: {e.releases for n, e in types()[kind].items() if n not in types()["DomainResource"]}
        for kind in resources()
    }
    counts = {letter: sum(any(letter in own for own in seen) for seen in names.values()) for letter in "345B"}
    assert counts == {"3": 117, "4": 146, "B": 141, "5": 158}


@pytest.mark.parametrize(
    ("owner", "name", "kinds"),
    [
        ("Observation", "valueQuantity", ("Quantity",)),
        ("Observation", "value[x]", None),
        ("Observation", "valueRubbish", None),
        ("Patient", "deceasedDateTime", ("dateTime",)),
        ("Patient", "id", ("id",)),
        ("PatientContact", "name", ("HumanName",)),
        ("Age", "value", ("decimal",)),
        ("date", "extension", ("Extension",)),
        ("date", "value", None),
    ],
)
def test_an_element_is_found_by_the_name_that_files_write(owner, name, kinds):
    found = step_of(owner, name)
    assert (found.types if found else None) == kinds


def test_a_part_of_a_resource_is_named_by_its_path():
    assert places()["ClaimItemDetail"] == "Claim.item.detail"
    assert places()["QuestionnaireResponseItemAnswer"] == "QuestionnaireResponse.item.answer"


def test_references_name_their_targets():
    assert step_of("Encounter", "serviceProvider").element.targets == {"Organization"}
