"""Person words: what a project calls the persons of a row (`mother`, `attending`), and the role of each."""

from __future__ import annotations

import re
from functools import lru_cache

from veil.errors import PolicyError

SUBJECT = frozenset(
    (
        "patient",
        "self",
        "subject",
        "person",
    )
)
RELATIVE = frozenset(
    (
        "mother",
        "father",
        "parent",
        "guardian",
        "spouse",
        "wife",
        "husband",
        "partner",
        "child",
        "son",
        "daughter",
        "sibling",
        "brother",
        "sister",
        "aunt",
        "uncle",
        "cousin",
        "niece",
        "nephew",
        "grandparent",
        "grandmother",
        "grandfather",
        "grandchild",
        "kin",
        "nok",
        "contact",
        "emergency",
        "caregiver",
        "carer",
        "friend",
        "neighbor",
        "neighbour",
        "relative",
        "family",
        "relation",
    )
)
CLINICIAN = frozenset(
    (
        "attending",
        "referring",
        "referrer",
        "referral",
        "pcp",
        "provider",
        "physician",
        "doctor",
        "surgeon",
        "nurse",
        "therapist",
        "consultant",
        "clinician",
        "radiologist",
        "pathologist",
        "admitting",
        "ordering",
        "operating",
        "performing",
        "prescriber",
        "resident",
        "midwife",
        "pharmacist",
        "technician",
        "staff",
    )
)
_WORD = re.compile(r"[a-z][a-z0-9_ -]{0,59}")


def person_word(written: object, column: str, where: str) -> str:
    """The word of a rule's `person:`; "" for the subject of the row.

    Errors:  PolicyError `person-word`.
    """
    word = str(written).strip().lower()
    if not _WORD.fullmatch(word):
        raise PolicyError(
            "person-word",
            f"invalid `person` of column {column}",
            where=where,
            hint="allowed: one word of letters, digits and _, such as mother, emergency_contact, attending, contact_2",
        )
    return "" if role_of(word) == "patient" else word


@lru_cache(maxsize=1024)
def role_of(word: str) -> str:
    """`patient`, `relative`, `clinician` or `other`; what the last part of the word that names a role says."""
    if not word:
        return "patient"
    for part in reversed(re.split(r"[_ -]+", word)):
        if part in CLINICIAN:
            return "clinician"
        if part in RELATIVE:
            return "relative"
        if part in SUBJECT:
            return "patient"
    return "other"
