"""Parquet read a second way: row group by row group, held against what the file says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from veil.errors import FormatError
from veil.formats.base import Part

ROWS = 65_536


def batches_again(path: Any, part: Part) -> Iterator[pa.RecordBatch]:
    """The rows of a file. Errors: FormatError `reread` where there are others than the file counts."""
    file = path / part.files[0]
    try:
        with file.open("rb") as source, pq.ParquetFile(source, pre_buffer=False) as table:
            counted = table.metadata
            read = 0
            for number in range(counted.num_row_groups):
                for batch in table.iter_batches(batch_size=ROWS, row_groups=[number], use_threads=False):
                    read += batch.num_rows
                    yield batch
            if read != counted.num_rows or read != sum(
                counted.row_group(i).num_rows for i in range(counted.num_row_groups)
            ):
                raise FormatError(
                    "reread", "the check by a second Parquet reader found another number of rows than the file declares"
                )
            if not read:
                yield pa.RecordBatch.from_pylist([], schema=table.schema_arrow)
    except (pa.ArrowInvalid, OSError):
        raise FormatError("reread", "the check by a second Parquet reader did not find a table") from None
