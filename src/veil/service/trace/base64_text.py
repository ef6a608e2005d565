"""Base64 text: base64 as a whole value or inside a longer text: the text in it, or that it cannot be read."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

import re2  # type: ignore[import-untyped, unused-ignore]  # has no stubs

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_DATA = re.compile(r"data:[^,]{0,200};base64,")  # source: RFC 2397
_TOKEN = re.compile(r"(eyJ[A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")  # source: RFC 7519
_HEX = re.compile(r"[0-9A-Fa-f-]+")  # a digest or a UUID, of any length
_LETTER = r"[A-Za-z0-9+/_-]"
_RUN = re.compile(
    rf"{_LETTER}{{60,}}(?:\r?\n[ \t]*{_LETTER}+)*={{0,2}}|{_LETTER}{{16,}}={{0,2}}"
)  # lines of MIME have 64 or 76
_ANY_RUN = re2.compile(rf"{_LETTER}{{16}}")  # ten times as quick
_MORE = re.compile(rf"(?:{_LETTER}|=|\r?\n[ \t]*)*")
_SHORT = re.compile(rf"{_LETTER}{{1,15}}$")
_BOTH = (re.compile(r"[+/]"), re.compile(r"[-_]"))  # the two alphabets; base64 has one of them
_SLASHES = 12  # of base64 one character in 64 is a slash; of a path more than one in so many
_MIXED_SLASHES = 30  # the same where both alphabets are there; a boundary of MIME with hyphens may end a run of base64
_AT_ONCE = 16_384  # characters of a run that are unpacked before its end is seen
SHORTEST = 12  # characters
_INDENT = 80
_BLANK = " "
OPAQUE = 64  # bytes that are no text and may be a digest, a key or a signature
_PRINTED = 0.95


class Unread(str):
    """A line of what could not be read."""

    __slots__ = ()


def unpacked_value(value: str) -> list[str] | None:
    """The texts within a value; an empty list where it holds bytes that are no text; None where it is not base64.

    Keeps:   bytes that are no text and are short may be a digest: None, and the value is read as it is.
    """
    token = _TOKEN.fullmatch(value)
    if token is not None:
        return [text for part in token.groups() if (text := _text(_bytes(part) or b"")) is not None]
    known = _DATA.match(value)
    packed = _unwrapped(value[known.end() :] if known else value)
    content = _bytes(packed) if len(packed) >= SHORTEST or known else None
    if content is None:
        return [] if known else None
    text = _text(content)
    if text is not None:
        return [text]
    return [] if known or len(content) > OPAQUE else None


class Runs:
    """Runs of base64 in a text that comes piece by piece.

    Shape:   text -> the same text, with what each run of at least 16 characters says in its place; bytes that are no text become a blank.
    Keeps:   `unread` where there were such bytes and too many for a digest. No more than a block of a run is kept.
    """

    def __init__(self) -> None:
        self.unread = False
        self._rest = ""
        self._is_passing = False  # the rest of a run whose bytes are no text

    def feed(self, text: str, *, end: bool = False) -> str:
        text, self._rest = self._rest + text, ""
        if self._is_passing:
            passed = _MORE.match(text)
            text = text[passed.end() :] if passed else text
            self._is_passing = not text and not end
        out, at = [], 0
        for run in _RUN.finditer(text) if _has_run(text) else ():
            out.append(text[at : run.start()])
            at = run.end()
            if not end and len(text) - at < _INDENT and not text[at:].strip():
                return "".join([*out, self._open(run[0], text[run.start() :])])
            out.append(self._said(run[0]))
        short = None if end else _SHORT.search(text, max(at, len(text) - SHORTEST - 3))
        stop = short.start() if short else len(text)
        self._rest = text[stop:]
        return "".join([*out, text[at:stop]])

    def _open(self, run: str, rest: str) -> str:
        """A run that may go on is kept; of a long one the first block is given out."""
        if len(run) < _AT_ONCE:
            self._rest = rest
            return ""
        last = run.rfind("\n") + 1
        cut = last or len(run) - len(run) % 4
        said = self._said(run[:cut], block=True)
        self._is_passing = said == _BLANK
        self._rest = "" if self._is_passing else rest[cut:]
        return said

    def _said(self, run: str, *, block: bool = False) -> str:
        content = _bytes("".join(run.split()))
        text = None if content is None else _text(_whole_letters(content) if block else content)
        if text is not None:
            return f"\n{text}\n"
        if content is None or len(content) <= OPAQUE:
            return run
        self.unread = True
        return _BLANK


def _has_run(text: str) -> bool:
    try:
        return bool(_ANY_RUN.search(text))
    except UnicodeEncodeError:  # half a letter
        return bool(_RUN.search(text))


def unpacked_runs(lines: list[str]) -> list[str]:
    """Lines, with what base64 inside them says; `Unread` where it holds bytes that are no text."""
    found = []
    for line in lines:
        runs = Runs()
        said = runs.feed(line, end=True) if _has_run(line) else line
        found.append(Unread(said) if runs.unread or isinstance(line, Unread) else said)
    return found


def _unwrapped(value: str) -> str:
    """A value without its line ends, where all its lines but the last are of one length: words of a text are not."""
    pieces = value.split()
    is_wrapped = len({len(piece) for piece in pieces[:-1]}) == 1 and len(pieces[0]) >= len(pieces[-1])
    return "".join(pieces) if is_wrapped else value.strip()


def _whole_letters(content: bytes) -> bytes:
    """Without the halves of a letter of UTF-8 at both ends of a block."""
    start = next((i for i in range(min(4, len(content))) if content[i] & 0xC0 != 0x80), 0)
    for cut in range(4):
        piece = content[start : len(content) - cut]
        try:
            piece.decode()
        except UnicodeDecodeError:
            continue
        return piece
    return content


def _is_path(packed: str) -> bool:
    """Whether letters, slashes and hyphens are the path of a file or an address, which is no base64."""
    often = _MIXED_SLASHES if all(signs.search(packed) for signs in _BOTH) else _SLASHES
    return packed.count("/") * often > len(packed)


def _bytes(packed: str) -> bytes | None:
    if len(packed) % 4 == 1 or _HEX.fullmatch(packed) or not _BASE64.fullmatch(packed) or _is_path(packed):
        return None
    plain = packed.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _text(content: bytes) -> str | None:
    """The bytes as text, where nearly all of it is printed."""
    coding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        text = content.decode(coding)
    except UnicodeDecodeError:
        return None
    printed = sum(letter.isprintable() or letter in "\r\n\t" for letter in text)
    return text if text and printed >= _PRINTED * len(text) else None
