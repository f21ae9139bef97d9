"""What the SPARQL service says of itself, by the SPARQL 1.1 Service Description vocabulary.

Vocabulary: https://www.w3.org/TR/sparql11-service-description/
"""

from __future__ import annotations

from typing import Final

from xinpu.endpoint import GRAPHS
from xinpu.store import write_triples
from xinpu.terms import BlankNode, NamedNode, Triple, iri

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_WRITTEN: Final = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "JSON-LD",
    "RDF_XML",
)


def description(address: str, form: str) -> str:
    """Describe the service at an address."""
    service, dataset, default = NamedNode(address), BlankNode("dataset"), BlankNode("default")
    kind = NamedNode(iri("rdf:type"))
    triples = [
        Triple(service, kind, _sd("Service")),
        Triple(service, _sd("endpoint"), service),
        Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        Triple(service, _sd("feature"), _sd("UnionDefaultGraph")),
        Triple(service, _sd("defaultDataset"), dataset),
        Triple(dataset, kind, _sd("Dataset")),
        Triple(dataset, _sd("defaultGraph"), default),
        Triple(default, kind, _sd("Graph")),
    ]
    triples += [Triple(service, _sd("resultFormat"), NamedNode(_FORMATS + name)) for name in _WRITTEN]
    for number, graph in enumerate(GRAPHS):
        node = BlankNode(f"graph{number}")
        triples += [
            Triple(dataset, _sd("namedGraph"), node),
            Triple(node, kind, _sd("NamedGraph")),
            Triple(node, _sd("name"), NamedNode(graph)),
        ]
    return write_triples(triples, form)


def _sd(name: str) -> NamedNode:
    return NamedNode(_SD + name)
