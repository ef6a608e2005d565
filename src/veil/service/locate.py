"""Locate: the sixteen identifiers that Locate names, and the answer of DetectPHI in its shape and in that of AWS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from veil.model import Label, Span

CATEGORY = "PROTECTED_HEALTH_INFORMATION"

STANDARD = {
    "Name": frozenset({Label.NAME}),
    "Date": frozenset({Label.DATE}),
    "Telephone": frozenset({Label.PHONE}),
    "Geographic Data": frozenset({Label.LOCATION, Label.ZIP, Label.ORGANIZATION}),
    "Fax": frozenset({Label.FAX}),
    "SSN": frozenset({Label.SSN}),
    "Email": frozenset({Label.EMAIL}),
    "Web URL": frozenset({Label.URL}),
    "IP Address": frozenset({Label.IP}),
    "Age": frozenset({Label.AGE, Label.AGE_OVER_89}),
}
PREMIUM = {
    "Medical Record Number": frozenset({Label.MRN}),
    "Account Number": frozenset({Label.ACCOUNT}),
    "Health Plan Beneficiary Number": frozenset({Label.HEALTH_PLAN}),
    "Certificate/License Number": frozenset({Label.LICENSE}),
    "Vehicle": frozenset({Label.VEHICLE}),
    "Device": frozenset({Label.DEVICE}),
}
SIXTEEN = STANDARD | PREMIUM
LABELS = frozenset().union(*SIXTEEN.values())

# The types of DetectPHI. An address of a machine has none of its own there; all other numbers are ID.
_TYPES = {
    Label.NAME: "NAME",
    Label.DATE: "DATE",
    Label.AGE: "AGE",
    Label.AGE_OVER_89: "AGE",
    Label.PHONE: "PHONE_OR_FAX",
    Label.FAX: "PHONE_OR_FAX",
    Label.EMAIL: "EMAIL",
    Label.URL: "URL",
    Label.LOCATION: "ADDRESS",
    Label.ZIP: "ADDRESS",
    Label.ORGANIZATION: "ADDRESS",
    Label.PROFESSION: "PROFESSION",
}
_NOT_PHI = frozenset({Label.YEAR, Label.WEEKDAY, Label.STATE, Label.TIME})


def type_of(label: Label) -> str:
    return _TYPES.get(label, "ID")


def entities(text: str, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """The spans as both services write them.

    Units:   offsets in code points: `text[BeginOffset:EndOffset] == Text`.
    Keeps:   bare years, weekdays, states and times of day are no PHI and are left out.
    """
    phi = [span for span in spans if span.label not in _NOT_PHI]
    return [
        {
            "Id": i,
            "BeginOffset": span.start,
            "EndOffset": span.end,
            "Score": round(span.score, 4),
            "Text": text[span.start : span.end],
            "Category": CATEGORY,
            "Type": type_of(span.label),
            "Traits": [],
        }
        for i, span in enumerate(phi)
    ]
