"""Tables of pages: rows of library queries as cells with links, numbers and dates in one language.

Which columns are shown, how amounts join their currency and what heads read is in ``site/pages.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from xinpu.i18n import column_label
from xinpu.layout import XP
from xinpu.pages import Panel
from xinpu.queries import Query, Table
from xinpu.site.views import Views
from xinpu.site.words import ClaimView, Ref, Text
from xinpu.terms import Literal, NamedNode, Term, expand, plain, text_of

HIDDEN: Final = frozenset(("claim", "bound", "source_count", "currency", "unit", "range_to"))
"""Columns that show through others: the claim as a link, the bound before the value, the currency with the amount."""

_PARAMETER: Final = re.compile(r"(?m)^[^\n#]*VALUES\s+\?(\w+)\s*\{[^}\n]*\}[^\n]*#\+\s*param\s+\w+[ \t]*\n")

Row = tuple[Term | None, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its parts, each a link or a text; the sort key for scripts; whether it is a number."""

    parts: tuple[Text | Ref, ...]
    sort: str = ""
    number: bool = False
    claim: str = ""
    """Address of the claim behind the cell, from the language's root."""
    many: bool = False
    """Whether the parts are several values."""
    span: int = 1
    """Columns that the cell takes."""


@dataclass(frozen=True, slots=True)
class TableView:
    """A table ready to show."""

    query: str
    id: str
    title: str
    intro: str
    question: str
    heads: tuple[tuple[str, bool], ...]
    """Text of each column's head, and whether the column holds numbers."""
    rows: tuple[tuple[Cell, ...], ...]
    view: str = "table"
    total: int = 0
    chart: str = ""
    """SVG made at build time, if the panel asks for a picture."""
    small: tuple[Any, ...] = ()
    """Small charts (``multiples.Small``), if the panel asks for them."""


def show(
    panel: Panel, query: Query, table: Table, rows: list[Row], views: Views, columns: Mapping[str, Any]
) -> TableView:
    """Make a panel's table of the given rows."""
    names = [n for n in panel.columns or table.columns if n in table.columns and n != panel.by]
    if not panel.columns:
        names = [n for n in names if n not in HIDDEN]
    index = {name: position for position, name in enumerate(table.columns)}
    value = panel.value or next((n for n in names if n not in ("source",) and is_numeric(rows, index[n])), "")
    kept = fitting(panel, table, rows)
    shown = [n for n in names if panel.columns or any(row[index[n]] is not None for row in kept)]
    numeric = {n: is_numeric(kept, index[n]) for n in shown}
    cut = kept[: panel.most] if panel.most else kept
    cells = [tuple(cell(row, name, index, views, columns, value) for name in shown) for row in cut]
    if panel.unknown:
        words = Text(views.translations.text(panel.unknown))
        cells = [_unknown(row, [numeric[name] for name in shown], words) for row in cells]
    return TableView(
        query=query.name,
        id=panel.id or query.name.replace("/", "-"),
        title=views.translations.text(panel.title) or question(query, views.language),
        intro=views.translations.text(panel.intro),
        question=question(query, views.language),
        heads=tuple((head(name, columns, views), numeric[name]) for name in shown),
        rows=tuple(cells),
        view=panel.view,
        total=len(kept),
    )


def fitting(panel: Panel, table: Table, rows: list[Row]) -> list[Row]:
    """Give the rows that a panel shows."""
    index = {name: position for position, name in enumerate(table.columns)}
    return [r for r in rows if all(_fits(text_of(r[index[c]]), t) for c, t in panel.where.items())]


def _unknown(row: tuple[Cell, ...], numeric: list[bool], words: Text) -> tuple[Cell, ...]:
    """Let one cell say that nothing is known, where a row ends in numbers and has none."""
    first = numeric.index(True) if True in numeric else len(row)
    if first >= len(row) or any(cell.parts for cell in row[first:]):
        return row
    return (*row[:first], Cell((words,), span=len(row) - first))


def _fits(text: str, wanted: str) -> bool:
    """Tell whether a cell ends as wanted; ``+`` wants any value."""
    return bool(text) if wanted == "+" else text.endswith(wanted)


def opened(query: Query, column: str) -> str:
    """Give a query's text without the example of one parameter, so that it answers for all its values at once."""
    return _PARAMETER.sub(lambda match: "" if match[1] == column else match[0], query.text)


def question(query: Query, language: str) -> str:
    """Give the question of a query in a language, else in English, else its name."""
    return query.summary.get(language) or query.summary.get("en") or query.name


