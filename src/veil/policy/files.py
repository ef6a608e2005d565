"""Which files of the input folder belong to which source, and how each is read."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from veil.errors import Error, PolicyError
from veil.formats.base import Format
from veil.formats.compression import bare
from veil.formats.skipped_rows import BROKEN
from veil.formats.xlsx import sheets
from veil.model import Item
from veil.parts import kind_in, part, traits_of
from veil.policy.formats import Formats, given_of
from veil.policy.plan import FilePlan
from veil.policy.project import SourceSection
from veil.stores import Store


def claimed(
    name: str, source: SourceSection, files: list[str], room: str, kind: str = "", formats: Formats | None = None
) -> list[str]:
    """The files that a source names, or by default the file NAME.* or the folder NAME/; of a database the table NAME."""
    known = formats or Formats()
    globs = [source.files] if isinstance(source.files, str) else source.files
    if kind and traits_of(kind).stored:
        loose = {
            glob.lower() for glob in globs or [name] if glob not in files
        }  # "Visits" is not "visits" where both are there
        return [table for table in files if table in (globs or [name]) or table.lower() in loose]
    if globs:
        return [file for file in files if any(_fits(file, glob) for glob in globs)]
    own = [
        file
        for file in files
        if Path(file).parent == Path() and Path(bare(file)).stem.lower() == name.lower() and known.is_known(file)
    ]
    inside = [file for file in files if file.lower().startswith(f"{name.lower()}/")]
    if room == "notes":
        return inside or own
    return own or inside


def _fits(file: str, glob: str) -> bool:
    if not any(char in glob for char in "*?["):
        folder = glob.removeprefix("./").rstrip("/")
        return folder in ("", ".") or file == folder or file.startswith(folder + "/")
    return bool(_pattern(glob).match(file))


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as an expression: `*` within a name, `**/` any folders or none; without a slash it holds at any depth."""
    glob = glob.removeprefix("./") if "/" in glob.removeprefix("./") else "**/" + glob.removeprefix("./")
    words = {"**/": r"(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]/]+\])", glob)
    expressions = [
        words.get(piece) or (piece.replace("[!", "[^") if piece[:1] == "[" else re.escape(piece)) for piece in pieces
    ]
    return re.compile("".join(expressions) + r"\Z")


def sheets_of(name: str, source: SourceSection, files: list[str], store: Store, where: str) -> list[str]:
    """The sheets of workbooks that a source names, or by default the one of its own name, or the only one.

    Errors:  PolicyError `sheet-missing`, with the number of the file.
    """
    found: list[str] = []
    for number, file in enumerate(files):
        there = sheets(store / file)
        wanted = (source.sheet or name).lower()
        fits = [sheet for sheet in there if sheet.lower() == wanted]
        if not fits and source.sheet is None and len(there) == 1:
            fits = there
        if not fits:
            raise PolicyError(
                "sheet-missing",
                f"a workbook of {name} has no sheet with this name",
                where=f"{where} file {number + 1}",
                hint="set `sheet: NAME`; each sheet is a separate table",
            )
        found.append(Item(file, fits[0]))
    return found


def format_of(
    name: str, source: SourceSection, store: Store, files: list[str], formats: Formats, where: str, stated: str
) -> str:
    """The format a source states, or that its files' endings say, all the same one; of XML the first file says it.

    Shape:   `stated`: where the project states it, as `where` is where the source stands.
    """
    if source.format:
        return formats.named(source.format, stated)
    kinds = {formats.kind_of(file) for file in files}
    if len(kinds) != 1 or "" in kinds:
        raise PolicyError(
            "source-format",
            f"the format of the files of {name} is unknown or not the same for all",
            where=where,
            hint="set `format:`, or select the files with `files:`",
        )
    return kind_in(store / files[0], kinds.pop())


def inspected(
    store: Store, files: list[str], kind: str, source: SourceSection, where: str, *, passes_broken: bool = False
) -> tuple[FilePlan, ...]:
    """Each file with what had to be inferred to read it.

    Errors:  the format's own, with the place of the source and the number of the file, never its name.
    """
    reader: Format = part("formats", kind)()
    stated = {"encoding": source.encoding, "delimiter": source.delimiter, "quote": source.quote, "sheet": source.sheet}
    given = given_of(kind, {key: value for key, value in stated.items() if value is not None}, source.settings, where)
    found, broken = [], {BROKEN: True} if passes_broken else {}
    for number, file in enumerate(files):
        try:
            seen = reader.inspect(store / file, {**given, **broken, "name": file})
        except Error as error:
            raise error.placed(where=f"{where} file {number + 1}") from None
        settings = {**seen.settings, **broken, "addresses": list(seen.addresses)}
        found.append(FilePlan(file, store.size(file), settings))
    return tuple(found)
