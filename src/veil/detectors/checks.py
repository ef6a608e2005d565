"""Checks: what a number says about itself, by its check digits or by what its issuer never gives out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from veil.detectors.national import NATIONAL
from veil.lexicon.language import Language
from veil.lexicon.places import cities
from veil.lexicon.vocabulary import family_rank, given_rank

_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)], strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def digits_of(value: str) -> str:
    return "".join(char for char in value if char.isdigit())


def luhn(value: str) -> bool:
    """Source: ISO/IEC 7812-1, annex B."""
    digits = digits_of(value)
    total = 0
    for place, char in enumerate(reversed(digits)):
        number = int(char) << (place & 1)
        total += number - 9 if number > 9 else number
    return len(digits) > 1 and total % 10 == 0 and len(set(digits)) > 1


def card(value: str) -> bool:
    """A payment card: 13 to 19 digits that begin as an issuer's do, and Luhn."""
    digits = digits_of(value)
    return 13 <= len(digits) <= 19 and digits[0] in "23456" and luhn(digits)


def npi(value: str) -> bool:
    """Source: CMS, National Provider Identifier check digit: Luhn over 80840 and the ten digits."""
    digits = digits_of(value)
    return len(digits) == 10 and digits[0] in "12" and luhn("80840" + digits)


def dea(value: str) -> bool:
    """Source: 21 CFR 1301 numbers: two letters, seven digits, the last a weighted sum of the others."""
    digits = digits_of(value)
    if len(digits) != 7:
        return False
    first, second = (sum(map(int, digits[start:6:2])) for start in (0, 1))
    return (first + 2 * second) % 10 == int(digits[6])


def imei(value: str) -> bool:
    """Source: 3GPP TS 23.003, 6.2.1."""
    return len(digits_of(value)) == 15 and luhn(value)


def vin(value: str) -> bool:
    """Source: 49 CFR 565.15(c): the ninth sign checks the other sixteen."""
    signs = value.upper()
    if len(signs) != 17 or any(sign not in _VIN_VALUES for sign in signs):
        return False
    rest = sum(_VIN_VALUES[sign] * weight for sign, weight in zip(signs, _VIN_WEIGHTS, strict=True)) % 11
    return signs[8] == ("X" if rest == 10 else str(rest))


def iban(value: str) -> bool:
    """Source: ISO 13616, ISO/IEC 7064 mod 97-10."""
    signs = "".join(char for char in value.upper() if char.isalnum())
    if not 15 <= len(signs) <= 34 or not signs.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in signs[4:] + signs[:4])) % 97 == 1


def routing(value: str) -> bool:
    """Source: ABA routing transit number, weights 3 7 1."""
    digits = digits_of(value)
    weighed = sum(int(char) * weight for char, weight in zip(digits, (3, 7, 1) * 3, strict=False))
    return len(digits) == 9 and weighed > 0 and weighed % 10 == 0


def ssn(value: str) -> bool:
    """Source: SSA, never issued: area 000, 666, 900 and over; group 00; serial 0000."""
    digits = digits_of(value)
    if len(digits) != 9:
        return len(digits) == 4
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area < "900" and group != "00" and serial != "0000" and len(set(digits)) > 1


_MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d\d"
)


def mbi(value: str) -> bool:
    """Source: CMS, Understanding the Medicare Beneficiary Identifier format: eleven signs, by position."""
    return _MBI.fullmatch(value.replace("-", "").replace(" ", "").upper()) is not None


def ipv4(value: str) -> bool:
    """Four numbers to 255, and no version of a program (first number 0 or all below 10 with a leading zero)."""
    parts = value.split(".")
    return all(part == str(int(part)) and int(part) < 256 for part in parts) and int(parts[0]) > 0


def ipv6(value: str) -> bool:
    """Source: RFC 4291, 2.2."""
    if value.count("::") > 1 or ":::" in value:
        return False
    groups = [group for group in value.replace("::", ":").split(":") if group]
    return (len(groups) == 8 or "::" in value) and len(groups) >= 2 and any(char.isdigit() for char in value)


def identifier(value: str) -> bool:
    """What may stand behind a key that everyday words share: four signs and more, three of them digits."""
    return sum(char.isalnum() for char in value) >= 4 and len(digits_of(value)) >= 3


def phone(value: str) -> bool:
    """Seven to fifteen digits, not all the same, and no North American area or exchange that begins with 0."""
    digits = digits_of(value.split("x", maxsplit=1)[0].split("e", maxsplit=1)[0])
    return 7 <= len(digits) <= 15 and len(set(digits)) > 1


def phone_abroad(value: str) -> bool:
    """A number with its country; `00` before digits without a break needs eleven: a record number may begin with two zeros."""
    return phone(value) and not (value.isdigit() and len(value) < 11)


def keyed(value: str) -> bool:
    """What may stand behind a key that asks for a number: three signs and more, two of them digits."""
    return len(digits_of(value)) >= 2 and sum(char.isalnum() for char in value) >= 3


_DATE = re.compile(r"(?:19|20)\d\d-(?:0?\d|1[0-2])-\d{1,2}|\d{1,2}-\d{1,2}-(?:\d\d|(?:19|20)\d\d)")


