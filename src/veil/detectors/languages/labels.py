"""Labels: what the networks of other languages tell apart, in the order of their tags."""

from __future__ import annotations

from veil.model import Label

LABELS: tuple[Label, ...] = (
    Label.NAME,
    Label.LOCATION,
    Label.ORGANIZATION,
    Label.DATE,
    Label.AGE,
    Label.PHONE,
    Label.FAX,
    Label.EMAIL,
    Label.MRN,
    Label.HEALTH_PLAN,
    Label.LICENSE,
    Label.ID,
    Label.STATE,
    Label.PROFESSION,
)

WEIGHTS_SHA256: dict[str, str] = {  # of the file of each language that has a network
    "es": "dd531d402b3378a5f3017a3128b9080c3b008d2b10b37df8e3cb34c24881dfc7",
    "de": "33ff4ce5d49f7c2a9d72cd78efba4c26302c3d4a3a932009086c0310ee7ca23e",
}
