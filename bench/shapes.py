"""Shapes: small sets of invented people, laid out in the tables of a published standard from its definition."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

DEFINITIONS = Path(__file__).resolve().parents[1] / "tests" / "unit" / "policy" / "definitions"
SHAPES = tuple(sorted(path.stem for path in DEFINITIONS.glob("*.csv")))
RELEASED = "2021-05-01"
_ARROW = {"integer": pa.int64(), "number": pa.float64(), "date": pa.date32(), "datetime": pa.timestamp("us")}
_OF_NOBODY = ("staff_name", "staff_given", "staff_family", "organization")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a definition: `holds` is what it is, `of` is what its ids name."""

    table: str
    name: str
    type: str
    key: bool
    holds: str
    of: str


@dataclass(frozen=True, slots=True)
class Someone:
    """An invented person, with the identifiers that a table or a note may hold."""

    given: str
    middle: str
    family: str
    maiden: str
    sex: str
    born: dt.date
    street: str
    city: str
    county: str
    state: str
    zip: str
    phone: str
    email: str
    mrn: str
    ssn: str


@dataclass(slots=True)
class Shaped:
    """A set as it was made: per table its columns of text, whose each row is, and what must be nowhere in an output."""

    tables: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    owners: dict[str, list[int]] = field(default_factory=dict)
    planted: set[str] = field(default_factory=set)


def definition(shape: str) -> list[Column]:
    """The columns of a published definition, as the tests hold it."""
    with (DEFINITIONS / f"{shape}.csv").open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return [Column(r["table"], r["column"], r["type"], r["key"] == "key", r["holds"], r["of"]) for r in rows]


def shaped(shape: str, people: list[Someone], staff: list[Someone], seed: int = 1, visits: int = 2) -> Shaped:
    """Rows for every table: keys join, each row is of one person, identifiers stand in columns and in text.

    Shape:   a table whose key is the person has a row a person, every other `visits` rows a person.
    """
    made, draw = Shaped(), random.Random(f"{shape}:{seed}")
    by_table: dict[str, list[Column]] = {}
    for column in definition(shape):
        by_table.setdefault(column.table, []).append(column)
    entities = {
        name: number for number, name in enumerate(sorted({c.of for cs in by_table.values() for c in cs if c.of}), 1)
    }
    for table, columns in by_table.items():
        alone = [column.of for column in columns if column.key] == ["person"]
        rows = len(people) * (1 if alone else visits)
        made.owners[table] = [row % len(people) for row in range(rows)]
        cells = _Cells(shape, people, staff, draw, entities, rows)
        seen: dict[str, int] = {}
        made.tables[table] = {}
        for column in columns:
            seen[column.of] = seen.get(column.of, 0) + bool(column.of)
            values = [cells.cell(column, row, seen[column.of] - 1) for row in range(rows)]
            made.tables[table][column.name] = values
            made.planted |= _hunted(column, values)
    for one in people:
        made.planted |= {one.given, one.family, one.street, one.phone, one.email, one.mrn, one.ssn}
    return made


def written(made: Shaped, shape: str, folder: Path, *, typed: bool = False) -> None:
    """The set on disk: CSV, or Parquet with the types of the definition."""
    folder.mkdir(parents=True, exist_ok=True)
    types = {(one.table, one.name): one.type for one in definition(shape)}
    for table, columns in made.tables.items():
        if typed:
            arrays = {name: _typed(values, types[table, name]) for name, values in columns.items()}
            pq.write_table(pa.table(arrays), folder / f"{table}.parquet")
        else:
            with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows(zip(*columns.values(), strict=True))


def invented(count: int, seed: int = 1, born: Callable[[int], dt.date] | None = None) -> list[Someone]:
    """People with names that nobody bears, so that a search for them in an output finds only leaks."""
    draw = random.Random(f"invented:{seed}")

    def word() -> str:
        return (
            "".join(draw.choice("bdfgklmnprtvz") + draw.choice("aeiou") for _ in range(4)).title()
            + "x"
            + draw.choice("qz")
        )

    def digits(count: int) -> str:
        return "".join(draw.choice("123456789") for _ in range(count))

    return [
        Someone(
            given=word(),
            middle=word(),
            family=word(),
            maiden=word(),
            sex="FM"[number % 2],
            born=born(number) if born else dt.date(1950, 1, 1) + dt.timedelta(draw.randrange(15_000)),
            street=f"{digits(4)} {word()} Lane",
            city=word(),
            county=word(),
            state=("OR", "NY", "TX")[number % 3],
            zip=f"97{digits(3)}",
            phone=f"617-5{digits(2)}-{digits(4)}",
            email=f"{word()}@{word()}.example".lower(),
            mrn=f"MR{digits(8)}",
            ssn=f"5{draw.randrange(10, 99)}-{draw.randrange(10, 99)}-{digits(4)}",
        )
        for number in range(count)
    ]


def _hunted(column: Column, values: list[str]) -> set[str]:
    """Values of a column that no release may hold: those made for it alone."""
    names = {
        "given_name",
        "family_name",
        "person_name",
        "staff_name",
        "staff_given",
        "staff_family",
        "organization",
        "number",
        "phone",
        "email",
        "address",
    }
    return {value for value in values if value} if column.holds in names else set()


def _typed(values: list[str], kind: str) -> pa.Array:
    cells = [value or None for value in values]
    if kind == "integer":
        return pa.array([int(one) if one is not None else None for one in cells], pa.int64())
    if kind == "number":
        return pa.array([float(one) if one is not None else None for one in cells], pa.float64())
    if kind == "date":
        return pa.array([dt.date.fromisoformat(one[:10]) if one is not None else None for one in cells], pa.date32())
    if kind == "datetime":
        return pa.array(
            [dt.datetime.fromisoformat(one) if one is not None else None for one in cells], pa.timestamp("us")
        )
    return pa.array(cells, pa.string())


