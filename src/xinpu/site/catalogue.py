"""Catalogues: all messages of the site, where they stand, and what a language still lacks.

``python -m xinpu.site.catalogue`` brings ``site/locale`` up to date with templates, route table and queries.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po

from xinpu.i18n import LOCALES, catalogue_path, column_label, read_catalogue, translations
from xinpu.layout import LANGUAGES, Project, find_project
from xinpu.queries import Library

_PLACE: Final = re.compile(r"%\((\w+)\)s")
_STAMPS: Final = re.compile(
    r'"(?:POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By|Report-Msgid-Bugs-To): [^"]*"\n'
)

PHRASES: Final = (
    "as of %(date)s",
    "yes",
    "no",
    "Value of “%(name)s”",
    "Named as %(name)s",
    "Network of all entities",
    "%(name)s %(number)s",
)
"""Messages of the code itself; all others are in templates and the route table."""

_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "translate": None,
}


def messages(project: Project) -> list[tuple[str | tuple[str, str], str | None, str]]:
    """Collect all messages: of the code, the templates and the route table; each with its context and where it is."""
    found: dict[tuple[str | tuple[str, str], str | None], str] = {}
    for phrase in PHRASES:
        found.setdefault((phrase, None), "src/xinpu")
    options = {"trimmed": "true", "silent": "false"}
    for path in sorted((project.site / "templates").rglob("*.html")):
        with path.open("rb") as stream:
            shown = project.relative(path)
            for line, message, _, context in extract("jinja2.ext:babel_extract", stream, _KEYWORDS, (), options):
                text = (str(message[0]), str(message[1])) if isinstance(message, tuple) else str(message)
                found.setdefault((text, context), f"{shown}:{line}")
    table = project.site / "pages.toml"
    data = tomllib.loads(table.read_text(encoding="utf-8"))
    shown = project.relative(table)
    for text in _table_messages(data):
        found.setdefault((text, None), shown)
    for query in Library(project).all():
        for name in query.columns:
            if name not in data.get("columns", {}):
                found.setdefault((column_label(name), None), query.path)
    return [(text, context, place) for (text, context), place in found.items() if text]


def _table_messages(data: Mapping[str, Any]) -> Iterable[str]:
    for entry in data.get("columns", {}).values():
        yield str(entry if isinstance(entry, str) else entry.get("label", ""))
    yield from map(str, data.get("kinds", {}).values())
    yield from map(str, data.get("terms", {}).values())
    for route in data.get("route", ()):
        for part in (route, *route.get("panels", ())):
            yield from (str(part[key]) for key in ("title", "intro", "unknown") if part.get(key))
            if "query" in part:
                yield from (column_label(name) for name in part.get("columns", ()) if name not in data["columns"])


def missing_messages(project: Project, language: str) -> list[str]:
    """List messages that a language's catalogue does not translate (or only as fuzzy), or translates wrongly.

    Wrongly: another set of ``%(name)s`` places than the message has.
    """
    known = translations(project, language)
    faults = []
    for message, context, place in messages(project):
        key = message if isinstance(message, str) else message[0]
        given = known.plural.get(key) if not isinstance(message, str) else (known.single.get((context, key)) or "",)
        wanted = set(_PLACE.findall(key if isinstance(message, str) else message[1]))
        if not given or not all(given):
            faults.append(f"{place}: {key}")
        elif any(set(_PLACE.findall(text)) - wanted for text in given) or wanted - set(_PLACE.findall(given[-1])):
            faults.append(f"{place}: {key} (places differ)")
    return faults


def update(project: Project) -> None:
    """Write the template and the catalogues anew: what is translated stays, what is no longer used goes."""
    found = messages(project)
    for language in ("", *LANGUAGES[1:]):
        path = catalogue_path(project, language) if language else project.site / "locale" / "messages.pot"
        old = read_catalogue(project, language) if language and path.exists() else Catalog()
        made = Catalog(locale=LOCALES.get(language), project="xinpu", charset="utf-8", fuzzy=False)
        made.header_comment = "# Messages of the Xinpu site."
        for message, context, place in found:
            first = message if isinstance(message, str) else message[0]
            known = old.get(first, context)
            flags = ["python-format"] if _PLACE.search(first) else []
            where: Any = [(re.sub(r":\d+$", "", place), None)]
            made.add(message, known.string if known else "", where, (), flags, context=context)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_po(stream, made, sort_output=True, width=110)
        # no clock and no tool's version in files under version control
        text = path.read_text(encoding="utf-8")
        path.write_text(_STAMPS.sub("", text), encoding="utf-8")


if __name__ == "__main__":
    update(find_project())
