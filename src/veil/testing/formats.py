"""Laws of a format: no edits, the same bytes; edits change their own cells and nothing else; parts join."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from veil.formats.addresses import EMPTY
from veil.formats.base import Format, Part
from veil.model import Batch, Edits, Field

Same = Callable[[Path, Path], bool]
Change = Callable[[Batch], Edits]
Values = dict[str, list[str | None]]
_NEW = "x"


def same_bytes(before: Path, after: Path) -> bool:
    return before.read_bytes() == after.read_bytes()


def check_format(
    format_: Format,
    path: Path,
    *,
    given: Mapping[str, Any] | None = None,
    same: Same = same_bytes,
    part_bytes: int = 64,
) -> None:
    """Nothing, once every law held for this file.

    Takes:   `format_`: the format to check; `path`: a file of it; `given`: settings that a project states; `same`:
             compares two files, by default their bytes; `part_bytes`: the size of parts into which the file is split
    Shape:   `given`: what a project states of the source; `same`: the format's own equality where it is not bytes.
    Errors:  AssertionError that names the law.
    """
    seen = format_.inspect(path, given or {})
    settings = {**seen.settings, "addresses": list(seen.addresses)}
    with tempfile.TemporaryDirectory(prefix="veil-") as folder:
        trial = _Trial(format_, path, Path(folder), settings)
        whole = trial.rewritten("whole", lambda _: Edits())
        assert same(path, whole), "law 1: a file without edits came back different"
        bounds = format_.split(path, settings, part_bytes)
        if format_.traits.joins and len(bounds) > 1:
            joined = trial.side / "joined"
            joined.write_bytes(b"".join(trial.part(bound) for bound in bounds))
            assert same(path, joined), "law 3: the parts of a file do not join to the whole"
        before = trial.values(path, settings)
        assert set(before) <= set(seen.addresses), "law 2: a field is read that `inspect` does not name"
        if format_.traits.exact:
            assert same_bytes(path, whole), "traits: an `exact` format gives back a file without edits byte for byte"
        trial.check_again(path, before)
        for address in before:
            _check_change(trial, before, address)
        if len(before) > 1:
            _check_removal(trial, before, next(iter(before)))


@dataclass(frozen=True, slots=True)
class _Trial:
    """One file under test, and a folder for its outputs."""

    format: Format
    path: Path
    side: Path
    settings: dict[str, Any]

    def values(self, path: Path, settings: dict[str, Any]) -> Values:
        found: Values = {}
        for batch in self.format.read(path.parent, Part((path.name,)), settings):
            for field in batch.fields:
                if not _is_closed(field):
                    found.setdefault(field.address, []).extend(field.values.to_pylist())
        return found

    def check_again(self, path: Path, values: Values, **settings: Any) -> None:
        """Nothing, where the second reading of a file gives what the first gave."""
        found: Values = {}
        for batch in self.format.reread(path.parent, Part((path.name,)), {**self.settings, **settings}):
            for field in batch.fields:
                if not _is_closed(field):
                    found.setdefault(field.address, []).extend(field.values.to_pylist())
        assert found == values, "law 8: the second reading (`reread`) gives other values than the first"

    def rewritten(self, name: str, change: Change, bound: tuple[int, int] = (0, -1)) -> Path:
        part, folder = Part((self.path.name,), *bound), self.side / name
        folder.mkdir(exist_ok=True)
        writer = self.format.writer(folder, part, self.settings)
        try:
            for batch in self.format.read(self.path.parent, part, self.settings):
                writer.write(batch, change(batch))
        finally:
            writer.finish()
        return folder / self.path.name

    def part(self, bound: tuple[int, int]) -> bytes:
        return self.rewritten(f"part{bound[0]}", lambda _: Edits(), bound).read_bytes()


def _is_closed(field: Field) -> bool:
    """Whether a field stands for objects or lists as a whole: they have a name, and no value to change."""
    return field.address.endswith(EMPTY) or set(field.values.to_pylist()) == {EMPTY}


def _check_change(trial: _Trial, before: Values, address: str) -> None:
    fixed = trial.format.traits.fixed

    def change(batch: Batch) -> Edits:
        field = batch.field(address)
        return (
            Edits()
            if field is None
            else Edits({address: pa.array(_edited(field.values.to_pylist(), fixed=fixed), pa.large_string())})
        )

    changed = trial.rewritten("changed", change)
    after = trial.values(changed, trial.settings)
    trial.check_again(changed, after, output=True)
    for other, values in before.items():
        if other != address:
            assert after.get(other) == values, "law 1: an edit of one field changed another"
    assert after.get(address) == _edited(before[address], fixed=fixed), "law 1: an edited field does not hold its edits"


def _edited(values: list[str | None], *, fixed: bool) -> list[str | None]:
    """Other values. Shape: `fixed`: of the same lengths."""
    return [None if value is None else (value[:-1] if fixed else value) + _NEW for value in values]


def _check_removal(trial: _Trial, before: Values, address: str) -> None:
    removed = trial.rewritten("removed", lambda _: Edits(removed={address}))
    left = [setting for setting in trial.settings["addresses"] if setting != address]
    after = trial.values(removed, {**trial.settings, "addresses": left})
    assert not any(value is not None for value in after.get(address, [])), "law 6: a removed field still stands there"
    for other, values in before.items():
        if other != address:
            assert after.get(other) == values, "law 1: the removal of one field changed another"
