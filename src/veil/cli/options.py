"""Options and arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ProjectFile = Annotated[Path, typer.Argument(help="the project file", show_default=False)]
Override = Annotated[
    list[str] | None,
    typer.Option("-o", "--override", help="key=value: override a key of the project; may be repeated"),
]
OverrideLong = Annotated[
    list[str] | None,
    typer.Option("--override", help="key=value: override a key of the project; may be repeated"),
]
Workers = Annotated[
    int, typer.Option("-w", "--workers", min=1, help="processes; the output does not depend on the number")
]
PassphraseFile = Annotated[
    Path | None, typer.Option("--passphrase-file", help="a private file whose first line is the passphrase")
]
AsJson = Annotated[bool, typer.Option("--json", help="print the result as JSON; contains no value")]
