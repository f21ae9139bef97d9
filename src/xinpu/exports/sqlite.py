"""SQLite: entities, names, claims, sources, a table a class and a query; opens in Datasette with its metadata.

Claims of all kinds are one table, and each kind is a view of it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final

from pyoxigraph import Literal, NamedNode

from xinpu.exports.base import Bundle, Written, descendants, instances, objects
from xinpu.exports.columns import SEPARATOR, Cell, Column, kebab, snake, text
from xinpu.exports.frames import Frame, classes, frames, subject_frame
from xinpu.terms import iri, slug

_TYPES: Final = {"integer": "INTEGER", "decimal": "REAL", "boolean": "INTEGER"}
_NAMES: Final = {
    "skos:prefLabel": "preferred",
    "skos:altLabel": "alias",
    "xp:legalName": "legal",
    "xp:formerName": "former",
}
_LARGEST: Final = 2**63 - 1

Row = Sequence[str | int | float | None]


def sqlite(bundle: Bundle) -> Iterator[Written]:
    """Write the database in one transaction, and Datasette's metadata beside it."""
    path = "sqlite/xinpu.db"
    target = bundle.open_folder(path)
    target.unlink(missing_ok=True)
    database = sqlite3.connect(target, isolation_level=None)
    try:
        database.execute("PRAGMA page_size = 4096")
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        count = _fill(database, bundle)
        database.execute("COMMIT")
    finally:
        database.close()
    yield Written(path, "SQLite database", "application/vnd.sqlite3", count)
    path = "sqlite/metadata.json"
    content = json.dumps(_metadata(bundle), ensure_ascii=False, indent=1) + "\n"
    bundle.open_folder(path).write_text(content, encoding="utf-8", newline="\n")
    yield Written(path, "Metadata for Datasette", "application/json")


def _fill(database: sqlite3.Connection, bundle: Bundle) -> int:
    claim_classes = set(descendants(bundle.dataset, iri("xp:Claim")))
    claims = claims_frame(bundle)
    count = _table(database, "claims", claims)
    for column in ("main_subject", "class"):
        if any(held.name == column for held in claims.columns):
            database.execute(f"CREATE INDEX claims_{column} ON claims ({_quoted(column)})")
    for cls in classes(bundle):
        if cls in claim_classes:
            name = _literal(slug(cls))
            database.execute(
                f"CREATE VIEW {_quoted(snake(slug(cls)))} AS SELECT * FROM claims"  # noqa: S608 - quoted, own names
                f" WHERE {_quoted('class')} = {name}"
            )
    views = {f"class/{kebab(slug(cls))}" for cls in claim_classes}
    for frame in frames(bundle):
        if frame.name not in views:
            count += _table(database, table_name(frame), frame)
    count += _entities(database, bundle)
    links = ("claim", "entity", _pairs(bundle, "xp:about")), ("claim", "source", _pairs(bundle, "xp:source"))
    for left, right, pairs in links:
        name = f"{left}_{right}"
        database.execute(f"CREATE TABLE {name} ({left} TEXT NOT NULL, {right} TEXT NOT NULL)")
        database.executemany(f"INSERT INTO {name} VALUES (?, ?)", pairs)  # noqa: S608 - own names
        for side in (left, right):
            database.execute(f"CREATE INDEX {name}_{side} ON {name} ({side})")
        count += len(pairs)
    return count


def table_name(frame: Frame) -> str:
    """Give the name of a frame's table: ``chip`` for a class, ``query_chips_all`` for a query."""
    kind, _, name = frame.name.partition("/")
    return snake(name) if kind == "class" else f"query_{snake(name)}"


def claims_frame(bundle: Bundle) -> Frame:
    """Make the frame of all claims, whatever their kind."""
    kinds = {cls: instances(bundle.dataset, cls) for cls in descendants(bundle.dataset, iri("xp:Claim"))}
    of_kind = {subject.value: cls for cls, held in kinds.items() for subject in held}
    found = [NamedNode(value) for value in sorted(of_kind)]
    frame = subject_frame(bundle, "claims", "Claims of all kinds", found)

    def rows() -> Iterator[tuple[Cell, ...]]:
        for subject, row in zip(found, frame.rows(), strict=True):
            yield (row[0], slug(of_kind[subject.value]), *row[1:])

    kind = Column("class", "Kind of claim")
    return Frame("claims", frame.title, (frame.columns[0], kind, *frame.columns[1:]), rows)


