"""An OWL 2 RL reasoner finds the ontology and the graph consistent, and contradictions put into it inconsistent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import owlrl
import pyoxigraph as ox
import pytest
from owlrl.Namespaces import ERRNS
from rdflib import RDFS, SKOS, Graph, URIRef
from rdflib.term import _toPythonMapping

from xinpu.derive import derive
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import load_strict

ROOT = Path(__file__).resolve().parents[1]
ENTITIES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xp: <https://w3id.org/xinpu/ontology#>
CONSTRUCT { ?entity a ?class . ?entity ?property ?value }
WHERE {
  ?entity a ?class .
  ?class rdfs:subClassOf* xp:Entity .
  FILTER(?class != xp:Source)
  OPTIONAL {
    ?entity ?property ?value .
    ?property a owl:ObjectProperty .
    FILTER(ISIRI(?value) && ?property NOT IN (xp:belongsTo, xp:website))
  }
}
"""
"""The types of entities and what joins them: identity as curated, the rest as derived from the headline claims."""

SMALL = """
@prefix id: <https://w3id.org/xinpu/id/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix xp: <https://w3id.org/xinpu/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

id:baidu a xp:Company ; xp:founded "2000"^^xsd:gYear .
id:kunlunxin a xp:Company ; xp:parentOrganization id:baidu ; xp:belongsTo id:baidu ; xp:founded "2012"^^xsd:gYear .
id:kunlunxin xp:founded "2021-06"^^xsd:gYearMonth .
id:kunlunxin-p800 a xp:Chip ; xp:designer id:kunlunxin .
id:baige a xp:Platform ; xp:operator id:baidu ; xp:runsOn id:kunlunxin-p800 .
id:smic a xp:Company ; xp:headquarteredIn id:shanghai .
id:shanghai a xp:Place ; xp:within id:china .
id:china a xp:Place .
id:2025-h1 a xp:Period ; xp:begins "2025-01-01"^^xsd:date ; xp:ends "2025-06-30"^^xsd:date .
id:ownership a xp:Ownership ; xp:owner id:baidu ; xp:owned id:kunlunxin ; xp:about id:baidu , id:kunlunxin .
id:path a xp:OwnershipPath ; xp:owner id:baidu ; xp:owned id:kunlunxin ; xp:depth 1 .
id:statement a xp:Statement ; rdf:subject id:kunlunxin ; rdf:predicate xp:founded ; rdf:object "2012"^^xsd:gYear .
"""
CONTRADICTIONS = {
    "a person who is a company": "id:baidu a xp:Person .",
    "a chip that operates a platform": "id:baige xp:operator id:kunlunxin-p800 .",
    "a claim that is an entity": "id:ownership a xp:Entity .",
    "a place that designs a chip": "id:kunlunxin-p800 xp:designer id:shanghai .",
    "a firm inside a place": "id:smic xp:within id:china .",
    "an entity with a status": "id:kunlunxin-p800 xp:status xp:Completed .",
    "a system that is a variant of a chip": "id:cloudmatrix a xp:System ; xp:variantOf id:kunlunxin-p800 .",
}


@cache
def vocabulary() -> Graph:
    """The axioms of the ontology, without its words."""
    words = {SKOS.definition, SKOS.example, SKOS.scopeNote, RDFS.label, RDFS.isDefinedBy}
    graph = Graph()
    for triple in Graph().parse(ROOT / "ontology" / "xinpu.ttl"):
        if triple[1] not in words:
            graph.add(triple)
    return graph


def errors(graph: Graph) -> list[str]:
    # owlrl leaves its own readings of gYear and others behind in rdflib, for every later test of the process
    readings = dict(_toPythonMapping)
    try:
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    finally:
        _toPythonMapping.clear()
        _toPythonMapping.update(readings)
    return [str(message) for message in graph.objects(None, ERRNS.error)]


def inconsistencies(extra: str) -> list[str]:
    graph = Graph() + vocabulary()
    graph.parse(data=SMALL + extra, format="turtle")
    return errors(graph)


def test_ontology_is_consistent() -> None:
    assert not inconsistencies("")


@pytest.mark.parametrize("extra", CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_contradiction_is_found(extra: str) -> None:
    assert inconsistencies(extra)


def named(triples: Iterable[ox.Triple]) -> Graph:
    graph = Graph()
    for triple in triples:
        if isinstance(triple.subject, ox.NamedNode) and isinstance(triple.object, ox.NamedNode):
            graph.add((URIRef(triple.subject.value), URIRef(triple.predicate.value), URIRef(triple.object.value)))
    return graph


def test_graph_is_consistent() -> None:
    project = Project(ROOT)
    dataset = load_strict(project)
    derive(dataset, Library(project))
    facts = named(dataset.construct(ENTITIES))
    assert len(facts) > 1000
    assert not errors(vocabulary() + facts)
