"""CSV a class and a query, RFC 4180 in UTF-8, each folder with its CSVW metadata.

https://www.w3.org/TR/tabular-data-primer/ A text that a spreadsheet would take for a formula gets an apostrophe in
front.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from xinpu.exports.base import Bundle, Written
from xinpu.exports.columns import SEPARATOR, Cell, Column, Scalar, text
from xinpu.exports.frames import Frame, frames
from xinpu.layout import NAMESPACES

_FORMULA: Final = re.compile(r"[=@\t\r]|[+-](?![\d.,\s]*$)")


def csv_files(bundle: Bundle) -> Iterator[Written]:
    """Write one CSV a class and a query, and ``csv-metadata.json`` in each folder."""
    folders: dict[str, list[Frame]] = {}
    for frame in frames(bundle):
        path = f"csv/{frame.name}.csv"
        folders.setdefault(str(PurePosixPath(path).parent), []).append(frame)
        yield Written(path, frame.title, "text/csv", _write(bundle, path, frame), frame.query)
    for folder, held in sorted(folders.items()):
        path = f"{folder}/csv-metadata.json"
        content = json.dumps(_metadata(bundle, held), ensure_ascii=False, indent=1) + "\n"
        bundle.open_folder(path).write_text(content, encoding="utf-8", newline="\n")
        yield Written(path, f"CSVW metadata of {folder}", "application/csvm+json")


def _write(bundle: Bundle, path: str, frame: Frame) -> int:
    count = 0
    with bundle.open_folder(path).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow([column.name for column in frame.columns])
        for row in frame.rows():
            writer.writerow([cell_text(cell) for cell in row])
            count += 1
    return count


def cell_text(cell: Cell) -> str:
    """Write a cell; several values are joined by a bar, bars inside them become broken bars."""
    if cell is None:
        return ""
    if isinstance(cell, tuple):
        return _safe(SEPARATOR.join(text(value).replace(SEPARATOR, "¦") for value in cell))
    return _scalar(cell)


def _scalar(value: Scalar) -> str:
    return _safe(value) if isinstance(value, str) else text(value)


def _safe(value: str) -> str:
    return f"'{value}" if _FORMULA.match(value) else value


def _metadata(bundle: Bundle, held: list[Frame]) -> dict[str, Any]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:license": {"@id": bundle.header("dcterms:license")},
        "dc:modified": bundle.date,
        "tables": [_table(frame) for frame in held],
    }


def _table(frame: Frame) -> dict[str, Any]:
    schema: dict[str, Any] = {"columns": [_column(column) for column in frame.columns]}
    if not frame.query:
        schema["primaryKey"] = "id"
    entry = {"url": f"{PurePosixPath(frame.name).name}.csv", "dc:title": frame.title}
    if frame.description:
        entry["dc:description"] = frame.description
    return entry | {"tableSchema": schema}


def _column(column: Column) -> dict[str, Any]:
    entry: dict[str, Any] = {"name": column.name, "titles": column.name, "datatype": column.datatype}
    if column.description:
        entry["dc:description"] = column.description
    if column.several:
        entry["separator"] = SEPARATOR
    if column.property:
        entry["propertyUrl"] = column.property
    if column.namespace in NAMESPACES.values():
        entry["valueUrl"] = f"{column.namespace}{{{column.name}}}"
    return entry