def no_date(value: str) -> bool:
    return _DATE.fullmatch(value) is None


def no_count(value: str) -> bool:
    """An extension: no year, no full hundred and no time of the day by its form."""
    year = len(value) == 4 and value[:2] in ("19", "20")
    clock = len(value) == 4 and int(value[:2]) < 24 and value[2:] in ("00", "15", "30", "45")
    return not (year or clock or value.endswith("00"))


class Worded:
    """The checks that ask for words of a language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._words, self._numbers, self._states = language.checks, language.numbers, language.places.states

    def code(self, value: str) -> bool:
        """An identifier that stands without a key: four digits and more, its letters none of a public code or a thing."""
        letters = re.match(r"[A-Za-z]*", value)
        return (
            len(digits_of(value)) >= 4 and letters is not None and not letters[0].upper().startswith(self._words.public)
        )

    def age(self, value: str) -> bool:
        """A number of years that a person can have."""
        years = self.years_of(value)
        return years is not None and years <= 125

    def years_of(self, value: str) -> int | None:
        return int(value) if value.isdigit() else self._numbers.read(value)

    def state(self, value: str) -> bool:
        return value in self._states or value.lower() in self._states

    def person_word(self, value: str) -> bool:
        """A word that may be somebody's name where a relative or a credential follows: no word for a person or a role."""
        lower, cues = value.lower(), self._language.cues
        return not (
            lower in cues.people or lower in cues.role_keys or lower in cues.titles or lower in cues.credentials
        ) and (lower not in cues.placeholders and (bool(self._bears(lower)) or self._language.vocabulary.is_odd(lower)))

    def borne_word(self, value: str) -> bool:
        """A family name that is no plain word, or a word of no list: `the Okafor service`."""
        lower, vocabulary = value.lower(), self._language.vocabulary
        if lower in self._language.cues.eponyms or lower in self._language.cues.not_names:
            return False
        borne = self._bears(lower) >= 3 and not vocabulary.is_wordlike(lower, vocabulary.bits(lower))
        return borne or (vocabulary.is_odd(lower) and not value.isupper())

    def handle(self, value: str) -> bool:
        """What stands behind `@`: no word of a note, as in `@home`."""
        vocabulary = self._language.vocabulary
        lower = value.lower()
        known = vocabulary.is_wordlike(lower, vocabulary.bits(lower)) or vocabulary.is_safe(lower)
        return not (known or lower in self._language.cues.not_names or lower.upper() in vocabulary.abbreviations)

    def login(self, value: str) -> bool:
        """The name of an account: letters with a sign or a digit among them, or a word of no list."""
        lower, vocabulary = value.lower(), self._language.vocabulary
        words = re.findall(r"[^\W\d_]{3,}", lower)
        signed = any(char.isdigit() or char in "._-" for char in value)
        return any(vocabulary.is_odd(word) or (signed and self.borne_word(word)) for word in words)

    def initials(self, value: str) -> bool:
        """Two or three capitals that are no credential, scan or service."""
        plain = value.replace(".", "")
        return plain.lower() not in self._language.cues.credentials and plain not in self._words.no_initials

    def _bears(self, lower: str) -> int:
        bits = self._language.vocabulary.bits(lower)
        return max(family_rank(bits), given_rank(bits))

    def street(self, value: str) -> bool:
        """A house number and a name that is no measure or part of the body."""
        return self._words.no_street.isdisjoint(value.lower().replace(".", "").split()[1:-1])

    def street_name(self, value: str) -> bool:
        return value.split(maxsplit=1)[0].lower() not in self._words.no_street_name


def has_digit(value: str) -> bool:
    return any(char.isdigit() for char in value)


def town(value: str) -> bool:
    """A town of the list; of several words, the first or all of them."""
    plain = unicodedata.normalize("NFKD", value.lower())
    name = "".join(char for char in plain if not unicodedata.combining(char))
    return name in cities() or name.split()[0] in cities()


_BY_FORM: dict[str, Callable[[str], bool]] = {
    "luhn": luhn,
    "card": card,
    "npi": npi,
    "dea": dea,
    "imei": imei,
    "vin": vin,
    "iban": iban,
    "routing": routing,
    "ssn": ssn,
    "mbi": mbi,
    "ipv4": ipv4,
    "ipv6": ipv6,
    "identifier": identifier,
    "phone": phone,
    "phone_abroad": phone_abroad,
    "keyed": keyed,
    "no_date": no_date,
    "no_count": no_count,
    "has_digit": has_digit,
    "town": town,
} | NATIONAL
WORDED = ("code", "age", "state", "street", "street_name", "person_word", "borne_word", "handle", "login", "initials")


def checks(worded: Worded) -> dict[str, Callable[[str], bool]]:
    """The checks that a row of the tables may name."""
    return _BY_FORM | {name: getattr(worded, name) for name in WORDED}


# Those that hold a span by arithmetic: chance passes them at most one time in ten, beside a form of their own.
HOLDING = frozenset({"luhn", "card", "npi", "dea", "imei", "vin", "iban", "routing", "mbi", "nir", "dni"})
