"""Presidio with the health recognizers that it ships switched off: run by the peer's own Python through `serve.py`."""

from __future__ import annotations

from presidio_analyzer import predefined_recognizers  # type: ignore[import-not-found]
from presidio_md import analyzer  # type: ignore[import-not-found]

OFF = (
    "UsMbiRecognizer",
    "UsNpiRecognizer",
    "UsHealthInsuranceMemberIdRecognizer",
    "UsPriorAuthorizationNumberRecognizer",
    "UsClaimNumberRecognizer",
    "UsPrescriptionNumberRecognizer",
    "UsReferralNumberRecognizer",
    "UsProviderTaxIdRecognizer",
)

for name in OFF:
    analyzer.registry.add_recognizer(getattr(predefined_recognizers, name)())


def detect(text: str) -> list[tuple[int, int, str]]:
    """The spans of one text, without a threshold, as the adapter of Presidio as it comes gives them."""
    return [(found.start, found.end, found.entity_type) for found in analyzer.analyze(text, language="en")]
