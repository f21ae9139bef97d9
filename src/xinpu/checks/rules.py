"""The checks that are queries: files of ``queries/checks/`` whose rows are findings, and the terms that queries use.

Header: ``summary``, ``severity`` (error, warning, info), ``stage`` (curated: before anything is derived, or derived),
``remedy``. Columns: ``node`` and ``message``, then if wanted ``predicate`` and ``value`` (they find the line) and
``remedy`` (instead of the header's). IRIs in messages stand in angle brackets and are shown compact.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

from xinpu.checks.close import close_remedy
from xinpu.checks.declared import OWN, Vocabulary
from xinpu.checks.findings import SEVERITIES, Finding, Severity, finding, of_error, shown
from xinpu.checks.keep import Kept, hash_of
from xinpu.checks.locate import Locator
from xinpu.errors import ModelError, XinpuError
from xinpu.layout import NAMESPACES
from xinpu.queries import Library, Query, read_query, run
from xinpu.store import Dataset
from xinpu.terms import compact, text_of

Stage = Literal["curated", "derived"]

FOLDER: Final = "checks"
COLUMNS: Final = ("node", "message", "predicate", "value", "remedy")

_IRI: Final = re.compile(r"<(https?://[^<>\s]+)>")
_NOT_CODE: Final = re.compile(
    r"""(?m)(\"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3}|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|<[^<>\s]*>|(?<!\S)\#.*$)"""
)
_NAME: Final = re.compile(r"(?<![\w?$:.-])([A-Za-z][\w-]*):([\w-]+)")


@dataclass(frozen=True)
class Rule:
    """A check query with what its header says."""

    query: Query
    name: str
    severity: Severity
    stage: Stage
    remedy: str


def rules(library: Library) -> tuple[list[Rule], list[Finding]]:
    """Read all check queries; give those that are well made, and a finding for each of the others."""
    made: list[Rule] = []
    wrong: list[Finding] = []
    for name, path in library.paths.items():
        folder, _, rest = name.partition("/")
        if folder != FOLDER:
            continue
        try:
            made.append(_rule(read_query(library.project, path, name), rest))
        except XinpuError as error:
            wrong.append(of_error(error, "check-query"))
    return made, wrong


def _rule(query: Query, name: str) -> Rule:
    severity = str(query.header.get("severity") or "")
    stage = str(query.header.get("stage") or "")
    remedy = str(query.header.get("remedy") or "").strip()
    columns = tuple(query.columns)
    problem = (
        f"severity is {severity!r}, not one of {', '.join(SEVERITIES)}"
        if severity not in SEVERITIES
        else f"stage is {stage!r}, neither curated nor derived"
        if stage not in ("curated", "derived")
        else "it has no remedy"
        if not remedy
        else "its columns do not begin with node and message"
        if columns[:2] != COLUMNS[:2]
        else f"column {next(column for column in columns if column not in COLUMNS)} has no meaning here"
        if set(columns) - set(COLUMNS)
        else None
    )
    if problem:
        raise ModelError(f"the header of this check is wrong: {problem}", path=query.path, line=1, remedy="Mend it.")
    return Rule(query, name, cast("Severity", severity), cast("Stage", stage), remedy)


def apply(rule: Rule, dataset: Dataset, locator: Locator) -> Iterator[Finding]:
    """Run one check; each row becomes a finding at the line it is about."""
    try:
        table = run(rule.query, dataset)
    except XinpuError as error:
        yield of_error(error, "check-query")
        return
    for row in table.records():
        node = text_of(row["node"])
        predicate = text_of(row.get("predicate")) or None
        value = text_of(row.get("value")) or None
        spot = locator.spot(node, predicate, value)
        yield finding(
            (spot.path, spot.line),
            rule.severity,
            rule.name,
            _IRI.sub(lambda match: compact(match[1]), text_of(row["message"])),
            text_of(row.get("remedy")) or rule.remedy,
            node=node,
            value=spot.token,
            predicate=predicate,
        )


def undeclared_in_queries(library: Library, vocabulary: Vocabulary, kept: Kept) -> Iterator[Finding]:
    """Find queries that cannot be read, and the project's terms that they use although nothing declares them.

    Such a query answers with no rows, silently.
    """
    for name, path in library.paths.items():
        shown_path = library.project.relative(path)
        try:
            used = _used(library, path, name, kept)
        except XinpuError as error:
            yield of_error(error, "query")
            continue
        for line, token, iri in used:
            if iri not in vocabulary.declared:
                yield finding(
                    (shown_path, line),
                    "error",
                    "undeclared-term",
                    f"`{shown(token)}` is not a declared term",
                    close_remedy(iri, vocabulary.declared, "Declare it in ontology/."),
                    value=token,
                )


def _used(library: Library, path: Path, name: str, kept: Kept) -> Iterable[tuple[int, str, str]]:
    """Give line, token and IRI of the project's terms in a query; raises ModelError if its header is wrong."""
    key = hash_of([path.read_text(encoding="utf-8", errors="surrogateescape")])
    if (known := kept.get(f"query {name}", key)) is not None:
        return cast("list[tuple[int, str, str]]", known)
    text = read_query(library.project, path, name).text
    found: list[tuple[int, str, str]] = []
    code = _NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    for match in _NAME.finditer(code):
        namespace = NAMESPACES.get(match[1])
        if namespace in OWN:
            found.append((text.count("\n", 0, match.start()) + 1, match[0], f"{namespace}{match[2]}"))
    kept.put(f"query {name}", key, found)
    return found
