"""RDF syntaxes: Turtle, N-Triples, N-Quads, TriG, RDF/XML, and RDF 1.2 Turtle with triple terms.

All are written subject by subject in one fixed order, so that equal graphs give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from xinpu.exports.base import GRAPHS, Bundle, Subject, Written, subjects
from xinpu.layout import NAMESPACES
from xinpu.terms import iri

TURTLE_HEADER: Final = "".join(f"@prefix {prefix}: <{NAMESPACES[prefix]}> .\n" for prefix in sorted(NAMESPACES))
REIFIES: Final = NamedNode(iri("rdf:reifies"))


def turtle_block(triples: Iterable[Triple]) -> str:
    """Give the triples of one subject as Turtle without prefix lines."""
    text = serialize(triples, format=RdfFormat.TURTLE, prefixes=NAMESPACES)
    return (text or b"").decode().split("\n", len(NAMESPACES))[-1]


def ntriples_block(triples: Iterable[Triple]) -> str:
    """Give triples as canonical N-Triples, lines in code point order."""
    return "".join(sorted(f"{triple} .\n" for triple in triples))


def turtle(bundle: Bundle) -> Iterator[Written]:
    """Write the whole graph, and the curated part alone, as Turtle."""
    for path, graph, title in (
        ("rdf/xinpu.ttl", None, "All graphs together, Turtle"),
        ("rdf/xinpu-curated.ttl", "curated", "Curated graph alone, Turtle"),
    ):
        yield _turtle(bundle, path, bundle.groups(GRAPHS[graph] if graph else None), title)


def _turtle(bundle: Bundle, path: str, blocks: Iterable[tuple[Subject, list[Triple]]], title: str) -> Written:
    count = 0
    with bundle.open_folder(path).open("w", encoding="utf-8", newline="\n") as out:
        out.write(TURTLE_HEADER)
        for _, triples in blocks:
            out.write("\n" + turtle_block(triples))
            count += len(triples)
    return Written(path, title, "text/turtle", count)


def ntriples(bundle: Bundle) -> Iterator[Written]:
    """Write the whole graph as canonical N-Triples, lines in code point order."""
    count = 0
    with bundle.open_folder("rdf/xinpu.nt").open("w", encoding="utf-8", newline="\n") as out:
        for _, triples in bundle.groups():
            out.write(ntriples_block(triples))
            count += len(triples)
    yield Written("rdf/xinpu.nt", "All graphs together, canonical N-Triples", "application/n-triples", count)


def nquads(bundle: Bundle) -> Iterator[Written]:
    """Write the three named graphs as N-Quads, lines in code point order."""
    count = 0
    with bundle.open_folder("rdf/xinpu.nq").open("w", encoding="utf-8", newline="\n") as out:
        for subject in subjects(bundle.dataset):
            quads = list(bundle.dataset.store.quads_for_pattern(subject, None, None, None))
            out.writelines(sorted(f"{quad} .\n" for quad in quads))
            count += len(quads)
    yield Written("rdf/xinpu.nq", "Named graphs, N-Quads", "application/n-quads", count)


def trig(bundle: Bundle) -> Iterator[Written]:
    """Write the three named graphs as TriG."""
    count = 0
    with bundle.open_folder("rdf/xinpu.trig").open("w", encoding="utf-8", newline="\n") as out:
        out.write(TURTLE_HEADER)
        for graph in GRAPHS.values():
            out.write(f"\n{graph} {{\n")
            for _, triples in bundle.groups(graph):
                out.write(turtle_block(triples))
                count += len(triples)
            out.write("}\n")
    yield Written("rdf/xinpu.trig", "Named graphs, TriG", "application/trig", count)


def rdfxml(bundle: Bundle) -> Iterator[Written]:
    """Write the whole graph as RDF/XML, for tools of the OWL world."""
    count = 0

    def counted() -> Iterator[Triple]:
        nonlocal count
        for _, triples in bundle.groups():
            count += len(triples)
            yield from triples

    path = "rdf/xinpu.rdf"
    serialize(counted(), bundle.open_folder(path), RdfFormat.RDF_XML, prefixes=NAMESPACES)
    yield Written(path, "All graphs together, RDF/XML", "application/rdf+xml", count)


_REIFIED: Final = (
    ("rdf:subject", "rdf:predicate", "rdf:object"),
    ("xp:derivedSubject", "xp:derivedProperty", "xp:derivedObject"),
)
"""Triples of properties that name subject, predicate and object of what a node speaks of."""


def rdf12(bundle: Bundle) -> Iterator[Written]:
    """Write the whole graph as RDF 1.2 Turtle: a statement names its triple by ``rdf:reifies <<( s p o )>>``.

    https://www.w3.org/TR/rdf12-turtle/
    """
    blocks = ((subject, _with_triple_terms(triples)) for subject, triples in bundle.groups())
    path = "rdf/xinpu-rdf12.ttl"
    yield _turtle(bundle, path, blocks, "All graphs together, RDF 1.2 Turtle with triple terms")


def _with_triple_terms(triples: list[Triple]) -> list[Triple]:
    for names in _REIFIED:
        parts = [[t for t in triples if t.predicate.value == iri(name)] for name in names]
        if all(len(part) == 1 for part in parts):
            about, predicate, value = (part[0].object for part in parts)
            if isinstance(predicate, NamedNode) and not hasattr(about, "language") and not isinstance(about, Triple):
                term = Triple(about, predicate, value)
                rest = [triple for triple in triples if triple not in {part[0] for part in parts}]
                return [*rest, Triple(triples[0].subject, REIFIES, term)]
    return triples
