"""The standard's tables: which kind of value each element of CDA holds, whether it stands once, and which systems of identifiers are public."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
CDA, SDTC = "urn:hl7-org:v3", "urn:hl7-org:sdtc"
ROOT = "ClinicalDocument"
ANCHOR = "anchor"  # an act, a participation: addresses begin there
LICENSES = "2.16.840.1.113883.4.3"  # and below: the driver's licences of each state
BASES = {
    "CD": ("CD", "CE", "CV", "CO", "CS", "CR", "SC", "PQR", "HXIT_CE", "BXIT_CD"),
    "PQ": (
        *("PQ", "INT", "REAL", "MO", "IVL_PQ", "IVL_INT", "IVL_REAL", "IVL_MO", "RTO", "RTO_PQ_PQ", "RTO_QTY_QTY"),
        *("RTO_MO_PQ", "SXCM_PQ", "SXCM_INT", "SXCM_REAL", "PPD_PQ", "SLIST_PQ", "GLIST_PQ", "HXIT_PQ"),
    ),
    "TS": (
        *("TS", "IVL_TS", "PIVL_TS", "EIVL_TS", "SXCM_TS", "SXPR_TS", "GTS", "PPD_TS", "IVXB_TS", "SLIST_TS"),
        *("GLIST_TS", "PIVL_PPD_TS", "EIVL_PPD_TS", "IVL_PPD_TS", "UVP_TS"),
    ),
    "BL": ("BL", "BN"),
    "ST": ("ST", "ADXP", "ENXP"),
    "ED": ("ED", "thumbnail"),
    "II": ("II",),
    "TEL": ("TEL", "URL"),
    "EN": ("EN", "PN", "ON", "TN"),
    "AD": ("AD",),
}  # the kinds of values, each with the types of HL7 V3 that it stands for
TYPES = {name: kind for kind, names in BASES.items() for name in names}
MEDIA = frozenset(
    (
        *("text/plain", "text/html", "text/xml", "text/rtf", "text/richtext", "text/x-hl7-text+xml", "text/sgml"),
        *("application/pdf", "application/msword", "application/rtf", "application/xml", "application/dicom"),
        *("image/png", "image/jpeg", "image/jpg", "image/gif", "image/tiff", "image/g3fax", "image/bmp"),
        *(
            "audio/basic",
            "audio/mpeg",
            "audio/k32adpcm",
            "video/mpeg",
            "video/x-avi",
            "model/vrml",
            "multipart/x-hl7-cda-level-one",
        ),
    )
)
TEXT_MEDIA = frozenset(("text/plain", "text/x-hl7-text+xml"))  # what is read as text; every other one is a file
REPRESENTATIONS = frozenset(("TXT", "B64"))


class CdaElement(NamedTuple):
    """What an element holds, and whether it stands at most once in its parent."""

    kind: str
    is_single: bool


def _lines(name: str) -> list[list[str]]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


@cache
def elements() -> dict[str, CdaElement]:
    """Every element by its name; those of SDTC with their prefix (`sdtc:raceCode`)."""
    return {name: CdaElement(kind, bool(single)) for name, kind, *single in _lines("elements.tsv")}


@cache
def attributes() -> frozenset[str]:
    """Every attribute by its name, those of other name spaces with their usual prefix (`xsi:type`)."""
    return frozenset(name for (name,) in _lines("attributes.tsv"))


@cache
def systems() -> dict[str, str]:
    """The public systems of identifiers: what each is, by its OID."""
    return dict(_lines("systems.tsv"))


def is_system(root: str) -> bool:
    return root in systems() or root.startswith(f"{LICENSES}.")
