"""Runs pySHACL on the curated graph. It decides nothing: what is right is in the shapes.

SHACL Core only, without inference, on a scratch graph: pySHACL leaves things behind in what it is given.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from typing import Final, cast

import pyshacl
from rdflib import SH, BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from xinpu.checks import simple
from xinpu.checks.findings import Severity
from xinpu.checks.flat import Data, Flat, Judge, Judged, Question, UnsupportedError
from xinpu.checks.lookup import Lookup
from xinpu.checks.shapes import Shapes
from xinpu.checks.wording import Result
from xinpu.errors import ModelError
from xinpu.layout import NAMESPACES
from xinpu.store import CURATED, ONTOLOGY, Dataset, Term
from xinpu.terms import BlankNode, Literal, NamedNode

_SUBCLASS: Final = NamedNode(NAMESPACES["rdfs"] + "subClassOf")
_SEVERITY: Final[dict[str, Severity]] = {
    str(SH.Violation): "error",
    str(SH.Warning): "warning",
    str(SH.Info): "info",
}


def validate(dataset: Dataset, shapes: Shapes, focus: Collection[str] | None = None) -> list[Result]:
    """Validate the curated graph and the ontology, or only some nodes of them; results in total order.

    With ``focus`` the graph that pySHACL sees holds only the triples of these nodes and of what they point to: that
    suffices where ``shapes.local`` holds.
    """
    with _quiet():
        graph = _scratch(dataset, focus)
        only = None if focus is None else frozenset(URIRef(node) for node in focus)
        try:
            found = _flat(shapes, Data(graph, only))
        except UnsupportedError:
            found = plain(graph, shapes, focus)
    return sorted(found, key=lambda result: tuple(str(part) for part in result))


def plain(graph: Graph, shapes: Shapes, focus: Collection[str] | None = None) -> set[Result]:
    """Validate with pySHACL alone."""
    report = _run(graph, shapes.graph, None if focus is None else sorted(focus))
    return {_result(report, shapes, node) for node in report.objects(None, SH.result)}


def _flat(shapes: Shapes, data: Data) -> set[Result]:
    """Validate with the rewritten shapes: all direct constraints in the first round, then what logic still asks."""
    flat = Flat.of(shapes.graph)
    round_graph = Graph(store="SimpleMemory", bind_namespaces="none")
    for shape, targets in flat.targets.items():
        chosen = targets if data.only is None else {(SH.targetNode, node) for node in data.focus(targets)}
        if chosen and flat.write(round_graph, shape, shape):
            for name, node in chosen:
                round_graph.add((shape, name, node))
    judge = Judge(flat, data)
    running = [judge.judge(shape) for shape in sorted(flat.logic, key=str)]
    answers: list[list[set[Node]] | None] = [None] * len(running)
    found: set[Result] = set()
    first = True
    while running or first:
        asked: list[list[Question]] = []
        still: list[Generator[list[Question], list[set[Node]], list[Judged]]] = []
        for asking, answer in zip(running, answers, strict=True):
            try:
                asked.append(next(asking) if answer is None else asking.send(answer))
                still.append(asking)
            except StopIteration as stop:
                found.update(_judged(shapes, judged) for judged in stop.value)
        running = still
        names: dict[str, set[Node]] = {}
        answers = []
        for questions in asked:
            answer = []
            answers.append(answer)
            for question in questions:
                if (known := simple.answer(flat, data, question)) is not None:
                    answer.append(known)
                    continue
                name = URIRef(f"urn:xinpu:question:{len(names)}")
                failing = names[str(name)] = set()
                answer.append(failing)
                if question.nodes and flat.write(round_graph, question.shape, name):
                    for node in question.nodes:
                        round_graph.add((name, SH.targetNode, node))
        if len(round_graph):
            report = _run(data.graph, round_graph, None)
            for node in report.objects(None, SH.result):
                source = str(report.value(node, SH.sourceShape))
                if source in names:
                    names[source].add(cast("Node", report.value(node, SH.focusNode)))
                else:
                    found.add(_result(report, shapes, node))
        round_graph = Graph(store="SimpleMemory", bind_namespaces="none")
        first = False
    return found


def _run(graph: Graph, shapes: Graph, focus: list[str] | None) -> Graph:
    try:
        _, report, text = pyshacl.validate(graph, shacl_graph=shapes, inplace=True, focus_nodes=focus)
    except Exception as error:
        # pySHACL raises half a dozen unrelated kinds for shapes that it cannot load
        raise _unusable(str(error)) from error
    if not isinstance(report, Graph):
        raise _unusable(text)
    return report


def _unusable(reason: str) -> ModelError:
    return ModelError(
        f"the shapes cannot be run: {reason}", path="ontology/shapes.ttl", line=1, remedy="Mend the shape."
    )


def _judged(shapes: Shapes, judged: Judged) -> Result:
    severity = shapes.graph.value(judged.shape, SH.severity)
    return Result(
        focus=str(judged.focus),
        path=str(judged.path) if isinstance(judged.path, URIRef) else None,
        choice=shapes.choice(judged.shape),
        value=None if judged.value is None else str(judged.value),
        is_iri=isinstance(judged.value, URIRef),
        component=f"{SH}{judged.component}ConstraintComponent",
        severity=_SEVERITY.get(str(severity), "error"),
        rule=shapes.rule(judged.shape, judged.component),
        limit=shapes.limit(judged.shape, f"{judged.component}ConstraintComponent"),
        remedy=shapes.message(judged.shape) or "",
    )


def _scratch(dataset: Dataset, focus: Collection[str] | None) -> Graph:
    graph = Lookup()
    names: dict[str, URIRef] = {}

    def name(value: str) -> URIRef:
        known = names.get(value)
        if known is None:
            known = names[value] = URIRef(value)
        return known

    def term(value: Term) -> Node:
        if isinstance(value, NamedNode):
            return name(value.value)
        if isinstance(value, BlankNode):
            return BNode(value.value)
        if not isinstance(value, Literal):
            raise ModelError("a triple inside a triple", path="ontology", remedy="Shapes cannot look at these.")
        if value.language:
            return RdfLiteral(value.value, lang=value.language)
        # the lexical form is judged as it stands
        return RdfLiteral(value.value, datatype=name(value.datatype.value), normalize=False)

    def add(subject: Term, predicate: Term, value: Term) -> None:
        graph.put(term(subject), name(predicate.value) if isinstance(predicate, NamedNode) else BNode(), term(value))

    if focus is None:
        for of in (ONTOLOGY, CURATED):
            for quad in dataset.triples(of):
                add(quad.subject, quad.predicate, quad.object)
        return graph
    store = dataset.store
    wanted = set(focus)
    pointed: set[str] = set()
    for node in sorted(wanted):
        for of in (ONTOLOGY, CURATED):
            for quad in store.quads_for_pattern(NamedNode(node), None, None, of):
                add(quad.subject, quad.predicate, quad.object)
                if isinstance(quad.object, NamedNode):
                    pointed.add(quad.object.value)
    for node in sorted(pointed - wanted):
        for of in (ONTOLOGY, CURATED):
            for quad in store.quads_for_pattern(NamedNode(node), None, None, of):
                add(quad.subject, quad.predicate, quad.object)
    for quad in store.quads_for_pattern(None, _SUBCLASS, None, ONTOLOGY):
        add(quad.subject, quad.predicate, quad.object)
    return graph


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each literal that does not fit its datatype: the shapes report them."""
    logger = logging.getLogger("rdflib.term")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def _result(report: Graph, shapes: Shapes, node: Node) -> Result:
    shape = report.value(node, SH.sourceShape) or BNode()
    component = str(report.value(node, SH.sourceConstraintComponent) or "")
    path = report.value(node, SH.resultPath)
    value = report.value(node, SH.value)
    short = component.rpartition("#")[2]
    return Result(
        focus=str(report.value(node, SH.focusNode)),
        path=str(path) if isinstance(path, URIRef) else None,
        choice=shapes.choice(shape),
        value=None if value is None else str(value),
        is_iri=isinstance(value, URIRef),
        component=component,
        severity=_SEVERITY.get(str(report.value(node, SH.resultSeverity)), "error"),
        rule=shapes.rule(shape, short.removesuffix("ConstraintComponent")),
        limit=shapes.limit(shape, short),
        remedy=shapes.message(shape) or "",
    )
