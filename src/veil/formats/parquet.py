"""Parquet tables: row groups in, row groups out; untouched columns keep type and value."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from veil.errors import FormatError
from veil.formats.base import Inspection, Joined, Part, Settings, exact_where, put_over, refuse_removals
from veil.formats.parquet_reread import batches_again
from veil.formats.parquet_unused import hidden_values, without_unused
from veil.formats.partitions import one_value, partitions_of
from veil.formats.skipped_rows import records_without_skipped
from veil.formats.traits import Kind, Traits
from veil.model import Batch, Edits, Exact, Field

ROWS = 131_072
_DECLARED = b"veil.sql"  # a database's name and the type that it declares


class Parquet(Joined):
    """A typed table.

    Keeps:   the schema of untouched columns, their nulls, row groups' order and the file's compression. A changed
             column keeps its type unless the settings name it among `texts`: the plan says which, never the values.
    """

    name = "parquet"
    traits = Traits(Kind.TABLE, (".parquet", ".pq"), typed=True, reversible=True, leaves_out=True)

    def inspect(self, path: Path, given: Settings) -> Inspection:
        """Shape: the columns of the file, then those that its folders tell; `given["name"]` is its name below the input."""
        partitions = list(partitions_of(given.get("name") or ""))
        with _opened(path) as file:
            names = (*file.schema_arrow.names, *partitions)
            compression = file.metadata.row_group(0).column(0).compression if file.metadata.num_row_groups else "SNAPPY"
        if len(set(names)) != len(names):
            raise FormatError("parquet-header", "two columns have the same name", hint="rename one of them")
        settings = {"compression": "none" if compression == "UNCOMPRESSED" else compression.lower()}
        return Inspection(names, {**settings, "partitions": partitions} if partitions else settings)

    def read(self, path: Path, part: Part, settings: Settings) -> Iterator[Batch]:
        del settings
        partitions = partitions_of(part.files[0])
        with _opened(path / part.files[0]) as file:
            first = 0
            for batch in records_without_skipped(file.iter_batches(batch_size=ROWS, use_threads=False), part.without):
                yield as_batch(_with_partitions(batch, partitions), first)
                first += batch.num_rows
            if first == 0:
                yield as_batch(
                    _with_partitions(pa.RecordBatch.from_pylist([], schema=file.schema_arrow), partitions), 0
                )

    def reread(self, path: Path, part: Part, settings: Settings, *, careful: bool = False) -> Iterator[Batch]:
        """Errors: FormatError `hidden-value` for an output that holds, beside its rows, what no row does."""
        del careful
        if settings.get("output") and (hidden := hidden_values(path / part.files[0])):
            raise FormatError(
                "hidden-value",
                "a table contains hidden values that no row uses",
                where=", ".join(hidden[:5]),
                hint="drop the column, or write the file again without unused dictionary entries",
            )
        partitions, first = partitions_of(part.files[0]), 0
        for batch in records_without_skipped(batches_again(path, part), part.without):
            yield as_batch(_with_partitions(batch, partitions), first)
            first += batch.num_rows

    def writer(self, side: Path, part: Part, settings: Settings) -> ParquetWriter:
        return ParquetWriter(side / part.files[0], settings, partitions=tuple(partitions_of(part.files[0])))

    def is_joined(self, sides: Sequence[Path], name: str) -> bool:
        return len(sides) > 1 or bool(partitions_of(name))

    def join(self, sides: Sequence[Path], target: Path, name: str) -> None:
        """Row groups one behind the other; a column whose type differs between the parts is text in all of them.

        Keeps:   a column that the folders of the name tell does not stand in the file.
        """
        whole = one_schema([pq.read_schema(side) for side in sides])
        schema = pa.schema([field for field in whole if field.name not in partitions_of(name)])
        with pq.ParquetFile(sides[0]) as first:
            codec = first.metadata.row_group(0).column(0).compression if first.metadata.num_row_groups else "NONE"
        with pq.ParquetWriter(target, schema, compression=codec.replace("UNCOMPRESSED", "NONE").lower()) as writer:
            for side in sides:
                with pq.ParquetFile(side) as file:
                    for batch in file.iter_batches(batch_size=ROWS, columns=schema.names, use_threads=False):
                        writer.write_batch(batch.cast(schema))

    def schema_of(self, path: Any) -> pa.Schema:
        return pq.read_schema(path)

    def read_back(self, batch: Batch, edits: Edits, address: str, settings: Settings) -> pa.Array:
        kind = batch.places.schema.field(address).type
        return _text(_typed(edits.columns[address], _kind_after(kind, address, settings)))

    def lost(self, batch: Batch, edits: Edits, guesses: Mapping[str, pa.Array], settings: Settings) -> dict[str, Exact]:
        """Shape: exact cells have the column's own type."""
        del edits, settings
        found = {}
        for address, guess in guesses.items():
            cells, field = batch.places.column(address), batch.field(address)
            if field is not None and guess is field.values:
                found[address] = Exact(pa.array([], pa.int64()), cells.slice(0, 0))
                continue
            found[address] = exact_where(pc.invert(_same(_typed(guess, cells.type), cells)), cells)
        return found


