"""Reversal: a release brought back to its originals, and compared with them."""
