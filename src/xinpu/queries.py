"""The query library: SPARQL files with a grlc header, their parameters, and running them.

A parameter is a block ``VALUES ?company { id:baidu }  #+ param company``; binding replaces the block's terms with
serialised terms, never with text. grlc: https://grlc.io/
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

from xinpu.errors import ModelError, UsageError, XinpuError
from xinpu.layout import Project
from xinpu.store import Source, Term
from xinpu.terms import Literal, NamedNode, term_from_text

FOLDERS_APART: Final = ("checks", "derive", "site")
"""Folders of ``queries/`` that are not part of the library."""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader; libyaml's is ten times faster and not on every machine."""

_PARAM = re.compile(r"(?m)(VALUES\s+\?(\w+)\s*\{)([^}\n]*)(\}[^\n]*#\+\s*param\s+(\w+)[ \t]*)$")


@dataclass(frozen=True)
class Param:
    """A parameter of a query: its type (a word such as company, date, text) and an example as written."""

    name: str
    type: str
    example: str
    description: str = ""


@dataclass(frozen=True)
class Query:
    """One query file: its text, and what its header says."""

    name: str
    """Folder and file without suffix, such as ``companies/all``."""
    path: str
    """Relative to the project."""
    text: str
    """The whole file; valid SPARQL with the example parameters in place."""
    summary: Mapping[str, str] = field(default_factory=dict)
    """Question by language of the interface: en, zh, fr."""
    description: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Name -> meaning, in the order of the SELECT list."""
    params: tuple[Param, ...] = ()
    tags: tuple[str, ...] = ()
    expects: int = 0
    header: Mapping[str, Any] = field(default_factory=dict)
    """Everything in the header, for keys of checks and derive rules (severity, remedy, iterate)."""

    def bind(self, given: Mapping[str, str | Sequence[str]]) -> str:
        """Give the text with parameters put in place, each one value or several.

        Raises UsageError for a parameter that does not exist or a value that does not fit its type.
        """
        known = {param.name: param for param in self.params}
        terms: dict[str, str] = {}
        for name, values in given.items():
            if name not in known:
                raise UsageError(f"query {self.name} has no parameter {name!r}", remedy=_params_remedy(name, known))
            listed = [values] if isinstance(values, str) else list(values)
            if not listed:
                example = known[name].example
                raise UsageError(f"parameter {name} has no value", remedy=f"For example: -p {name}={example}")
            terms[name] = " ".join(str(term_from_text(value, known[name].type)) for value in listed)

        def place(match: re.Match[str]) -> str:
            return f"{match[1]} {terms[match[5]]} {match[4]}" if match[5] in terms else match[0]

        return _PARAM.sub(place, self.text)


@dataclass(frozen=True)
class Table:
    """Rows of a query: columns in order, cells as terms, None where unbound."""

    name: str
    columns: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]

    def column(self, name: str) -> list[Term | None]:
        """Give one column."""
        index = self.columns.index(name)
        return [row[index] for row in self.rows]

    def records(self) -> list[dict[str, Term | None]]:
        """Give rows as dictionaries by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def by(self, name: str) -> dict[str, list[tuple[Term | None, ...]]]:
        """Group rows by the text of one column, order kept; rows without it are left out."""
        index = self.columns.index(name)
        groups: dict[str, list[tuple[Term | None, ...]]] = {}
        for row in self.rows:
            cell = row[index]
            if isinstance(cell, NamedNode | Literal):
                groups.setdefault(cell.value, []).append(row)
        return groups


