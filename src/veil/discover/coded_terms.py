"""Coded terms: texts that only name what a code beside them means, and that nobody wrote about a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from veil.discover.detected_labels import labels_in
from veil.discover.kinds import Guess
from veil.discover.titles import title_of

TERM = "term"
_PERSONAL = ("NAME", "LOCATION", "PHONE", "EMAIL", "SSN", "MRN")
_AGAIN = 2
_HEARD = 0.05


def with_coded_terms(columns: Mapping[str, Sequence[str | None]], guesses: Mapping[str, Guess]) -> dict[str, Guess]:
    """The guesses, with a description that a code determines as a code.

    Keeps:   each code has one text throughout, most come more than once, and in hardly any of the texts a person or a place is
             heard: what people write themselves stays text, and the name of a doctor beside his number too.
    """
    found = dict(guesses)
    codes = [
        name
        for name, guess in guesses.items()
        if guess.kind == "code" and (title := title_of(name)) and title.kind == "code"
    ]
    for name, guess in guesses.items():
        title = title_of(name)
        if guess.kind != "text" or title is None or title.kind != "text":
            continue
        beside = next((code for code in codes if _determines(columns[code], columns[name])), None)
        if beside is not None and _says_nobody(columns[name]):
            found[name] = Guess("code", 0.8, f"each code of {beside} has one of these texts", TERM)
    return found


def _determines(codes: Sequence[str | None], texts: Sequence[str | None]) -> bool:
    """Whether each code stands beside one text, and both come again and again."""
    pairs = {(code, text) for code, text in zip(codes, texts, strict=True) if code and text}
    rows = sum(bool(code and text) for code, text in zip(codes, texts, strict=True))
    bare = sum(bool(text) for text in texts)
    return len({code for code, _ in pairs}) == len(pairs) > 1 and rows == bare and rows >= _AGAIN * len(pairs)


def _says_nobody(texts: Sequence[str | None]) -> bool:
    heard = labels_in(texts)
    return all(heard.get(label, 0.0) < _HEARD for label in _PERSONAL)
