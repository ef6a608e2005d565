"""The synthetic hospital: data to try Veil on, and gold to measure it by."""

from veil.synth.hospital import make_hospital
from veil.synth.labs import make_labs

__all__ = ["make_hospital", "make_labs"]
