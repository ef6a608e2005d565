"""Texts: single texts, folders of notes, and what is measured or shown of them."""
