"""Verify: the output is read again."""

from veil.verify.findings import Findings, Place
from veil.verify.outside import Verifier
from veil.verify.survivors import Probe, Survivor

__all__ = ["Findings", "Place", "Probe", "Survivor", "Verifier"]
