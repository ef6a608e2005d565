"""Encoding: what the bytes of a text file mean, found out once and kept."""

from __future__ import annotations

import codecs
import contextlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from veil.errors import FormatError
from veil.formats.compression import opened
from veil.formats.file_content import check_bytes, check_text

SAMPLE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MANY, _FEW = 0.3, 0.05  # of its half of the bytes
_USUAL = {
    "ascii",
    "utf-8",
    "latin-1",
    "cp1252",
    "iso8859-15",
    "utf-16-le",
    "utf-16-be",
    "utf-32-le",
    "utf-32-be",
    "cp1250",
    "cp1251",
    "cp437",
    "cp850",
    "mac-roman",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_jp",
    "euc_kr",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name and the byte-order mark that stood before the text."""

    name: str
    bom: bytes = b""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Encoding:
        """The one that the settings of a file state: `encoding`, and `bom` in hexadecimal digits."""
        return cls(settings["encoding"], bytes.fromhex(settings["bom"]))

    @property
    def is_wide(self) -> bool:
        return self.name.startswith(("utf-16", "utf-32"))

    @property
    def ascii_superset(self) -> bool:
        return not self.is_wide and self.name not in ("shift_jis", "gb18030", "big5")


def encoding_of(sample: bytes, given: str | None = None, *, complete: bool = True) -> Encoding:
    """The encoding of a file from its first bytes.

    Shape:   a byte-order mark decides; else UTF-8 if the bytes are UTF-8; else the likeliest by charset-normalizer;
             else cp1252, then latin-1, which reads any byte. `complete=False`: the sample may end within a character.
    Errors:  FormatError `encoding-unknown` for a codec Python does not have.
    """
    bom = next(((mark, name) for mark, name in _BOMS if sample.startswith(mark)), None)
    if given:
        try:
            name = codecs.lookup(given).name
        except LookupError:
            raise FormatError("encoding-unknown", "unknown encoding", hint="for example utf-8 or cp1252") from None
        return Encoding(name, bom[0] if bom and bom[1] == name else b"")
    if bom:
        return Encoding(bom[1], bom[0])
    if _is_utf8(sample, complete=complete):
        return Encoding("utf-8")
    return Encoding(_likeliest(sample))


def _is_utf8(sample: bytes, *, complete: bool) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(sample, final=complete)
    except UnicodeDecodeError:
        return False
    return b"\x00" not in sample


def _likeliest(sample: bytes) -> str:
    if b"\0" in sample:
        return _with_zeros(sample)
    from charset_normalizer import from_bytes  # noqa: PLC0415  loaded for the odd file only

    best = from_bytes(sample[:65_536]).best()
    name = codecs.lookup(best.encoding).name if best else "cp1252"
    for candidate in (name, "cp1252"):
        if candidate in _USUAL and _round_trips(sample, candidate):
            return candidate
    return "iso8859-1"


def _with_zeros(sample: bytes) -> str:
    """UTF-16 without a mark has a zero in most of its even or of its odd bytes; what else has zeros is no text, or stated."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    for name, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if many > _MANY * half and few < _FEW * half and len(sample) % 2 == 0 and _round_trips(sample, name):
            return name
    return "iso8859-1"


def _round_trips(sample: bytes, name: str) -> bool:
    try:
        return sample.decode(name).encode(name) == sample
    except (UnicodeDecodeError, UnicodeEncodeError):
        return False


def decode(data: bytes, encoding: Encoding, where: str = "") -> str:
    """Bytes as text, the mark taken off.

    Errors:  FormatError `encoding-broken` with the byte's place, never the bytes.
    """
    try:
        return (
            data[len(encoding.bom) :].decode(encoding.name)
            if data.startswith(encoding.bom)
            else data.decode(encoding.name)
        )
    except UnicodeDecodeError as error:
        raise FormatError(
            "encoding-broken",
            f"the file is not valid {encoding.name}",
            where=f"{where} byte {error.start}",
            hint="set `encoding:` for this source, or correct the file",
        ) from None


def read_text(data: bytes, encoding: Encoding, where: str = "") -> str:
    """The bytes of a whole file as text, where they are text.

    Errors:  FormatError `not-text`, `encoding-broken`.
    """
    check_bytes(data, where)
    text = decode(data, encoding, where)
    check_text(text, where, wide=encoding.is_wide)
    return text


def encode(text: str, encoding: Encoding, where: str = "") -> bytes:
    """Text as the file's own bytes; a character that the encoding lacks becomes `?` (only surrogates can bring one)."""
    del where
    return encoding.bom + text.encode(encoding.name, "replace")


@contextlib.contextmanager
def decoded_again(source: BinaryIO, name: str) -> Iterator[io.TextIOWrapper]:
    """A file as the standard library's stream decodes it, line ends as they are: the second way of formats of text.

    Errors:  FormatError `reread` where the bytes are not of this encoding.
    """
    try:
        with io.TextIOWrapper(source, encoding=name, newline="") as stream:
            yield stream
    except UnicodeDecodeError:
        raise FormatError("reread", "the check by a second reader found bytes of another encoding") from None


def read_encoding(path: Path, given: str | None = None) -> Encoding:
    """The encoding of a file. Errors: FormatError `not-text`, `encoding-unknown`."""
    with opened(path) as file:
        sample = file.read(SAMPLE)
        more = bool(file.read(1))
    check_bytes(sample, "")
    return encoding_of(sample, given, complete=not more)