class Library:
    """All query files of a project, read at need."""

    def __init__(self, project: Project) -> None:
        self.project = project

    @cached_property
    def paths(self) -> dict[str, Path]:
        """Name -> file, of every query, A to Z."""
        root = self.project.queries
        return {path.relative_to(root).with_suffix("").as_posix(): path for path in sorted(root.rglob("*.rq"))}

    def names(self) -> list[str]:
        """Names of the library's queries, A to Z; without checks, derive rules and the site's own queries."""
        return [name for name in self.paths if name.partition("/")[0] not in FOLDERS_APART]

    def in_folder(self, folder: str) -> list[Query]:
        """All queries of one folder (``derive``, ``checks``, ``site`` …), by file name."""
        return [self.get(name) for name in self.paths if name.partition("/")[0] == folder]

    def get(self, name: str) -> Query:
        """Read one query; raises UsageError with close names if there is none of that name."""
        path = self.paths.get(name)
        if path is None:
            raise UsageError(f"there is no query {name!r}", remedy=_names_remedy(name, self.names()))
        return read_query(self.project, path, name)

    def all(self) -> list[Query]:
        """Read the whole library."""
        return [self.get(name) for name in self.names()]


def read_query(project: Project, path: Path, name: str | None = None) -> Query:
    """Read a query file and its header; raises ModelError with a line if the header is wrong."""
    shown = project.relative(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"cannot be read: {error}", path=shown, remedy="Give a SPARQL file in UTF-8.") from None
    return parse_query(text, name or path.stem, shown)


def parse_query(text: str, name: str, shown: str) -> Query:
    """Make a query of its text; without a header it has no summary and no declared columns."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#+"):
            break
        lines.append(line[3:] if line.startswith("#+ ") else line[2:])
    try:
        header = yaml.load("\n".join(lines), Loader=_LOADER) or {}  # noqa: S506 - both are safe loaders
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "unreadable"
        raise ModelError(
            f"the header is not YAML: {problem}",
            path=shown,
            line=(mark.line + 1) if mark else 1,
            remedy="Mend the #+ lines; quote texts that hold a colon.",
        ) from None
    if not isinstance(header, dict):
        raise ModelError("the header is not a mapping", path=shown, line=1, remedy="Write `#+ summary: …`.")
    return Query(
        name=name,
        path=shown,
        text=text,
        summary=_summaries(header),
        description=str(header.get("description") or "").strip(),
        columns={str(key): str(meaning) for key, meaning in (header.get("columns") or {}).items()},
        params=_params(header, text, shown),
        tags=tuple(str(tag) for tag in header.get("tags") or ()),
        expects=int(header.get("expects") or 0),
        header=header,
    )


def _summaries(header: Mapping[str, Any]) -> dict[str, str]:
    keys = {"en": "summary", "zh": "summary_zh", "fr": "summary_fr"}
    return {language: str(header[key]).strip() for language, key in keys.items() if header.get(key)}


def _params(header: Mapping[str, Any], text: str, shown: str) -> tuple[Param, ...]:
    declared = header.get("params") or {}
    placed = {match[5] for match in _PARAM.finditer(text)}
    if placed != set(declared):
        odd = ", ".join(sorted(placed ^ set(declared)))
        raise ModelError(
            f"parameters in the header and in the query differ: {odd}",
            path=shown,
            line=1,
            remedy="Declare each under params and mark its line `VALUES ?x { … } #+ param x`.",
        )
    return tuple(
        Param(str(name), str(entry["type"]), str(entry["example"]), str(entry.get("description") or ""))
        for name, entry in declared.items()
    )


def run(query: Query, source: Source, given: Mapping[str, str | Sequence[str]] | None = None) -> Table:
    """Run a SELECT query on the store or on a server; errors name the query's file."""
    text = query.bind(given or {})
    try:
        answer = source.select(text)
    except XinpuError as error:
        if error.path is None and isinstance(error, ModelError):
            raise ModelError(error.message, path=query.path, line=error.line, remedy=error.remedy) from None
        raise
    return Table(query.name, answer.variables, answer.rows)


def _names_remedy(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    by_end = [entry for entry in known if name and name in entry][:3]
    choice = list(dict.fromkeys(close + by_end))
    return f"Did you mean {' or '.join(choice[:3])}?" if choice else "`xinpu queries` lists them."


def _params_remedy(name: str, known: Mapping[str, Param]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]}?"
    return f"It has {', '.join(known)}." if known else "It takes none."
