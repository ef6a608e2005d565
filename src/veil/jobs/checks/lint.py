"""Lint: what a project says that a person may not mean, and what the data says against it; nothing is run or written."""

from __future__ import annotations

import dataclasses
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from veil.discover.kinds import identifying
from veil.discover.signals import signals_of
from veil.errors import Error
from veil.formats.base import Part
from veil.jobs.checks.lint_ids import twice_written
from veil.jobs.session import Session, keyring_path, needs, open_session
from veil.jobs.work.day_order import STOP, contradictions
from veil.jobs.work.units import format_of, settings_of
from veil.policy.operators import promised
from veil.policy.plan import SourcePlan
from veil.policy.profile import read_profile
from veil.policy.rules import Apply, Keep, Scan
from veil.stores import is_address

ERROR, WARNING, NOTE = "error", "warning", "note"
RULES = {
    "veil-001": (
        ERROR,
        "the project is invalid: unknown key, column without a rule, missing column or file, invalid condition, cycle ...",
    ),
    "veil-002": (WARNING, "a kept column looks like a direct identifier or a birth date, by its name or its values"),
    "veil-003": (WARNING, "input files do not belong to any source"),
    "veil-004": (WARNING, "the output is in a temporary folder, which other users may read and the system may delete"),
    "veil-005": (ERROR, "the output folder is the input folder or contains it"),
    "veil-006": (WARNING, "dates are shifted but no patient is defined: they will be emptied"),
    "veil-007": (WARNING, "dates are shifted in different units or ranges: intervals between them are not preserved"),
    "veil-008": (
        WARNING,
        "ids of one domain are replaced by different operators or options: tables cannot be joined on them",
    ),
    "veil-009": (WARNING, "the plan needs a keyring, but there is none"),
    "veil-010": (NOTE, "`reference_date` is not set: ages over 89 are computed for the day of the run"),
    "veil-011": (WARNING, "columns without a rule are kept"),
    "veil-012": (NOTE, "text is scanned but no patient is defined: known identifiers are not searched there"),
    "veil-013": (NOTE, "the keyring version is not set: after a key rotation, pseudonyms change"),
    "veil-014": (ERROR, "a column of dates contradicts the day order of its table: the run stops"),
    "veil-015": (WARNING, "a column of dates contradicts the day order of its table: the run empties it"),
    "veil-016": (
        WARNING,
        "ids of one domain differ only by leading zeros, `.0` or an exponent: tables cannot be joined on them",
    ),
}
_OFF = re.compile(r"#\s*noqa:\s*([\w\-, ]+)")
_SAMPLE = 500


@dataclass(frozen=True, slots=True)
class Smell:
    """What was seen: the rule, where it stands (`file:line`), and what it is about; never a value."""

    rule: str
    where: str
    about: str

    @property
    def severity(self) -> str:
        return RULES[self.rule][0]


def lint(path: Path, overrides: list[str] | None = None) -> list[Smell]:
    """What is to be said of a project and its data, in the order of lines.

    Keeps:   a line that ends with `# noqa: veil-002` says that a person has looked; reads the first rows of tables.
    """
    try:
        session = open_session(path, overrides)
        found = list(_smells(session))
    except Error as error:
        found = [Smell("veil-001", error.where or path.name, f"[{error.code}] {error.message}{_hint(error)}")]
    lines = path.read_text(encoding="utf-8-sig", errors="replace").splitlines() if path.is_file() else []
    return sorted(
        (smell for smell in found if not _is_off(smell, path, lines)),
        key=lambda smell: (_line(smell.where), smell.rule, smell.about),
    )


def _hint(error: Error) -> str:
    return f" ({error.hint})" if error.hint else ""


def _line(where: str) -> int:
    number = where.rpartition(":")[2]
    return int(number) if number.isdigit() else 0


def _is_off(smell: Smell, path: Path, lines: list[str]) -> bool:
    number = _line(smell.where)
    if not smell.where.startswith(f"{path.name}:") or not 0 < number <= len(lines):
        return False
    said = _OFF.search(lines[number - 1])
    return said is not None and smell.rule in {word.strip() for word in said.group(1).split(",")}


def _smells(session: Session) -> Iterator[Smell]:
    yield from _of_folders(session)
    yield from _of_keys(session)
    yield from _of_shifts(session)
    yield from _of_domains(session)
    for domain, source, address in twice_written(session):
        where = session.document.at(source.room, source.name, "columns", address)
        yield Smell("veil-016", where, f"{domain}, found in {source.name}.{address}: set `cast: integer` in its rules")
    yield from _of_dates(session)
    for source in session.plan.sources:
        yield from _of_source(session, source)


