"""The query library as SHACL ``sh:SPARQLExecutable`` descriptions, which query editors read as examples.

Form of https://github.com/sib-swiss/sparql-examples; see https://www.w3.org/TR/shacl/#sparql-prefixes
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from pyoxigraph import Literal, NamedNode, Triple

from xinpu.exports.base import TYPE, Bundle, Written
from xinpu.exports.rdf import TURTLE_HEADER, turtle_block
from xinpu.layout import CONTENT_LANGUAGE, NAMESPACES
from xinpu.queries import Query
from xinpu.terms import iri

QUERIES: Final = "https://w3id.org/xinpu/query/"
_PREFIX: Final = re.compile(r"(?im)^[ \t]*prefix[ \t]+([\w-]*):[ \t]*<([^>]*)>")


def spex(bundle: Bundle) -> Iterator[Written]:
    """Write all library queries in one Turtle file."""
    path = "queries/queries.ttl"
    with bundle.open_folder(path).open("w", encoding="utf-8", newline="\n") as out:
        out.write(TURTLE_HEADER)
        for prefix in sorted(NAMESPACES):
            out.write("\n" + turtle_block(_declaration(prefix, NAMESPACES[prefix])))
        for query in bundle.queries.values():
            out.write("\n" + turtle_block(_describe(bundle, query)))
    yield Written(path, "The query library as SHACL SPARQL executables", "text/turtle", len(bundle.queries))


def _prefix_node(prefix: str) -> NamedNode:
    return NamedNode(f"{QUERIES}prefix/{prefix}")


def _declaration(prefix: str, namespace: str) -> list[Triple]:
    node = _prefix_node(prefix)
    return [
        Triple(node, TYPE, NamedNode(iri("sh:PrefixDeclaration"))),
        Triple(node, NamedNode(iri("sh:prefix")), Literal(prefix)),
        Triple(node, NamedNode(iri("sh:namespace")), Literal(namespace, datatype=NamedNode(iri("xsd:anyURI")))),
    ]


def _describe(bundle: Bundle, query: Query) -> list[Triple]:
    node = NamedNode(QUERIES + query.name)
    triples = [
        Triple(node, TYPE, NamedNode(iri("sh:SPARQLExecutable"))),
        Triple(node, TYPE, NamedNode(iri("sh:SPARQLSelectExecutable"))),
        Triple(node, NamedNode(iri("rdfs:label")), Literal(query.name)),
    ]
    comment = NamedNode(iri("rdfs:comment"))
    for language, summary in sorted(query.summary.items()):
        triples.append(Triple(node, comment, Literal(summary, language=CONTENT_LANGUAGE[language])))
    if query.description:
        triples.append(Triple(node, NamedNode(iri("dcterms:description")), Literal(query.description, language="en")))
    for tag in sorted(query.tags):
        triples.append(Triple(node, NamedNode(iri("schema:keywords")), Literal(tag)))
    used = sorted({match[1] for match in _PREFIX.finditer(query.text)} & set(NAMESPACES))
    for prefix in used:
        triples.append(Triple(node, NamedNode(iri("sh:declare")), _prefix_node(prefix)))
    if bundle.base_url:
        endpoint = NamedNode(bundle.base_url.rstrip("/") + "/sparql")
        triples.append(Triple(node, NamedNode(iri("schema:target")), endpoint))
    triples.append(Triple(node, NamedNode(iri("sh:select")), Literal(query.text)))
    return triples
