"""Lexicon: how people write dates and numbers, and what they and their places are called."""
