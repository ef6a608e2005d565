"""Binary content: what was decoded and is not text: a picture, an archive, a sound."""

from __future__ import annotations

import re

AS_UTF_8 = re.compile("\ufffd")  # what stands for bytes that are none
AS_CP1252 = re.compile("[\x80-\uffff]")  # which takes any byte for a letter
_BLOCK = 256  # characters; between two parts of a body there are so many that say what comes
_ODD = 0.25  # of what is no blank; of random bytes 0.43 in UTF-8 and 0.5 in cp1252, of text with its lengths (protobuf) little
_CONTROLS = 0.02  # of it; of random bytes 0.09, of text in another encoding nothing
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x7f]")  # not those that stand between fields, nor that of colours


def blanked(text: str, odd: re.Pattern[str]) -> str:
    """The text with blanks where it is mostly none: detectors would take seconds for it, and find what chance wrote.

    Shape:   n characters -> n characters. `odd`: what the decoder makes of bytes that are no text.
    """
    if not odd.search(text):
        return text
    blocks = (text[at : at + _BLOCK] for at in range(0, len(text), _BLOCK))
    return "".join(" " * len(block) if _is_noise(block, odd) else block for block in blocks)


def _is_noise(block: str, odd: re.Pattern[str]) -> bool:
    seen = len(block) - block.count(" ")
    return len(_CONTROL.findall(block)) > _CONTROLS * seen and len(odd.findall(block)) > _ODD * seen
