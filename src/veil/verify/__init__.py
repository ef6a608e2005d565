"""Verify: the output is read again."""

from veil.verify.findings import Findings, Place
from veil.verify.survivors import Probe, Survivor
from veil.verify.verifier import Verifier

__all__ = ["Findings", "Place", "Probe", "Survivor", "Verifier"]
