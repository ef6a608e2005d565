"""Detectors: texts go in, spans come out."""
