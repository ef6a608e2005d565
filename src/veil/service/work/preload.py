"""Preload: loads what a text needs once, before jobs are forked from this process; none of it starts a thread."""

from __future__ import annotations

from veil.detectors.scanner import standard

_RULES = ("patterns", "dates", "gazetteer", "known")  # the network has threads of its own: each job loads it for itself
standard(_RULES).find(["Seen by Dr. Alice Wong on 03/04/2019; MRN 1234567, call 617-555-1212."])
