"""Verify: the output is read again."""

from veil.verify.outside import Findings, Verifier
from veil.verify.survivors import Probe, Survivor

__all__ = ["Findings", "Probe", "Survivor", "Verifier"]
