"""Folder: what a model folder holds, and what its labels mean here."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from veil.errors import PartError, PolicyError
from veil.model import Label, label_of

NOTHING = "O"
TABLE = "labels.toml"
WINDOW = 512  # tokens of one run where the folder does not say
_PREFIXES = ("B-", "I-", "E-", "S-", "L-", "U-", "B_", "I_")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder in the layout of the Hugging Face hub.

    Shape:   `labels[i]` is what output i means, None for what is left alone; `begins[i]` whether it opens an entity.
    """

    path: Path
    labels: tuple[Label | None, ...]
    begins: tuple[bool, ...]
    window: int


def read_folder(path: Path) -> ModelFolder:
    """What the folder's `config.json` and, if there is one, its `labels.toml` tell.

    Shape:   `labels.toml` maps the model's labels, with or without their `B-` and `I-`, to labels of Veil; "O" leaves
             one alone.
    Errors:  PartError `model-folder` where a file is missing or not as it should be, `model-label` for a label that
             neither the table nor Veil knows.
    """
    for needed in ("config.json", "tokenizer.json"):
        if not (path / needed).is_file():
            raise PartError(
                "model-folder",
                f"the model folder has no {needed}",
                hint="save the model and its fast tokenizer into this folder",
            )
    config = _read(path / "config.json")
    named = config.get("id2label")
    if not isinstance(named, dict) or sorted(named) != sorted(str(i) for i in range(len(named))):
        raise PartError(
            "model-folder", "config.json has no `id2label` that counts from 0", hint="use a token-classification model"
        )
    table = tomllib.loads((path / TABLE).read_text(encoding="utf-8")) if (path / TABLE).is_file() else {}
    words = [str(named[str(i)]) for i in range(len(named))]
    return ModelFolder(
        path,
        tuple(_meant(word, table) for word in words),
        tuple(word[:2] in {"B-", "B_", "S-", "U-"} for word in words),
        _window(config),
    )


def digest_of_folder(folder: ModelFolder) -> str:
    """A digest of all that a model folder holds: a run that goes on must go on with the same model."""
    digest = hashlib.sha256()
    for path in sorted(file for file in folder.path.rglob("*") if file.is_file()):
        with path.open("rb") as data:
            digest_of_file = hashlib.file_digest(data, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder.path).as_posix()} {digest_of_file}\n".encode())
    return digest.hexdigest()


def _read(path: Path) -> dict[str, Any]:
    try:
        page = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PartError("model-folder", f"{path.name} is not valid JSON", hint="save the model again") from error
    return page if isinstance(page, dict) else {}


def _meant(word: str, table: Mapping[str, Any]) -> Label | None:
    bare = word[2:] if word[:2] in _PREFIXES else word
    said = str(table.get(word, table.get(bare, bare)))
    if said == NOTHING:
        return None
    try:
        return label_of(said)
    except PolicyError as error:
        raise PartError(
            "model-label",
            "the model has an unknown label",
            hint=f'map it to a label in {TABLE}; "O" ignores it',
        ) from error


def _window(config: Mapping[str, Any]) -> int:
    size = config.get("max_position_embeddings", WINDOW)
    offset = 2 if str(config.get("model_type", "")).startswith(("roberta", "xlm-roberta", "camembert")) else 0
    return max(8, min(int(size) - offset, WINDOW))