class ParquetWriter:
    """Writes row groups.

    Shape:   `told`: columns that the name of the file tells, so that they do not stand in it. `partitions`: what was
             written in the columns that the input's name told; those that were dropped are not in it. `declares`: what
             the fields say of their types is a database's word, and stays; a file may say anything there.
    """

    def __init__(
        self, path: Path, settings: Settings, *, partitions: Sequence[str] = (), declares: bool = False
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._compression = path, settings["compression"]
        self._settings, self._partitions, self._declares = settings, partitions, declares
        self.partitions: dict[str, str | None] = {}
        self._writer: pq.ParquetWriter | None = None

    def write(self, batch: Batch, edits: Edits) -> None:
        refuse_removals(edits, "rows")
        table: pa.RecordBatch = batch.places
        arrays, fields = [], []
        whole, kept = edits.whole(batch.fields), edits.kept_rows(batch.height)
        for i, field in enumerate(table.schema):
            if field.name in edits.removed or field.name in self._partitions:
                continue
            changed = whole.get(field.name)
            kind = _kind_after(field.type, field.name, self._settings)
            column = table.column(i) if changed is None else _typed(changed, kind)
            if changed is not None and field.name in edits.exact:
                column = _restored(changed, edits.exact[field.name])
            column = column if kept is None else column.take(kept)
            self._partition(field.name, column)
            column = without_unused(column)
            arrays.append(column)
            fields.append(self._field(field, column, is_changed=changed is not None))
        out_table = pa.table(arrays, schema=pa.schema(fields))
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, out_table.schema, compression=self._compression)
        if out_table.schema != self._writer.schema:
            out_table = _as_before(out_table, self._writer.schema)
        self._writer.write_table(out_table)

    def _field(self, field: pa.Field, column: pa.Array, *, is_changed: bool) -> pa.Field:
        """The field of a column, and no more of what is said of it than the type its database declared.

        Keeps:   a date that was shifted has its declared type still; every other change may need a wider one.
        """
        declared = (field.metadata or {}).get(_DECLARED) if self._declares else None
        if is_changed and (field.name in self._settings.get("texts", ()) or not _is_date(declared)):
            declared = None
        metadata = {_DECLARED: declared} if declared else None
        return pa.field(field.name, column.type, nullable=is_changed or field.nullable, metadata=metadata)

    def _partition(self, name: str, column: pa.Array) -> None:
        if name in self._settings.get("partitions", ()) and len(column):
            found = one_value(column.cast(pa.large_string()), name)
            self.partitions.setdefault(name, found)
            one_value(pa.array([self.partitions[name], found], pa.large_string()), name)

    def finish(self) -> None:
        if self._writer is not None:
            self._writer.close()


def _is_date(declared: bytes | None) -> bool:
    return declared is not None and declared.partition(b" ")[2].lower().startswith((b"date", b"timestamp"))


def one_schema(schemas: Sequence[pa.Schema]) -> pa.Schema:
    """The schema that the parts of a table share; where two differ in the type of a column, it is text.

    Errors:  FormatError `parquet-type` where two differ in their columns.
    """
    first = schemas[0]
    if any(schema.names != first.names for schema in schemas):
        raise FormatError(
            "parquet-type",
            "the files of a table have different columns",
            hint="list them in the project as separate tables",
        )
    fields = []
    for i, field in enumerate(first):
        kinds = {schema.field(i).type for schema in schemas}
        fields.append(field if len(kinds) == 1 else pa.field(field.name, pa.large_string()))
    return pa.schema(fields)