def _table(database: sqlite3.Connection, name: str, frame: Frame) -> int:
    columns = [f"{_quoted(c.name)} {'TEXT' if c.several else _TYPES.get(c.datatype, 'TEXT')}" for c in frame.columns]
    if not frame.query:
        columns[0] += " PRIMARY KEY"
    database.execute(f"CREATE TABLE {_quoted(name)} ({', '.join(columns)})")
    places = ", ".join("?" * len(columns))
    return _insert(database, f"INSERT INTO {_quoted(name)} VALUES ({places})", frame.rows())  # noqa: S608 - quoted


def _insert(database: sqlite3.Connection, statement: str, rows: Iterable[tuple[Cell, ...]]) -> int:
    count = 0
    held = iter(rows)
    while batch := [[_value(cell) for cell in row] for row in islice(held, 10_000)]:
        database.executemany(statement, batch)
        count += len(batch)
    return count


def _value(cell: Cell) -> str | int | float | None:
    if isinstance(cell, tuple):
        return SEPARATOR.join(map(text, cell))
    if isinstance(cell, Decimal):
        return float(cell)
    return str(cell) if isinstance(cell, int) and abs(cell) > _LARGEST else cell


def _entities(database: sqlite3.Connection, bundle: Bundle) -> int:
    database.execute(
        "CREATE TABLE entities (id TEXT PRIMARY KEY, iri TEXT NOT NULL, classes TEXT NOT NULL,"
        " label TEXT NOT NULL, label_zh TEXT, label_fr TEXT)"
    )
    database.execute(
        "CREATE TABLE names (entity TEXT NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL, name TEXT NOT NULL)"
    )
    below = descendants(bundle.dataset, iri("xp:Entity"))
    found = sorted({subject.value for cls in below for subject in instances(bundle.dataset, cls)})
    rows: list[Row] = []
    names: list[Row] = []
    for value in found:
        subject, texts = NamedNode(value), bundle.labels.texts.get(value, {})
        held = SEPARATOR.join(slug(cls) for cls in objects(bundle.dataset, subject, "rdf:type"))
        label = bundle.labels.text(value)
        rows.append((slug(value), value, held, label, texts.get("zh-hans"), texts.get("fr")))
        for name, kind in _NAMES.items():
            quads = bundle.dataset.store.quads_for_pattern(subject, NamedNode(iri(name)), None, None)
            literals = [quad.object for quad in quads if isinstance(quad.object, Literal)]
            names += sorted((slug(value), kind, literal.language or "", literal.value) for literal in literals)
    database.executemany("INSERT INTO entities VALUES (?, ?, ?, ?, ?, ?)", rows)
    database.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", names)
    for column in ("entity", "name"):
        database.execute(f"CREATE INDEX names_{column} ON names ({column})")
    return len(rows) + len(names)


def _pairs(bundle: Bundle, name: str) -> list[tuple[str, str]]:
    quads = bundle.dataset.store.quads_for_pattern(None, NamedNode(iri(name)), None, None)
    found = {
        (slug(quad.subject), slug(quad.object))
        for quad in quads
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    }
    return sorted(found)


def _metadata(bundle: Bundle) -> dict[str, object]:
    tables: dict[str, object] = {
        "claims": {"title": "Claims of all kinds"},
        "entities": {"title": "Everything that has a page", "label_column": "label"},
        "names": {"title": "All names of all entities"},
        "claim_entity": {"title": "Which claims are about which entities"},
        "claim_source": {"title": "Which sources make which claims"},
    }
    for frame in frames(bundle):
        entry: dict[str, object] = {"title": frame.title}
        if frame.description:
            entry["description"] = frame.description
        entry["columns"] = {column.name: column.description for column in frame.columns if column.description}
        tables[table_name(frame)] = entry
    return {
        "title": bundle.header("dcterms:title"),
        "description": bundle.header("dcterms:abstract"),
        "license_url": bundle.header("dcterms:license"),
        "databases": {"xinpu": {"tables": dict(sorted(tables.items()))}},
    }


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
