"""Reverse: a release brought back to what it came from, as far as its ways lead; an act that is recorded."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from veil.audit import append
from veil.engine.reversibility import KEPT, Undoing, Way
from veil.engine.subjects import somebody
from veil.errors import FormatError, KeyringError, PolicyError
from veil.formats.base import Part
from veil.jobs.audit_events import AUDIT
from veil.jobs.release.assemble import MANIFEST, write_durably
from veil.jobs.release.manifest import version
from veil.jobs.release.swap import put_back, swap
from veil.jobs.session import project_keys, vault_path
from veil.jobs.work.reversal_data import Page, Pages, ReversalDataPlace, Shelved, head_of, missing, reversal_data_path
from veil.keys import Keys, Vault
from veil.model import Batch, Edits, Exact
from veil.parts import part, traits_of
from veil.policy.plugins import check_plugins
from veil.policy.project import Project, private_folder, read_project
from veil.stores import file_digest

RECORD = "veil-reverse.json"


@dataclass(frozen=True, slots=True)
class Reversal:
    """A project whose release is to be brought back.

    Keeps:   asks nothing of the input, which may be gone, and nothing of the rules as they are now: the way of each
             column was sealed when the release was made.
    """

    project: Project
    folder: Path
    manifest: dict[str, Any]

    @property
    def out(self) -> Path:
        return self.folder / self.project.out

    @property
    def private(self) -> Path:
        return private_folder(self.project, self.folder)

    def keys(self, ask: Callable[[], str] | None = None, passphrase_file: Path | None = None) -> Keys:
        """The keys that made the release, the vault of codes open where there is one.

        Errors:  KeyringError `key-other` for another version, `keyring-unnamed`.
        """
        keys = project_keys(self.project, self.folder, ask, passphrase_file)
        stated = self.manifest["key"]
        if stated is None or stated["id"] != keys.id:
            raise KeyringError(
                "key-other",
                "the release was made with another key or key version",
                where=f"version {keys.version}",
                hint="set that key: `keyring: {file: ..., version: 1}`",
            )
        path = vault_path(self.project, self.folder)
        return keys.with_vault(Vault.open(path, keys)) if path.exists() else keys


@dataclass(slots=True)
class Restored:
    """What a reversal came to: the folder, and the value-free record that lies in it."""

    out: Path
    record: dict[str, Any] = field(default_factory=dict)


def open_reversal(path: Path, overrides: list[str] | None = None) -> Reversal:
    """Errors: PolicyError `release-missing`, `way-back-none` (the run kept none)."""
    project, document = read_project(path, overrides)
    place = path.parent / project.out / MANIFEST
    if not place.exists():
        raise PolicyError("release-missing", "this project has no release yet", hint="run `veil run PROJECT` first")
    manifest = json.loads(place.read_text(encoding="utf-8"))
    if "way_back" not in manifest:
        raise PolicyError(
            "way-back-none",
            "this release cannot be reversed: the project turns it off, or no operator in its tables is reversible",
            where=document.at("reversible"),
            hint="set `reversible: true` and run `veil run PROJECT` again",
        )
    check_plugins(manifest["plan"].get("plugins", ()))
    return Reversal(project, path.parent, manifest)


def reverse(reversal: Reversal, keys: Keys, reason: str, target: Path | None = None) -> Restored:
    """Bring back every table of a release into a folder of its own.

    Shape:   `target`: by default OUT.reversed beside the output. Files have their original names, columns and types.
    Keeps:   mode 0700, files 0600: it holds PHI. It appears whole, and only after the act is in the audit record. A table
             of text whose every column comes back has the bytes of its input, or nothing appears.
    Errors:  PolicyError `reverse-target`, `reason-missing`, `release-changed`; KeyringError `trail-missing`; FormatError
             `reverse-differs`; LeakError `audit-broken`.
    """
    if not reason.strip():
        raise PolicyError(
            "reason-missing", "--reason is missing", hint="--reason TEXT; write nothing about a patient in it"
        )
    target = target or reversal.out.parent / f"{reversal.out.name}.reversed"
    put_back(target)
    _check_target(reversal, target)
    path = reversal_data_path(reversal.private, keys)
    if not path.exists():
        raise missing()
    vault = Vault.open(path, keys)
    place = ReversalDataPlace(path, reversal.manifest["way_back"]["run"])
    fresh = target.parent / f".{target.name}.veil"
    try:
        head = head_of(vault, place.kind)
        _check_release(reversal, head)
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True, mode=0o700)
        shelved = Shelved(vault, place.kind)
        tables = [_Table(reversal.out, fresh, file, shelved, keys).restore() for file in head["files"]]
        record = _record(reversal, keys, reason, tables)
        write_durably(fresh / RECORD, json.dumps(record, indent=1, sort_keys=True) + "\n", mode=0o600)
        entry = {key: record[key] for key in ("project", "run", "key", "reason", "rows", "cells")}
        append(reversal.private / AUDIT, "reverse", {**entry, "tables": len(tables)}, keys=keys)
        swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        vault.close()
    return Restored(target, record)


def _check_target(reversal: Reversal, target: Path) -> None:
    own = target.resolve()
    for taken in (reversal.out.resolve(), (reversal.folder / reversal.project.in_).resolve()):
        if own == taken or taken in own.parents or own in taken.parents:
            raise PolicyError(
                "reverse-target",
                "the folder of the reversal may not be inside the input or output folder, or contain them",
                hint="give another folder with -o",
            )
    if target.exists() and (not target.is_dir() or (any(target.iterdir()) and not (target / RECORD).exists())):
        raise PolicyError(
            "reverse-target",
            "the output folder is not empty and was not written by `veil reverse`",
            hint="give another folder with -o",
        )


def _check_release(reversal: Reversal, head: dict[str, Any]) -> None:
    """Every table as the run left it: the sealed cells belong to rows by their number."""
    for file in head["files"]:
        path = reversal.out / file["name"]
        if not path.is_file() or file_digest(path) != file["sha256"]:
            raise PolicyError(
                "release-changed",
                "a table of the release is missing or was changed after the run",
                where=file["label"],
                hint="restore the release",
            )


class _Table:
    """One file of a release on its way back."""

    def __init__(self, out: Path, fresh: Path, file: dict[str, Any], shelved: Shelved, keys: Keys) -> None:
        self._out, self._fresh, self._file = out, fresh, file
        self._ways = {way.address: way for way in map(Way.from_json, file["ways"])}
        self._pages = Pages(
            shelved, [(str(unit), count, first[0] if first else 0) for unit, count, *first in file["units"]]
        )
        self._undoing, self._cells, self._rows = Undoing(keys), Counter[str](), 0

    def restore(self) -> dict[str, Any]:
        """Writes the file; tells what became of each of its columns."""
        kind = part("formats", self._file["format"])()
        settings = self._file["settings"]
        target = self._fresh / self._file["original"]
        target.parent.mkdir(parents=True, exist_ok=True)
        writer = kind.writer(self._fresh, Part((self._file["original"],)), {**settings, "texts": ()})
        try:
            for batch in kind.read(self._out, Part((self._file["name"],)), settings):
                writer.write(batch, self._edits(batch))
                self._rows += batch.height
        finally:
            writer.finish()
        target.chmod(0o600)
        self._check(target)
        columns = [
            {"address": way.address, "told": way.description, "cells": self._cells[way.address]}
            for way in self._ways.values()
        ]
        return {"table": self._file["label"], "rows": self._rows, "columns": columns}

    def _check(self, target: Path) -> None:
        """The bytes of the input, where every column of a table of text comes back."""
        exact = traits_of(self._file["format"]).exact and self._file["was"]  # "" where rows of it are in quarantine
        if exact and all(way.whole for way in self._ways.values()) and file_digest(target) != self._file["was"]:
            raise FormatError(
                "reverse-differs",
                "a reversed table differs from the original: nothing was written",
                where=self._file["label"],
                hint="this is a bug in Veil: please report it",
            )

    def _edits(self, batch: Batch) -> Edits:
        edits, pieces = Edits(), list(self._pieces(batch))
        for address in pieces[0][0] if pieces else ():
            edits.columns[address] = pa.concat_arrays([guesses[address] for guesses, _ in pieces])
            exact = [exacts[address] for _, exacts in pieces]
            edits.exact[address] = Exact(
                pa.concat_arrays([exact.rows for exact in exact]), pa.concat_arrays([exact.cells for exact in exact])
            )
            self._cells[address] += len(edits.columns[address]) - edits.columns[address].null_count
        return edits

    def _pieces(self, batch: Batch) -> Iterator[tuple[dict[str, pa.Array], dict[str, Exact]]]:
        """Guesses and exact cells of each stretch of rows that one page speaks of."""
        at = 0
        for page, start, stop in self._pages.take(batch.height) if batch.height else self._none():
            values = {field.address: field.values.slice(at, stop - start) for field in batch.fields}
            guesses, exacts = self._piece(page, start, stop, values)
            shifted = {address: Exact(pc.add(exact.rows, at), exact.cells) for address, exact in exacts.items()}
            yield guesses, shifted
            at += stop - start

    def _none(self) -> Iterator[tuple[Page, int, int]]:
        page = self._pages.schema_page() if not self._rows else None
        if page is not None:
            yield page, 0, 0

    def _piece(
        self, page: Page, start: int, stop: int, values: dict[str, pa.Array]
    ) -> tuple[dict[str, pa.Array], dict[str, Exact]]:
        guesses: dict[str, pa.Array] = {}
        exacts = {address: exact for address in values if (exact := page.exact(address, start, stop)) is not None}
        subjects, offsets = page.subjects(start, stop), page.offsets(start, stop)
        for way in sorted(self._ways.values(), key=lambda way: way.owned):  # ids first: dates ask them whose they are
            if subjects is None and way.owned:
                subjects = self._subjects(guesses, values)
            if way.address in exacts:
                guesses[way.address] = self._undoing.guess(
                    way, values[way.address], page.taken(way.address, start, stop), subjects, offsets
                )
        return guesses, exacts

    def _subjects(self, guesses: dict[str, pa.Array], values: dict[str, pa.Array]) -> pa.Array | None:
        """The subjects, where a column that has come back tells them."""
        name = self._file["told_by"]
        found = guesses.get(
            name, values.get(name) if self._ways.get(name) and self._ways[name].cases[0].way == KEPT else None
        )
        return None if found is None else somebody(found)


def _record(reversal: Reversal, keys: Keys, reason: str, tables: list[dict[str, Any]]) -> dict[str, Any]:
    manifest = reversal.manifest
    other = [source["name"] for source in manifest["plan"]["sources"] if not traits_of(source["format"]).reversible]
    return {
        "veil": version(),
        "made": dt.datetime.now(tz=dt.UTC).isoformat(timespec="seconds"),
        "project": manifest["project"],
        "run": manifest["way_back"]["run"],
        "key": {"id": keys.id, "version": keys.version},
        "reason": reason.strip(),
        "rows": sum(table["rows"] for table in tables),
        "cells": sum(column["cells"] for table in tables for column in table["columns"]),
        "tables": tables,
        "not_restored": [{"what": name, "why": "free text and documents cannot be reversed"} for name in other]
        + [_not_released(entry) for entry in manifest["quarantined"]],
    }


def _not_released(entry: dict[str, Any]) -> dict[str, Any]:
    """A file in quarantine, or its rows that are. Units: rows as a person counts them in the input."""
    rows = {"rows": [place["row"] for place in entry["places"]]} if entry.get("rows_only") else {}
    return {"what": entry["what"], "why": f"not in the release: {entry['code']}", **rows}
