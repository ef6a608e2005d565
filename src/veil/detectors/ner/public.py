"""Public: what looks like somebody's number or date and belongs to a paper, a trial, a book, a catalogue."""

from __future__ import annotations

import re

from veil.model import Label

_REGISTER = re.compile(
    r"\b(?:pmid|pmcid|pubmed|pubmed id|doi|isbn|issn|isrctn|eudract|clinicaltrials\.gov|nct|arxiv|loinc|snomed(?: ct)?|rxnorm|"
    r"rxcui|ndc|cpt|hcpcs|icd(?:-?(?:9|10|11))?(?:-?(?:cm|pcs))?|mesh|omim|cas|atc|gtin|catalog(?:ue)?|cat|art)"
    r"(?:\s?(?:no|nr|number|code|id|ref|identifier))?[.:#\s]*(?:is\s+|was\s+)?$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:NCT\d{8}|PMC\d{5,9}|PMID\W{0,2}\d{5,9}|ISRCTN\d{6,9}|ACTRN\d{10,16}|(?:MODEL|STUDY|TRIAL|PROTO(?:COL)?|PART|SKU|FORM|SOP|ITEM)[-_]?\d+|10\.\d{4,9}/\S+)$",
    re.IGNORECASE,
)
_PAPER = re.compile(
    r"\b(?:guidelines?|manuals?|handouts?|leaflets?|pamphlets?|brochures?|articles?|papers?|books?|textbooks?|journals?|"
    r"publications?|catalogues?|catalogs?|(?:information|fact|study|calibration|data) sheets?|worksheets?|editions?|"
    r"questionnaires?|software|firmware|standards?)\b",
    re.IGNORECASE,
)
_ISSUED = re.compile(
    r"\b(?:published|released|revised|revision(?: date)?|issued|printed|reprinted|copyright|appeared|launched)\b"
    r"[\s:,]*(?:on|in|of|date[ds]?|as of)?[\s:]*(?:the\s+)?$",
    re.IGNORECASE,
)
_NUMBERS = frozenset(
    {
        Label.ID,
        Label.MRN,
        Label.ACCOUNT,
        Label.PHONE,
        Label.DATE,
        Label.DEVICE,
        Label.LICENSE,
        Label.ZIP,
        Label.HEALTH_PLAN,
    }
)
NEAR = 100  # characters that are read back, within the sentence


def is_public(shown: str, start: int, end: int, label: Label) -> bool:
    """Whether the words before a number or a date say that it belongs to something printed.

    Keeps:   never so for a date unless both the thing that was printed and the word that it was are in the sentence.
    """
    before = re.split(r"[.!?]\s|\n", shown[max(0, start - NEAR) : start])[-1]
    if label in _NUMBERS and (_NUMBERED.match(shown[start:end].strip()) or _REGISTER.search(before)):
        return True
    return label is Label.DATE and _ISSUED.search(before) is not None and _PAPER.search(before) is not None
