"""The mapping of an import: what its columns, predicates, names, addresses and words mean in the graph.

A mapping is a folder: ``mapping.toml`` (columns, words, variables), and tables as CSV: ``predicates.csv`` (predicate to
kind of claim), ``entities.csv``, ``sources.csv``, ``publishers.csv``, ``periods.csv``, ``lookups.csv``,
``decisions.csv`` (corrections and rejections, each with its reason) and ``findings.csv`` (prose in our own words).
"""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xinpu.errors import DataError, UsageError

Row = dict[str, str]


class UnmappedError(Exception):
    """A fact that the mapping does not cover; the text says what is missing."""


@dataclass(frozen=True)
class Rule:
    """What one predicate means: the kind of claim, the middle of its id, and its properties as templates."""

    predicate: str
    value_type: str
    classes: tuple[str, ...]
    kind: str
    what: str
    properties: tuple[tuple[str, str], ...]
    status: str
    basis: str
    dated: bool


@dataclass(frozen=True)
class Decision:
    """What a curator decided about one fact: an outcome, fields to change, and why."""

    outcome: str
    changes: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True)
class Note:
    """Properties that certain words in a fact's note imply, for some kinds of claim."""

    pattern: re.Pattern[str]
    kinds: frozenset[str]
    changes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Mapping:
    """All tables of a mapping folder."""

    settings: dict[str, Any]
    rules: dict[str, list[Rule]]
    names: dict[str, str]
    entities: dict[str, Row]
    addresses: dict[str, Row]
    sources: dict[str, Row]
    publishers: dict[str, Row]
    periods: dict[str, Row]
    period_ids: dict[str, Row]
    lookups: dict[tuple[str, str, str], str]
    decisions: dict[str, Decision]
    findings: list[Row]
    finding_of: dict[str, int]
    notes: list[Note]

    def source_at(self, address: str) -> Row:
        """Give the row of an address; one that must not be published may stand as ``sha256:`` and its digest."""
        row = self.addresses.get(address)
        if row is None:
            row = self.addresses.get("sha256:" + hashlib.sha256(address.encode()).hexdigest())
        if row is None:
            raise UnmappedError(f"the source {address} is not in sources.csv")
        return row

    def words(self, table: str) -> dict[str, Any]:
        """Give one table of words of ``mapping.toml``."""
        found = self.settings.get(table, {})
        return found if isinstance(found, dict) else {}


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Split ``key=value; key=value`` into pairs."""
    parts = [part.strip() for part in re.split(r";\s+|;$", text) if part.strip()]
    return tuple((key.strip(), value.strip()) for key, _, value in (part.partition("=") for part in parts))


def read_table(path: Path, columns: str) -> list[Row]:
    """Read a CSV with a header; raises DataError if a column is missing or a row is too long."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restkey="__rest__", restval="")
        missing = [name for name in columns.split() if name not in (reader.fieldnames or [])]
        if missing:
            raise DataError(f"no column {', '.join(missing)}", path=path, line=1, remedy=f"Needed are: {columns}.")
        rows = []
        for row in reader:
            if row.get("__rest__"):
                raise DataError("too many cells", path=path, line=reader.line_num, remedy="Quote cells with commas.")
            rows.append({key: (value or "").strip() for key, value in row.items()})
        return rows


def load_mapping(folder: Path) -> Mapping:
    """Read a mapping folder; raises UsageError if it is none and DataError on the first fault in a table."""
    settings_path = folder / "mapping.toml"
    if not settings_path.is_file():
        raise UsageError(f"{folder} is not a mapping: it has no mapping.toml", remedy="Name a folder with a mapping.")
    try:
        settings = tomllib.loads(settings_path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"not TOML: {error}", path=settings_path) from None
    rules: dict[str, list[Rule]] = {}
    for row in read_table(
        folder / "predicates.csv", "predicate value_type subject_class kind what properties status basis dated"
    ):
        rule = Rule(
            row["predicate"],
            row["value_type"],
            tuple(row["subject_class"].split()),
            row["kind"],
            row["what"],
            pairs(row["properties"]),
            row["status"],
            row["basis"],
            row["dated"] == "yes",
        )
        rules.setdefault(rule.predicate, []).append(rule)
    entities: dict[str, Row] = {}
    names: dict[str, str] = {}
    for row in read_table(folder / "entities.csv", "name id class file en zh fr legal_zh aliases kind props"):
        names[row["name"]] = row["id"]
        if row["class"]:
            entities[row["id"]] = row
    sources = read_table(
        folder / "sources.csv", "address id url publisher tier issued title language derived_from rejected"
    )
    periods = read_table(folder / "periods.csv", "text id begins ends en zh fr")
    findings = read_table(folder / "findings.csv", "facts about topic en zh fr status basis")
    decisions: dict[str, Decision] = {}
    for row in read_table(folder / "decisions.csv", "fact outcome set reason"):
        for fact in row["fact"].split():
            before = decisions.get(fact, Decision("", (), ""))
            decisions[fact] = Decision(
                row["outcome"] or before.outcome,
                before.changes + pairs(row["set"]),
                "; ".join(part for part in (before.reason, row["reason"]) if part),
            )
    return Mapping(
        settings=settings,
        rules=rules,
        names=names,
        entities=entities,
        addresses={row["address"]: row for row in sources if row["address"]},
        sources={row["id"]: row for row in sources},
        publishers={row["id"]: row for row in read_table(folder / "publishers.csv", "id label zh")},
        periods={row["text"]: row for row in periods},
        period_ids={row["id"]: row for row in periods if row["begins"]},
        lookups={
            (row["lookup"], row["subject"], row["qualifier"]): row["id"]
            for row in read_table(folder / "lookups.csv", "lookup subject qualifier id")
        },
        decisions=decisions,
        findings=findings,
        finding_of={fact: number for number, row in enumerate(findings) for fact in row["facts"].split()},
        notes=[
            Note(re.compile(entry["pattern"]), frozenset(entry["kinds"]), pairs(entry["set"]))
            for entry in settings.get("notes", [])
        ],
    )
