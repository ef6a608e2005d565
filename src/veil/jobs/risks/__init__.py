"""Risks: how many records share what an outsider may know, and the levels that meet a goal."""
