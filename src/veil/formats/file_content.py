"""File content: what the bytes of a file are, whatever its name says; a file that is not text is never read as text."""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

from veil.errors import FormatError

HEAD = 1 << 16  # bytes, and characters, from which the nature of a file can be told
MOST_CONTROLS = 0.2  # of the characters of a text; an old printer's or a terminal's signs stay far below
FEW = 64  # control characters that a text of any length may have: so few hold nobody's data
_AT_START = (
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"PK\x05\x06", "a ZIP archive"),
    (b"PK\x07\x08", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document or an Outlook message"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript document"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\x89PNG\r\n\x1a\n", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF87a", "an image"),
    (b"GIF89a", "an image"),
    (b"II*\0", "an image"),
    (b"MM\0*", "an image"),
    (b"\0\0\x01\0", "an image"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "an image"),
    (b"\xff\x4f\xff\x51", "an image"),
    (b"SQLite format 3\0", "a database"),
    (b"\0\x01\0\0Standard ", "a database"),
    (b"!BDN", "a mailbox"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x1f\x9d", "a compressed file"),
    (b"\x28\xb5\x2f\xfd", "a compressed file"),
    (b"\xfd7zXZ\0", "a compressed file"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!\x1a\x07", "an archive"),
    (b"\x04\x22\x4d\x18", "a compressed file"),
    (b"PAR1\x15", "a Parquet table"),
    (b"ARROW1\0\0", "an Arrow table"),
    (b"Obj\x01", "an Avro table"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"$FL2@(#)", "an SPSS table"),
    (b"$FL3@(#)", "an SPSS table"),
    (b"<stata_dta>", "a Stata table"),
    (b"\x7fELF", "a program"),
    (b"\xca\xfe\xba\xbe", "a program"),
    (b"\0asm", "a program"),
    (b"ID3\x03", "a sound file"),
    (b"ID3\x04", "a sound file"),
    (b"OggS\0", "a sound file"),
    (b"fLaC\0", "a sound file"),
    (b"\x1aE\xdf\xa3", "a film"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x80\x05\x95", "a Python pickle"),
)
_PDF = re.compile(rb"(?:\A|[\r\n])%PDF-\d\.\d")  # readers of PDF look for it in the first 1024 bytes
_SHAPES = tuple(
    (re.compile(pattern, re.DOTALL), what)
    for pattern, what in (
        (rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", "a compressed file"),
        (rb".{128}DICM", "a DICOM file"),
        (rb".{257}ustar[\0 ]", "an archive"),
        (rb"\0.{3}ftyp", "a video or an image"),
        (rb".{344}(?:n\+1|ni1)\0", "a NIfTI image"),
        (rb"RIFF.{4}(?:WEBP|WAVE|AVI )", "an image, a sound file or a video"),
        (rb"BM.{4}\0{4}.{4}[\x0c\x28\x6c\x7c]\0", "an image"),
    )
)
_CONTROLS = "[\x00-\x08\x0e-\x1a\x7f-\x84\x86-\x9f\ufffe\uffff]"  # not ESC, ends of lines, nor separators

_SUSPECT = r"^(?:[\r\n]*%PDF-|%!PS|\{\\rtf|GIF8|AT&TFORM|SQLite format|<stata_dta>|\$FL[23]|!BDN|PK)|[\x00-\x08\x0e-\x1a\x7f-\x{84}\x{86}-\x{9f}]"  # quick


def foreign(data: bytes) -> str:
    """What a file is, told by its first bytes; "" where they may be those of a text."""
    for sign, what in _AT_START:
        if data.startswith(sign):
            return what
    if _PDF.search(data[:1040]):
        return "a PDF document"
    return next((what for shape, what in _SHAPES if shape.match(data)), "")


def check_bytes(data: bytes, where: str, code: str = "not-text") -> None:
    """Nothing, where the first bytes of a file may be those of a text.

    Errors:  FormatError `not-text`, with what the file seems to be and where it is; never its content.
    """
    what = foreign(data)
    if what:
        raise not_text(f"the file is {what}", where, code)


def check_text(text: str, where: str, *, wide: bool = False, code: str = "not-text") -> None:
    """Nothing, where characters are those of a text.

    Shape:   `wide`: they were decoded from UTF-16 or UTF-32, in which chance bytes become letters that nobody uses.
    Errors:  FormatError `not-text` for a NUL, or where more than a fifth are control characters.
    """
    if "\0" in text:
        raise not_text("the file contains NUL bytes", where, code)
    if _is_mostly_controls(text) or (wide and _unused(text[:HEAD])):
        raise not_text("the file contains mostly control characters", where, code)


def is_text(value: str) -> bool:
    """Whether a value may be scanned as text: it is no file that was put into a cell."""
    if foreign(value[:1040].encode("latin-1", "replace")):
        return False
    return not _is_mostly_controls(value)


def _is_mostly_controls(text: str) -> bool:
    return len(text) > FEW and len(re.findall(_CONTROLS, text)) > max(FEW, MOST_CONTROLS * len(text))


def _unused(text: str) -> bool:
    """Whether many characters have no meaning in Unicode, or are private."""
    odd = sum(unicodedata.category(char) in ("Cn", "Co") for char in text)
    return odd > MOST_CONTROLS * len(text)


def not_text(what: str, where: str, code: str) -> FormatError:
    return FormatError(
        code,
        f"not a text file: {what}",
        where=where,
        hint="convert it to text first, or set `encoding:` if it is text in an unusual encoding",
    )


def files_among(values: pa.Array) -> pa.BooleanArray | None:
    """The values that are files put into a cell; None where there is none. Shape: n texts -> n."""
    seen = pc.fill_null(pc.match_substring_regex(values, _SUSPECT), fill_value=False)
    places = pc.indices_nonzero(seen)
    files = [
        place
        for place, value in zip(places.to_pylist(), values.take(places).to_pylist(), strict=True)
        if not is_text(value)
    ]
    return pc.is_in(pa.array(range(len(values)), pa.int64()), pa.array(files, pa.int64())) if files else None
