"""Check digits and forms, by examples that their issuers publish."""

import pytest

from veil.detectors.checks import Worded, checks
from veil.lexicon.language import english

CHECKS = checks(Worded(english()))


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("luhn", "79927398713", "79927398714"),
        ("card", "4111 1111 1111 1111", "4111 1111 1111 1112"),
        ("npi", "1234567893", "1234567890"),
        ("dea", "AB1234563", "AB1234560"),
        ("imei", "490154203237518", "490154203237510"),
        ("vin", "1HGCM82633A004352", "1HGCM82643A004352"),
        ("iban", "GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 33"),
        ("routing", "021000021", "021000022"),
        ("ssn", "219-09-9999", "666-09-9999"),
        ("mbi", "1EG4-TE5-MK73", "1SG4-TE5-MK73"),
        ("ipv4", "10.2.3.4", "10.2.3.400"),
        ("ipv6", "2001:db8::1", "1:2:3"),
        ("age", "ninety-two", "ninety-twelve"),
    ],
)
def test_a_check_tells_the_right_number_from_a_wrong_one(check: str, right: str, wrong: str) -> None:
    assert CHECKS[check](right)
    assert not CHECKS[check](wrong)
