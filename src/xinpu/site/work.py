"""The work of rendering: each page of each language once, in this process or shared out among several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from xinpu.charts import Chart, draw
from xinpu.errors import ModelError
from xinpu.layout import XP
from xinpu.network import Network, Positions
from xinpu.pages import Panel, PlannedPage
from xinpu.queries import Query, Table
from xinpu.site.drawing import whole
from xinpu.site.entity import entity
from xinpu.site.linked import json_ld
from xinpu.site.multiples import multiples
from xinpu.site.overview import Overview
from xinpu.site.render import Messages, Renderer
from xinpu.site.tables import Row, TableView, fitting, head, show
from xinpu.site.views import Views
from xinpu.site.vocabulary import Uses
from xinpu.terms import Term, plain

ROWS: int = 150
"""Rows of a result that a page shows; the download has all."""


@dataclass
class Work:
    """Everything that rendering needs; made whole before the first page."""

    renderer: Renderer
    views: Mapping[str, Views]
    overviews: Mapping[str, Overview]
    messages: Mapping[str, Messages]
    queries: Mapping[str, Query]
    results: Mapping[str, Table]
    """Results of library queries with their example parameters."""
    panels: Mapping[tuple[str, str], Table]
    """Results of the queries of panels by query and column, for all subjects."""
    uses: Uses
    network: Network
    places: Positions
    findings: tuple[Any, ...]
    downloads: tuple[Any, ...]
    out: Path

    @cached_property
    def grouped(self) -> dict[tuple[str, str], dict[str, list[Row]]]:
        """Rows of panels by query, column and subject."""
        return {
            (panel.query, panel.by): self.panels[panel.query, panel.by].by(panel.by)
            for route in self.renderer.routes.routes
            for panel in route.panels
            if panel.by
        }

    def write(self, page: PlannedPage, language: str) -> tuple[str, int]:
        """Render one page and write it; give its path and size."""
        text = self.renderer.render(page, self.messages[language], self.values(page, language))
        name = page.output(language)
        target = self.out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        target.write_bytes(data)
        return name, len(data)

    def values(self, page: PlannedPage, language: str) -> dict[str, Any]:
        """Give what a page's template sees beside what all see."""
        views = self.views[language]
        settings = self.renderer.routes.settings
        values: dict[str, Any] = {"site": self.overviews[language], "views": views}
        tables = [self._panel(panel, page, views) for panel in page.route.panels]
        each = page.route.each
        if each == "query":
            query = self.queries[page.subject]
            table = self.results[page.subject]
            shown = Panel(page.subject)
            values["query"] = query
            values["table"] = show(shown, query, table, table.rows[:ROWS], views, settings.get("columns", {}))
            values["total"] = len(table.rows)
        elif each.startswith(XP):
            view = entity(page, views, settings.get("kinds", {}), tables)
            values["e"] = view
            values["schema"] = json_ld(view, views, self.renderer.address(page, language))
        elif each:
            values["term"] = self.overviews[language].vocabulary.term(page.subject)
        else:
            values["tables"] = tables
            values["draw_network"] = lambda writer: whole(self.network, self.places, views, writer)
            values["findings"] = self.findings
            values["downloads"] = self.downloads
        return values

    def _panel(self, panel: Panel, page: PlannedPage, views: Views) -> TableView:
        table = self.panels[panel.query, panel.by]
        rows = self.grouped[panel.query, panel.by].get(page.subject, []) if panel.by else table.rows
        columns = self.renderer.routes.settings.get("columns", {})
        shown = show(panel, self.queries[panel.query], table, rows, views, columns)
        if panel.small:
            small = multiples(panel, table, fitting(panel, table, rows), views, columns)
            if panel.view == "small":
                return replace(shown, small=small, rows=(), total=len(small))
            return replace(shown, small=small)
        return replace(shown, chart=self._chart(panel, shown, table, views)) if panel.chart else shown

    def _chart(self, panel: Panel, shown: TableView, table: Table, views: Views) -> str:
        """Draw a panel's rows; names in the page's language, numbers as they are."""
        index = {name: place for place, name in enumerate(table.columns)}
        wanted = [str(panel.chart[key]) for key in ("x", "y", "label", "colour") if panel.chart.get(key)]
        if unknown := [name for name in wanted if name not in index]:
            raise ModelError(
                f"a chart of {panel.query} names {unknown[0]!r}, which is none of its columns",
                path=self.renderer.routes.path,
                remedy=f"Name one of {', '.join(index)}.",
            )
        rows = [{name: self._datum(row[index[name]], views) for name in wanted} for row in table.rows]
        columns = self.renderer.routes.settings.get("columns", {})
        x, y = str(panel.chart["x"]), str(panel.chart["y"])
        titles = (head(x, columns, views), head(y, columns, views))
        chart = Chart(
            kind=str(panel.chart["kind"]),
            x=x,
            y=y,
            x_title=titles[0],
            y_title=titles[1],
            title=shown.title,
            description=" / ".join(titles),
            label=str(panel.chart.get("label", "")),
            colour=str(panel.chart.get("colour", "")),
            log=bool(panel.chart.get("log")),
            language=views.language,
        )
        return draw(chart, rows)

    @staticmethod
    def _datum(term: Term | None, views: Views) -> str | float | None:
        number = plain(term)
        if term is None or isinstance(number, int | Decimal):
            return None if number is None else float(number)
        return str(views.term(term))


def render_all(work: Work, jobs: int, progress: Callable[[int, int], None] | None) -> dict[str, int]:
    """Render all pages in all languages; give the size of each file."""
    todo = [(page, language) for language in work.renderer.languages for page in range(len(work.renderer.plan.pages))]
    sizes: dict[str, int] = {}
    if jobs <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        for done, (page, language) in enumerate(todo, 1):
            name, size = work.write(work.renderer.plan.pages[page], language)
            sizes[name] = size
            if progress and done % 50 == 0:
                progress(done, len(todo))
        return sizes
    # the children inherit the work by fork: nothing is copied between processes but names and sizes
    _warm(work)
    chunks = [todo[start : start + 120] for start in range(0, len(todo), 120)]
    _SHARED.append(work)
    try:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            done = 0
            for written in pool.imap_unordered(_chunk, chunks):
                sizes.update(written)
                done += len(written)
                if progress:
                    progress(done, len(todo))
    finally:
        _SHARED.clear()
    return dict(sorted(sizes.items()))


_SHARED: list[Work] = []


def _chunk(pages: Sequence[tuple[int, str]]) -> dict[str, int]:
    work = _SHARED[0]
    return dict(work.write(work.renderer.plan.pages[page], language) for page, language in pages)


def _warm(work: Work) -> None:
    """Make what all pages share before the processes part."""
    facts = next(iter(work.views.values())).facts
    for name in ("entities", "claims", "mentions", "by_main_subject", "opponents", "backlinks", "stated"):
        getattr(facts, name)
    for name in ("usage", "claims", "asked", "askers"):
        getattr(work.uses, name)
    _ = work.grouped
    _ = work.renderer.files
