"""URLs: which names of code systems, profiles and extensions are published, so that they say nothing of a person or a hospital."""

from __future__ import annotations

import re

_HOSTS = frozenset(
    (
        "hl7.org",
        "terminology.hl7.org",
        "loinc.org",
        "snomed.info",
        "unitsofmeasure.org",
        "nucc.org",
        "www.nlm.nih.gov",
        "www.cms.gov",
        "bluebutton.cms.gov",
        "www.ama-assn.org",
        "dicom.nema.org",
        "fdasis.nlm.nih.gov",
        "id.who.int",
        "www.whocc.no",
        "www.orpha.net",
        "varnomen.hgvs.org",
        "www.genenames.org",
        "www.ncbi.nlm.nih.gov",
        "ncicb.nci.nih.gov",
        "ncit.nci.nih.gov",
        "ndc.nlm.nih.gov",
        "ihe.net",
        "www.ihe.net",
        "profiles.ihe.net",
        "www.iso.org",
        "unstats.un.org",
        "www.bioontology.org",
        "purl.obolibrary.org",
        "human-phenotype-ontology.org",
        "smarthealthit.org",
        "docs.smarthealthit.org",
        "fhir-registry.smarthealthit.org",
        "phenotips.org",
        "www.usps.com",
        "www.nubc.org",
        "www.census.gov",
        "standardhealthrecord.org",
        "synthetichealth.github.io",
        "synthea.mitre.org",
        "ns.electronichealth.net.au",
        "fhir.de",
        "www.radlex.org",
        "radlex.org",
        "cts.nlm.nih.gov",
        "vsac.nlm.nih.gov",
        "x12.org",
        "codesystem.x12.org",
        "ncpdp.org",
        "www.ncpdp.org",
        "www.ada.org",
        "hpo.jax.org",
        "www.whocc.no",
        "fda.gov",
        "www.fda.gov",
        "www.gmdnagency.org",
        "www.gs1.org",
        "hibcc.org",
        "www.iccbba.org",
        "www.isbt128.org",
        "w3.org",
        "www.w3.org",
        "tools.ietf.org",
    )
)
_URL = re.compile(r"https?://(?:www\.)?([^/?#:@\s]+)((?:/[^?#\s]*)?)(?:\|[\d.]+)?(?:#[\w-]+)?")
_OIDS = (  # code systems and publishers: HL7, DICOM, ISO, the numbers of states and federal offices
    "2.16.840.1.113883.5.",
    "2.16.840.1.113883.6.",
    "2.16.840.1.113883.12.",
    "2.16.840.1.113883.18.",
    "2.16.840.1.113883.4.1",
    "2.16.840.1.113883.4.2",
    "2.16.840.1.113883.4.3",
    "2.16.840.1.113883.4.6",
    "2.16.840.1.113883.4.9",
    "2.16.840.1.113883.4.572",
    "2.16.840.1.113883.4.642.",
    "2.16.840.1.113883.1.11.",
    "2.16.840.1.113883.10.",
    "1.2.840.10008.",
    "1.0.3166.",
)
_URNS = frozenset(
    (
        "urn:ietf:bcp:13",
        "urn:ietf:bcp:47",
        "urn:ietf:rfc:3986",
        "urn:iso:std:iso:3166",
        "urn:iso:std:iso:3166:-2",
        "urn:iso:std:iso:4217",
        "urn:iso:std:iso:11073:10101",
        "urn:iso:std:iso:1087:-1",
        "urn:dicom:uid",
        "urn:iso-astm:E1762-95:2013",
    )
)
_LONGEST = 200
_PERSONAL = re.compile(r"\d{5,}|@|%|\d{3}-\d{2}-\d{4}")  # no name of a standard has such a number


def is_published(url: str) -> bool:
    """Whether a URL or URN is a name that a publisher of standards gave, and no more."""
    if url in _URNS:
        return True
    if url.startswith("urn:oid:"):
        oid = url.removeprefix("urn:oid:")
        return bool(re.fullmatch(r"[0-2](?:\.\d{1,6}){3,12}", oid)) and any(
            oid == known or oid.startswith(known if known.endswith(".") else known + ".") for known in _OIDS
        )
    found = _URL.fullmatch(url) if len(url) <= _LONGEST else None
    if found is None:
        return False
    host, path = found.groups()
    return (host in _HOSTS or f"www.{host}" in _HOSTS) and not _PERSONAL.search(path)
