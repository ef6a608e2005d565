"""Traits: what a format says of itself, so that nobody outside needs to know its name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from veil.formats.addresses import COLUMN, Grammar


class Kind(StrEnum):
    """What a file of a format is."""

    TABLE = "table"  # rows and columns
    RECORDS = "records"  # trees of one shape or many
    NOTES = "notes"  # free text
    PAGES = "pages"  # text and images with places


class Given(BaseModel):
    """What a project may state of the files of a source; a format's own model adds its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Encoded(Given):
    """Files of text."""

    encoding: str | None = Field(None, description="the name of the encoding; by default found out from the file")


class Delimited(Encoded):
    """Tables of text."""

    delimiter: str | None = Field(None, max_length=1, description="one character; by default found out from the file")
    quote: str | None = Field(None, max_length=1, description="one character, or none; by default found out")


class Sheeted(Given):
    """Workbooks."""

    sheet: str | None = Field(None, description="the sheet; by default the one of the table's name")


@dataclass(frozen=True, slots=True)
class Traits:
    """What a format says of itself.

    Shape:   `endings` of file names, with their dot, in lower case. `usual`: the rules of addresses that a project need
             not name, as (address, treatment).
    """

    kind: Kind
    endings: tuple[str, ...] = ()
    grammar: Grammar = COLUMN
    given: type[Given] = Given
    usual: tuple[tuple[str, str], ...] = ()
    typed: bool = False  # cells have types, and the format tells its schema (`Typed`)
    many_files: bool = False  # a unit of work holds many whole files, each a row
    joins: bool = True  # the side files of a file's parts are joined in order
    items: bool = False  # a file holds several tables, each named within it
    stored: bool = False  # its tables lie in a database, not in files
    opens: bool = False  # its documents can be opened inside a value
    reversible: bool = False  # tables that can be brought back exactly (`TwoWay`)
    heads: int = 0  # rows above the first record, as a person counts them
    exact: bool = False  # a file that gets no edits is written back byte for byte
    leaves_out: bool = False  # single rows can be left out when it is read (`Part.without`)
    passes_broken: bool = False  # rows that cannot be parsed can be passed over (the setting `broken`)

    @property
    def is_table(self) -> bool:
        return self.kind is Kind.TABLE

    @property
    def is_table_file(self) -> bool:
        """Whether each file is one table: neither a sheet of a workbook nor a table of a database."""
        return self.is_table and not self.items and not self.stored
