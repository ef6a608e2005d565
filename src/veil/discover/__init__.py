"""Discover: what each column seems to be, with evidence and no value."""
