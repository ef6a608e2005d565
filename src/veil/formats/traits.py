"""Traits: what a format says of itself, so that nobody outside needs to know its name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING

from veil.formats.addresses import COLUMN, Grammar

if TYPE_CHECKING:
    from pydantic import BaseModel

GIVEN, ENCODED, DELIMITED, SHEETED = (
    f"veil.formats.stated_settings:{name}" for name in ("Given", "Encoded", "Delimited", "Sheeted")
)


class Kind(StrEnum):
    """What a file of a format is."""

    TABLE = "table"  # rows and columns
    RECORDS = "records"  # trees of one shape or many
    NOTES = "notes"  # free text
    PAGES = "pages"  # text and images with places


@dataclass(frozen=True, slots=True)
class Traits:
    """What a format says of itself.

    Shape:   `endings` of file names, with their dot, in lower case. `usual`: the rules of addresses that a project need
             not name, as (address, treatment). `given`: the model of what a project may state, or where it is defined.
    """

    kind: Kind
    endings: tuple[str, ...] = ()
    grammar: Grammar = COLUMN
    given: str | type[BaseModel] = GIVEN
    usual: tuple[tuple[str, str], ...] = ()
    standard: str = (
        ""  # the published standard whose rules treat what a project does not: a module of `veil.policy.standards`
    )
    typed: bool = False  # cells have types, and the format tells its schema (`Typed`)
    many_files: bool = False  # a unit of work holds many whole files, each a row
    joins: bool = True  # the side files of a file's parts are joined in order
    items: bool = False  # a file holds several tables, each named within it
    stored: bool = False  # its tables lie in a database, not in files
    opens: bool = False  # its documents can be opened inside a value
    reversible: bool = False  # tables that can be brought back exactly (`TwoWay`)
    heads: int = 0  # rows above the first record, as a person counts them
    exact: bool = False  # a file that gets no edits is written back byte for byte
    fixed: bool = False  # some of its values have a width, which new ones must fit
    leaves_out: bool = False  # single rows can be left out when it is read (`Part.without`)
    begins: tuple[bytes, ...] = ()  # how its files begin, where the name does not tell the format
    key: bytes = b""  # what a record of it states near its beginning, where files of records bear another format's name
    tells_subjects: bool = False  # it says whose each row is (`Batch.owners`), where a project does not
    passes_broken: bool = False  # rows that cannot be parsed can be passed over (the setting `broken`)

    @property
    def model(self) -> type[BaseModel]:
        """The model of what a project may state; a run over loose texts never loads it."""
        if not isinstance(self.given, str):
            return self.given
        module, _, name = self.given.partition(":")
        found: type[BaseModel] = getattr(import_module(module), name)
        return found

    @property
    def is_table(self) -> bool:
        return self.kind is Kind.TABLE

    @property
    def is_table_file(self) -> bool:
        """Whether each file is one table: neither a sheet of a workbook nor a table of a database."""
        return self.is_table and not self.items and not self.stored
