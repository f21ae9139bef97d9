"""Small bar charts side by side: one for each thing that a result has several comparable rows of.

Which column tells the things apart, which must agree within a chart and which says what is newest is in the panel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xinpu.i18n import sort_key
from xinpu.pages import Panel
from xinpu.queries import Table
from xinpu.site.tables import Cell, Row, cell
from xinpu.site.views import Views
from xinpu.site.words import Ref, Text
from xinpu.terms import text_of

LEAST: Final = 2
"""Rows that make a comparison."""


@dataclass(frozen=True, slots=True)
class Small:
    """One small chart: what it is of, what its bars have in common, its bars with the other cells of their rows."""

    ref: Text | Ref
    common: tuple[Text | Ref, ...]
    columns: int
    """How many of the panel's columns the rows have: a last one that is the same in all is in ``common``."""
    rows: tuple[tuple[Cell, ...], ...]


def multiples(
    panel: Panel, table: Table, rows: list[Row], views: Views, columns: Mapping[str, Any]
) -> tuple[Small, ...]:
    """Make the charts of a panel, those with the most rows behind them first.

    ``panel.small`` holds ``of`` (the column that tells charts apart), ``same`` (columns whose values agree within a
    chart), ``newest`` (the column by which the newest such set is chosen), ``most`` (charts at most).
    """
    index = {name: place for place, name in enumerate(table.columns)}
    of, newest = index[str(panel.small["of"])], index[str(panel.small["newest"])]
    same = [index[str(name)] for name in panel.small["same"]]
    label, value = panel.columns[0], panel.columns[1]
    held: dict[str, list[Row]] = {}
    for row in rows:
        held.setdefault(text_of(row[of]), []).append(row)
    found = []
    for group in held.values():
        sets: dict[tuple[str, ...], dict[str, Row]] = {}
        for row in group:
            chosen = sets.setdefault(tuple(text_of(row[place]) for place in same), {})
            chosen.setdefault(text_of(row[index[label]]), row)
        full = [list(chosen.values()) for chosen in sets.values() if len(chosen) >= LEAST]
        if not full:
            continue
        best = max(full, key=lambda chosen: (max(text_of(row[newest]) for row in chosen), len(chosen)))
        found.append((len(group), best))
    charts = []
    for size, best in found:
        first = best[0]
        shown = views.term(first[of])  # type: ignore[arg-type]
        common = tuple(views.term(term) for term in (first[place] for place in same) if term is not None)
        cells = tuple(tuple(cell(row, name, index, views, columns, value) for name in panel.columns) for row in best)
        width = len(panel.columns)
        if width > 2 and len({row[-1] for row in cells}) == 1:
            common += cells[0][-1].parts
            cells = tuple(row[:-1] for row in cells)
            width -= 1
        charts.append((-size, sort_key(text_of(first[of])), Small(shown, common, width, cells)))
    return tuple(chart for _, _, chart in sorted(charts, key=lambda entry: entry[:2])[: int(panel.small["most"])])
