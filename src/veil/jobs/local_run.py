"""Local run: a project done by processes on one machine; the output becomes visible whole, or not at all."""

from __future__ import annotations

import dataclasses
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from veil.errors import Error, FormatError, LimitError, StoreError
from veil.jobs.release.assemble import Outcome, Shelf, release
from veil.jobs.release.publish import Opening, publish
from veil.jobs.work.day_order import check_counted, in_day_order
from veil.jobs.work.first_pass import pass_one
from veil.jobs.work.reversal_data import ReversalDataPlace, pages_there, place_of
from veil.jobs.work.small_files import do_units
from veil.jobs.work.suppression import small_classes
from veil.jobs.work.units import Unit, cut_of, groups_of, units_of
from veil.jobs.work.worker import UnitResult, UnitWorker, WorkerSetting
from veil.keys import Keys
from veil.log import event
from veil.memory import keep_pages
from veil.policy.plan import Plan
from veil.stores import Inputs

Progress = Callable[[str, int, int], None]


def run(
    plan: Plan,
    inputs: Inputs,
    out: Path,
    keys: Keys,
    *,
    workers: int = 1,
    progress: Progress | None = None,
    private: Path | None = None,
    anchor: dict[str, Any] | None = None,
    target: Opening | None = None,
) -> Outcome:
    """De-identify a project.

    Shape:   `progress(stage, done, total)` is told after every unit. `private`: where the sealed way back lies. `anchor`: the
             place of this run in the record of acts, for the manifest. `target`: opens the database that gets the tables
             as well.
    Keeps:   the same bytes from any number of workers; a run that was killed goes on where it was, to the same bytes.
    Errors:  Error of the plan (nothing is visible), FormatError `disk-full`, StoreError (run it again: it goes on where
             it was; `run-going`; `input-changed`: from the beginning), LimitError `worker-gone`. Errors of the data
             quarantine their file.
    """
    keep_pages()
    tell = progress or (lambda *_: None)
    shelf: Shelf | None = None
    try:
        units = units_of(plan, inputs)
        plan = in_day_order(plan, inputs, units)
        cut = cut_of(plan, units, inputs)
        shelf = Shelf.open(out, plan, keys, cut)
        trail = place_of(private or out.parent / f"{out.name}.private", keys, plan, cut)
        tell("reading known identifiers", 0, 1)
        index = pass_one(plan, inputs, shelf.roster, keys, units)
        tell("reading known identifiers", 1, 1)
        vault = keys.vault.path if keys.vault is not None else None
        small = small_classes(plan, inputs, keys, units, index, tell)
        setting = WorkerSetting(plan, keys, index, inputs, shelf.units, vault, shelf.salt, trail, small)
        groups = groups_of(plan, units)
        done = {unit.number: unit for some in _left_whole(shelf, groups, trail, keys) for unit in some}
        left = [group for group in groups if group[0].number not in done]
        for some in _each(setting, left, workers):
            shelf.keep(some)
            for finished in some:
                event("unit", number=finished.number, files=len(finished.files), quarantined=len(finished.quarantined))
                done[finished.number] = finished
            tell("de-identifying", len(done), len(units))
        _check_unchanged(plan, inputs, units, cut)
        check_counted(plan, (row for unit in done.values() for row in unit.counts))
        to = (lambda tables: _published(out, tables, inputs, target, tell)) if target is not None else None
        return release(plan, inputs, out, shelf, units, [done[unit.number] for unit in units], keys, trail, anchor, to)
    except OSError as error:
        raise _disk(error) from None
    finally:
        if shelf is not None:
            shelf.close()


def _published(out: Path, tables: list[dict[str, Any]], inputs: Inputs, target: Opening, tell: Progress) -> None:
    """The tables put where others read them; what was read is let go first, for it may be the same file."""
    inputs.close()
    publish(out, tables, target, tell)


def _check_unchanged(plan: Plan, inputs: Inputs, units: list[Unit], cut: str) -> None:
    """Errors: StoreError `input-changed`: who is who was read from other rows than those that were de-identified."""
    if cut_of(plan, units, inputs) != cut:
        raise StoreError(
            "input-changed",
            "an input changed during the run: no release was written",
            hint="run again when nothing writes to it, or run on a copy",
        )


def _disk(error: OSError) -> Error:
    import errno  # noqa: PLC0415

    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return FormatError(
        "disk-full" if full else "disk",
        f"writing or reading failed ({os.strerror(error.errno or 0)})",
        hint="free disk space and run the same command again: it continues where it stopped"
        if full
        else "check the folders of the project",
    )


def _left_whole(
    shelf: Shelf, groups: list[list[Unit]], trail: ReversalDataPlace | None, keys: Keys
) -> Iterator[list[UnitResult]]:
    """What an earlier run has done of each group, with all of its side files and the last of its pages."""
    finished = list(shelf.finished())
    last = {unit.number: f"{unit.stretch[0]}.{unit.pages - 1}" for some in finished for unit in some if unit.pages}
    there = pages_there(trail, keys, last.values()) if trail is not None else set(last.values())
    lost = {number for number, page in last.items() if page not in there}
    whole = {tuple(unit.number for unit in group) for group in groups}
    for some in finished:
        numbers = tuple(unit.number for unit in some)
        if numbers in whole and lost.isdisjoint(numbers):
            yield some


def _each(setting: WorkerSetting, groups: list[list[Unit]], workers: int) -> Iterator[list[UnitResult]]:
    if workers <= 1 or len(groups) <= 1:
        worker = UnitWorker(setting)
        for group in groups:
            yield do_units(worker, group)
        return
    setting = dataclasses.replace(setting, keys=setting.keys.with_vault(None))  # each worker opens the vault itself
    with ProcessPoolExecutor(min(workers, len(groups)), get_context("spawn"), _begin, (setting,)) as pool:
        waiting: set[Future[list[UnitResult]]] = {pool.submit(_do, group) for group in groups}
        try:
            for future in as_completed(waiting):
                yield future.result()
        except BrokenProcessPool:
            raise LimitError(
                "worker-gone",
                "a worker process was killed, perhaps because memory ran out",
                hint="run the same command again with fewer --workers: it continues where it stopped",
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_worker: list[UnitWorker] = []


def _begin(setting: WorkerSetting) -> None:
    keep_pages()
    threading.Thread(target=_end_with_run, daemon=True).start()
    _worker[:] = [UnitWorker(setting)]


def _end_with_run() -> None:
    """A worker whose run was killed ends too: it would hold keys for ever, and write where the next run of the project writes."""
    run = parent_process()
    if run is not None:
        run.join()
        os._exit(1)


def _do(units: list[Unit]) -> list[UnitResult]:
    return do_units(_worker[0], units)
