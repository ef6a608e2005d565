"""Write: a proposal as the text of a project file, made to be read by a person."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path, PurePosixPath

from veil.discover.date_orders import DATED, DateOrders, date_orders_of
from veil.discover.fact_rows import fact_lines
from veil.discover.kinds import Guess
from veil.discover.propose import SHORTEST, Proposal, born_column, is_cast, pattern_of, rule_text
from veil.discover.survey import SurveyedTable
from veil.errors import PolicyError
from veil.formats.compression import bare
from veil.parts import XML_ENDINGS, kind_of, traits_of
from veil.policy.parse import nearest
from veil.policy.profile import read_profile
from veil.policy.schemas import PACKS

_MOSTLY, _HALF = 0.8, 0.5
_NEEDS_KEY = ("expert", "gdpr-pseudonymised", "safe-harbor", "limited-data-set")


def project_text(proposal: Proposal, beside: Path) -> str:
    """Shape: YAML that `veil run` takes as it stands in the folder `beside`, each column with its evidence beside it."""
    lines = _head(proposal.folder, beside, proposal.profile)
    if proposal.subjects.person:
        lines += [f"person: {proposal.subjects.person[0]}.{proposal.subjects.person[1]}", ""]
    if proposal.tables:
        lines.append("tables:")
        for table in _ordered(proposal):
            lines += _table(proposal, table)
    if proposal.notes:
        lines.append("notes:")
        for name, files in proposal.notes.items():
            lines += _notes(proposal, name, files)
    if proposal.standards:
        lines.append("trees:")
        for name, files in proposal.standards.items():
            taken = [file for other in (proposal.notes, proposal.standards) for own in other.values() for file in own]
            lines += _standard(name, files, {_ending(file) for file in taken if file not in files})
    return "\n".join(lines) + "\n"


def _ending(file: str) -> str:
    return PurePosixPath(bare(file)).suffix.lower()


def _standard(name: str, files: list[str], taken: set[str]) -> list[str]:
    """A source whose every field is treated by the rules of its standard; files of other names are named one by one.

    Shape:   `taken`: endings of files of other sources. Keeps: where all XML is of one standard, it is named by its ending.
    """
    others = [file for file in files if kind_of(file) != name]
    there = [ending for ending in traits_of(name).endings if any(bare(file).lower().endswith(ending) for file in files)]
    there += sorted({ending for ending in map(_ending, others) if ending in XML_ENDINGS and ending not in taken})
    single = [file for file in others if _ending(file) not in there]
    globs = ", ".join(_quoted(glob) for glob in (*(f"*{ending}" for ending in there), *single))
    return [
        f"  {name}:   # the standard's rules treat every field; what the standard does not have is dropped and counted",
        f"    files: [{globs}]",
        *([f"    format: {name}"] if others else []),
        "    columns: {}   # your own rules go before: `PV1-3: drop`",
    ]


def schema_text(folder: Path, beside: Path, profile: str, schema: str) -> str:
    """A project whose tables follow a schema pack. Errors: PolicyError `schema-unknown`, `profile-unknown`, `input-missing`."""
    if not folder.is_dir():
        raise PolicyError("input-missing", "the folder does not exist", hint="veil init DIR")
    if schema not in PACKS:
        raise PolicyError("schema-unknown", "unknown schema pack", hint=nearest(schema, PACKS))
    read_profile(profile)
    lines = _head(folder, beside, profile)[1:]
    return "\n".join([f"schema: {schema}", *lines]) + "\n"


def _head(folder: Path, beside: Path, profile: str) -> list[str]:
    """The lines above the tables."""
    inside = os.path.relpath(folder, beside)
    lines = [
        "# Proposed by `veil init` from the names and values of the columns; read every line before you run it.",
        f"name: {_quoted(PurePosixPath(inside).name or 'project')}",
        f"profile: {profile}",
    ]
    if profile in _NEEDS_KEY:
        lines.append(_keyring(beside))
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    lines.append(
        f"reference_date: {today}   # ages over 89 are computed for this day; keep it so that later runs give the same ages"
    )
    lines += [f"in: {_quoted(inside)}", "out: release", ""]
    return lines


def _keyring(beside: Path) -> str:
    """The keyring that lies where the project will, if there is one alone; else the name of one to make."""
    there = sorted(path.name for path in beside.glob("*.key"))
    if len(there) == 1:
        return f"keyring: {{file: {_quoted(there[0])}, version: 1}}"
    return "keyring: veil.key          # create it with: veil keys new veil.key"


def _ordered(proposal: Proposal) -> list[SurveyedTable]:
    first = proposal.subjects.person[0] if proposal.subjects.person else ""
    return sorted(
        proposal.tables, key=lambda table: (table.name != first, table.name not in proposal.subjects.direct, table.name)
    )


def _table(proposal: Proposal, table: SurveyedTable) -> list[str]:
    """One table: its files, whose record its rows are, and a rule for each column with its evidence."""
    files, orders = ", ".join(_quoted(file) for file in _files(table.files)), date_orders_of(table)
    lines = [f"  {_quoted(table.name)}:", f"    files: [{files}]", *_subject(proposal, table, orders)]
    if orders.day_first:
        lines.append("    day_first: true          # as its dates show")
    elif unclear := [column for column in orders.unclear if not _is_eight(table, column)]:
        lines.append(f"    # day_first: true        # no evidence in {', '.join(unclear)}: read with the month first")
    if table.failed:
        return [*lines, f"    columns: {{}}   # not read: {table.failed}; a run stops until each column has a rule", ""]
    lines += fact_lines(table)
    lines.append("    columns:")
    width = min(28, max((len(_quoted(column)) for column in table.guesses), default=0) + 1)
    for column, guess in table.guesses.items():
        key = _quoted(column) + ":"
        lines.append(
            f"      {key:<{width}} {_rule(proposal, table, column, orders)}   # {guess.kind}, {guess.sure:.0%}: {_why(guess, table, column, orders)}"
        )
    return [*lines, ""]


def _subject(proposal: Proposal, table: SurveyedTable, orders: DateOrders) -> list[str]:
    """The lines that say whose record the rows are; birth and sex where they are the row's own person's."""
    subjects = proposal.subjects
    own = subjects.direct.get(table.name)
    if own:
        lines = [f"    subject: {_quoted(own)}"]
        born = born_column(table, each_another=table.name in subjects.own)
        lines += [f"    born: {_quoted(born)}"] if born and _is_read(table, born, orders) else []
        sex = next((column for column in table.guesses if column.lower() in ("sex", "gender")), None)
        return lines + ([f"    sex: {_quoted(sex)}"] if sex else [])
    if table.name not in subjects.through:
        return []
    other, column, theirs = subjects.through[table.name]
    if column == theirs:
        return [f"    subject: {{through: {_quoted(other)}, on: {_quoted(column)}}}"]
    return [f"    subject: {_quoted(column)}"]


def _why(guess: Guess, table: SurveyedTable, column: str, orders: DateOrders) -> str:
    if column in orders.mixed:
        return f"{guess.why}; day and month appear in both orders"
    if column in orders.unclear and _is_eight(table, column):
        return f"{guess.why}; nothing shows whether the day or the month is first. If you know, set `day_first:` and `as: {guess.kind}`"
    return guess.why


def _is_eight(table: SurveyedTable, column: str) -> bool:
    """Whether a column has dates of eight digits that begin with the day or the month."""
    return table.signals[column].at("eight") > _HALF


def _is_read(table: SurveyedTable, column: str, orders: DateOrders) -> bool:
    """Whether the dates of a column can be read: no numbers of days, and an order of day and month that the values show."""
    if table.signals[column].at("day_count") > _MOSTLY or column in orders.mixed:
        return False
    return not (column in orders.unclear and _is_eight(table, column))


def _rule(proposal: Proposal, table: SurveyedTable, column: str, orders: DateOrders) -> str:
    subjects, guess, signals = proposal.subjects, table.guesses[column], table.signals[column]
    owned = table.name in subjects.direct or table.name in subjects.through
    if guess.kind in DATED and not (owned and _is_read(table, column, orders)):
        return "drop"
    domain = subjects.domains.get((table.name, column))
    own = table.name == (subjects.person or ("",))[0] and table.name in subjects.own
    whole = is_cast(read_profile(proposal.profile), guess.kind, signals, padded=domain in subjects.padded)
    shown = domain if domain and domain != column.lower() else None
    return rule_text(guess.kind, column, shown, own=own, staff=not owned, whole=whole, short=signals.longest < SHORTEST)


def _files(files: list[str]) -> list[str]:
    """Files at the top by name; a folder of segments as the folder, so that next month's segments belong to it."""
    folders = {str(PurePosixPath(file).parent) for file in files}
    return files if folders == {"."} else sorted(f"{folder}/" for folder in folders)


