"""Answers the simplest questions to shapes without asking pySHACL: how many values, one value, one datatype.

Most questions that logic asks are of this kind, and most of their answers are "no", which is what pySHACL is slow at:
it words a report for each. What is not simple is left to it.
"""

from __future__ import annotations

from typing import Final

from rdflib import RDF, SH, Literal, URIRef
from rdflib.term import Node

from xinpu.checks.flat import NO_CONSTRAINT, Data, Flat, Question

_COUNTS: Final = frozenset({SH.minCount, SH.maxCount, SH.hasValue})


def answer(flat: Flat, data: Data, question: Question) -> set[Node] | None:
    """Give the nodes that fail a question; None if it is not simple."""
    if flat.has_logic(question.shape) or (question.shape, SH.closed, None) in flat.shapes:
        return None
    asked: dict[Node, Node] = {}
    for predicate, value in flat.shapes.predicate_objects(question.shape):
        if predicate in NO_CONSTRAINT or predicate == SH.property:
            continue
        if predicate in asked:
            return None
        asked[predicate] = value
    path = flat.shapes.value(question.shape, SH.path)
    if not asked:
        return set()
    if isinstance(path, URIRef) and asked.keys() <= _COUNTS:
        return {node for node in question.nodes if not _counts(data, node, path, asked)}
    if path is None and asked.keys() == {SH.datatype} and asked[SH.datatype] != RDF.langString:
        return {node for node in question.nodes if not _has_type(node, asked[SH.datatype])}
    return None


def _counts(data: Data, node: Node, path: URIRef, asked: dict[Node, Node]) -> bool:
    values = set(data.graph.objects(node, path))
    least, most = asked.get(SH.minCount), asked.get(SH.maxCount)
    return (
        (least is None or len(values) >= int(str(least)))
        and (most is None or len(values) <= int(str(most)))
        and (SH.hasValue not in asked or asked[SH.hasValue] in values)
    )


def _has_type(node: Node, datatype: Node) -> bool:
    return isinstance(node, Literal) and node.datatype == datatype and not node.ill_typed
