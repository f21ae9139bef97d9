"""The route table ``site/pages.toml`` and the plan of all pages: which page lies where, before one is rendered.

It reads routes and gives addresses; it renders nothing and runs no query.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from xinpu.errors import DataError, ModelError
from xinpu.layout import LANGUAGES, Project
from xinpu.terms import expand, slug

SUBJECTS: Final = ("query", "class", "property", "concept")
"""What ``each`` may name beside a class of the graph: one page for each library query or term of the ontology."""

_PATH: Final = re.compile(r"/(?:[a-z0-9{][a-z0-9{}._-]*/)*(?:[a-z0-9][a-z0-9._-]*\.(?:html|xml|txt))?")
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_PANEL_KEYS: Final = frozenset(
    ("query", "by", "title", "intro", "view", "columns", "value", "chart", "small", "unknown", "most", "id", "where")
)
_ROUTE_KEYS: Final = frozenset(
    ("name", "path", "each", "template", "title", "intro", "nav", "panels", "kinds", "box", "prefer", "list")
)


@dataclass(frozen=True)
class Panel:
    """A query's rows on a page: all of them, or those whose column ``by`` names the page's subject."""

    query: str
    title: str = ""
    by: str = ""
    view: str = "table"
    intro: str = ""
    id: str = ""
    columns: tuple[str, ...] = ()
    """Columns shown, in order; none means all that readers need."""
    value: str = ""
    """Column that carries the claim's value, with its bound and its marker."""
    chart: Mapping[str, Any] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    """Column -> text that a row must have, to show a part of a query."""
    small: Mapping[str, Any] = field(default_factory=dict)
    """Small charts above the rows: the column that they are ``of``, columns that are the ``same`` within one, the
    column by which the ``newest`` is chosen, and how many at ``most``."""
    unknown: str = ""
    """What stands in the place of the numbers of a row that has none."""
    most: int = 0
    """Rows shown at most; 0 is all."""


@dataclass(frozen=True)
class Route:
    """One line of the table: a page, or one page for each individual of a class, each query or each term."""

    name: str
    path: str
    template: str
    title: str
    line: int
    each: str = ""
    """IRI of a class, one of SUBJECTS, or empty for a single page."""
    intro: str = ""
    nav: int = 0
    """Place in the navigation from 1; 0 is not in it."""
    list: str = ""
    """IRI of the class whose members a single page lists."""
    kinds: tuple[str, ...] = ()
    box: tuple[str, ...] = ()
    """Properties and metrics whose leading claims stand in the box of an entity page."""
    prefer: tuple[str, ...] = ()
    """Qualifiers that make a figure lead in the box and the sentence, such as one number format."""
    panels: tuple[Panel, ...] = ()


@dataclass(frozen=True)
class RouteTable:
    """The routes in the order of the file (the first that fits an individual has it), and settings for all pages."""

    routes: tuple[Route, ...]
    settings: Mapping[str, Any]
    path: str

    def get(self, name: str) -> Route:
        """Find a route by its name."""
        for route in self.routes:
            if route.name == name:
                return route
        raise ModelError(f"there is no route {name!r}", path=self.path, remedy="Name one of the [[route]] entries.")

    def navigation(self) -> list[Route]:
        """Routes of the navigation, in its order."""
        return sorted((route for route in self.routes if route.nav), key=lambda route: route.nav)


@dataclass(frozen=True)
class PlannedPage:
    """A page in any language: its path from the language's root, its route, and what it is of."""

    path: str
    route: Route
    subject: str = ""
    """IRI of an individual or term, name of a query, or empty."""

    @property
    def href(self) -> str:
        """Address relative to the language's root, ending in a file so that it works from disk."""
        return self.path[1:] + ("index.html" if self.path.endswith("/") else "")

    @property
    def root(self) -> str:
        """Way back from the page to the language's root."""
        return "../" * (self.href.count("/"))

    def output(self, language: str) -> str:
        """File of the page in the site's folder."""
        return ("" if language == LANGUAGES[0] else language + "/") + self.href

    def url(self, language: str) -> str:
        """Path of the page under the base address, without ``index.html``."""
        return ("/" if language == LANGUAGES[0] else f"/{language}/") + self.path[1:]


@dataclass(frozen=True)
class Plan:
    """All pages, by output path; complete before one is rendered."""

    pages: tuple[PlannedPage, ...]
    by_subject: Mapping[str, PlannedPage]
    by_route: Mapping[str, PlannedPage]
    """Single pages by the name of their route."""
    hrefs: frozenset[str]

    def href(self, subject: str) -> str | None:
        """Address of a subject's page from the language's root, if it has one."""
        page = self.by_subject.get(subject)
        return None if page is None else page.href


def read_routes(project: Project) -> RouteTable:
    """Read ``site/pages.toml``; raises ModelError with the line of a wrong entry."""
    path = project.site / "pages.toml"
    shown = project.relative(path)
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        raise ModelError("the route table is missing", path=shown, remedy="Write [[route]] entries.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"at line (\d+)", str(error))
        raise ModelError(
            f"not TOML: {error}", path=shown, line=int(line[1]) if line else None, remedy="Mend it."
        ) from None
    starts = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == "[[route]]"]
    entries = data.pop("route", [])
    routes = tuple(_route(entry, line, shown) for entry, line in zip(entries, starts, strict=True))
    seen: dict[str, int] = {}
    for route in routes:
        if route.name in seen:
            raise ModelError(
                f"route {route.name!r} is already in line {seen[route.name]}",
                path=shown,
                line=route.line,
                remedy="Give each route a name of its own.",
            )
        seen[route.name] = route.line
    return RouteTable(routes, data, shown)


