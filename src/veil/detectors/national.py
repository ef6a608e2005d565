"""National: check digits of numbers that states and insurers give to people."""

from __future__ import annotations

from collections.abc import Callable

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_CORSICA = {"2A": "19", "2B": "18"}


def _digits(value: str) -> list[int]:
    return [int(char) for char in value if char.isdigit()]


def nhs(value: str) -> bool:
    """Source: NHS Data Dictionary, NHS number: ten digits, modulus 11."""
    digits = _digits(value)
    if len(digits) != 10 or len(set(digits)) < 2:
        return False
    check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == digits[9] and check != 10


def medicare_au(value: str) -> bool:
    """Source: Services Australia, Medicare card number: the ninth digit checks the first eight."""
    digits = _digits(value)
    if not 10 <= len(digits) <= 11 or not 2 <= digits[0] <= 6:
        return False
    return (
        sum(digit * weight for digit, weight in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9), strict=False)) % 10 == digits[8]
    )


def nir(value: str) -> bool:
    """Source: INSEE, numéro de sécurité sociale: thirteen signs and 97 less their rest by 97."""
    signs = "".join(char for char in value.upper() if char.isalnum())
    for code, number in _CORSICA.items():
        signs = signs[:5] + signs[5:7].replace(code, number) + signs[7:]
    return len(signs) == 15 and signs.isdigit() and 97 - int(signs[:13]) % 97 == int(signs[13:])


def dni(value: str) -> bool:
    """Source: Ministerio del Interior, DNI and NIE: the letter is the rest by 23."""
    signs = "".join(char for char in value.upper() if char.isalnum())
    if len(signs) != 9:
        return False
    front = str("XYZ".index(signs[0])) + signs[1:8] if signs[0] in "XYZ" else signs[:8]
    return front.isdigit() and _DNI[int(front) % 23] == signs[8]


def steuer_id(value: str) -> bool:
    """Source: BZSt, Steueridentifikationsnummer: eleven digits, ISO 7064 mod 11,10."""
    digits = _digits(value)
    if len(digits) != 11 or digits[0] == 0:
        return False
    product = 10
    for digit in digits[:10]:
        total = (digit + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == digits[10]


def nif_pt(value: str) -> bool:
    """Source: Autoridade Tributária, NIF: nine digits, modulus 11."""
    digits = _digits(value)
    if len(digits) != 9:
        return False
    rest = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=False)) % 11
    return digits[8] == (0 if rest < 2 else 11 - rest)


def bsn(value: str) -> bool:
    """Source: RvIG, burgerservicenummer: the test of eleven."""
    digits = _digits(value)
    if len(digits) != 9 or len(set(digits)) < 2:
        return False
    return sum(digit * weight for digit, weight in zip(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)) % 11 == 0


def nass(value: str) -> bool:
    """Source: Tesorería General de la Seguridad Social: the last two digits are the rest of the others by 97."""
    digits = "".join(char for char in value if char.isdigit())
    if len(digits) not in (11, 12):
        return False
    province, number, control = digits[:2], digits[2:-2], int(digits[-2:])
    front = int(province) * 10_000_000 + int(number) if int(number) < 10_000_000 else int(province + number)
    return 0 < int(province) < 67 and front % 97 == control


def kvnr(value: str) -> bool:
    """Source: GKV-Spitzenverband, Krankenversichertennummer: a letter, eight digits and a check digit."""
    signs = value.strip().upper()
    if len(signs) != 10 or not signs[0].isascii() or not signs[0].isalpha() or not signs[1:].isdigit():
        return False
    front = f"{ord(signs[0]) - 64:02}{signs[1:9]}"
    products = [int(char) * (1 + i % 2) for i, char in enumerate(front)]
    return sum(product // 10 + product % 10 for product in products) % 10 == int(signs[9])


NATIONAL: dict[str, Callable[[str], bool]] = {
    "nhs": nhs,
    "medicare_au": medicare_au,
    "nir": nir,
    "dni": dni,
    "steuer_id": steuer_id,
    "nif_pt": nif_pt,
    "bsn": bsn,
    "nass": nass,
    "kvnr": kvnr,
}
