"""`veil --help` and the help of each command: groups, whole lines, plain words."""

import inspect
import re

import pytest
import typer
from typer.testing import CliRunner

from veil.cli.app import app
from veil.cli.groups import SECTIONS

ROOT = typer.main.get_command(app)
BANNED = re.compile(
    r"\b(told|tells|gainsay|many times|of its kind|none of its|stands|holds|behind|record of acts|way back|looked at|becomes of)\b"
)


def commands(group, prefix=""):
    for name, command in group.commands.items():
        yield f"{prefix}{name}", command
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")


COMMANDS = dict(commands(ROOT))


def shown(*words):
    return CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "80"}).stdout


def test_each_command_is_listed_once_under_a_heading():
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(name for name, command in ROOT.commands.items() if not command.hidden)
    assert len(set(listed)) == len(listed)


def test_the_help_shows_each_command_on_one_full_line():
    lines = shown().splitlines()
    for names in SECTIONS.values():
        for name in names:
            summary = ROOT.commands[name].get_short_help_str(limit=1_000)
            assert summary.endswith((".", ").")), name
            assert [line for line in lines if line.split() == [name, *summary.split()]], f"{name}: {summary}"


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_in_plain_words(name):
    command = COMMANDS[name]
    texts = [command.help or "", *(parameter.help or "" for parameter in command.params)]
    assert texts[0][:1].isupper()
    assert not [text for text in texts if BANNED.search(text)]
    assert all(parameter.help for parameter in command.params if not getattr(parameter, "hidden", False))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command_exits_with_0_and_says_how_to_call_it(name):
    done = CliRunner().invoke(app, [*name.split(), "--help"])
    assert done.exit_code == 0
    assert done.stdout.startswith("Usage:")


def test_shell_completion_knows_the_commands():
    done = CliRunner().invoke(
        app, [], prog_name="veil", env={"_VEIL_COMPLETE": "complete_bash", "COMP_WORDS": "veil des", "COMP_CWORD": "1"}
    )
    assert done.stdout.split() == ["describe"]


def test_options_that_scripts_use_stay():
    for name in ("run", "notes", "test", "verify", "lint", "describe", "scan", "risk", "evaluate"):
        assert "--json" in {word for parameter in COMMANDS[name].params for word in parameter.opts}, name
    for name, command in COMMANDS.items():
        if not hasattr(command, "commands"):
            assert [option for parameter in command.params for option in parameter.opts].count("--quiet") == 1, name


def test_docstrings_of_commands_are_their_help():
    assert inspect.cleandoc(COMMANDS["run"].help).startswith("De-identify a project.")
