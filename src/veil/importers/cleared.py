"""Cleared: its configuration, read strictly, as the few things that it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from veil.errors import PolicyError
from veil.importers.hydra import compose, shown
from veil.importers.interpolate import interpolated
from veil.operators.cast import KINDS as CASTS
from veil.policy.parse import nearest

ID, DATE, DROP = "IDDeidentifier", "DateTimeDeidentifier", "ColumnDropper"
_NESTED = ("Pipeline", "TablePipeline")
_METHODS = (ID, DATE, DROP, *_NESTED)
UNITS = {
    "shift_by_hours": "hours",
    "shift_by_days": "days",
    "shift_by_weeks": "weeks",
    "shift_by_months": "months",
    "shift_by_years": "years",
    "random_days": "days",
    "random_hours": "hours",
}
_IO = ("io_type", "suffix", "configs")
_STORE = (
    "base_path",
    "file_format",
    "encoding",
    "separator",
    "table_mappings",
    "validation_rules",
    "data_source_type",
    "connection_params",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One transformer: what it does to which column, for which rows; `uid` names its map of ids or shifts."""

    method: str
    column: str
    uid: str = ""
    key: str = ""  # a date's column of ids
    where: str = ""
    cast: str = ""
    name: str = ""
    after: tuple[str, ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class ClearedTable:
    key: str
    name: str
    after: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class ClearedStore:
    """Where files are, and how they are read."""

    path: str = ""
    format: str = "csv"
    encoding: str = ""
    separator: str = ""
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClearedShift:
    unit: str
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Cleared:
    """A whole configuration."""

    name: str
    shift: ClearedShift | None
    data: ClearedStore
    out: ClearedStore
    maps: str
    skip: bool
    tables: tuple[ClearedTable, ...]
    odd: tuple[str, ...] = field(default=())


def read_cleared(
    path: Path, overrides: list[str] | None = None, environment: Mapping[str, str] | None = None
) -> Cleared:
    """The configuration of a file, its imports and overrides.

    Errors:  PolicyError `import-...` with the place in the configuration; a transformer or key that Cleared does not know
             stops here, for nobody knows what it was to do.
    """
    data = interpolated(compose(path, overrides), environment)
    return _config(_Keys(data, path.name, ""))


class _Keys:
    """A mapping of the configuration, and where it stands in it."""

    def __init__(self, data: Any, file: str, place: str) -> None:
        self.file, self.place = file, place
        if data is not None and not isinstance(data, dict):
            raise self.wrong("")
        self.data: dict[str, Any] = data or {}

    def at(self, key: str = "") -> str:
        return f"{self.file} " + shown(".".join(part for part in (self.place, key) if part))

    def wrong(self, key: str) -> PolicyError:
        return PolicyError(
            "import-value", "a value of the configuration has the wrong type", where=self.at(key).strip()
        )

    def only(self, *known: str) -> None:
        for key in self.data:
            if key not in known:
                raise PolicyError("import-key", f"unknown key {shown(key)}", where=self.at(), hint=nearest(key, known))

    def inner(self, key: str) -> _Keys:
        return _Keys(self.data.get(key), self.file, f"{self.place}.{key}" if self.place else key)

    def text(self, key: str, default: str | None = "") -> str:
        value = self.data.get(key)
        if value is None or value == "":
            if default is None:
                raise PolicyError("import-value-missing", f"the key {key} is missing", where=self.at())
            return default
        if isinstance(value, dict | list | bool):
            raise self.wrong(key)
        return str(value)

    def number(self, key: str) -> int | None:
        value = self.data.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.wrong(key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key) or []
        if not isinstance(value, list) or any(isinstance(entry, dict | list) for entry in value):
            raise self.wrong(key)
        return tuple(map(str, value))


def _config(keys: _Keys) -> Cleared:
    keys.only("name", "deid_config", "io", "tables", "skip_missing_tables")
    deid = keys.inner("deid_config")
    deid.only("time_shift", "global_uids")
    odd = ("deid_config.global_uids",) if "global_uids" in deid.data else ()
    if odd and deid.data["global_uids"]:
        raise PolicyError("import-key", "`global_uids` is not empty, but Cleared has no such key", where=deid.at())
    files = keys.inner("io")
    files.only("data", "deid_ref", "runtime_io_path")
    skip = keys.data.get("skip_missing_tables", True)
    if not isinstance(skip, bool):
        raise keys.wrong("skip_missing_tables")
    tables = keys.inner("tables")
    data, out = _pair(files.inner("data"))
    old, _ = _pair(files.inner("deid_ref"))
    return Cleared(
        keys.text("name", None),
        _shift(deid.inner("time_shift")),
        data,
        out,
        old.path,
        skip,
        tuple(_table(key, tables.inner(key)) for key in tables.data),
        odd,
    )


def _shift(keys: _Keys) -> ClearedShift | None:
    if not keys.data:
        return None
    keys.only("method", "min", "max")
    method = keys.text("method", None)
    if method not in UNITS:
        raise PolicyError(
            "import-shift", "unknown method of time_shift", where=keys.at("method"), hint=nearest(method, UNITS)
        )
    return ClearedShift(UNITS[method], keys.number("min"), keys.number("max"))


def _pair(keys: _Keys) -> tuple[ClearedStore, ClearedStore]:
    keys.only("input_config", "output_config")
    return _store(keys.inner("input_config")), _store(keys.inner("output_config"))


def _store(keys: _Keys) -> ClearedStore:
    keys.only(*_IO)
    if not keys.data:
        return ClearedStore()
    if keys.text("io_type", "filesystem") != "filesystem":
        raise PolicyError(
            "import-io",
            "tables of a database cannot be imported yet",
            where=keys.at("io_type"),
            hint="export them as CSV or Parquet; Cleared 0.4.11 could not run this either",
        )
    inner = keys.inner("configs")
    inner.only(*_STORE)
    kind = inner.text("file_format", "csv")
    if kind not in ("csv", "parquet", "json"):
        raise PolicyError(
            "import-format",
            "files of this format are not supported",
            where=inner.at("file_format"),
            hint="save spreadsheets as CSV or Parquet; a pickle can run code and is never opened",
        )
    ignored = tuple(key for key in ("table_mappings", "validation_rules") if inner.data.get(key))
    ignored += ("suffix",) if keys.data.get("suffix") else ()
    separator = inner.text("separator")
    return ClearedStore(inner.text("base_path"), kind, inner.text("encoding"), separator, ignored)


def _table(key: str, keys: _Keys) -> ClearedTable:
    keys.only("name", "depends_on", "transformers")
    return ClearedTable(key, keys.text("name", key), keys.texts("depends_on"), tuple(_steps(keys, "transformers")))


def _steps(keys: _Keys, key: str) -> list[Step]:
    listed = keys.data.get(key) or []
    if not isinstance(listed, list):
        raise keys.wrong(key)
    found: list[Step] = []
    for number, step in enumerate(listed):
        found += _step(_Keys(step, keys.file, f"{keys.place}.{key}[{number}]"))
    return found


def _step(keys: _Keys) -> list[Step]:
    keys.only("method", "uid", "depends_on", "configs", "filter", "value_cast")
    method = keys.text("method", None)
    if method not in _METHODS:
        raise PolicyError(
            "import-transformer",
            f"unknown transformer {shown(method)}",
            where=keys.at(),
            hint=f"{nearest(method, _METHODS[:3])} Write its rule by hand, with a plug-in operator if needed.",
        )
    configs = keys.inner("configs")
    if method in _NESTED:
        configs.only("transformers")
        return _steps(configs, "transformers")
    configs.only("idconfig", *(("datetime_column",) if method == DATE else ()))
    ids, rows = configs.inner("idconfig"), keys.inner("filter")
    ids.only("name", "uid", "description")
    rows.only("where_condition", "description")
    cast = keys.text("value_cast")
    if cast and cast not in CASTS:
        raise PolicyError(
            "import-value",
            "invalid value_cast",
            where=keys.at("value_cast"),
            hint="allowed: integer, float, string, datetime",
        )
    column = ids.text("name", None)
    said = Step(
        method,
        column,
        ids.text("uid", column if method == DROP else None),
        where=rows.text("where_condition"),
        cast=cast,
        name=keys.text("uid"),
        after=keys.texts("depends_on"),
        place=keys.at(),
    )
    if method == DATE:
        date = configs.text("datetime_column", None)
        said = Step(method, date, said.uid, column, said.where, cast, said.name, said.after, said.place)
    if rows.data and not said.where:
        raise PolicyError("import-value-missing", "a filter has no where_condition", where=rows.at())
    return [said]
