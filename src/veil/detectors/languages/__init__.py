"""Readers of notes in languages other than English: rules of each language and a small network of each."""
