"""Owners: whose a resource is: by the id of its patient, or by a number of theirs."""

from __future__ import annotations

from dataclasses import dataclass

from veil.formats.fhir.nodes import Node
from veil.formats.fhir.references import KnownIds, pieces_of

PATIENT = "Patient"
_FIRST = ("subject", "patient", "beneficiary", "for", "individual", "candidate", "subscriber")
_DEEPER = ("participant", "actor", "target", "focus", "agent", "who", "entity", "what", "author", "source", "sender")
_RECORD = "MR"
_NO_RECORD = frozenset(("SS", "SB", "DL", "PPN", "NI", "TAX", "MB", "HC", "MA", "MC", "NPI", "PRN", "EN"))
_OTHER_NUMBERS = ("us-ssn", "2.16.840.1.113883.4.1", "2.16.840.1.113883.4.3", "passport", "us-npi", "us-mbi", "driver")


@dataclass(slots=True)
class ResourceOwner:
    """Whose a row is. Shape: `patient`: the id of their resource; `number`: an identifier of theirs, as tables have it."""

    patient: str | None = None
    number: str | None = None


def patient_of(node: Node, known: KnownIds) -> str | None:
    """The id of the patient whose a resource is."""
    if node.resource == PATIENT:
        return node.text("id")
    for name in _FIRST:
        for member in node.all(name):
            found = _referred(member, known)
            if found is not None:
                return found
    others = set(_below(node, known))
    return next(iter(others)) if len(others) == 1 else None


def _referred(node: Node, known: KnownIds) -> str | None:
    """The id of the patient to whom a reference leads."""
    value = node.text("reference")
    if value is None:
        return None
    kinds = (
        (PATIENT, "uuid") if node.name in _FIRST[:3] else (PATIENT,)
    )  # out of the file: of whom a record is, a patient
    piece = next((piece for piece in pieces_of(value, known, {}) or () if piece.kind in kinds), None)
    if piece is None:
        return None
    return known.named[value][1] if value in known.named else value[piece.start : piece.end]


def _below(node: Node, known: KnownIds) -> list[str]:
    """The patients whom a resource names elsewhere."""
    found = []
    for child in node.children or ():
        if child.name in _DEEPER:
            referred = _referred(child, known)
            found += [referred] if referred is not None else _below(child, known)
    return found


def number_of(node: Node) -> str | None:
    """The identifier by which tables know a patient: of type MR, else the first that is no other known number."""
    if node.resource != PATIENT:
        return next((value for name in _FIRST[:3] if (value := _number_beside(node, name))), None)
    numbers = [(identifier.text("value"), identifier) for identifier in node.all("identifier")]
    usual = [
        (value, identifier)
        for value, identifier in numbers
        if value and identifier.text("use") != "old" and not _is_other(identifier)
    ]
    record = next((value for value, identifier in usual if _RECORD in _codes(identifier)), None)
    return record or next((value for value, _ in usual), None)


def _number_beside(node: Node, name: str) -> str | None:
    """The identifier of a patient whom a reference names by it, or who is contained in the resource."""
    referred = node.text(name, "reference") or ""
    inside = (other for other in node.all("contained") if other.resource == PATIENT)
    own = next((other for other in inside if referred == f"#{other.text('id')}"), None)
    return number_of(own) if own is not None else node.text(name, "identifier", "value")


def _codes(identifier: Node) -> set[str | None]:
    kind = identifier.child("type")
    return {coding.text("code") for coding in kind.all("coding")} if kind is not None else set()


def _is_other(identifier: Node) -> bool:
    system = identifier.text("system") or ""
    return bool(_codes(identifier) & _NO_RECORD) or any(word in system for word in _OTHER_NUMBERS)
