"""How `veil --help` reads: the commands in groups, one full line each."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

SECTIONS = {
    "De-identify and check": (
        "init",
        "describe",
        "lint",
        "test",
        "run",
        "notes",
        "verify",
        "reverse",
        "report-verify",
    ),
    "Find and measure": ("find", "scan", "risk", "evaluate", "words"),
    "Keys and audit": ("keys", "audit"),
    "Service": ("serve", "trace"),
    "More": ("import", "synth", "schema"),
}


class Commands(TyperGroup):
    """The commands of `veil`, listed by what a person wants to do."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        del ctx
        for title, names in SECTIONS.items():
            rows = [(name, _summary(self.commands[name])) for name in names]
            with formatter.section(title):
                formatter.write_dl(rows)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        super().format_help(ctx, formatter)
        formatter.write("\nStart here: veil init FOLDER, or veil COMMAND --help.\n")


def _summary(command: Any) -> str:
    """The first sentence of a command's help, never cut."""
    return str(command.get_short_help_str(limit=1_000))
