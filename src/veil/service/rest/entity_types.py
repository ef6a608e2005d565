"""Entity types: the twenty-one types of the REST service, and the labels that each of them covers."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from veil.model import Label, Meant, Span


class EntityType(NamedTuple):
    """A type of the service. Shape: `labels`: the spans that a filter by this type takes."""

    name: str
    labels: frozenset[Label]
    description: str
    examples: tuple[str, ...]
    replacement: str


def _kind(name: str, labels: str, description: str, examples: str, replacement: str = "") -> EntityType:
    return EntityType(
        name,
        frozenset(map(Label, labels.split())),
        description,
        tuple(examples.split(" | ")),
        replacement or f"[{name}]",
    )


KINDS = {
    kind.name: kind
    for kind in (
        _kind("NAME", "NAME", "names of persons: patients, relatives, clinicians", "John Smith | Mrs. Jones"),
        _kind("DATE", "DATE YEAR WEEKDAY", "all elements of dates but the year", "03/15/1985 | May 3rd"),
        _kind("PHONE", "PHONE", "telephone numbers", "555-123-4567"),
        _kind("FAX", "FAX", "fax numbers", "Fax: 555-123-4568"),
        _kind("EMAIL", "EMAIL", "e-mail addresses", "john@example.org"),
        _kind("SSN", "SSN", "social security numbers", "123-45-6789"),
        _kind("MRN", "MRN", "medical record numbers", "MRN: 123456789"),
        _kind(
            "ACCOUNT", "ACCOUNT HEALTH_PLAN", "account and health plan numbers", "Acct 00123456 | Member ID XYZ123456"
        ),
        _kind("LICENSE", "LICENSE", "certificate and license numbers", "License A1234567"),
        _kind("VEHICLE", "VEHICLE", "vehicle identifiers, serial numbers and plates", "VIN 1HGCM82633A004352"),
        _kind("DEVICE", "DEVICE", "device identifiers and serial numbers", "S/N 8812-AX-221"),
        _kind("URL", "URL", "web addresses", "https://example.org/john"),
        _kind("IP", "IP", "addresses of machines", "192.168.1.17"),
        _kind("BIOMETRIC", "BIOMETRIC", "identifiers of finger, voice, iris", "fingerprint id 99-1201"),
        _kind("PHOTO", "PHOTO", "names of images that show a face", "face_0042.jpg"),
        _kind("AGE", "AGE_OVER_89", "ages over 89", "93 years old", "[AGE>89]"),
        _kind(
            "LOCATION", "LOCATION ZIP STATE", "addresses and all that is smaller than a state", "123 Main St, Boston MA"
        ),
        _kind("OTHER_ID", "ID", "any other identifying number or code", "Case 2019-A-5512", "[ID]"),
        _kind("PROVIDER", "NAME", "names of clinicians alone, among the names", "Dr. Sarah Johnson", "[NAME]"),
        _kind("ORGANIZATION", "ORGANIZATION", "hospitals, clinics, wards, employers", "Memorial Hospital"),
        _kind("PATIENT_ID", "MRN ID", "numbers that stand for the patient", "MRN: 123456789", "[MRN] or [ID]"),
    )
}
_SHOWN = {
    label: name for name, kind in KINDS.items() if name not in ("PROVIDER", "PATIENT_ID") for label in kind.labels
}


def kind_of(label: Label) -> str:
    """The type that an answer names; a label of none of them is another id."""
    return _SHOWN.get(label, "OTHER_ID")


def unknown(names: Collection[str]) -> int | None:
    """The place of the first name that is no type; None where all are."""
    return next((i for i, name in enumerate(names) if name not in KINDS), None)


def taken(spans: list[Span], meant: list[Meant], names: Collection[str] | None) -> list[Span]:
    """The spans that a filter takes; all of them without one. Shape: k spans, k answers to who is meant."""
    if names is None:
        return spans
    labels = {label for name in names if name != "PROVIDER" for label in KINDS[name].labels}
    providers = "PROVIDER" in names
    return [
        span
        for span, who in zip(spans, meant, strict=True)
        if span.label in labels or (providers and span.label is Label.NAME and who.role == "clinician")
    ]
