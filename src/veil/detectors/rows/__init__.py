"""Rows: lines, cells and lists of a text, read as such before their words are."""
