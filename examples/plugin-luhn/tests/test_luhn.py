"""The laws of every operator, on numbers that are used as examples by those who give them out."""

from veil.testing import check_plugin

CARDS = ["4539148803436467", "4539 1488 0343 6467", "6011-0009-9013-9424", "79927398713"]
NPI = ["1234567893", "1245319599", None]


def holds(number: str, prefix: str = "") -> bool:
    digits = [int(sign) for sign in prefix + number if sign.isdigit()][::-1]
    return sum(digits[::2]) % 10 == -sum(sum(divmod(2 * one, 10)) for one in digits[1::2]) % 10


def test_every_law_of_veil_holds_and_every_check_digit_is_right() -> None:
    made = check_plugin("veil-luhn", {"luhn_pseudonym": CARDS})["luhn_pseudonym"]
    assert all(one is not None and holds(one) for one in made)
    assert [len(one or "") for one in made] == [len(one) for one in CARDS]


def test_the_numbers_of_providers_have_a_prefix_in_their_sum() -> None:
    options = {"luhn_pseudonym": {"prefix": "80840"}}
    made = check_plugin("veil-luhn", {"luhn_pseudonym": NPI}, options=options)["luhn_pseudonym"]
    assert made[2] is None
    assert all(one is not None and holds(one, "80840") for one in made[:2])


def test_a_number_with_a_wrong_check_digit_is_not_read() -> None:
    made = check_plugin("veil-luhn", {"luhn_pseudonym": [*CARDS, "4539148803436468", "59"]})["luhn_pseudonym"]
    assert made[-2:] == [None, None]
