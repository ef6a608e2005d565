"""G7: the twenty-one tokens; an age is masked only over 89."""

import pytest

CASES = {
    "Patient John Smith came": "[NAME]",
    "DOB: 03/15/1985": "[DATE]",
    "Phone: 555-123-4567": "[PHONE]",
    "Fax: 555-123-4567": "[FAX]",
    "Email: john@example.org": "[EMAIL]",
    "SSN: 123-45-6789": "[SSN]",
    "MRN: 123456789": "[MRN]",
    "Account number: 00123456": "[ACCOUNT]",
    "Medicare ID 1EG4-TE5-MK73": "[ACCOUNT]",
    "Medical license number A1234567": "[LICENSE]",
    "VIN 1HGCM82633A004352": "[VEHICLE]",
    "device serial number SN-8812-AX-221": "[DEVICE]",
    "see https://john.example.org/me": "[URL]",
    "from 192.168.1.17": "[IP]",
    "a 93-year-old woman": "[AGE>89]",
    "lives at 123 Main St, Boston": "[LOCATION]",
    "Boston, MA 02139": "[LOCATION]",
    "admitted to Memorial Hospital": "[ORGANIZATION]",
}


@pytest.mark.parametrize(("text", "token"), CASES.items())
def test_g7_each_kind_has_its_token(ask, text, token):
    assert token in ask("deidentify", text=text)["deidentified_text"]


@pytest.mark.parametrize("age", [1, 48, 89])
def test_g7_an_age_up_to_89_stays(ask, age):
    text = f"a {age}-year-old woman with angina"
    assert ask("deidentify", text=text)["deidentified_text"] == text


def test_g7_every_label_of_the_engine_has_a_type_of_the_twenty_one():
    from veil.model import Label
    from veil.operators.redact import PLACEHOLDERS
    from veil.service.rest.entity_types import KINDS, kind_of

    tokens = {one.replacement for one in KINDS.values()}
    assert {kind_of(label) for label in Label} <= set(KINDS)
    changed = set(Label) - {Label.PROFESSION, Label.AGE, Label.TIME}
    assert {PLACEHOLDERS[label] for label in changed} <= tokens
