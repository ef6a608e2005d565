"""Write: an imported configuration as the text of a project, made to be read by a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from veil.importers.cleared import Cleared, ClearedTable
from veil.importers.columns_without_rule import Look, bare_rule
from veil.importers.faults import faults_in_full, safer
from veil.importers.hydra import shown
from veil.importers.order import in_order, strangers
from veil.importers.people import PeopleOfTables, columns_of, people_of
from veil.importers.rules import Ids, Notes, WrittenRule, ids_of, rules_of
from veil.importers.shifts import shift_options

_JSON = "$.{}"


@dataclass(frozen=True, slots=True)
class ProjectPaths:
    """Where things are, as the project file says them: relative to it.

    Shape:   `moved`: the output goes to another folder than Cleared's, which still holds its files.
    """

    data: str
    out: str
    keyring: str = "veil.key"
    moved: bool = False


@dataclass(slots=True)
class Imported:
    """A project as text, and what there is to say about it."""

    text: str
    notes: Notes
    people: PeopleOfTables
    ids: Mapping[str, Ids] = field(default_factory=dict)


def write_project(
    config: Cleared,
    file: str,
    places: ProjectPaths,
    seen: Look,
    maps: Mapping[str, bool] | None = None,
    *,
    offsets: bool = False,
    sealed: bool = False,
) -> Imported:
    """The project that follows from a configuration.

    Shape:   `seen`: the columns of the data, where it is at hand; `maps`: uid of an old map -> whether its originals are
             whole numbers; `offsets`: old shifts are in the vault; `sealed`: there is a vault, whatever is in it.
    Keeps:   the same configuration gives the same bytes.
    Errors:  PolicyError `import-...`.
    """
    notes, people = Notes(), people_of(config)
    ids = ids_of(config, people, maps or {})
    by_key = {table.key: table for table in config.tables}
    after = {table.key: table.after for table in config.tables}
    order = in_order(after, file)
    for table in config.tables:
        in_order(
            {step.name or f"#{at}": step.after for at, step in enumerate(table.steps)},
            f"{file} tables.{shown(table.key)}",
        )
    _say_what_is_ignored(config, after, notes, sealed=sealed)
    shift = shift_options(config, file, notes)
    lines = _head(config, places, people, shift, vault=bool(maps) or offsets or sealed, offsets=offsets)
    lines.append("trees:" if config.data.format == "json" else "tables:")
    tables = _Tables(config, people, ids, seen, notes)
    for key in order:
        lines += tables.lines(by_key[key])
    _say_what_was_taken(config, people, notes)
    head = [
        f"# Made by `veil import cleared` from {shown(file)}; read every line before you run it.",
        "# Where a line means something safer than it did in Cleared 0.4.11, it says so, with the number of the reason:",
        *faults_in_full(lines),
    ]
    return Imported("\n".join([*head, *lines]) + "\n", notes, people, ids)


def _head(
    config: Cleared,
    places: ProjectPaths,
    people: PeopleOfTables,
    shift: tuple[dict[str, Any], str] | None,
    *,
    vault: bool,
    offsets: bool,
) -> list[str]:
    lines = [
        f"name: {quoted(config.name)}",
        "profile: expert",
        f"keyring: {quoted(places.keyring)}   # create it with: veil keys new {shown(places.keyring)}",
    ]
    if vault:
        lines.append(
            f"vault: {quoted(places.keyring + '.vault')}   # safer: the old maps are in it, sealed; Cleared kept them in clear"
        )
    lines.append(f"in: {quoted(places.data)}")
    lines.append(
        f"out: {quoted(places.out)}   # {safer(10)}"
        + ("; Cleared's own output stays where it is" if places.moved else "")
    )
    if config.skip:
        lines.append(f"missing: skip   # {safer(9)}")
    lines.append(f"unlisted: stop   # {safer(2)}")
    if people.person:
        lines.append(f"person: {quoted(people.person)}   # the ids that name people")
    if offsets:
        lines.append(
            "offsets: vault   # the old shifts are kept; people without one, or with 0, are shifted by the key (4)"
        )
    if shift is not None:
        lines.append(f"options:\n  shift: {flow(shift[0])}   # {shift[1]}")
    return lines


def _say_what_is_ignored(config: Cleared, after: Mapping[str, tuple[str, ...]], notes: Notes, *, sealed: bool) -> None:
    for what in config.data.ignored + config.odd:
        notes.none[f"{what}: Cleared read it and did nothing with it; left out"] = None
    if strangers(after):
        notes.none["depends_on names tables that do not exist: " + ", ".join(map(shown, strangers(after)))] = None
    if config.maps and not sealed:
        notes.none[
            "the old reference tables contain originals in clear text: --maps DIR seals them; then delete the files"
        ] = None
    notes.none["runtime_io_path: the state of a run is in OUT.private, sealed"] = None


def _say_what_was_taken(config: Cleared, people: PeopleOfTables, notes: Notes) -> None:
    steps = [step for table in config.tables for step in table.steps]
    notes.taken[f"{len(config.tables)} tables, {len(steps)} transformers"] = None
    if people.person:
        notes.taken[f"dates move with the person of {people.person}"] = None
    for key in people.lost:
        notes.none[f"{shown(key)}: its dates are shifted by ids that belong to no person; they are dropped"] = None
    others = sorted({uid for uid, domain in people.shifts.items() if domain != people.person})
    if others:
        notes.safer["dates that had shifts of their own move with their person: " + ", ".join(map(shown, others))] = (
            None
        )


class _Tables:
    """Tables of one configuration, written."""

    def __init__(
        self, config: Cleared, people: PeopleOfTables, ids: Mapping[str, Ids], seen: Look, notes: Notes
    ) -> None:
        self._config, self._people, self._ids, self._seen, self._notes = config, people, ids, seen, notes
        self._address = _JSON if config.data.format == "json" else "{}"
        self._named = {
            column: domain for table in config.tables for column, domain in columns_of(table, people).items()
        }

    def lines(self, table: ClearedTable) -> list[str]:
        said = table.after or table.name != table.key
        head = f"  {quoted(table.key)}:" + (f"   # {safer(11)}" if said else "")
        lines = [head, *self._read_as()]
        subject = self._people.subjects.get(table.key)
        if subject:
            lines.append(
                f"    subject: {quoted(self._address.format(subject))}   # whose record a row is; {safer(3).removeprefix('safer: ')}"
            )
        rules = rules_of(table, self._people, self._ids, self._address, self._notes)
        if subject and self._reads_text():
            _make_known(rules)
        bare = self._bare(table, rules)
        if rules or bare:
            lines.append("    columns:")
            for column in dict.fromkeys(
                [
                    *(column for column in self._seen.get(table.key.lower(), {}) if column in rules or column in bare),
                    *rules,
                ]
            ):
                lines += self._rule(column, rules[column]) if column in rules else [bare[column]]
        return lines

    def _reads_text(self) -> bool:
        """Whether some column that passed is text, in which ids of the tables may stand."""
        return any(
            kind in ("text", "document") and not any(step.column == column for step in table.steps)
            for table in self._config.tables
            for column, (kind, _, _) in self._seen.get(table.key.lower(), {}).items()
        )

    def _read_as(self) -> list[str]:
        store = self._config.data
        lines = [f"    format: {store.format}"]
        if store.encoding and store.format == "csv":
            lines.append(f"    encoding: {quoted(store.encoding)}")
        if len(store.separator) == 1 and store.format == "csv":
            lines.append(f"    delimiter: {quoted(store.separator)}")
        return lines

    def _bare(self, table: ClearedTable, rules: Mapping[str, WrittenRule]) -> dict[str, str]:
        """Lines for the columns that no transformer names, where the data is at hand."""
        found = {}
        named = {column: domain for column, domain in self._named.items() if column not in rules}
        for column, seen in self._seen.get(table.key.lower(), {}).items():
            if column in rules:
                continue
            rule, why = bare_rule(seen, column, named, owned=table.key in self._people.subjects)
            if column in named and rule.startswith("{pseudonym"):
                how = self._ids.get(named[column], Ids())
                options = (
                    {"format": "integer", "canonical": "integer"}
                    if how.integer
                    else {"format": "integer"}
                    if how.coded
                    else {}
                )
                rule = flow({"code" if how.coded else "pseudonym": options, "domain": named[column]})
            found[column] = f"      {quoted(column)}: {rule}   # safer (2): {shown(why)}"
        if found:
            self._notes.safer[
                f"{shown(table.key)}: {len(found)} columns had no transformer and passed; each has a rule now: read them"
            ] = None
        elif table.key.lower() not in self._seen:
            self._notes.safer[
                f"{shown(table.key)}: columns without a transformer passed; here they stop the run until each has a rule"
            ] = None
        return found

    def _rule(self, column: str, written: WrittenRule) -> list[str]:
        key = f"      {quoted(self._address.format(column))}:"
        if len(written.cases) == 1:
            rule, comment = written.cases[0]
            return [f"{key} {flow(rule)}" + (f"   # {comment}" if comment else "")]
        return [
            key,
            *(f"        - {flow(rule)}" + (f"   # {comment}" if comment else "") for rule, comment in written.cases),
        ]


def _make_known(rules: Mapping[str, WrittenRule]) -> None:
    """Ids of every row are sought in their person's text."""
    for written in rules.values():
        rule, _ = written.cases[0]
        if len(written.cases) == 1 and isinstance(rule, dict) and ("pseudonym" in rule or "code" in rule):
            rule["known"] = True


def flow(value: Any) -> str:
    """A rule on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value) if isinstance(value, str) else str(value)


def quoted(word: str) -> str:
    """A text as YAML writes it: bare where it can be mistaken for nothing else."""
    if re.fullmatch(r"[A-Za-z_][\w./-]*", word, re.ASCII) and yaml.safe_load(word) == word:
        return word
    text: str = yaml.safe_dump(word, default_style='"', width=float("inf"), allow_unicode=False)
    return text.strip()


def out_folder(wished: Path, data: Path) -> tuple[Path, bool]:
    """Where the output goes: where it went, unless other files are there."""
    busy = wished.is_dir() and any(wished.iterdir()) and not (wished / "veil-manifest.json").exists()
    same = wished.resolve() == data.resolve()
    return (wished.with_name(f"{wished.name}-veil"), True) if busy or same else (wished, False)
