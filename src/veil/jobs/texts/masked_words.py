"""Masked words: what was masked in notes, by frequency; a sealed list from which a site tunes what it allows."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from veil.errors import KeyringError
from veil.jobs.session import Session
from veil.jobs.texts.protected_page import Row, check_apart, found_rows
from veil.keys import Cost, Keys
from veil.keys.sealed import seal, unseal


class MaskedWord(NamedTuple):
    """What stood in notes, in small letters, and how often it was masked under this label by this detector."""

    times: int
    label: str
    source: str
    word: str


def keep_words(session: Session, keys: Keys, target: Path, passphrase: str, cost: Cost | None = None) -> None:
    """Reads the notes of a session once more and seals the list of what its plan masks in them.

    Keeps:   mode 0600 and encrypted; refused inside the output folder.
    Errors:  PolicyError `protected-inside`, KeyringError `passphrase-missing`.
    """
    check_apart(session, target)
    with tempfile.TemporaryDirectory(prefix="veil-") as folder:
        rows = counted(found_rows(session, keys, Path(folder)))
    seal(target, json.dumps(rows, ensure_ascii=False).encode(), passphrase, cost)


def kept_words(path: Path, passphrase: str) -> list[MaskedWord]:
    """The rows of a sealed list, the most frequent first.

    Errors:  KeyringError `sealed-damaged`, `sealed-passphrase`, `keyring-open`, `keyring-missing`.
    """
    content = unseal(path, passphrase)
    try:
        return [
            MaskedWord(int(count), str(label), str(source), str(word))
            for count, label, source, word in json.loads(content)
        ]
    except (ValueError, TypeError):
        raise KeyringError("sealed-damaged", "not a masked-word list", where=path.name) from None


def counted(rows: Iterable[Row]) -> list[MaskedWord]:
    """Shape: original, result and what was found of each note -> one row for each word, label and detector."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for text, _, found in rows:
        for span in found.spans:
            word = " ".join(text[span.start : span.end].lower().split())
            seen[span.label.value, span.detector, word] += 1
    words = [MaskedWord(count, *key) for key, count in seen.items()]
    return sorted(words, key=lambda row: (-row.times, row.label, row.word, row.source))
