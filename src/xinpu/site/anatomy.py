"""The parts of a claim as the ontology declares them: what it says, which properties qualify it, which day it means."""

from __future__ import annotations

import re
from typing import Final

from xinpu.layout import XP
from xinpu.site.facts import Facts
from xinpu.terms import Literal, NamedNode, iri, text_of

COMMON: Final = frozenset(
    iri(name if ":" in name else f"xp:{name}")
    for name in (
        *("about", "mainSubject", "source", "status", "basis", "recordedOn", "period", "asOf", "estimatedBy"),
        *("rank", "rankReason", "asPublished", "bound", "retractedOn", "metric", "value", "minimum", "maximum"),
        *("unit", "currency", "date", "datePeriod", "text", "low", "high", "earliest", "latest", "comparisonKey"),
        *("precedence", "isHeadline", "confidence", "sourceCount", "independentSources", "leadSource", "isStale"),
        *("rdf:type", "rdf:subject", "rdf:predicate", "rdf:object", "skos:note", "skos:prefLabel"),
    )
)
"""Properties of claims that have a place of their own in a view; every other one is a role or a qualifier."""


def what(facts: Facts, subject: str, kind: str) -> str:
    """Find what a claim says: its metric or predicate, else the concept that its class is keyed by."""
    for name in (XP + "metric", iri("rdf:predicate")):
        if found := facts.text(subject, name):
            return found
    keys = [text_of(v) for parent in [kind] for v in facts.values(parent, XP + "keyedBy")]
    extra = sorted(p for p in facts.of(subject) if is_qualifier(facts, p))
    for name in (*keys, *extra):
        if name in COMMON or not is_qualifier(facts, name):
            continue
        value = facts.value(subject, name)
        if isinstance(value, NamedNode) and value.value not in facts.entities:
            return value.value
    return kind


def is_qualifier(facts: Facts, name: str) -> bool:
    """Tell whether a property says more closely what a value is of."""
    return XP + "qualifier" in facts.properties.get(name, ())


def day(facts: Facts, subject: str) -> str:
    """Give the earliest day that a claim can mean, as text that sorts; empty if it has no time."""
    for name in ("earliest", "date", "asOf"):
        if found := facts.text(subject, XP + name):
            return found
    for name in ("datePeriod", "period"):
        if found := facts.text(subject, XP + name):
            return facts.text(found, XP + "begins")
    stated = facts.value(subject, iri("rdf:object"))
    return stated.value if isinstance(stated, Literal) and re.match(r"\d{4}", stated.value) else ""
