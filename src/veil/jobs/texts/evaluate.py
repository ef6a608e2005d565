"""Evaluate: predictions, Veil's own or a file's, against notes that people marked; figures, pages, files."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from veil.errors import PolicyError
from veil.jobs.release.assemble import write_durably
from veil.jobs.texts.find import BATCH, Finder
from veil.measure import read_brat, read_i2b2, read_jsonl
from veil.measure.curate import Gold, LabelMap, curated, demand_known, predicted
from veil.measure.figures import figures_of, tokens
from veil.measure.mistakes import Mistake, mistakes
from veil.measure.notes import Note, NoteMark
from veil.measure.read import BRAT, I2B2, JSONL, Tell, read_gold, read_predictions
from veil.measure.score import Predicted, counts_of
from veil.measure.sheet import Sheet, dropped, sheet_of
from veil.model import Label

WRITTEN = (I2B2, BRAT, JSONL)
PAGE = "veil-errors.html"
OWN = "veil"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Gold and predictions of the same notes, in one order.

    Shape:   `found_by` is `veil` or the format of the predictions; `curate`: what Safe Harbor lets stay counts neither way.
    """

    gold_format: str
    found_by: str
    curate: bool
    gold: list[Note] = field(repr=False)
    marks: list[tuple[Gold, ...]] = field(repr=False)
    predictions: list[Predicted] = field(repr=False)

    def sheets(self) -> list[Sheet]:
        return [
            sheet_of(note.text or "", marks, curate=self.curate)
            for note, marks in zip(self.gold, self.marks, strict=True)
        ]


def compared(
    gold: Path, pred: Path | None, labels: LabelMap, finder: Finder | None, tell: Tell, *, curate: bool
) -> Comparison:
    """Read both sides, or read gold and find.

    Errors:  those of `read_gold` and `read_predictions`; FormatError `gold-label`.
    """
    read = read_gold(gold, tell)
    demand_known(read.notes, labels)
    marks = [curated(note, labels, everything=not curate) for note in read.notes]
    if pred is not None:
        predictions = read_predictions(pred, read.notes, tell)
        found_by, notes = predictions.format, predictions.notes
    else:
        found_by, notes = OWN, _found(finder or Finder(), read.notes, tell)
    return Comparison(
        read.format,
        found_by,
        curate,
        read.notes,
        marks,
        [predicted(note, labels if pred is not None else LabelMap()) for note in notes],
    )


def _found(finder: Finder, notes: Sequence[Note], tell: Tell) -> list[Note]:
    found = []
    for at in range(0, len(notes), BATCH):
        batch = notes[at : at + BATCH]
        for note, spans in zip(batch, finder.find([note.text or "" for note in batch]), strict=True):
            found.append(
                Note(note.id, note.text, tuple(NoteMark(span.start, span.end, span.label.value) for span in spans))
            )
        tell("finding", len(found), len(notes))
    return found


def record_of(comparison: Comparison, draws: int, tell: Tell) -> dict[str, Any]:
    """The value-free record of an evaluation: versions, counts, figures; of a note its position alone.

    Shape:   `every_tag`: token figures with nothing curated away, beside `figures`, which are Philter's "corrected" ones.
    """
    counts, sheets = [], comparison.sheets()
    for number, (sheet, pairs) in enumerate(zip(sheets, comparison.predictions, strict=True), 1):
        counts.append(counts_of(sheet, pairs))
        tell("comparing", number, len(comparison.gold))
    return {
        "veil": version("veil-deid"),
        "gold": {
            "format": comparison.gold_format,
            "notes": len(comparison.gold),
            "characters": sum(len(note.text or "") for note in comparison.gold),
            "spans": sum(len(marks) for marks in comparison.marks),
        },
        "found_by": comparison.found_by,
        "curated": comparison.curate,
        "dropped": dropped(sheets),
        "draws": draws,
        "figures": figures_of(counts, draws),
        "every_tag": _every_tag(comparison),
    }


def _every_tag(comparison: Comparison) -> dict[str, Any]:
    total = sum(
        counts_of(sheet_of(note.text or "", _all_counting(marks), curate=False), pairs).sum(axis=0)
        for note, marks, pairs in zip(comparison.gold, comparison.marks, comparison.predictions, strict=True)
    )
    return tokens(total)


def _all_counting(marks: Sequence[Gold]) -> list[Gold]:
    return [mark._replace(counts=mark.label is not None) for mark in marks]


