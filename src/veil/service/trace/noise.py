"""Noise: what was decoded and is no text: a picture, an archive, a sound."""

from __future__ import annotations

import re

NO_TEXT = "\ufffd"
_BLOCK = 256  # characters; between two parts of a body there are so many that say what comes
_CONTROLS = 5  # of a block, at most; random bytes have 23, text has none in whatever encoding
_BROKEN = (
    64  # of a block, at most; random bytes read as UTF-8 have 110, Latin letters of another encoding seldom as many
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")  # not those that stand between fields, nor that of colours


def blanked(text: str) -> str:
    """The text with blanks where it is mostly none: detectors would take seconds for it, and find what chance wrote.

    Shape:   n characters -> n characters.
    """
    if NO_TEXT not in text and not _CONTROL.search(text):
        return text
    return "".join(
        " " * len(one) if _is_noise(one) else one
        for one in (text[at : at + _BLOCK] for at in range(0, len(text), _BLOCK))
    )


def _is_noise(block: str) -> bool:
    return block.count(NO_TEXT) > _BROKEN or len(_CONTROL.findall(block)) > _CONTROLS