def _route(entry: Mapping[str, Any], line: int, shown: str) -> Route:
    def wrong(what: str, remedy: str) -> ModelError:
        return ModelError(what, path=shown, line=line, remedy=remedy)

    for key in ("name", "path", "template", "title"):
        if not isinstance(entry.get(key), str):
            raise wrong(f"the route has no {key}", f'Write {key} = "…".')
    if unknown := set(entry) - _ROUTE_KEYS:
        raise wrong(f"unknown key {sorted(unknown)[0]!r} in route {entry['name']}", f"Known: {_listed(_ROUTE_KEYS)}.")
    path = entry["path"]
    if not _PATH.fullmatch(path) or ".." in path:
        raise wrong(f"the path {path!r} is not usable", "Write lower-case segments, such as /chip/{slug}/.")
    if path[1:].partition("/")[0] in (*LANGUAGES[1:], "id", "static"):
        raise wrong(f"the path {path!r} belongs to a language or to the site itself", "Choose another first segment.")
    each = entry.get("each", "")
    if bool(each) != ("{slug}" in path):
        raise wrong(f"the path {path!r} and each = {each!r} do not fit", "Use {slug} with each, and only there.")
    panels = []
    for panel in entry.get("panels", ()):
        if unknown := set(panel) - _PANEL_KEYS:
            odd = sorted(unknown)[0]
            raise wrong(f"unknown key {odd!r} in a panel of route {entry['name']}", f"Known: {_listed(_PANEL_KEYS)}.")
        if "query" not in panel:
            raise wrong(f"a panel of route {entry['name']} has no query", 'Write query = "folder/name".')
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in panel.items()}
        panels.append(Panel(**values))
    return Route(
        name=entry["name"],
        path=path,
        template=entry["template"],
        title=entry["title"],
        line=line,
        each=each if each in SUBJECTS else _term(each, wrong),
        intro=entry.get("intro", ""),
        nav=int(entry.get("nav", 0)),
        list=_term(entry.get("list", ""), wrong),
        kinds=tuple(_term(name, wrong) for name in entry.get("kinds", ())),
        box=tuple(_term(name, wrong) for name in entry.get("box", ())),
        prefer=tuple(_term(name, wrong) for name in entry.get("prefer", ())),
        panels=tuple(panels),
    )


def _term(name: str, wrong: Any) -> str:
    if not name:
        return ""
    iri = expand(name)
    if iri is None:
        raise wrong(f"{name!r} is not a term", "Write it with its prefix, such as xp:Chip.")
    return iri


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def plan(
    table: RouteTable,
    individuals: Mapping[str, Iterable[str]],
    classes: Mapping[str, frozenset[str]],
    *,
    others: Mapping[str, Iterable[str]] | None = None,
    place: Mapping[str, tuple[str, int]] | None = None,
) -> Plan:
    """Plan all pages.

    ``individuals`` gives the classes of each entity, ``classes`` the superclasses of each class (itself included),
    ``others`` the names or IRIs for each of SUBJECTS.
    Raises DataError for a slug that cannot be a folder or is taken, ModelError for two routes that write one path.
    """
    places = place or {}
    routes = [route for route in table.routes if route.each and route.each not in SUBJECTS]
    pages: list[PlannedPage] = []
    for route in table.routes:
        if not route.each:
            pages.append(PlannedPage(route.path, route))
        elif route.each in SUBJECTS:
            for name in (others or {}).get(route.each, ()):
                part = name.replace("/", "-") if route.each == "query" else slug(name)
                pages.append(PlannedPage(route.path.replace("{slug}", _safe(part, name, places)), route, name))
    for subject in sorted(individuals):
        above = {parent for kind in individuals[subject] for parent in classes.get(kind, frozenset((kind,)))}
        for route in routes:
            if route.each in above:
                part = _safe(slug(subject), subject, places)
                pages.append(PlannedPage(route.path.replace("{slug}", part), route, subject))
                break
    _no_collisions(pages, table, places)
    return Plan(
        pages=tuple(pages),
        by_subject={page.subject: page for page in pages if page.subject},
        by_route={page.route.name: page for page in pages if not page.subject},
        hrefs=frozenset(page.href for page in pages),
    )


def _safe(part: str, subject: str, places: Mapping[str, tuple[str, int]]) -> str:
    if _SLUG.fullmatch(part) and ".." not in part and not part.endswith(".html"):
        return part
    path, line = places.get(subject, (None, None))
    raise DataError(
        f"the name {part[:60]!r} cannot be a folder of the site",
        path=path,
        line=line,
        remedy="Use letters, digits and hyphens, at most 120.",
    )


def _no_collisions(pages: Iterable[PlannedPage], table: RouteTable, places: Mapping[str, tuple[str, int]]) -> None:
    seen: dict[str, PlannedPage] = {}
    for page in pages:
        # file systems of readers may not tell case apart
        key = page.href.casefold()
        other = seen.setdefault(key, page)
        if other is page:
            continue
        if page.subject in places:
            path, line = places[page.subject]
            raise DataError(
                f"{page.subject} and {other.subject or 'route ' + other.route.name} would share the page {page.path}",
                path=path,
                line=line,
                remedy="Rename one of them.",
            )
        raise ModelError(
            f"routes {other.route.name} and {page.route.name} both write {page.path}",
            path=table.path,
            line=page.route.line,
            remedy="Give one of them another path.",
        )
