"""XML roots: which document an XML file is, told by its first element, whatever the file is called."""

from __future__ import annotations

import re
from pathlib import Path

from veil.errors import Error
from veil.formats.compression import opened
from veil.formats.encodings import encoding_of

HEAD = 1 << 16  # bytes within which the first element begins
_ROOT = re.compile(r"<(?:(?P<prefix>[\w.-]+):)?(?P<local>[A-Za-z_][\w.-]*)(?P<attributes>[^>]*)")
_SKIPPED = re.compile(r"<!--.*?-->|<\?.*?\?>", re.DOTALL)


def root_of(path: Path) -> tuple[str, str]:
    """The name space and the local name of the first element; two empty words where there is none, or no file to read."""
    try:
        with opened(path) as file:
            head = file.read(HEAD)
        encoding = encoding_of(head, complete=False)
    except (Error, OSError):
        return "", ""
    text = _SKIPPED.sub("", head[len(encoding.bom) :].decode(encoding.name, "replace"))
    found = _ROOT.search(text)
    if found is None:
        return "", ""
    name = f"xmlns:{found['prefix']}" if found["prefix"] else "xmlns"
    declared = re.search(rf"""\s{re.escape(name)}\s*=\s*["']([^"']*)["']""", found["attributes"])
    return (declared.group(1) if declared else ""), found["local"]