@dataclass(slots=True)
class _Cells:
    """How the cells of a table are made, by what its columns hold and by their types."""

    shape: str
    people: list[Someone]
    staff: list[Someone]
    draw: random.Random
    entities: dict[str, int]
    rows: int
    _days: dict[int, dt.datetime] = field(default_factory=dict)

    def cell(self, column: Column, row: int, again: int) -> str:
        who = self.people[row % len(self.people)]
        if column.holds == "id":
            return self._id(column, row, again)
        if column.holds in _OF_NOBODY:
            return self._of_staff(column, row)
        if column.holds in ("code", "measure", "number", "release", "age", "year", "time", "date_part", "birth_year"):
            return self._plain(column, row, who)
        if column.holds in ("date", "datetime", "birth_date"):
            return self._day(column, row, who)
        return self._personal(column, row, who)

    def _id(self, column: Column, row: int, again: int) -> str:
        """Ids of one kind are one pool; the second id of a kind in a row is another of the same person's, or another person."""
        if column.of == "mrn":
            return self.people[row % len(self.people)].mrn
        pool = len(self.people) if column.of == "person" else max(self.rows, len(self.people))
        at = (row + again * (1 if column.of == "person" else len(self.people))) % pool
        number = self.entities[column.of] * 10_000_000 + 4_000_037 + 17 * at
        if column.type == "integer":
            return str(number)
        if self.shape == "synthea-csv":
            return str(_uuid(self.entities[column.of], at))
        return f"Z{number}"

    def _of_staff(self, column: Column, row: int) -> str:
        one = self.staff[row % len(self.staff)]
        said = {"staff_name": f"{one.family}, {one.given}", "staff_given": one.given, "staff_family": one.family}
        return said.get(column.holds, f"{one.city} General Hospital")

    def _plain(self, column: Column, row: int, who: Someone) -> str:
        if column.holds == "code":
            return self._code(column, row, who)
        numbers = {
            "measure": f"{self.draw.randrange(40, 190) / 2:g}",
            "release": RELEASED,
            "age": str(2026 - who.born.year),
            "year": str(2015 + row % 5),
            "time": f"{8 + row % 12:02d}:15",
            "date_part": str(1 + row % 12),
            "birth_year": str(who.born.year),
        }
        if column.holds == "measure" and column.type == "integer":
            return str(1 + row) if column.key else str(self.draw.randrange(1, 90))
        if column.holds == "number":
            digits = f"{self.draw.randrange(10**9, 9 * 10**9)}"
            return (
                digits
                if column.type in ("integer", "number")
                else (who.ssn if "SSN" in column.name.upper() else f"N{digits}")
            )
        if column.holds == "year" and column.type == "date":
            return f"{numbers['year']}-01-01"
        return numbers[column.holds]

    def _code(self, column: Column, row: int, who: Someone) -> str:
        if column.name == "PARENT_ENTITY_NAME":
            return "CLINICAL_EVENT" if column.table == "LONG_TEXT" else "PERSON"
        if column.type == "integer":
            return str(8000 + row) if column.key else str(8500 + row % 3)
        if column.name.lower() in ("sex", "gender", "sex_c"):
            return who.sex
        return f"C{row}" if column.key else "ABC"[row % 3]

    def _day(self, column: Column, row: int, who: Someone) -> str:
        if column.holds == "birth_date":
            return f"{who.born} 00:00:00" if column.type == "datetime" else str(who.born)
        at = self._days.setdefault(row, dt.datetime(2015, 1, 5, 8, 30) + dt.timedelta(days=self.draw.randrange(1500)))  # noqa: DTZ001  wall time
        return str(at) if column.type == "datetime" else str(at.date())

    def _personal(self, column: Column, row: int, who: Someone) -> str:
        name = column.name.upper()
        if column.holds == "text":
            return self._note(who, row)
        if column.holds in ("zip", "county", "state", "coordinates"):
            return {"zip": who.zip, "county": who.county, "state": who.state, "coordinates": f"44.{9000 + row}"}[
                column.holds
            ]
        nearby = column.table.lower() in ("organizations", "providers", "payers", "clarity_ser", "clarity_dep", "prsnl")
        one = self.staff[row % len(self.staff)] if nearby else who
        given = one.middle if "MIDDLE" in name else one.given
        family = one.maiden if "MAIDEN" in name else one.family
        return {
            "given_name": given,
            "family_name": family,
            "person_name": f"{one.family}, {one.given}",
            "address": one.street,
            "city": one.city,
            "phone": one.phone.replace("-", "") if column.type == "string" and "PRIMARY" in name else one.phone,
            "email": one.email,
        }[column.holds]

    def _note(self, who: Someone, row: int) -> str:
        if row % 3 == 2:
            return "Stable overnight, tolerating diet, plan to continue current treatment."
        return (
            f"Patient {who.given} {who.family}, MRN {who.mrn}, seen for follow-up. Lives at {who.street}. "
            f"Call {who.phone} or write to {who.email}. SSN {who.ssn}."
        )


def _uuid(kind: int, at: int) -> str:
    return f"{kind:08x}-4a1b-4c2d-8e3f-{at * 7919 + 104729:012x}"


def columns_holding(shape: str, *kinds: str) -> Iterator[Column]:
    """The columns of a definition that hold one of these."""
    return (column for column in definition(shape) if column.holds in kinds)