def _notes(proposal: Proposal, name: str, files: list[str]) -> list[str]:
    inside = all(file.startswith(f"{name}/") for file in files)
    globs = [f"{name}/"] if inside else sorted({f"*{PurePosixPath(file).suffix}" for file in files})
    others = [
        other
        for own in proposal.standards.values()
        for other in own
        if not traits_of(kind_of(other) or "text").standard
    ]
    if any(PurePosixPath(other).match(glob) or other.startswith(glob) for other in others for glob in globs):
        globs = files  # some files of these names are no notes
    kind = kind_of(files[0])
    lines = [f"  {_quoted(name)}:", f"    files: [{', '.join(map(_quoted, globs))}]", f"    format: {kind}"]
    found = pattern_of(proposal, files)
    if found:
        lines.append(f"    subject: {{from: file_name, pattern: {_quoted(found[0])}}}")
    else:
        lines.append("    subject: {from: file}          # each file is treated as a separate patient")
    return [*lines, "    columns:", *(f"      {address}: {rule}" for address, rule in traits_of(kind).usual), ""]


def _quoted(word: str) -> str:
    plain = word.replace("_", "").replace("-", "").replace("/", "").replace(".", "").isalnum() and not word[0].isdigit()
    reserved = word.lower() in ("yes", "no", "true", "false", "on", "off", "null", "n", "y")
    return word if plain and not reserved and word.isascii() else json.dumps(word, ensure_ascii=False)
