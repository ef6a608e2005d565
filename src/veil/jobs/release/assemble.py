"""Assemble: side files become the output, whole and at once, with the manifest beside them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from veil.errors import LeakError, PolicyError
from veil.formats.base import Part
from veil.jobs.release.lock import lock
from veil.jobs.release.manifest import Digest, manifest_of
from veil.jobs.release.swap import put_back, swap
from veil.jobs.work.quarantine import STRONG, Quarantined, Spot
from veil.jobs.work.reversal_data import ReversalDataPlace, seal_head
from veil.jobs.work.suppression import check_suppressed
from veil.jobs.work.units import Unit, format_of, settings_of, written_as
from veil.jobs.work.worker import UnitResult, after_settings
from veil.keys import Keys
from veil.policy.plan import Plan
from veil.stores import Inputs, file_digest

MANIFEST = "veil-manifest.json"
REPORT = "veil-report.html"
OURS = (MANIFEST, REPORT, "veil-signatures.jsonl")  # an input of such a name gets another
_LOCK = "lock"


@dataclass(slots=True)
class Outcome:
    """What a run came to.

    Takes:   `out`: the folder of the release; `manifest`: what was done, without values; `quarantined`: label and
             error code of each input that is not in the release
    Shape:   `manifest` is the value-free record; `quarantined` (label, code) are the inputs, or rows of them, that are not
             in the output; the manifest says where they stand.
    """

    out: Path
    manifest: dict[str, Any]
    quarantined: list[tuple[str, str]] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        return 8 if self.quarantined else 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """The side place of a run, next to its output: units done so far, the sealed roster, the salt of names; of one run at a time."""

    folder: Path
    salt: bytes = field(repr=False)
    lock: int

    @property
    def units(self) -> Path:
        return self.folder / "units"

    @property
    def roster(self) -> Path:
        return self.folder / "roster"

    @classmethod
    def open(cls, out: Path, plan: Plan, keys: Keys, cut: str) -> Shelf:
        """The shelf of this plan, key and cut of the work: an earlier one goes on if it is theirs, else it is cleared."""
        if out.exists() and any(out.iterdir()) and not (out / MANIFEST).exists():
            raise PolicyError(
                "output-there",
                "the output folder is not empty and is not a release of Veil",
                hint="set `out:` to another folder",
            )
        folder = out.parent / f".{out.name}.veil"
        lock_file = lock(folder / _LOCK)
        try:
            put_back(out)
            mark = {"plan": plan.digest(), "key": keys.id, "version": keys.version, "cut": cut, "boot": _boot()}
            return cls(folder, _salt(folder, mark) or _cleared(folder, mark, keys), lock_file)
        except BaseException:
            os.close(lock_file)
            raise

    def keep(self, done: Sequence[UnitResult]) -> None:
        """What was done together; not synced, as the side files are not: after a loss of power another boot begins anew."""
        pages = [{field.name: getattr(unit, field.name) for field in dataclasses.fields(unit)} for unit in done]
        write_whole(self.units / f"done{done[0].number:06d}.json", json.dumps(pages, default=dataclasses.asdict))

    def finished(self) -> Iterator[list[UnitResult]]:
        """What was done together and is there as a whole."""
        for path in sorted(self.units.glob("done*.json")):
            done = [_done(page) for page in json.loads(path.read_text())]
            if all((self.units / side).exists() for unit in done for side, _ in unit.files):
                yield done

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Another run may have the place."""
        os.close(self.lock)


def _done(page: dict[str, Any]) -> UnitResult:
    lists = {
        "files": [tuple(pair) for pair in page["files"]],
        "quarantined": [Quarantined.from_json(entry) for entry in page["quarantined"]],
        "weak": [(what, Spot(*spot)) for what, spot in page["weak"]],
    }
    return UnitResult(**{**page, **lists})


def _salt(folder: Path, mark: dict[str, Any]) -> bytes:
    """The salt of an earlier run of this mark, which goes on; none where there is no such run."""
    state = folder / "state.json"
    stated = json.loads(state.read_text()) if state.exists() else {}
    if {key: stated.get(key) for key in mark} != mark:
        return b""
    shutil.rmtree(folder / "roster", ignore_errors=True)
    return bytes.fromhex(stated["salt"])


