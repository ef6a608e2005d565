"""Person names: the `person:` word that the name of a column of names proposes, where it is not the subject's own."""

from __future__ import annotations

import re

NAMES = frozenset({"person_name", "given_name", "family_name", "staff_name"})

# A word and how columns spell it, in letters alone; the first that a name contains as words, or begins with, is taken.
_SPELLED = (
    ("emergency_contact", r"emergency|emerg|emrg|ice contact"),
    ("next_of_kin", r"next of kin|nextofkin|nok|kin"),
    ("mother", r"mothers?|mom|mum|mothersmaiden"),
    ("father", r"fathers?|dad"),
    ("guardian", r"guardians?"),
    ("spouse", r"spouses?|husband|wife"),
    ("partner", r"partner"),
    ("parent", r"parents?"),
    ("child", r"child|newborn|baby|infant"),
    ("son", r"son"),
    ("daughter", r"daughter"),
    ("sibling", r"sibling|brother|sister"),
    ("caregiver", r"caregiver|carer|caretaker"),
    ("relative", r"relatives?|relation|family member"),
    ("attending", r"attending|attd|attphys"),
    ("admitting", r"admitting"),
    ("referring", r"referring|referrer|referral|referred|refdr|ref (?:dr|doctor|physician|provider|md)"),
    ("ordering", r"ordering"),
    ("pcp", r"pcp|primary care"),
    ("operating", r"operating|surgeon"),
    ("consulting_physician", r"consulting|consultant"),
    ("prescriber", r"prescriber|prescribing"),
    ("nurse", r"nurse"),
    ("provider", r"providers?"),
    ("physician", r"physicians?|doctors?|dr|clinician"),
    ("guarantor", r"guarantor"),
    ("subscriber", r"subscriber|policy ?holder|insured"),
    ("responsible_party", r"responsible"),
    ("owner", r"owner"),
    ("interpreter", r"interpreter"),
    ("informant", r"informant"),
    ("witness", r"witness"),
    ("contact", r"contact"),
)
_PATTERNS = [(word, re.compile(rf"(?:^|\s)(?:{spelled})(?:\s|$)")) for word, spelled in _SPELLED]
_RUN_TOGETHER = [
    (word, re.compile(rf"^(?:{spelled.replace(' ', '')})(?:s?(?:first|last|given|family|full|middle|maiden)?name)?$"))
    for word, spelled in _SPELLED
]


def person_word(column: str) -> str:
    """The word of the person whom a column of names names; "" for the subject of the row.

    Shape:   `mother_first_name` -> `mother`, `EmergencyContact2` -> `emergency_contact_2`, `last_name` -> "".
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", re.sub(r"['’]", "", column))
    words = " ".join(part.lower() for part in parts if not part.isdigit())
    number = next((part for part in parts if part.isdigit()), "")
    word = next((word for word, pattern in _PATTERNS if pattern.search(words)), "")
    word = word or next((word for word, pattern in _RUN_TOGETHER if pattern.search(words.replace(" ", ""))), "")
    return f"{word}_{number}" if word and number else word


def with_person(rule: str, kind: str, column: str) -> str:
    """A proposed rule, with the person that its column names where that is not the subject."""
    word = person_word(column) if kind in NAMES else ""
    if not word or rule in ("drop", "scan"):
        return rule
    inner = rule[1:-1] if rule.startswith("{") else rule.replace("as ", "as: ", 1)
    return f"{{{inner}, person: {word}}}"
