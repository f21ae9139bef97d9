"""Rewrites shapes so that pySHACL judges all nodes of a shape at once instead of one by one; the results are the same.

pySHACL spends a third of a millisecond on each node and each shape inside a shape, and microseconds on each node of a
shape that has targets of its own. So property shapes get the targets of the shapes that hold them, and the logical
constraints (``sh:or``, ``sh:and``, ``sh:xone``, ``sh:not``, ``sh:node``, ``sh:qualifiedValueShape``) become questions
to flat shapes, asked in rounds. A shape that this module does not know how to rewrite raises UnsupportedError.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, cast

from rdflib import RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

_TARGETS: Final = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
_LISTS: Final = (SH["or"], SH["and"], SH.xone)
_QUALIFIED: Final = (SH.qualifiedValueShape, SH.qualifiedMinCount, SH.qualifiedMaxCount)
_APART: Final = frozenset({*_TARGETS, *_LISTS, *_QUALIFIED, SH["not"], SH.node, SH.property, SH.closed})
_UNKNOWN: Final = (SH.sparql, SH.target, SH.rule, SH.js, SH.qualifiedValueShapesDisjoint, SH.expression)
NO_CONSTRAINT: Final = frozenset(
    {RDF.type, SH.path, SH.severity, SH.message, SH.name, SH.description, SH.order, SH.group, SH.deactivated}
)

Targets = frozenset[tuple[URIRef, Node]]


class UnsupportedError(Exception):
    """The shapes use something that cannot be judged flat."""


@dataclass(frozen=True)
class Question:
    """A flat shape and the nodes that it is asked about."""

    shape: Node
    nodes: frozenset[Node]


Asking = Generator[list[Question], list[set[Node]], set[Node]]
"""Asks questions in rounds, is sent the nodes that fail each, and returns those that fail in the end."""


@dataclass(frozen=True)
class Judged:
    """A result that logic gave."""

    focus: Node
    path: Node | None
    value: Node | None
    shape: Node
    component: str


@dataclass
class Flat:
    """Shapes, rewritten: what pySHACL can run at once, and the logic that asks questions."""

    shapes: Graph
    direct: Graph = field(default_factory=Graph)
    logic: dict[Node, set[tuple[URIRef, Node]]] = field(default_factory=dict)
    """Shapes with logical constraints, and their targets."""
    targets: dict[Node, set[tuple[URIRef, Node]]] = field(default_factory=dict)
    """Shapes of ``direct`` and their targets."""

    @classmethod
    def of(cls, shapes: Graph) -> Flat:
        """Rewrite a shapes graph."""
        if any((None, name, None) in shapes for name in _UNKNOWN):
            raise UnsupportedError
        flat = cls(shapes)
        tops = {shape for name in _TARGETS for shape in shapes.subjects(name, None)}
        tops |= {shape for shape in shapes.subjects(RDF.type, SH.NodeShape) if (shape, RDF.type, RDFS.Class) in shapes}
        for top in sorted(tops, key=str):
            targets = {(name, node) for name in _TARGETS for node in shapes.objects(top, name)}
            if (top, RDF.type, RDFS.Class) in shapes:
                targets.add((SH.targetClass, top))
            flat._top(top, targets)
        return flat

    def _top(self, shape: Node, targets: set[tuple[URIRef, Node]]) -> None:
        if self._off(shape):
            return
        self.targets.setdefault(shape, set()).update(targets)
        if self.has_logic(shape):
            self.logic.setdefault(shape, set()).update(targets)
        is_property = (shape, SH.path, None) in self.shapes
        for inner in self.shapes.objects(shape, SH.property):
            if is_property:
                raise UnsupportedError
            self._top(inner, targets)

    def _off(self, shape: Node) -> bool:
        return (shape, SH.deactivated, Literal(True)) in self.shapes

    def has_logic(self, shape: Node) -> bool:
        """Tell whether a shape has logical constraints of its own."""
        return any((shape, name, None) in self.shapes for name in (*_LISTS, SH["not"], SH.node, SH.qualifiedValueShape))

    def write(self, graph: Graph, shape: Node, name: Node) -> bool:
        """Copy what a shape asks without logic and without shapes inside; tell whether it asks anything."""
        source = self.shapes
        asks = False
        for predicate, value in source.predicate_objects(shape):
            if predicate in _APART:
                continue
            asks = asks or predicate not in NO_CONSTRAINT
            graph.add((name, predicate, value))
            _copy_blank(source, graph, value)
        if (shape, SH.closed, Literal(True)) in source:
            asks = True
            allowed = set(source.objects(shape, SH.property))
            ignored = {path for inner in allowed for path in source.objects(inner, SH.path)}
            for head in list(source.objects(shape, SH.ignoredProperties)):
                ignored |= set(_members(source, head))
            graph.remove((name, SH.ignoredProperties, None))
            head = BNode()
            Collection(graph, head, sorted((path for path in ignored if isinstance(path, URIRef)), key=str))
            graph.add((name, SH.closed, Literal(True)))
            graph.add((name, SH.ignoredProperties, head))
        kind = SH.PropertyShape if (shape, SH.path, None) in source else SH.NodeShape
        graph.add((name, RDF.type, kind))
        return asks


def _members(graph: Graph, head: Node) -> list[Node]:
    return list(Collection(graph, cast("URIRef | BNode", head)))


def _copy_blank(source: Graph, graph: Graph, node: Node) -> None:
    """Copy lists and path expressions."""
    if isinstance(node, BNode) and (node, None, None) not in graph:
        for predicate, value in source.predicate_objects(node):
            graph.add((node, predicate, value))
            _copy_blank(source, graph, value)


@dataclass
class Data:
    """The graph that is judged, with what targets and paths mean in it."""

    graph: Graph
    only: frozenset[Node] | None = None
    """Nodes that are wanted as focus; None means all."""

    def focus(self, targets: Iterable[tuple[URIRef, Node]]) -> set[Node]:
        """Find the focus nodes of targets."""
        graph = self.graph
        found: set[Node] = set()
        for name, node in targets:
            if name == SH.targetNode:
                found.add(node)
            elif name == SH.targetSubjectsOf:
                found.update(graph.subjects(cast("URIRef", node), None))
            elif name == SH.targetObjectsOf:
                found.update(graph.objects(None, cast("URIRef", node)))
            else:
                for kind in graph.transitive_subjects(RDFS.subClassOf, node):
                    found.update(graph.subjects(RDF.type, kind))
        return found if self.only is None else found & self.only

    def values(self, shapes: Graph, path: Node) -> Iterator[tuple[Node, Node]]:
        """Give the pairs of node and value of a path: a property, or a choice of properties."""
        if isinstance(path, URIRef):
            yield from self.graph.subject_objects(path)
            return
        heads = list(shapes.objects(path, SH.alternativePath))
        if len(heads) != 1:
            raise UnsupportedError
        for step in _members(shapes, heads[0]):
            if not isinstance(step, URIRef):
                raise UnsupportedError
            yield from self.graph.subject_objects(step)


@dataclass
class Judge:
    """Turns the logic of shapes into questions, and answers into results."""

    flat: Flat
    data: Data

    def judge(self, shape: Node) -> Generator[list[Question], list[set[Node]], list[Judged]]:
        """Judge all focus nodes of one shape by its logical constraints."""
        focus = self.data.focus(self.flat.logic[shape])
        path = self.flat.shapes.value(shape, SH.path)
        pairs = {(node, node) for node in focus} if path is None else self._pairs(path, focus)
        values = {value for _, value in pairs}
        judged: list[Judged] = []
        for component, asking in self._logic(shape, values):
            failing = yield from asking
            judged += [Judged(node, path, value, shape, component) for node, value in pairs if value in failing]
        for component, bad in (yield from self._qualified(shape, focus, pairs)):
            judged += [Judged(node, path, None, shape, component) for node in bad]
        return judged

    def _pairs(self, path: Node, focus: set[Node]) -> set[tuple[Node, Node]]:
        return {pair for pair in self.data.values(self.flat.shapes, path) if pair[0] in focus}

    def _logic(self, shape: Node, nodes: set[Node]) -> Iterator[tuple[str, Asking]]:
        """Give each logical constraint of a shape, and what asks which of the nodes break it."""
        graph = self.flat.shapes
        for name, component in ((SH["or"], "Or"), (SH["and"], "And"), (SH.xone, "Xone")):
            for head in graph.objects(shape, name):
                yield component, self._list(component, _members(graph, head), nodes)
        for inner in graph.objects(shape, SH["not"]):
            yield "Not", self._not(inner, nodes)
        for inner in graph.objects(shape, SH.node):
            yield "Node", self.fails(inner, nodes)

    def _list(self, component: str, members: list[Node], nodes: set[Node]) -> Asking:
        if component == "Or":
            remaining = nodes
            for member in members:
                remaining = yield from self.fails(member, remaining)
            return remaining
        failures: list[set[Node]] = []
        for member in members:
            failures.append((yield from self.fails(member, nodes)))
        if component == "And":
            return set().union(*failures)
        return {node for node in nodes if sum(node not in failing for failing in failures) != 1}

    def _not(self, inner: Node, nodes: set[Node]) -> Asking:
        return nodes - (yield from self.fails(inner, nodes))

    def _qualified(
        self, shape: Node, focus: set[Node], pairs: set[tuple[Node, Node]]
    ) -> Generator[list[Question], list[set[Node]], list[tuple[str, set[Node]]]]:
        graph = self.flat.shapes
        inner = graph.value(shape, SH.qualifiedValueShape)
        if inner is None:
            return []
        failing = yield from self.fails(inner, {value for _, value in pairs})
        counts = dict.fromkeys(focus, 0)
        for node, value in pairs:
            counts[node] += value not in failing
        found: list[tuple[str, set[Node]]] = []
        if (least := graph.value(shape, SH.qualifiedMinCount)) is not None:
            found.append(("QualifiedMinCount", {node for node, count in counts.items() if count < int(str(least))}))
        if (most := graph.value(shape, SH.qualifiedMaxCount)) is not None:
            found.append(("QualifiedMaxCount", {node for node, count in counts.items() if count > int(str(most))}))
        return found

    def fails(self, shape: Node, nodes: set[Node]) -> Asking:
        """Find which of some nodes do not conform to a shape."""
        if not nodes or self.flat._off(shape):
            return set()
        graph = self.flat.shapes
        inner = [entry for entry in graph.objects(shape, SH.property) if not self.flat._off(entry)]
        answers = yield [Question(entry, frozenset(nodes)) for entry in (shape, *inner)]
        failing = set().union(*answers)
        for entry in (shape, *inner):
            rest = nodes - failing
            path = graph.value(entry, SH.path)
            if entry is not shape and (entry, SH.property, None) in graph:
                raise UnsupportedError
            if not self.flat.has_logic(entry):
                continue
            pairs = {(node, node) for node in rest} if path is None else self._pairs(path, rest)
            for _, asking in self._logic(entry, {value for _, value in pairs}):
                bad = yield from asking
                failing |= {node for node, value in pairs if value in bad}
            for _, found in (yield from self._qualified(entry, rest, pairs)):
                failing |= found
        return failing