def _cleared(folder: Path, mark: dict[str, Any], keys: Keys) -> bytes:
    """An empty place for a run of this mark; answers its salt."""
    (folder / "state.json").unlink(missing_ok=True)  # first: what is half cleared belongs to no run
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
    (folder / "units").mkdir(exist_ok=True)
    salt = keys.secret("file names") if keys.id else os.urandom(32)
    write_durably(folder / "state.json", json.dumps({**mark, "salt": salt.hex()}), mode=0o600)
    return salt


def _boot() -> str:
    """Since when the machine is up: side files are not synced, and a loss of power may cut them short unseen."""
    path = Path("/proc/sys/kernel/random/boot_id")
    return path.read_text().strip() if path.exists() else ""


def write_durably(path: Path, text: str, mode: int = 0o644) -> None:
    """The file is there whole after a crash, or not at all."""
    write_whole(path, text, mode, sync=True)


def write_whole(path: Path, text: str, mode: int = 0o644, *, sync: bool = False) -> None:
    """The file is there whole after the end of the process, or not at all."""
    temporary = path.with_suffix(".part")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        if sync:
            os.fsync(file.fileno())
    temporary.replace(path)


def release(
    plan: Plan,
    inputs: Inputs,
    out: Path,
    shelf: Shelf,
    units: list[Unit],
    done: list[UnitResult],
    keys: Keys,
    trail: ReversalDataPlace | None = None,
    anchor: dict[str, Any] | None = None,
    to: Callable[[list[dict[str, Any]]], None] | None = None,
) -> Outcome:
    """Join the side files, write manifest and report, and make the whole visible by one rename.

    Shape:   `to` is told the tables once they are visible, and puts them elsewhere as well.
    """
    fresh = shelf.folder / "release"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    quarantined, weak = numbered(plan, units, done)
    _check_evidence(plan, quarantined, weak)
    finals = _join(plan, shelf, fresh, units, done)
    check_suppressed(plan, fresh, finals, [row for unit in done for row in unit.counts])
    digest_of = cache(inputs.digest)
    outputs = {name: file_digest(fresh / name) for name in sorted(finals)}
    manifest = manifest_of(plan, digest_of, done, outputs, quarantined, weak, keys, dt.datetime.now(tz=dt.UTC))
    tables = _tables(plan, digest_of, finals, outputs, units, done) if trail is not None or to is not None else []
    if trail is not None:
        seal_head(trail, keys, tables, plan)
        manifest["way_back"] = {"run": trail.run}
    if anchor is not None:
        manifest["audit"] = anchor
    write_durably(fresh / MANIFEST, json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    _report(fresh, manifest)
    swap(fresh, out)
    if to is not None:
        to(tables)
    shelf.clear()
    return Outcome(out, manifest, [(entry.what, entry.code) for entry in quarantined])


def _tables(
    plan: Plan,
    digest_of: Digest,
    finals: dict[str, tuple[str, str]],
    outputs: dict[str, str],
    units: list[Unit],
    done: list[UnitResult],
) -> list[dict[str, Any]]:
    """The tables of a release: where each came from, how it is read, and which units made it."""
    found = []
    by_file: dict[tuple[str, str], list[tuple[Unit, UnitResult]]] = {}
    for unit, result in zip(units, done, strict=True):
        by_file.setdefault((unit.source, unit.part.files[0]), []).append((unit, result))
    for final, (name, path) in sorted(finals.items()):
        source = plan.source(name)
        if not source.traits.reversible:
            continue
        own = by_file[name, path]
        settings = settings_of(source, path)
        found.append(
            {
                "source": name,
                "name": final,
                "original": format_of(source).after(path),
                "format": written_as(source),
                "sha256": outputs[final],
                "was": ""
                if any(part.rows_only for _, result in own for part in result.quarantined)
                else digest_of(source.place, path),
                "label": own[0][0].label,
                "settings": after_settings(source, Unit(0, name, 0, Part((path,))), settings),
                "units": [unit.stretch for _, unit in own],
            }
        )
    return found


def _report(fresh: Path, manifest: dict[str, Any]) -> None:
    from veil.reports.run import run_page  # noqa: PLC0415  templates are loaded when a page is made

    write_durably(fresh / REPORT, run_page(manifest))


def _bad_files(units: list[Unit], done: list[UnitResult]) -> set[tuple[str, str]]:
    """Tables of which one part failed: the other parts may not be shown either."""
    return {
        (unit.source, unit.part.files[0])
        for unit, result in zip(units, done, strict=True)
        if any(not part.rows_only for part in result.quarantined) and len(unit.part.files) == 1
    }


def numbered(plan: Plan, units: list[Unit], done: list[UnitResult]) -> tuple[list[Quarantined], list[tuple[str, Spot]]]:
    """What is in quarantine, and weak evidence, with rows counted from the beginning of their files; each file once."""
    whole: dict[str, Quarantined] = {}
    parts: dict[tuple[str, str], Quarantined] = {}
    weak: list[tuple[str, Spot]] = []
    rows: dict[tuple[str, str], int] = {}
    for unit, result in zip(units, done, strict=True):
        place = unit.source, unit.part.files[0]
        first = rows.get(place, plan.source(unit.source).traits.heads + 1)
        rows[place] = first + result.rows
        for part in (part.counted_from(first) for part in result.quarantined):
            if part.rows_only:
                earlier = parts.get((part.what, part.code))
                parts[part.what, part.code] = part if earlier is None else earlier.with_rows(part)
            else:
                whole.setdefault(part.what, part)
        weak += [(what, Spot(spot.row + first if spot.column else 0, spot.column)) for what, spot in result.weak]
    left = [part for part in parts.values() if part.what not in whole]
    return [*whole.values(), *left], [(what, spot) for what, spot in weak if what not in whole]


def _check_evidence(plan: Plan, quarantined: list[Quarantined], weak: list[tuple[str, Spot]]) -> None:
    """Errors: LeakError `evidence-strong`, `evidence-weak`: the project asks that nothing is released then."""
    if plan.on_evidence("weak") == "stop" and weak:
        what, spot = weak[0]
        raise LeakError(
            "evidence-weak",
            f"{len(weak):,} cells contain a short number, a ZIP code or an everyday word that is also an identifier",
            where=", ".join(filter(None, (what, spot.line()))),
            hint="review them, or set `verify: {weak: warn}`",
        )
    found = [entry for entry in quarantined if entry.code in STRONG]
    if plan.on_evidence("strong") == "stop" and found:
        raise LeakError(
            "evidence-strong",
            f"identifiers remain in {len(found):,} files",
            where=found[0].line(),
            hint="see docs/how-to/quarantine.md, or set `verify: {strong: quarantine}`",
        )


def _join(
    plan: Plan, shelf: Shelf, fresh: Path, units: list[Unit], done: list[UnitResult]
) -> dict[str, tuple[str, str]]:
    """Side files in order, those of one input joined. Shape: name -> where it comes from."""
    formats = {source.name: format_of(source) for source in plan.sources}
    bad = _bad_files(units, done)
    seen = dict.fromkeys(OURS, ("", ""))
    sides: dict[str, list[Path]] = {}
    for unit, result in zip(units, done, strict=True):
        whole = not formats[unit.source].traits.joins
        if not whole and (unit.source, unit.part.files[0]) in bad:
            continue
        for side, name in result.files:
            origin = (unit.source, unit.part.files[0] if not whole else f"{unit.number}/{side}")
            sides.setdefault(_free(name, origin, seen), []).append(shelf.units / side)
    for final, pieces in sides.items():
        target = fresh / final
        target.parent.mkdir(parents=True, exist_ok=True)
        format_ = formats[seen[final][0]]
        if format_.is_joined(pieces, final):
            format_.join(pieces, target, final)
        else:
            _place(pieces[0], target)
    return {final: seen[final] for final in sides}


def _free(name: str, origin: tuple[str, str], seen: dict[str, tuple[str, str]]) -> str:
    """The name, or the name with a number where another file already has it."""
    path, number, candidate = Path(name), 1, name
    while seen.get(candidate, origin) != origin:
        number += 1
        candidate = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    seen[candidate] = origin
    return candidate


def _place(side: Path, target: Path) -> None:
    """A hard link where the file system has them, so that a killed join can begin again from whole side files."""
    try:
        os.link(side, target)
    except OSError:
        shutil.copyfile(side, target)
