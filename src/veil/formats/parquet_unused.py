"""Unused: what a Parquet file can hold beside its rows: words of dictionaries, statistics, metadata of columns and of the file."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

_FILE_WORDS = frozenset({b"ARROW:schema"})
_COLUMN_WORDS = frozenset({b"PARQUET:field_id", b"veil.sql"})
_FILE = "(file)"


def without_unused(column: pa.Array) -> pa.Array:
    """The same cells without what no row of them holds: words of dictionaries, at any depth, and words about inner fields.

    Shape:   n -> n, of the same type but for metadata of inner fields; dictionaries inside maps and lists of a fixed size are
             decoded.
    Keeps:   the order of an ordered dictionary.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _used_words(column)
    if not pa.types.is_nested(kind):
        return column
    return _without_words(column).cast(_unsaid(kind) if _is_rebuilt(kind) else _unsaid(_decoded(kind)))


def _without_words(column: pa.Array) -> pa.Array:
    kind = column.type
    if not _has_dictionary(kind):
        return column
    if pa.types.is_dictionary(kind):
        return _used_words(column)
    if pa.types.is_struct(kind):
        cells = [_without_words(inner) for inner in column.flatten()]
        fields = [pa.field(kind.field(i).name, inner.type, kind.field(i).nullable) for i, inner in enumerate(cells)]
        return pa.StructArray.from_arrays(cells, fields=fields, mask=column.is_null())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        large = pa.types.is_large_list(kind)
        ends = pc.cumulative_sum(
            pc.fill_null(pc.list_value_length(column), 0).cast(pa.int64() if large else pa.int32())
        )
        offsets = pa.concat_arrays([pa.array([0], ends.type), ends])
        rebuilt = pa.LargeListArray if large else pa.ListArray
        return rebuilt.from_arrays(offsets, _without_words(column.flatten()), mask=column.is_null())
    return column.cast(_decoded(kind))


def _used_words(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The cells by a dictionary without what they do not use, in the order that it had."""
    used = column.indices.unique().drop_null().sort()
    if len(used) == len(column.dictionary):
        return column
    indices = pc.index_in(column.indices, used).cast(column.type.index_type)
    return pa.DictionaryArray.from_arrays(indices, column.dictionary.take(used), ordered=column.type.ordered)


def _inner(kind: pa.DataType) -> list[pa.Field]:
    return [kind.field(i) for i in range(kind.num_fields)] if pa.types.is_nested(kind) else []


def _has_dictionary(kind: pa.DataType) -> bool:
    return pa.types.is_dictionary(kind) or any(_has_dictionary(field.type) for field in _inner(kind))


def _is_rebuilt(kind: pa.DataType) -> bool:
    """Whether dictionaries inside stay such: in structs and lists; of maps and lists of a fixed size they are decoded."""
    rebuilt = (
        not pa.types.is_nested(kind)
        or pa.types.is_struct(kind)
        or pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
    )
    return not _has_dictionary(kind) or (rebuilt and all(_is_rebuilt(field.type) for field in _inner(kind)))


def _decoded(kind: pa.DataType) -> pa.DataType:
    """A type with plain values where it has dictionaries: where they are decoded, those above and beside them too."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    return _nested(kind, [pa.field(field.name, _decoded(field.type), field.nullable) for field in _inner(kind)])


def _unsaid(kind: pa.DataType) -> pa.DataType:
    """A type of nested cells, whose inner fields say nothing but name and type."""
    return _nested(kind, [pa.field(field.name, _unsaid(field.type), field.nullable) for field in _inner(kind)])


def _nested(kind: pa.DataType, inner: list[pa.Field]) -> pa.DataType:
    if pa.types.is_struct(kind):
        return pa.struct(inner)
    if pa.types.is_map(kind):
        return pa.map_(inner[0].type.field(0), inner[0].type.field(1), kind.keys_sorted)
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(inner[0], kind.list_size)
    if pa.types.is_large_list(kind):
        return pa.large_list(inner[0])
    return pa.list_(inner[0]) if pa.types.is_list(kind) else kind


def hidden_values(path: Path) -> list[str]:
    """The columns of a file whose dictionaries, statistics or metadata hold what no row does; `(file)` for the file's own.

    Shape:   names of columns, no value among them. Dictionaries are read as they lie in each row group.
    """
    found: set[str] = set()
    with pq.ParquetFile(path) as file:
        words = set(file.metadata.metadata or {}) - _FILE_WORDS
        found |= {_FILE} if words else set()
        found |= {field.name for field in file.schema_arrow if _said_of(field) - _COLUMN_WORDS}
        for group in range(file.metadata.num_row_groups):
            found |= _beyond_rows(file, group)
    return sorted(found)


def _said_of(field: pa.Field) -> set[bytes]:
    """What the metadata of a column and of its inner fields name."""
    return set(field.metadata or {}).union(*(_said_of(inner) for inner in _inner(field.type)))


def _beyond_rows(file: pq.ParquetFile, group: int) -> set[str]:
    """The columns of a row group whose dictionary has a word, or whose statistics have an end, that none of its rows has."""
    found = set()
    rows = file.read_row_group(group, use_threads=False)
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        if any(_has_unused(chunk) for chunk in column.chunks):
            found.add(name)
    metadata = file.metadata.row_group(group)
    for place in range(metadata.num_columns):
        chunk = metadata.column(place)
        name = chunk.path_in_schema
        if name in rows.schema.names and chunk.statistics is not None and not _is_true(chunk.statistics, rows[name]):
            found.add(name)
    return found


def _has_unused(column: pa.Array) -> bool:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return bool(pc.count_distinct(column.indices, mode="only_valid").as_py() < len(column.dictionary))
    if not _has_dictionary(kind):
        return False
    if pa.types.is_struct(kind) or pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner = column.flatten()
        return any(_has_unused(cells) for cells in (inner if isinstance(inner, list) else [inner]))
    return True


def _is_true(statistics: pq.Statistics, column: pa.ChunkedArray) -> bool:
    """Whether the ends that a column's statistics name are those of its rows; of a type without an order nothing is named."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    if not statistics.has_min_max or not (texts or pa.types.is_integer(kind)):
        return True
    ends = pc.min_max(column.cast(pa.large_string() if texts else kind))
    return (statistics.min, statistics.max) == (ends["min"].as_py(), ends["max"].as_py())
