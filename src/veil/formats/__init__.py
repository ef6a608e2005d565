"""Formats: how files become fields, and how edits are put back."""
