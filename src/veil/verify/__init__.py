"""Verify: the output is read again."""

from veil.verify.findings import FindingPlace, Findings
from veil.verify.survivors import Probe, Survivor
from veil.verify.verifier import Verifier

__all__ = ["FindingPlace", "Findings", "Probe", "Survivor", "Verifier"]
