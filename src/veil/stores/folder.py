"""Folder: files on this machine."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from veil.model import path_of

LITTER = ("__MACOSX", ".")


@dataclass(frozen=True, slots=True)
class FolderStore:
    """A folder of files; names are relative to it, with slashes."""

    path: Path

    @property
    def kind(self) -> str:
        return ""

    def names(self, *own_folders: Path) -> list[str]:
        return data_files(self.path, *own_folders)

    def __truediv__(self, name: str) -> Path:
        return self.path / path_of(name)

    def notices(self, name: str) -> tuple[str, ...]:
        del name
        return ()

    def size(self, name: str) -> int:
        return self._file(name).stat().st_size

    def stamp(self, name: str) -> str:
        seen = self._file(name).stat()
        return f"{seen.st_size}:{seen.st_mtime_ns}"

    def digest(self, name: str) -> str:
        return file_digest(self._file(name))

    def _file(self, name: str) -> Path:
        """The file of a name, or the one that holds what it names."""
        return self / name


def data_files(root: Path, *own_folders: Path) -> list[str]:
    """All files below a folder by relative name, litter (`__MACOSX`, dot files) left out, sorted.

    Keeps:   a folder of ours within the input (the output, the private folder) is no input of the next run.
    """
    found = []
    whole = root.resolve()
    own = [path.resolve().relative_to(whole) for path in own_folders if whole in path.resolve().parents]
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if any(folder in relative.parents for folder in own):
            continue
        if path.is_file() and not path.is_symlink() and not any(piece.startswith(LITTER) for piece in relative.parts):
            found.append(relative.as_posix())
    return found


def file_digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