def _of_dates(session: Session) -> Iterator[Smell]:
    rule = "veil-014" if session.plan.contradiction == STOP else "veil-015"
    for contradiction in contradictions(session.plan, session.inputs):
        source = session.plan.source(contradiction.source)
        yield Smell(
            rule, session.document.at(source.room, source.name, "columns", contradiction.address), contradiction.about
        )


def _of_folders(session: Session) -> Iterator[Smell]:
    at, plan = session.document.at, session.plan
    out = session.out.resolve()
    root = None if is_address(session.project.in_) else (session.folder / session.project.in_).resolve()
    if plan.unclaimed:
        yield Smell("veil-003", at("in"), f"{plan.unclaimed} files")
    if Path(tempfile.gettempdir()).resolve() in out.parents and not session.folder.resolve().is_relative_to(
        tempfile.gettempdir()
    ):
        yield Smell("veil-004", at("out"), "use a private folder")
    if root is not None and (out == root or out in root.parents):
        yield Smell("veil-005", at("out"), "set another `out:`")
    if session.project.reference_date is None:
        yield Smell("veil-010", at(), "for example `reference_date: 2026-06-30`")


def _of_keys(session: Session) -> Iterator[Smell]:
    at = session.document.at
    if not any(needs(session.plan)):
        return
    path = keyring_path(session.project, session.folder)
    if path is None or not path.is_file():
        yield Smell("veil-009", at("keyring"), "run `veil keys new FILE`, then set `keyring: FILE`")
    elif isinstance(session.project.keyring, str):
        yield Smell("veil-013", at("keyring"), "set `keyring: {file: FILE, version: 1}`")


def _applied(session: Session) -> Iterator[tuple[SourcePlan, str, Apply]]:
    for source in session.plan.sources:
        for address, rule in source.rules:
            for case in rule.cases:
                if isinstance(case.treatment, Apply):
                    yield source, address, case.treatment


def _of_shifts(session: Session) -> Iterator[Smell]:
    seen: dict[object, str] = {}
    for source, address, apply in _applied(session):
        moves = promised(apply, session.plan).moves
        if moves is not None:
            key = dataclasses.replace(moves, births=False)
            seen.setdefault(key, f"{source.name}.{address}")
            if seen and key != next(iter(seen)):
                where = session.document.at(source.room, source.name, "columns", address)
                yield Smell("veil-007", where, f"{source.name}.{address} and {next(iter(seen.values()))}")


def _of_domains(session: Session) -> Iterator[Smell]:
    seen: dict[str, tuple[object, str]] = {}
    for source, address, apply in _applied(session):
        if promised(apply, session.plan).one_to_one:
            key = (apply.operator, apply.options)
            first, place = seen.setdefault(apply.domain, (key, f"{source.name}.{address}"))
            if first != key:
                where = session.document.at(source.room, source.name, "columns", address)
                yield Smell("veil-008", where, f"{source.name}.{address} and {place}")


def _of_source(session: Session, source: SourcePlan) -> Iterator[Smell]:
    at = session.document.at
    treatments = [case.treatment for _, rule in source.rules for case in rule.cases]
    if source.subject.how == "none":
        if any(isinstance(treatment, Apply) and promised(treatment, session.plan).moves for treatment in treatments):
            yield Smell("veil-006", at(source.room, source.name), f"set `subject:` for {source.name}")
        if any(isinstance(treatment, Scan) for treatment in treatments):
            yield Smell("veil-012", at(source.room, source.name), f"set `subject:` for {source.name}")
    if source.unlisted == "keep":
        yield Smell("veil-011", at(source.room, source.name, "unlisted"), source.name)
    if source.traits.is_table:
        yield from _looks(session, source)


def _looks(session: Session, source: SourcePlan) -> Iterator[Smell]:
    """Kept columns whose name or first values say what no release may show; a rule with a `reason:` may keep a number."""
    kept = {
        address: rule for address, rule in source.rules if any(isinstance(case.treatment, Keep) for case in rule.cases)
    }
    path = source.files[0].path
    batch = next(
        format_of(source).read(session.inputs.of(source.place), Part((path,)), settings_of(source, path)), None
    )
    may_stay = {
        kind for kind, rule in read_profile(session.project.profile, session.folder).kinds.items() if rule == "keep"
    }
    for field in batch.fields if batch is not None else ():
        if field.address in kept:
            signals = signals_of(field.values.slice(0, _SAMPLE).to_pylist())
            seems = identifying(field.address, signals, source.name)
            explained = seems is not None and seems.kind == "id" and kept[field.address].reason
            if seems is not None and seems.kind not in may_stay and not explained:
                where = session.document.at(source.room, source.name, "columns", field.address)
                yield Smell("veil-002", where, f"{source.name}.{field.address} looks like {seems.kind}: {seems.why}")