def head(name: str, columns: Mapping[str, Any], views: Views) -> str:
    """Give the head of a column in the page's language."""
    entry = columns.get(name, {})
    label = entry if isinstance(entry, str) else entry.get("label", "")
    return views.translations.text(label or column_label(name))


def is_numeric(rows: list[Row], position: int) -> bool:
    """Tell whether a column holds numbers only."""
    found = [row[position] for row in rows if row[position] is not None]
    return bool(found) and all(isinstance(plain(term), int | Decimal) for term in found)


def cell(row: Row, name: str, index: Mapping[str, int], views: Views, columns: Mapping[str, Any], value: str) -> Cell:
    """Show one cell, with the bound, the currency and the claim of its row where they belong to it."""
    term = row[index[name]]
    entry = columns.get(name, {})
    if term is None:
        return Cell(())
    if isinstance(entry, Mapping) and entry.get("every"):
        # the query gives the first of several; the page shows all that the row's subject has
        every = views.facts.values(text_of(row[0]), expand(str(entry["every"])) or "") or [term]
        every_one = [views.term(value) for value in every]
        names = tuple(one.name if isinstance(one, Ref) else one for one in every_one)
        return Cell(names, sort=str(names[0]), many=True)
    parts: list[Text | Ref] = []
    claim = ""
    if name == value:
        claim = _claim(row, index, views)
        bound = row[index["bound"]] if "bound" in index else None
        if bound is not None:
            parts.append(views.label(text_of(bound)))
    number = plain(term)
    if isinstance(number, int | Decimal) and not isinstance(number, bool):
        if not number and isinstance(entry, Mapping) and entry.get("blank"):
            return Cell((), sort="0", number=True)
        upper = plain(row[index["range_to"]]) if name == value and "range_to" in index else None
        high = Decimal(upper) if isinstance(upper, int | Decimal) else Decimal(number)
        parts.append(Text(_amount(Decimal(number), high, row, name, index, views, columns)))
        return Cell(tuple(parts), sort=str(number), number=True, claim=claim)
    if isinstance(term, NamedNode) and term.value in views.facts.claims:
        target = views.claim(term.value)
        return Cell((Ref(said := _said(target, views), target.href, term.value),), sort=said.text)
    shown = views.term(term)
    if isinstance(term, NamedNode) and isinstance(shown, Ref) and name == "source":
        source = views.source(term.value)
        publisher = source.publisher.name if source.publisher else source.title
        text = ("，" if views.language == "zh" else ", ").join(p for p in (publisher.text, source.issued) if p)
        shown = Ref(Text(text, publisher.lang), source.href, term.value)
    if isinstance(shown, Ref) and shown.iri.startswith(XP):
        shown = shown.name
    sort = term.value if isinstance(term, Literal) else str(shown)
    if isinstance(term, NamedNode) and isinstance(shown, Text):
        place = views.order(term.value)
        sort = f"{place:06}" if place != 999 else sort
    return Cell((*parts, shown), sort=sort, claim=claim)


def _said(claim: ClaimView, views: Views) -> Text:
    """Say in one line what a claim says: what it is of, its value, whom else it names."""
    concepts = [str(ref) for _, ref in claim.qualifiers]
    what = " ".join((claim.what.text, *concepts))
    value = [claim.value.text.text] if claim.value and claim.value.kind != "prose" else []
    parts = value + [str(ref) for _, ref in claim.roles]
    if not parts:
        return Text(what, claim.what.lang)
    colon, comma = {"zh": ("：", "，"), "fr": ("\u00a0: ", ", ")}.get(views.language, (": ", ", "))
    return Text(what + colon + comma.join(parts))


def _amount(
    number: Decimal,
    high: Decimal,
    row: Row,
    name: str,
    index: Mapping[str, int],
    views: Views,
    columns: Mapping[str, Any],
) -> str:
    entry = columns.get(name, {})
    money = entry.get("money", "") if isinstance(entry, Mapping) else ""
    if isinstance(entry, Mapping) and entry.get("plain"):
        return str(number)
    # the column named holds the code of a currency or, for other quantities, a unit
    measure = text_of(row[index[money]]) if money in index else ""
    if money and not measure and "unit" in index:
        measure = text_of(row[index["unit"]])
    if measure and "/" not in measure:
        return views.formats.money(number, high, measure)
    return views.formats.quantity(number, high, views.unit(measure))


def _claim(row: Row, index: Mapping[str, int], views: Views) -> str:
    term = row[index["claim"]] if "claim" in index else None
    return views.claim(term.value).href if isinstance(term, NamedNode) and term.value in views.facts.claims else ""
