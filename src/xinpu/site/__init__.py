"""The site: static HTML of every page in every language, made from the graph, the library's tables and the templates.

``build`` plans all pages, runs each query once, renders (in several processes if asked) and writes what goes beside
the pages: RDF, results, redirects, feed, search index, sitemap.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xinpu import search
from xinpu.checks.outline import outlines
from xinpu.checks.shapes import read_shapes
from xinpu.errors import ModelError
from xinpu.i18n import translations
from xinpu.layout import LANGUAGES, Project
from xinpu.network import layout, network
from xinpu.pages import RouteTable, plan, read_routes
from xinpu.queries import Library, Query, Table, run
from xinpu.site import files
from xinpu.site.facts import Facts
from xinpu.site.overview import Overview
from xinpu.site.render import Messages, Renderer
from xinpu.site.tables import opened
from xinpu.site.views import Views
from xinpu.site.vocabulary import Uses, Vocabulary
from xinpu.site.work import Work, render_all
from xinpu.store import Dataset
from xinpu.terms import Labels, expand, iri

__all__ = ["SiteReport", "build"]


@dataclass(frozen=True)
class SiteReport:
    """What was written."""

    pages: int
    files: int
    size: int
    """Bytes of all files."""
    largest: tuple[str, int]
    """The heaviest page and its bytes."""


def build(
    project: Project,
    dataset: Dataset,
    library: Library,
    tables: Mapping[str, Table] | None,
    out: Path,
    *,
    base_url: str = "",
    languages: Sequence[str] = LANGUAGES,
    jobs: int = 1,
    findings: Sequence[Any] = (),
    downloads: Sequence[Any] = (),
    progress: Callable[[int, int], None] | None = None,
) -> SiteReport:
    """Write the site into an empty folder.

    ``tables`` holds the results of library queries by name (run here if None), ``findings`` what the checks found
    (path, line, severity, rule, message), ``downloads`` the exported files (path below ``exports/``, title, size,
    sha256). ``progress`` is called with pages done and pages in all.
    """
    routes = read_routes(project)
    facts = Facts.read(library, dataset)
    queries = {name: library.get(name) for name in library.names()}
    results = dict(tables) if tables is not None else {}
    for name, query in queries.items():
        if name not in results:
            results[name] = run(query, dataset)
    planned = plan(
        routes, facts.entities, facts.classes, others={**facts.terms, "query": sorted(queries)}, place=dataset.places
    )
    labels = Labels.of(dataset)
    out.mkdir(parents=True, exist_ok=True)
    shutil.copytree(project.site / "static", out / "static")
    search.copy_library(project, out / "static")
    shared = {
        "settings": routes.settings,
        "navigation": routes.navigation(),
        "expand": expand,
        "ontology_files": [
            "index.ttl",
            "index.jsonld",
            "index.nt",
            *(path.name for path in (*project.ontology_files(), project.shapes)),
        ],
        "downloads_hrefs": [f"exports/{entry.path}" for entry in downloads],
    }
    renderer = Renderer(project, routes, planned, base_url, tuple(languages), shared)
    renderer.compile()
    terms = {iri(name): message for name, message in routes.settings.get("terms", {}).items()}
    net = network(dataset, labels)
    views = {lang: Views(facts, labels, planned, translations(project, lang), terms) for lang in languages}
    shapes = project.shapes.read_text(encoding="utf-8") if project.shapes.exists() else ""
    uses = Uses(facts, queries, outlines(read_shapes(shapes, project.relative(project.shapes))))
    work = Work(
        renderer=renderer,
        views=views,
        overviews={
            lang: Overview(view, routes, planned, queries, Vocabulary(view, planned, uses))
            for lang, view in views.items()
        },
        uses=uses,
        messages={lang: Messages(view.translations) for lang, view in views.items()},
        queries={**queries, **_site_queries(routes, library)},
        results=results,
        panels=_panel_tables(routes, library, dataset, results),
        network=net,
        places=layout(net),
        findings=tuple(findings),
        downloads=tuple(downloads),
        out=out,
    )
    sizes = render_all(work, jobs, progress)
    sizes.update(files.write_beside(work, dataset, base_url))
    heaviest = max(((name, size) for name, size in sizes.items() if name.endswith(".html")), key=lambda item: item[1])
    return SiteReport(
        pages=len(planned.pages) * len(languages), files=len(sizes), size=sum(sizes.values()), largest=heaviest
    )


def _site_queries(routes: RouteTable, library: Library) -> dict[str, Query]:
    """Read the queries of ``queries/site/`` that panels name; raises ModelError for a name that does not exist."""
    found = {}
    for route in routes.routes:
        for panel in route.panels:
            if panel.query not in library.paths:
                raise ModelError(
                    f"route {route.name} asks for the query {panel.query}, which does not exist",
                    path=routes.path,
                    line=route.line,
                    remedy="Write it in queries/, or name another.",
                )
            found[panel.query] = library.get(panel.query)
    return found


def _panel_tables(
    routes: RouteTable, library: Library, dataset: Dataset, results: Mapping[str, Table]
) -> dict[tuple[str, str], Table]:
    """Run the queries of panels, each once, open in the parameter that names the page's subject."""
    found: dict[tuple[str, str], Table] = {}
    for route in routes.routes:
        for panel in route.panels:
            key = (panel.query, panel.by)
            if key in found:
                continue
            query = library.get(panel.query)
            text = opened(query, panel.by)
            if text == query.text and panel.query in results:
                found[key] = results[panel.query]
            else:
                found[key] = run(replace(query, text=text, params=()), dataset)
            if panel.by and panel.by not in found[key].columns:
                raise ModelError(
                    f"route {route.name} groups {panel.query} by {panel.by}, which is none of its columns",
                    path=routes.path,
                    line=route.line,
                    remedy=f"Name one of {', '.join(found[key].columns)}.",
                )
    return found
