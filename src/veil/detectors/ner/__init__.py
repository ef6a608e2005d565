"""Ner: the small network that reads what rules cannot: who and what a word is by the sentence it stands in."""
