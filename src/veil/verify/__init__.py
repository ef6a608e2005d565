"""Verify: the output is read again."""

from veil.verify.outside import Findings, verify_batch
from veil.verify.survivors import Probe, Survivor

__all__ = ["Findings", "Probe", "Survivor", "verify_batch"]
