"""Side lists: small lists beside the data: which person a file is of, what is known, how far dates move."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from veil.errors import FormatError
from veil.formats.encodings import decode, encoding_of


def side_rows(path: Path) -> list[list[str]]:
    """The rows of a CSV or TSV in its own encoding.

    Errors:  FormatError `side-file`, `encoding-broken`; neither holds a value.
    """
    data = path.read_bytes()
    text = decode(data, encoding_of(data), "a side file")
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row]
    except csv.Error:
        raise FormatError(
            "side-file",
            "a list of known values or shifts is not a CSV or TSV file",
            hint="expected: two or three columns of text",
        ) from None
