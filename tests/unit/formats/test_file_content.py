"""What a file is, whatever its name says."""

import bz2
import gzip
import io
import lzma
import random
import sqlite3
import struct
import zipfile
import zlib

import pytest

from veil.errors import FormatError
from veil.formats.encodings import encoding_of, read_text
from veil.formats.file_content import foreign, is_text

NOTE = "Patient Orla Quennell, MRN 00418812, was seen on 12/04/2012.\nPhone (212) 555-0147.\n"


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("word/document.xml", f"<w:t>{NOTE}</w:t>")
    return file.getvalue()


def document():
    stream = zlib.compress(f"BT ({NOTE}) Tj ET".encode())
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Length 99 >>\nstream\n" + stream + b"\nendstream\nxref\n0 6\n0000000010 65535 f\n%%EOF"
    )


def database():
    line = sqlite3.connect(":memory:")
    line.execute("CREATE TABLE t (a TEXT)")
    return line.serialize()


FOREIGN = {
    "docx": archive(),
    "pdf": document(),
    "pdf behind a blank line": b"\r\n" + document(),
    "gzip": gzip.compress(NOTE.encode()),
    "bzip2": bz2.compress(NOTE.encode()),
    "xz": lzma.compress(NOTE.encode()),
    "sqlite": database(),
    "rtf": b"{\\rtf1\\ansi " + NOTE.encode() + b"}",
    "ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + NOTE.encode("utf-16-le"),
    "png": b"\x89PNG\r\n\x1a\n" + NOTE.encode(),
    "jpeg": b"\xff\xd8\xff\xe0" + NOTE.encode(),
    "gif": b"GIF89a" + NOTE.encode(),
    "tiff": b"II*\0" + NOTE.encode(),
    "dicom": bytes(128) + b"DICM" + NOTE.encode(),
    "dicom with a preamble": b"x" * 128 + b"DICM" + NOTE.encode(),
    "parquet": b"PAR1\x15\x04" + NOTE.encode(),
    "tar": NOTE.encode().ljust(257, b" ") + b"ustar\x0000" + bytes(40),
    "postscript": b"%!PS-Adobe-3.0\n(" + NOTE.encode() + b") show",
    "a NUL in a note": NOTE.encode() + b"\0" + NOTE.encode(),
    "a bitmap": b"BM" + struct.pack("<IHHII", 99, 0, 0, 54, 40) + NOTE.encode(),
    "a program": b"\x7fELF" + NOTE.encode(),
    "chance": random.Random(3).randbytes(4096),
    "controls": bytes(range(1, 9)) * 40,
    "zeros": bytes(4096),
    "a short piece of a stream": b"\x01\x02\x03\x04ab\x05\x06" * 15,
    "utf-16 of no letters": b"\xff\xfe" + random.Random(5).randbytes(300).replace(b"\xd8", b"\xe1"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_is_not_text_is_refused_without_a_word_of_it(name):
    data = FOREIGN[name]
    with pytest.raises(FormatError) as told:
        read_text(data, encoding_of(data), "file 1")
    assert told.value.code in ("not-text", "encoding-broken")
    assert not any(word in str(told.value) for word in ("Quennell", "00418812", "555"))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1"]
)
def test_text_in_any_usual_encoding_is_read(encoding):
    data = f"{NOTE}M\u00fcller, caf\u00e9.\n".encode(encoding)
    assert read_text(data, encoding_of(data)).lstrip("\ufeff") == f"{NOTE}M\u00fcller, caf\u00e9.\n"


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        "",
        "\n",
        "x",
        "\x0cpage 2\x0cpage 3",
        "\x1b[1mbold\x1b[0m Orla",
        "PAR1 receptor, BMI 32, GIF, ID3 sound",
        "a\x08a_ overstruck text",
        "BM 128\n" + "x" * 200,
        "The file %PDF-1.4 was opened",
        "RIFF of notes",
        "\x0bMSH|^~\\&|A\rPID|1\r\x1c\r",
        "\u4e2d\u6587" * 30,
        "II* of III",
    ],
)
def test_a_text_stays_a_text(text):
    data = text.encode()
    assert foreign(data) == ""
    assert read_text(data, encoding_of(data)) == text
    assert is_text(text)


def test_a_cell_that_holds_a_file_is_known():
    for name in ("docx", "pdf", "rtf", "gzip", "png", "controls"):
        assert not is_text(FOREIGN[name].decode("latin-1")), name
