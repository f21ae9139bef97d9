"""Every class and property of the ontology is used by a query that asks for it by name."""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from toy_project import dataset, library
from xinpu.store import ONTOLOGY
from xinpu.terms import compact, iri

GENERIC = {"claims/about", "claims/as-of", "claims/by-source", "entities/neighbours", "vocabulary/properties"}
"""Queries that show whatever there is; being shown by them is no use."""


def declared(*kinds: str) -> set[str]:
    found = set()
    for kind in kinds:
        for quad in dataset().store.quads_for_pattern(None, NamedNode(iri("rdf:type")), NamedNode(iri(kind)), ONTOLOGY):
            assert isinstance(quad.subject, NamedNode)
            found.add(compact(quad.subject))
    return {name for name in found if name.startswith("xp:")}


def named_in(texts: list[str]) -> set[str]:
    bare = "\n".join(re.sub(r"(?m)^#.*$", "", text) for text in texts)
    return set(re.findall(r"xp:\w+", bare))


LIBRARY = named_in([query.text for query in library().all() if query.name not in GENERIC])
RULES = named_in([rule.text for rule in library().in_folder("derive")])


def test_every_class_is_asked_for() -> None:
    classes = declared("owl:Class")
    assert len(classes) > 50
    assert classes - LIBRARY == set()


def test_every_property_is_asked_for() -> None:
    properties = declared("owl:ObjectProperty", "owl:DatatypeProperty", "rdf:Property")
    assert len(properties) > 100
    assert properties - LIBRARY == set()


def test_every_annotation_is_read_by_a_rule_or_a_query() -> None:
    annotations = declared("owl:AnnotationProperty")
    assert annotations
    assert annotations - LIBRARY - RULES == set()


def test_queries_and_rules_name_no_term_that_is_not_there() -> None:
    known = {compact(quad.subject) for quad in dataset().triples(ONTOLOGY) if isinstance(quad.subject, NamedNode)}
    everything = named_in([query.text for query in library().all()]) | RULES
    assert everything - known == set()