def _with_partitions(batch: pa.RecordBatch, partitions: Mapping[str, str | None]) -> pa.RecordBatch:
    """The rows with the columns that the name of their file tells."""
    for key, value in partitions.items():
        batch = batch.append_column(
            pa.field(key, pa.large_string()), pa.repeat(pa.scalar(value, pa.large_string()), len(batch))
        )
    return batch


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(
            path if isinstance(path, Path) else path.open("rb"), pre_buffer=False
        )  # else it holds what it read
    except (pa.ArrowInvalid, OSError):
        raise FormatError(
            "parquet-unreadable", "not a Parquet file", hint="check the file, or set `format:` for this source"
        ) from None


def as_batch(batch: pa.RecordBatch, first: int) -> Batch:
    fields = tuple(_field(name, batch.column(i)) for i, name in enumerate(batch.schema.names))
    return Batch(fields, batch.num_rows, first, places=batch)


def _field(name: str, column: pa.Array) -> Field:
    """A column; what is no text becomes it when it is asked for: a number that is kept never does."""
    return Field(name, _text(column)) if _is_text(column.type) else Field(name, cells=column, text=_text)


def _is_text(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))


def _text(column: pa.Array) -> pa.Array:
    """Cells as text for rules and operators; what has no text form (lists, structs) is null there."""
    try:
        return column.cast(pa.large_string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.nulls(len(column), pa.large_string())


def _kind_after(kind: pa.DataType, address: str, settings: Settings) -> pa.DataType:
    """The type of a changed column in the output: ids that stay integers have 64 bits wherever they stand, so that they join."""
    if address in settings.get("integers", ()) and (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return pa.int64()
    return pa.large_string() if address in settings.get("texts", ()) and not _is_text(kind) else kind


def _restored(values: pa.Array, exact: Exact) -> pa.Array:
    """Guesses as typed cells with the exact ones over them, which need not fit the type as text."""
    kind = exact.cells.type
    blank = put_over(values, Exact(exact.rows, pa.nulls(len(exact.rows), values.type)))
    typed = _typed(blank, kind)
    return put_over(typed if typed.type == kind else pa.nulls(len(values), kind), exact)


def _same(left: pa.Array, right: pa.Array) -> pa.BooleanArray:
    """Whether cells are equal in type and value, null to null; what cannot be compared is not."""
    if left.type != right.type:
        return pa.repeat(pa.scalar(value=False), len(right))
    if pa.types.is_dictionary(left.type):
        left, right = left.dictionary_decode(), right.dictionary_decode()
    try:
        equal = pc.fill_null(pc.equal(left, right), fill_value=False)
    except pa.ArrowNotImplementedError:
        return pa.repeat(pa.scalar(value=False), len(right))
    return pc.or_(equal, pc.and_(left.is_null(), right.is_null()))


_lately: deque[tuple[pa.Array, pa.DataType, pa.Array]] = deque(maxlen=8)  # the writer and the way back ask alike


def _typed(values: pa.Array, kind: pa.DataType) -> pa.Array:
    """Texts as cells of a type; as they are where one of them is none."""
    for column, of, answer in _lately:
        if column is values and of == kind:
            return answer
    _lately.append((values, kind, _cells(values, kind)))
    return _lately[-1][2]


def _cells(values: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_large_string(kind) or pa.types.is_string(kind):
        return values.cast(kind)
    try:
        if pa.types.is_dictionary(kind):
            return pc.dictionary_encode(pc.cast(values, kind.value_type)).cast(kind)
        return _zoned(values, kind) if pa.types.is_timestamp(kind) and kind.tz else pc.cast(values, kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return values.cast(pa.large_string())


def _zoned(values: pa.Array, kind: pa.TimestampType) -> pa.Array:
    """Wall times as instants of the column's zone; an hour that its clocks skip is the first after it.

    Keeps:   the local day and hour: the offset a value was written with is another in another season.
    """
    wall = pc.replace_substring_regex(values, r"(Z|[+-]\d\d:?\d\d)$", "")
    naive = pc.cast(wall, pa.timestamp(kind.unit))
    return pc.assume_timezone(naive, kind.tz, ambiguous="earliest", nonexistent="latest").cast(kind)


def _as_before(table: pa.Table, schema: pa.Schema) -> pa.Table:
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, ValueError):
        raise FormatError(
            "parquet-type",
            "a changed column has different types in different parts of the table",
            hint="use an operator that keeps the type, such as `pseudonym: {format: integer}`",
        ) from None
