"""XLSX: one workbook of the classes and one of the queries, a sheet each, with a sheet of contents in front."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from xinpu.exports.base import Bundle, Written
from xinpu.exports.columns import SEPARATOR, Cell, text
from xinpu.exports.frames import Frame, frames

_ROWS: Final = 1_048_576
_CHARACTERS: Final = 32_767
_MEDIA: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS: Final = {"integer": 12, "decimal": 12, "boolean": 10, "date": 12, "gYear": 8, "gYearMonth": 10}


def xlsx(bundle: Bundle) -> Iterator[Written]:
    """Write both workbooks; no clock: the date in the file is the data's."""
    held = frames(bundle)
    for path, title, chosen in (
        ("xlsx/xinpu-classes.xlsx", "Workbook, one sheet a class", [frame for frame in held if not frame.query]),
        ("xlsx/xinpu-queries.xlsx", "Workbook, one sheet a query", [frame for frame in held if frame.query]),
    ):
        yield Written(path, title, _MEDIA, _workbook(bundle, path, chosen))


def _workbook(bundle: Bundle, path: str, held: list[Frame]) -> int:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    day = datetime.date.fromisoformat(bundle.date) if bundle.date else datetime.date(2000, 1, 1)
    with xlsxwriter.Workbook(bundle.open_folder(path), options) as book:
        book.set_properties({"created": datetime.datetime(day.year, day.month, day.day), "author": "Xinpu"})
        bold = book.add_format({"bold": True})
        contents = book.add_worksheet("Contents")
        names = _names(held)
        contents.set_column(0, 0, 34)
        contents.set_column(1, 1, 90)
        contents.write_row(0, 0, ["Sheet", "Holds"], bold)
        for line, (frame, name) in enumerate(zip(held, names, strict=True), start=1):
            contents.write_url(line, 0, f"internal:'{name}'!A1", string=name)
            contents.write_string(line, 1, frame.title[:_CHARACTERS])
        return sum(_sheet(book, name, frame, bold) for frame, name in zip(held, names, strict=True))


def _names(held: list[Frame]) -> list[str]:
    """Give each frame a sheet name of at most 31 characters, unique without regard to case."""
    taken = {"contents"}
    names: list[str] = []
    for frame in held:
        base = re.sub(r"[\[\]:*?/\\']", " ", frame.name.partition("/")[2])[:31]
        name, number = base, 2
        while name.lower() in taken:
            name, number = f"{base[:27]} ({number})", number + 1
        taken.add(name.lower())
        names.append(name)
    return names


def _sheet(book: Any, name: str, frame: Frame, bold: Any) -> int:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    for index, column in enumerate(frame.columns):
        sheet.set_column(index, index, _WIDTHS.get(column.datatype, 24))
        sheet.write_string(0, index, column.name, bold)
    line = 0
    for row in frame.rows():
        line += 1
        if line == _ROWS:
            # Excel ends here; the sheet says so and the CSV has them all
            sheet.write_string(line - 1, 0, f"More rows are in csv/{frame.name}.csv")
            return line - 1
        for index, cell in enumerate(row):
            _write(sheet, line, index, cell)
    if line:
        sheet.autofilter(0, 0, line, len(frame.columns) - 1)
    return line


def _write(sheet: Any, line: int, index: int, cell: Cell) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_boolean(line, index, cell)
    elif isinstance(cell, int | Decimal) and abs(float(cell)) < 1e15:
        sheet.write_number(line, index, float(cell))
    else:
        value = SEPARATOR.join(map(text, cell)) if isinstance(cell, tuple) else text(cell)
        sheet.write_string(line, index, value[:_CHARACTERS])
