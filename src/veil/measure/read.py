"""Read: annotations from a file or a folder, their format told by ending and content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from veil.errors import FormatError, PolicyError
from veil.formats.encodings import decode, encoding_of
from veil.measure import masked, read_brat, read_i2b2, read_jsonl
from veil.measure.notes import Note, checked, unique
from veil.stores import data_files

JSONL, I2B2, BRAT, MASKED = "jsonl", "i2b2", "brat", "masked"
_HINT = "supported: JSON lines, i2b2 XML (.xml), brat (.txt with .ann)"
_WHICH = "notes are matched by id, or by file name without ending"
Tell = Callable[[str, int, int], None]
_ENDINGS = {".jsonl": JSONL, ".ndjson": JSONL, ".json": JSONL, ".xml": I2B2, ".ann": BRAT, ".txt": MASKED}


@dataclass(frozen=True, slots=True)
class Annotated:
    """Shape: `notes` in the order of the file, or of the names of the folder; ids are unique."""

    format: str
    notes: list[Note] = field(repr=False)


def read_gold(path: Path, tell: Tell) -> Annotated:
    """Notes with their text and the marks of people.

    Errors:  PolicyError `input-missing`, `notes-none`; FormatError `annotations-unknown`, `annotations-mixed` and
             those of the formats, with positions and no name.
    """
    kind, files = _files(path, "gold")
    if kind == MASKED:
        raise FormatError(
            "annotations-unknown", "a folder with text only contains no annotations", where="gold", hint=_HINT
        )
    return Annotated(kind, _filled(_read(path, kind, files, "gold", tell, needs_text=True), "gold"))


def read_predictions(path: Path, gold: list[Note], tell: Tell) -> Annotated:
    """The notes of gold with the marks of a program, in the order of gold.

    Errors:  PolicyError `input-missing`, `notes-none`; FormatError `prediction-missing`, `prediction-unknown`,
             `prediction-text` where the two are not of the same notes; those of the formats.
    """
    kind, files = _files(path, "predictions")
    if kind == MASKED:
        read = _read_masked(path, files, gold, tell)
    else:
        read = _filled(_read(path, kind, files, "predictions", tell, needs_text=False), "predictions")
    by_id = {note.id: note for note in read}
    for number, note in enumerate(gold, 1):
        if note.id not in by_id:
            raise FormatError(
                "prediction-missing", "a note of gold has no predictions", where=f"gold note {number}", hint=_WHICH
            )
    if len(by_id) > len(gold):
        known = {note.id for note in gold}
        number = next(number for number, note in enumerate(read, 1) if note.id not in known)
        raise FormatError(
            "prediction-unknown",
            "there are predictions for a note that gold does not have",
            where=f"predictions note {number}",
            hint=_WHICH,
        )
    return Annotated(kind, [_joined(note, by_id[note.id], number) for number, note in enumerate(gold, 1)])


def _joined(gold: Note, predicted: Note, number: int) -> Note:
    if predicted.text is not None and predicted.text != gold.text:
        raise FormatError(
            "prediction-text",
            "the text of the predictions differs from that of gold",
            where=f"gold note {number}",
            hint=_WHICH,
        )
    return checked(Note(gold.id, gold.text, predicted.marks), f"predictions of gold note {number}")


def _files(path: Path, what: str) -> tuple[str, list[str]]:
    """The format, and the files to read by relative name (`.` for a single file)."""
    if not path.exists():
        raise PolicyError("input-missing", f"the {what} do not exist", hint="give an existing file or folder")
    if path.is_file():
        return _kind_of_file(path, what), ["."]
    every = data_files(path)
    kinds = {kind for name in every if (kind := _ENDINGS.get(Path(name).suffix.lower()))}
    if BRAT in kinds:
        kinds.discard(MASKED)
    if not kinds:
        raise FormatError("annotations-unknown", "the folder contains no annotations", where=what, hint=_HINT)
    if len(kinds) > 1:
        raise FormatError("annotations-mixed", "the folder contains several formats", where=what, hint=_HINT)
    kind = kinds.pop()
    ending = {BRAT: MASKED}.get(kind, kind)  # of a brat folder the texts are the notes
    files = [name for name in every if _ENDINGS.get(Path(name).suffix.lower()) == ending]
    return kind, files


def _kind_of_file(path: Path, what: str) -> str:
    with path.open("rb") as file:
        first = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    kind = _ENDINGS.get(path.suffix.lower(), "")
    if kind not in (JSONL, I2B2):
        kind = {b"{": JSONL, b"<": I2B2}.get(first, "")
    if not kind:
        raise FormatError("annotations-unknown", "the format of the file is not supported", where=what, hint=_HINT)
    return kind


def _read(path: Path, kind: str, files: list[str], what: str, tell: Tell, *, needs_text: bool) -> list[Note]:
    found: list[Note] = []
    for number, name in enumerate(files, 1):
        file = path / name if name != "." else path
        where = f"{what} file {number}"
        identity = Path(name).with_suffix("").as_posix() if name != "." else path.stem
        if kind == JSONL:
            found.extend(read_jsonl.read_lines(_text(file, where), where, needs_text=needs_text))
        elif kind == I2B2:
            found.append(read_i2b2.read_note(file.read_bytes(), identity, where))
        else:
            found.append(_pair(file, identity, where))
        tell(f"reading {what}", number, len(files))
    return unique(found, what)


def _pair(file: Path, identity: str, where: str) -> Note:
    annotations = file.with_suffix(".ann")
    if not annotations.is_file():
        raise FormatError(
            "ann-missing",
            "a text file has no .ann file",
            where=where,
            hint="add an empty .ann file if nothing is annotated",
        )
    return read_brat.read_note(_text(file, where), _text(annotations, where), identity, where)


def _read_masked(path: Path, files: list[str], gold: list[Note], tell: Tell) -> list[Note]:
    by_id = {note.id: note for note in gold}
    found = []
    for number, name in enumerate(files, 1):
        identity = Path(name).with_suffix("").as_posix()
        original = by_id.get(identity)
        where = f"predictions file {number}"
        text = original.text or "" if original is not None else ""
        marks = masked.marks_of(text, _text(path / name, where), where) if original is not None else ()
        found.append(Note(identity, None, marks))
        tell("reading predictions", number, len(files))
    return unique(found, "predictions")


def _text(path: Path, where: str) -> str:
    data = path.read_bytes()
    return decode(data, encoding_of(data), where)


def _filled(notes: list[Note], what: str) -> list[Note]:
    if not notes:
        raise PolicyError("notes-none", f"the {what} contain no note", hint=_HINT)
    return notes
