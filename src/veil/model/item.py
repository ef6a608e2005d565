"""Item: a thing named within a file, such as a sheet of a workbook."""

from __future__ import annotations

from typing import Self

_BETWEEN = "#"  # as people see it: `book.xlsx#Patients`


class Item(str):
    """The name of what a file holds, as people read it; its file and its own name are fields of it.

    Keeps:   nobody reads the two out of the text: a file may be called `a#b.xlsx`.
    """

    __slots__ = ("inner", "path")

    path: str
    inner: str

    def __new__(cls, path: str, inner: str) -> Self:
        item = super().__new__(cls, f"{path}{_BETWEEN}{inner}")
        item.path, item.inner = path, inner
        return item

    def __reduce__(self) -> tuple[type[Item], tuple[str, str]]:
        return type(self), (self.path, self.inner)


def path_of(name: str) -> str:
    """The file that a name names, or that holds what it names."""
    return name.path if isinstance(name, Item) else name


def inner_of(name: str) -> str:
    """What is named within a file; "" where the whole file is meant."""
    return name.inner if isinstance(name, Item) else ""
