"""The route table and the plan: what is wrong is named with file and line, and nothing collides or escapes."""

from __future__ import annotations

from pathlib import Path

import pytest

from xinpu.errors import DataError, ModelError
from xinpu.layout import ID, XP, Project
from xinpu.pages import RouteTable, plan, read_routes

ROUTE = '[[route]]\nname = "{name}"\npath = "{path}"\ntemplate = "page.html"\ntitle = "T"\n{more}\n'


def table(folder: Path, text: str) -> RouteTable:
    (folder / "site").mkdir(exist_ok=True)
    (folder / "site" / "pages.toml").write_text(text, encoding="utf-8")
    return read_routes(Project(folder))


def route(name: str, path: str, more: str = "") -> str:
    return ROUTE.format(name=name, path=path, more=more)


def test_real_table_reads(real: Project) -> None:
    routes = read_routes(real)
    assert routes.get("company").path == "/company/{slug}/"
    assert [r.nav for r in routes.navigation()] == sorted(r.nav for r in routes.navigation())
    assert routes.routes[-1].each == XP + "Entity", "the last route takes what no other fits"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (route("a", "/a/") + route("a", "/b/"), "site/pages.toml:7: route 'a' is already in line 1"),
        (route("a", "/../x/"), "is not usable"),
        (route("a", "/A b/"), "is not usable"),
        (route("zh", "/zh/x/"), "belongs to a language"),
        (route("a", "/id/x/"), "belongs to a language or to the site itself"),
        (route("a", "/a/", 'each = "xp:Chip"'), "do not fit"),
        (route("a", "/a/{slug}/"), "do not fit"),
        (route("a", "/a/", 'panel = "x"'), "unknown key 'panel'"),
        (route("a", "/a/", "panels = [{ view = 'table' }]"), "has no query"),
        (route("a", "/a/{slug}/", 'each = "Chip"'), "is not a term"),
        ("[[route]]\nname = 'a'\n", "the route has no path"),
        ("[[route]\n", "site/pages.toml:1: not TOML"),
    ],
)
def test_wrong_tables_are_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        table(tmp_path, text)
    assert words in str(caught.value)
    assert str(caught.value).startswith("site/pages.toml:")


def test_missing_table(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="route table is missing"):
        read_routes(Project(tmp_path))


def test_first_fitting_route_wins(tmp_path: Path) -> None:
    routes = table(
        tmp_path,
        route("chip", "/chip/{slug}/", 'each = "xp:Chip"') + route("thing", "/thing/{slug}/", 'each = "xp:Entity"'),
    )
    classes = {XP + "Chip": frozenset((XP + "Chip", XP + "Entity"))}
    made = plan(routes, {ID + "m100": (XP + "Chip",), ID + "odd": (XP + "Entity",)}, classes)
    assert made.href(ID + "m100") == "chip/m100/index.html"
    assert made.href(ID + "odd") == "thing/odd/index.html"
    page = made.by_subject[ID + "m100"]
    assert (page.root, page.output("en"), page.output("zh")) == (
        "../../",
        "chip/m100/index.html",
        "zh/chip/m100/index.html",
    )
    assert page.url("fr") == "/fr/chip/m100/"


def test_collisions_and_escapes_name_their_place(tmp_path: Path) -> None:
    routes = table(tmp_path, route("thing", "/thing/{slug}/", 'each = "xp:Entity"'))
    kinds = (XP + "Entity",)
    places = {"https://b.example/X": ("graph/b.ttl", 7), ID + "..": ("graph/c.ttl", 3)}
    with pytest.raises(DataError, match=r"graph/b\.ttl:7: .*would share the page"):
        plan(routes, {"https://a.example/x": kinds, "https://b.example/X": kinds}, {}, place=places)
    with pytest.raises(DataError, match=r"graph/c\.ttl:3: .*cannot be a folder"):
        plan(routes, {ID + "..": kinds}, {}, place=places)
    with pytest.raises(DataError, match="cannot be a folder"):
        plan(routes, {ID + "a" * 500: kinds}, {})


def test_two_routes_on_one_path(tmp_path: Path) -> None:
    routes = table(tmp_path, route("a", "/a/") + route("b", "/a/"))
    with pytest.raises(ModelError, match=r"pages\.toml:7: routes a and b both write /a/"):
        plan(routes, {}, {})
