"""Maps: Cleared's reference tables, read once and sealed in the vault, so that old pseudonyms and shifts go on."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from veil.errors import FormatError, LimitError
from veil.importers.cleared import DATE, ID, Cleared, ClearedTable, Step
from veil.importers.hydra import shown
from veil.importers.people import PeopleOfTables
from veil.importers.rules import Notes, sources_of
from veil.keys import Vault, seal_offsets

_MOST_BYTES = 4 << 30
_WHOLE = re.compile(r"\s*\+?(-?)0*(\d+)(?:\.0*)?\s*\Z")
_NOBODY = ("", "nan", "NaN", "None", "<NA>", "NaT")  # what pandas made of an empty id
_IN_DAYS = {"days": 1, "weeks": 7}


@dataclass(slots=True)
class Map:
    """One map of ids: original -> pseudonym, as the run will read the originals."""

    pairs: dict[str, str]
    whole: bool


def read_maps(folder: Path, config: Cleared) -> dict[str, Map]:
    """The maps of ids that a folder holds for a configuration, by uid.

    Keeps:   nothing of an original in an error. Where all originals are whole numbers, `007` is `7`, as pandas had it.
    Errors:  FormatError `map-missing`, `map-columns`, `map-twice`; LimitError `map-large`.
    """
    if not folder.is_dir():
        raise FormatError(
            "map-missing", "the folder of old reference tables does not exist", hint="give the folder with --maps DIR"
        )
    found = {uid: _read_map(folder, uid) for uid in sources_of(config) if (folder / f"{uid}.csv").is_file()}
    if not found and not any((folder / f"{uid}_shift.csv").is_file() for uid in sources_of(config)):
        raise FormatError(
            "map-missing",
            "the folder contains no reference table of this configuration",
            hint="deid_ref.output_config of the last run names it; files are called <uid>.csv",
        )
    return found


def seal(
    folder: Path, config: Cleared, people: PeopleOfTables, maps: dict[str, Map], vault: Vault, notes: Notes
) -> bool:
    """Put maps and shifts into a vault; whether there are shifts.

    Keeps:   doing it twice changes nothing; a pseudonym or shift that the vault holds otherwise is an error, not changed.
    Errors:  KeyringError `vault-taken`; FormatError `map-...`.
    """
    for uid, id_map in maps.items():
        values, codes = (
            pa.array(id_map.pairs.keys(), pa.large_string()),
            pa.array(id_map.pairs.values(), pa.large_string()),
        )
        new = vault.adopt(people.domains[uid], values, codes)
        notes.taken[f"{shown(uid)}: {len(id_map.pairs):,} old pseudonyms are kept ({new:,} are new in the vault)"] = (
            None
        )
        notes.safer[f"{shown(uid)}: old pseudonyms were given in order and still tell it; new ids get random codes"] = (
            None
        )
    for uid in sources_of(config):
        if uid not in maps:
            notes.none[f"{shown(uid)}: no old map; its ids get new pseudonyms"] = None
    days = old_shifts(folder, config, people, maps, notes)
    if days:
        seal_offsets(vault, days)
        notes.taken[f"{len(days):,} old shifts are kept"] = None
    notes.none[
        "delete the old reference tables: they contain originals in clear text, and the vault contains them now"
    ] = None
    return bool(days)


def old_shifts(
    folder: Path, config: Cleared, people: PeopleOfTables, maps: dict[str, Map], notes: Notes
) -> dict[str, int]:
    """Subject -> days, of all maps of shifts whose ids name people.

    Keeps:   a shift was kept under the id as the transformer met it: the original, or its pseudonym where the id was
             replaced before. Where tables differ in that, the dates before the id say which shift goes on.
    """
    unit = config.shift.unit if config.shift is not None else ""
    found: dict[str, int] = {}
    for uid in people.shifts:
        path = folder / f"{uid}_shift.csv"
        if people.shifts[uid] != people.person or not path.is_file():
            continue
        if unit not in _IN_DAYS:
            notes.none[
                f"{shown(uid)}: old shifts in {unit} are not kept: the vault contains days; the key shifts anew"
            ] = None
            continue
        _gather(found, uid, path, config, people, maps, notes, _IN_DAYS[unit])
    return found


def _gather(
    found: dict[str, int],
    uid: str,
    path: Path,
    config: Cleared,
    people: PeopleOfTables,
    maps: dict[str, Map],
    notes: Notes,
    days: int,
) -> None:
    ids = next((id_map for name, id_map in maps.items() if people.domains[name] == people.shifts[uid]), None)
    raw = dict(_rows(path, uid, f"{uid}_shift"))
    whole = ids.whole if ids is not None else all(_WHOLE.match(key) for key in raw)
    shifts = {_canonical(key, whole): _number(shift) * days for key, shift in raw.items() if key not in _NOBODY}
    by_original, by_pseudonym = _met(config, uid)
    if by_pseudonym and ids is None:
        raise FormatError(
            "map-missing",
            "shifts are stored by pseudonym, but the map of these ids is missing",
            where=f"{shown(uid)}.csv",
            hint="--maps needs both files of the last run: the ids and the shifts",
        )
    mine: dict[str, int] = dict(shifts) if by_original else {}
    two = 0
    for original, pseudonym in ids.pairs.items() if by_pseudonym and ids is not None else ():
        if pseudonym in shifts:
            two += original in mine and mine[original] != shifts[pseudonym]
            mine.setdefault(original, shifts[pseudonym])
    zero = sum(1 for shift in mine.values() if not shift)
    if two:
        notes.safer[f"{shown(uid)}: {two:,} ids had two shifts; that of the dates before the id is kept (3)"] = None
    if zero:
        notes.safer[f"{shown(uid)}: {zero:,} ids had a shift of 0, true dates; the key shifts them now (4)"] = None
    found.update({key: shift for key, shift in mine.items() if shift and key not in found})


def _met(config: Cleared, uid: str) -> tuple[bool, bool]:
    """Whether some dates met the ids of their shift as originals, and whether some met them as pseudonyms."""
    orders = [
        _is_behind(step, table)
        for table in config.tables
        for step in table.steps
        if step.method == DATE and step.uid == uid
    ]
    return not all(orders), any(orders)


def _is_behind(date: Step, table: ClearedTable) -> bool:
    before = table.steps[: table.steps.index(date)]
    return any(step.method == ID and step.column == date.key for step in before)


def _read_map(folder: Path, uid: str) -> Map:
    rows = [(key, code) for key, code in _rows(folder / f"{uid}.csv", uid, f"{uid}__deid") if key not in _NOBODY]
    whole = bool(rows) and all(_WHOLE.match(key) for key, _ in rows)
    pairs = {_canonical(key, whole): _canonical(code, whole=True) for key, code in rows}
    if whole and len(pairs) < len(rows):  # `007` and `7` were two
        whole, pairs = False, {key: _canonical(code, whole=True) for key, code in rows}
    if len(pairs) < len(rows) or len(set(pairs.values())) < len(rows):
        raise FormatError(
            "map-twice", "an id or a pseudonym appears twice in a reference table", where=f"{shown(uid)}.csv"
        )
    return Map(pairs, whole)


def _canonical(text: str, whole: bool) -> str:
    match = _WHOLE.match(text) if whole else None
    return match.group(1) + match.group(2) if match else text


def _number(text: str) -> int:
    match = _WHOLE.match(text)
    if match is None or len(match.group(2)) > 6:
        raise FormatError("map-columns", "a shift in a reference table is not a whole number")
    return int(match.group(1) + match.group(2))


def _rows(path: Path, key: str, value: str) -> Iterator[tuple[str, str]]:
    """The two columns of a reference table, as text."""
    wrong = FormatError(
        "map-columns",
        "a reference table is not a CSV file with the columns of its map",
        where=shown(path.name),
        hint="expected: <uid>, <uid>__deid in <uid>.csv; <uid>, <uid>_shift in <uid>_shift.csv",
    )
    if path.stat().st_size > _MOST_BYTES:
        raise LimitError("map-large", "a reference table is larger than 4 GiB", where=shown(path.name))
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            head = next(rows, [])
            if key not in head or value not in head:
                raise wrong
            first, second = head.index(key), head.index(value)
            for row in rows:
                if row:
                    yield row[first], row[second]
    except (OSError, UnicodeDecodeError, csv.Error, IndexError):
        raise wrong from None