def write_marks(comparison: Comparison, folder: Path, form: str) -> None:
    """The predictions as annotations of the same notes, in a new folder; it holds the text of the notes.

    Keeps:   modes 0700 and 0600. A mark without a label is written as ID, "any other", where the format needs a word.
    Errors:  PolicyError `note-name` (an id that is no file name); FormatError `xml-character`. Then nothing is written.
    """
    notes = [_worded(note, pairs, form) for note, pairs in zip(comparison.gold, comparison.predictions, strict=True)]
    files = _files(notes, form)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text.encode())


def _worded(note: Note, pairs: Predicted, form: str) -> Note:
    nothing = None if form == JSONL else Label.ID.value
    marks = dict.fromkeys(NoteMark(mark.start, mark.end, label.value if label else nothing) for mark, label in pairs)
    return Note(note.id, note.text, tuple(marks))


def _files(notes: list[Note], form: str) -> dict[str, str]:
    if form == JSONL:
        return {"predictions.jsonl": read_jsonl.written(notes)}
    files = {}
    for number, note in enumerate(notes, 1):
        name, where = _file_name(note.id, f"gold note {number}"), f"gold note {number}"
        if form == I2B2:
            files[f"{name}.xml"] = read_i2b2.written(note, where)
        else:
            files[f"{name}.txt"], files[f"{name}.ann"] = read_brat.written(note)
    return files


def _file_name(identity: str, where: str) -> str:
    """The id, where it is a file name below a folder on every system."""
    pieces = identity.split("/")
    safe = all(
        piece
        and piece[0] != "."
        and piece.strip() == piece
        and piece.isprintable()
        and not set(piece) & set('\\:*?"<>|')
        and len(piece.encode()) < 200
        for piece in pieces
    )
    if not safe:
        raise PolicyError(
            "note-name", "the id of a note cannot be used as a file name", where=where, hint="use --as jsonl"
        )
    return identity


def mistakes_of(comparison: Comparison) -> list[Mistake]:
    """Every leak and every false alarm, with its text."""
    pairs = zip(comparison.sheets(), comparison.predictions, strict=True)
    return [
        mistake for number, (sheet, predicted) in enumerate(pairs, 1) for mistake in mistakes(sheet, predicted, number)
    ]


def errors_page(comparison: Comparison, folder: Path) -> Path:
    """The page of leaks and false alarms in their context: it holds PHI.

    Keeps:   folder 0700 where it is made here, page 0600.
    """
    from veil.reports.mistakes import mistakes_page  # noqa: PLC0415  templates are loaded when a page is made

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_durably(
        folder / PAGE, mistakes_page(mistakes_of(comparison), [note.id for note in comparison.gold]), mode=0o600
    )
    return folder / PAGE


def check_targets(
    read: Sequence[Path | None], page: Path | None, errors: Path | None, write: Path | None, form: str
) -> None:
    """Whether what is asked for can be written, told before the work and not after it.

    Keeps:   nothing is written into what is read; pages with PHI and annotations lie apart.
    Errors:  PolicyError `write-format`, `output-there`, `evaluate-inside`, `folder-missing`.
    """
    _check_apart(errors, "--errors", [*read, write])
    _check_apart(write, "--write", [*read, errors])
    if write is not None and form not in WRITTEN:
        raise PolicyError("write-format", "invalid value for --as", hint="allowed: " + ", ".join(WRITTEN))
    if write is not None and write.exists() and (not write.is_dir() or any(write.iterdir())):
        raise PolicyError("output-there", "the folder of --write is not empty", hint="give a new folder")
    if errors is not None and errors.exists() and not errors.is_dir():
        raise PolicyError(
            "folder-missing", "--errors must be a folder", hint="give a folder; the page is written into it"
        )
    if page is not None and (page.is_dir() or not page.absolute().parent.is_dir()):
        raise PolicyError(
            "folder-missing",
            "the folder of -o does not exist, or -o is a folder",
            hint="create the folder first, and give the name of a file in it",
        )


def _check_apart(target: Path | None, what: str, others: Sequence[Path | None]) -> None:
    for other in others:
        if (
            target is not None
            and other is not None
            and other.resolve() in (target.resolve(), *target.resolve().parents)
        ):
            raise PolicyError(
                "evaluate-inside",
                f"{what} may not be inside a folder that is read or written",
                hint="give a folder elsewhere",
            )
