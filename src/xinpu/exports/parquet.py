"""Parquet: one file a class and a query, typed, lists as lists, with titles and meanings in the metadata."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from xinpu.exports.base import Bundle, Written
from xinpu.exports.frames import Cell, Column, Frame, frames

_BATCH: Final = 50_000
_TYPES: Final[dict[str, Any]] = {
    "integer": pa.int64(),
    "decimal": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


def parquet(bundle: Bundle) -> Iterator[Written]:
    """Write one file a class and a query, in batches."""
    for frame in frames(bundle):
        path = f"parquet/{frame.name}.parquet"
        count = _write(bundle, path, frame)
        yield Written(path, frame.title, "application/vnd.apache.parquet", count, frame.query)


def _write(bundle: Bundle, path: str, frame: Frame) -> int:
    schema = pa.schema(
        [pa.field(c.name, _type(c), metadata={"description": c.description}) for c in frame.columns],
        metadata={"title": frame.title, "description": frame.description},
    )
    count = 0
    rows = frame.rows()
    with pq.ParquetWriter(bundle.open_folder(path), schema, compression="zstd") as out:
        while batch := list(islice(rows, _BATCH)):
            count += len(batch)
            values = [[_value(row[i], column) for row in batch] for i, column in enumerate(frame.columns)]
            arrays = [pa.array(held, field.type) for held, field in zip(values, schema, strict=True)]
            out.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return count


def _type(column: Column) -> Any:
    single = _TYPES.get(column.datatype, pa.string())
    return pa.list_(single) if column.several else single


def _value(cell: Cell, column: Column) -> Any:
    if isinstance(cell, tuple):
        return [_value(value, column) for value in cell]
    if column.datatype == "date" and isinstance(cell, str):
        return datetime.date.fromisoformat(cell)
    return float(cell) if isinstance(cell, Decimal) else cell
