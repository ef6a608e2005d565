"""Stated settings: what a project may state of the files of a source, as models; loaded when a project is read."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Given(BaseModel):
    """What a project may state of the files of a source; a format's own model adds its fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Encoded(Given):
    """Files of text."""

    encoding: str | None = Field(None, description="the name of the encoding; by default detected from the file")


class Delimited(Encoded):
    """Tables of text."""

    delimiter: str | None = Field(None, max_length=1, description="one character; by default detected from the file")
    quote: str | None = Field(None, max_length=1, description="one character, or none; by default detected")


class Interchanged(Encoded):
    """Interchanges of X12."""

    envelopes: Literal["as-found", "strict"] | None = Field(
        None,
        description="what happens to wrong counts and control numbers: they stay (default), or the file is refused",
    )


class Sheeted(Given):
    """Workbooks."""

    sheet: str | None = Field(None, description="the sheet; by default the one with the table's name")


class Extended(Encoded):
    """Files of resources."""

    extensions: list[str] = Field(
        default_factory=list,
        description="URLs of your own extensions, so that rules can name them; any other unpublished one is dropped",
    )
