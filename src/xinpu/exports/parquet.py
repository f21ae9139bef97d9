"""Parquet: one file a class and a query, typed, lists as lists, with titles and meanings in the metadata.

Arrays are made from their buffers, as https://arrow.apache.org/docs/format/Columnar.html lays them out: ``pa.array``
imports pandas where it is installed, which takes longer than all the files.
"""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import accumulate, chain, islice
from typing import Any, Final

from xinpu.exports.base import Bundle, Written
from xinpu.exports.columns import Cell, Column, Scalar
from xinpu.exports.frames import Frame, frames

_BATCH: Final = 50_000
_EPOCH: Final = datetime.date(1970, 1, 1).toordinal()
_SMALLEST, _LARGEST = -(2**63), 2**63 - 1


def parquet(bundle: Bundle) -> Iterator[Written]:
    """Write one file a class and a query, in batches."""
    for frame in frames(bundle):
        path = f"parquet/{frame.name}.parquet"
        count = _write(bundle, path, frame)
        yield Written(path, frame.title, "application/vnd.apache.parquet", count, frame.query)


def _write(bundle: Bundle, path: str, frame: Frame) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [pa.field(c.name, _type(c), metadata={"description": c.description}) for c in frame.columns],
        metadata={"title": frame.title, "description": frame.description},
    )
    count = 0
    rows = frame.rows()
    with pq.ParquetWriter(bundle.open_folder(path), schema, compression="zstd") as out:
        while batch := list(islice(rows, _BATCH)):
            count += len(batch)
            arrays = [_array([row[i] for row in batch], column) for i, column in enumerate(frame.columns)]
            out.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return count


def _single(datatype: str) -> Any:
    import pyarrow as pa

    types = {"integer": pa.int64(), "decimal": pa.float64(), "boolean": pa.bool_(), "date": pa.date32()}
    return types.get(datatype, pa.string())


def _type(column: Column) -> Any:
    import pyarrow as pa

    return pa.list_(_single(column.datatype)) if column.several else _single(column.datatype)


def _array(cells: Sequence[Cell], column: Column) -> Any:
    import pyarrow as pa

    if not column.several:
        return _flat([None if isinstance(cell, tuple) else cell for cell in cells], column.datatype)
    lists = [cell if isinstance(cell, tuple) else () for cell in cells]
    child = _flat(list(chain.from_iterable(lists)), column.datatype)
    offsets = array("i", accumulate(map(len, lists), initial=0))
    buffers = [_present(cells), pa.py_buffer(offsets)]
    return pa.ListArray.from_buffers(_type(column), len(cells), buffers, children=[child])


def _flat(values: Sequence[Scalar | None], datatype: str) -> Any:
    import pyarrow as pa

    present = _present(values)
    if datatype == "boolean":
        data = [_bits([bool(value) for value in values])]
    elif datatype == "integer":
        # a number that int64 cannot hold is left out rather than changed; CSV has it
        whole = [value if isinstance(value, int) and _SMALLEST <= value <= _LARGEST else None for value in values]
        present = _present(whole)
        data = [pa.py_buffer(array("q", (value or 0 for value in whole)))]
    elif datatype == "decimal":
        data = [pa.py_buffer(array("d", (float(v) if isinstance(v, int | Decimal) else 0.0 for v in values)))]
    elif datatype == "date":
        days = [0 if v is None else datetime.date.fromisoformat(str(v)).toordinal() - _EPOCH for v in values]
        data = [pa.py_buffer(array("i", days))]
    else:
        words = [b"" if value is None else str(value).encode() for value in values]
        offsets = array("i", accumulate(map(len, words), initial=0))
        data = [pa.py_buffer(offsets), pa.py_buffer(b"".join(words))]
    return pa.Array.from_buffers(_single(datatype), len(values), [present, *data])


def _present(values: Sequence[object]) -> Any:
    return _bits([value is not None for value in values])


def _bits(flags: Sequence[bool]) -> Any:
    import pyarrow as pa

    held = bytearray((len(flags) + 7) // 8)
    for place, flag in enumerate(flags):
        if flag:
            held[place >> 3] |= 1 << (place & 7)
    return pa.py_buffer(bytes(held))
