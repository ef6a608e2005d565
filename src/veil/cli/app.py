"""The command line: all commands, and the only place where an error becomes a line and an exit code."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from veil.cli import (
    audit,
    cleared_commands,
    evaluate,
    importing,
    keyring,
    lint,
    project,
    reversal,
    risk,
    scan,
    serve,
    text,
    trace,
)
from veil.cli.groups import Commands
from veil.cli.screen import OUTPUT, add_quiet
from veil.errors import Error, place_of
from veil.extras import extra_of, install
from veil.memory import late_to_collect, slow_to_purge

app = typer.Typer(
    name="veil",
    cls=Commands,
    help="Share health data without sharing the people in it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
project.add_to(app)
text.add_to(app)
evaluate.add_to(app)
reversal.add_to(app)
lint.add_to(app)
risk.add_to(app)
scan.add_to(app)
trace.add_to(app)
app.add_typer(keyring.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(importing.app, name="import")
app.add_typer(serve.app, name="serve")
cleared_commands.add_to(app)
add_quiet(app)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"veil {version('veil-deid')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and exit")
    ] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="print errors and warnings only")] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", help="show the traceback of an internal error, if the project says `synthetic: true`"),
    ] = False,
) -> None:
    """Share health data without sharing the people in it."""
    OUTPUT.quiet = quiet
    OUTPUT.debug = debug
    OUTPUT.synthetic = False


def main() -> None:
    """Run the command line. An error is one line on stderr and an exit code; it never contains a value of the data."""
    slow_to_purge()
    late_to_collect()
    try:
        app()
    except Error as error:
        typer.echo(f"veil: {error.line()}", err=True)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        _say_missing(error)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(130)
    except Exception as error:  # noqa: BLE001  the text of a foreign error may contain a value: only type and place are shown
        _say_internal(error)


def _say_missing(error: ModuleNotFoundError) -> None:
    """What to install, where a library of an extra is missing that no command looked for before it began."""
    extra = extra_of(error.name)
    if not extra:
        _say_internal(error)
    typer.echo(f"veil: [extra-missing] a library is not installed: {error.name} ({install(extra)})", err=True)
    sys.exit(5)


def _say_internal(error: Exception) -> None:
    """Report an unexpected error and exit 70; with its traceback only if asked for and the data is declared synthetic."""
    typer.echo(
        f"veil: [internal] unexpected error: {type(error).__name__} in {place_of(error)} "
        "(please report this line; it contains no data)",
        err=True,
    )
    if OUTPUT.debug and OUTPUT.synthetic:
        import traceback

        traceback.print_exception(error)
    elif OUTPUT.debug:
        typer.echo(
            "veil: no traceback, because it may contain data; --debug needs `synthetic: true` in the project", err=True
        )
    sys.exit(70)
