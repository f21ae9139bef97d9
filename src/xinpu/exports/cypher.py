"""Neo4j: nodes and relationships as CSV with typed headers, a load script in Cypher and one for ``neo4j-admin``.

https://neo4j.com/docs/operations-manual/current/import/
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from xinpu.exports.base import Bundle, Written
from xinpu.exports.columns import snake
from xinpu.exports.drawings import edges_of, nodes_of

_NODES: Final = ("id:ID", "name", "name_zh", "iri", "class", ":LABEL")
_LINKS: Final = (":START_ID", ":END_ID", ":TYPE", "property", "claim", "status")


def neo4j(bundle: Bundle) -> Iterator[Written]:
    """Write both tables and both scripts."""
    nodes = (
        (n["id"], n["label"], n["label_zh"], n["iri"], n["class"], f"Entity;{n['class']}") for n in nodes_of(bundle)
    )
    links = (
        (e["source"], e["target"], relation_type(e["property"]), e["property"], e["claim"], e["status"])
        for e in edges_of(bundle)
    )
    count = _write(bundle, "neo4j/nodes.csv", _NODES, nodes)
    yield Written("neo4j/nodes.csv", "Entities for Neo4j", "text/csv", count)
    count = _write(bundle, "neo4j/relationships.csv", _LINKS, links)
    yield Written("neo4j/relationships.csv", "Links for Neo4j", "text/csv", count)
    classes = sorted({node["class"] for node in nodes_of(bundle)})
    types = sorted({relation_type(edge["property"]) for edge in edges_of(bundle)})
    for path, title, content in (
        ("neo4j/load.cypher", "Load script, for a running Neo4j", _cypher(classes, types)),
        ("neo4j/import.sh", "Import script, for an empty Neo4j", _SHELL),
    ):
        bundle.open_folder(path).write_text(content, encoding="utf-8", newline="\n")
        yield Written(path, title, "text/plain")


def relation_type(name: str) -> str:
    """Turn ``parentOrganization`` into ``PARENT_ORGANIZATION``, as Neo4j's style guide wants."""
    return re.sub(r"\W", "_", snake(name)).upper()


def _write(bundle: Bundle, path: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    count = 0
    with bundle.open_folder(path).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for row in rows:
            # a line break in a cell needs --multiline-fields, and no name has one
            writer.writerow([" ".join(cell.split()) if "\n" in cell or "\r" in cell else cell for cell in row])
            count += 1
    return count


_SHELL: Final = """\
#!/bin/sh
# Imports the two tables into an empty database of a stopped Neo4j 5 or later.
set -eu
cd "$(dirname "$0")"
neo4j-admin database import full --nodes=nodes.csv --relationships=relationships.csv \\
    --overwrite-destination "${1:-neo4j}"
"""


def _cypher(classes: Sequence[str], types: Sequence[str]) -> str:
    """Write the script with plain Cypher: labels and types are constants there, so there is one query for each."""
    lines = [
        "// Put nodes.csv and relationships.csv into Neo4j's import folder, then: cypher-shell -f load.cypher",
        "CREATE CONSTRAINT entity_id IF NOT EXISTS FOR (n:Entity) REQUIRE n.id IS UNIQUE;",
    ]
    lines += [
        "LOAD CSV WITH HEADERS FROM 'file:///nodes.csv' AS row WITH row "
        f"WHERE row.class = '{cls}' MERGE (n:Entity {{id: row.`id:ID`}}) "
        f"SET n:`{cls}`, n.name = row.name, n.name_zh = row.name_zh, n.iri = row.iri, n.class = row.class;"
        for cls in classes
    ]
    lines += [
        "LOAD CSV WITH HEADERS FROM 'file:///relationships.csv' AS row WITH row "
        f"WHERE row.`:TYPE` = '{kind}' MATCH (a:Entity {{id: row.`:START_ID`}}) MATCH (b:Entity {{id: row.`:END_ID`}}) "
        f"CREATE (a)-[:`{kind}` {{property: row.property, claim: row.claim, status: row.status}}]->(b);"
        for kind in types
    ]
    return "\n".join(lines) + "\n"
