"""The shapes of a project, read once: their graph, what they look at, and names and remedies for their results."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Final, cast

from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from xinpu.errors import ModelError
from xinpu.terms import slug

_LISTS: Final = (SH["or"], SH["and"], SH.xone)
_SINGLE: Final = (SH["not"], SH.node, SH.qualifiedValueShape)
_LOOKS_FURTHER: Final = (SH["class"], SH.property, *_LISTS, *_SINGLE)
_LIMITS: Final = (
    (SH.minCount, "MinCountConstraintComponent"),
    (SH.maxCount, "MaxCountConstraintComponent"),
    (SH.datatype, "DatatypeConstraintComponent"),
    (SH["class"], "ClassConstraintComponent"),
    (SH.nodeKind, "NodeKindConstraintComponent"),
    (SH.minInclusive, "MinInclusiveConstraintComponent"),
    (SH.maxInclusive, "MaxInclusiveConstraintComponent"),
    (SH.minExclusive, "MinExclusiveConstraintComponent"),
    (SH.maxExclusive, "MaxExclusiveConstraintComponent"),
    (SH.minLength, "MinLengthConstraintComponent"),
    (SH.maxLength, "MaxLengthConstraintComponent"),
    (SH.pattern, "PatternConstraintComponent"),
    (SH.hasValue, "HasValueConstraintComponent"),
    (SH.lessThan, "LessThanConstraintComponent"),
    (SH.lessThanOrEquals, "LessThanOrEqualsConstraintComponent"),
)


class Shapes:
    """A shapes graph; everything is computed from it at need."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    @cached_property
    def local(self) -> bool:
        """Tell whether each node can be judged by its own triples and those of the nodes that it points to.

        Only then may a file be judged alone. Inverse paths and chains, targets found through other nodes, and shapes
        on values that look beyond the values' own triples need more.
        """
        graph = self.graph
        if any((None, name, None) in graph for name in (SH.targetObjectsOf, SH.target, SH.sparql, SH.rule)):
            return False
        if any(not self._one_step(path) for path in graph.objects(None, SH.path)):
            return False
        inner = [entry for shape in self._on_values() for entry in (shape, *graph.objects(shape, SH.property))]
        return not any(
            (entry, SH.path, None) in graph and any((entry, name, None) in graph for name in _LOOKS_FURTHER)
            for entry in inner
        )

    def _one_step(self, path: Node) -> bool:
        """Tell whether a path is a property or a choice of properties."""
        if isinstance(path, URIRef):
            return True
        heads = list(self.graph.objects(path, SH.alternativePath))
        return len(heads) == 1 and all(isinstance(step, URIRef) for step in self._members(heads[0]))

    def _members(self, head: Node) -> list[Node]:
        return list(Collection(self.graph, cast("URIRef | BNode", head)))

    def _on_values(self) -> Iterator[Node]:
        """Give the shapes that property shapes apply to their values, at any depth."""
        waiting = list(self.graph.subjects(SH.path, None))
        seen: set[Node] = set()
        while waiting:
            shape = waiting.pop()
            applied = [
                member for name in _LISTS for head in self.graph.objects(shape, name) for member in self._members(head)
            ]
            applied += [inner for name in _SINGLE for inner in self.graph.objects(shape, name)]
            for inner in applied:
                if inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
                    yield inner

    def rule(self, shape: Node, component: str) -> str:
        """Name the rule that a result broke: the shape's own name, or its owner, path and constraint."""
        if isinstance(shape, URIRef):
            name = slug(str(shape))
            return f"shape/{name}" if (shape, SH.path, None) in self.graph else f"shape/{name}/{component}"
        path = next((slug(str(path)) for path in self.graph.objects(shape, SH.path) if isinstance(path, URIRef)), "")
        owner = self.owner(shape)
        return "/".join(part for part in ("shape", slug(str(owner)) if owner else "", path, component) if part)

    def owner(self, shape: Node) -> URIRef | None:
        """Find the named shape that a shape without a name is part of."""
        seen: set[Node] = set()
        waiting = [shape]
        while waiting:
            node = waiting.pop()
            if isinstance(node, URIRef):
                return node
            if node in seen:
                continue
            seen.add(node)
            waiting.extend(sorted(set(self.graph.subjects(None, node)), key=str, reverse=True))
        return None

    def limit(self, shape: Node, component: str) -> str | None:
        """Give what the constraint asks for, as text: a count, a datatype, a class."""
        for name, of in _LIMITS:
            if of == component:
                values = sorted(str(value) for value in self.graph.objects(shape, name))
                return values[0] if values else None
        return None

    def choice(self, shape: Node) -> tuple[str, ...]:
        """Give the properties of a path that is a choice of several."""
        heads = [
            head for path in self.graph.objects(shape, SH.path) for head in self.graph.objects(path, SH.alternativePath)
        ]
        return tuple(str(step) for head in heads for step in self._members(head) if isinstance(step, URIRef))

    def message(self, shape: Node) -> str | None:
        """Give the message that the shape declares, the English one first."""
        texts = [text for text in self.graph.objects(shape, SH.message) if isinstance(text, Literal)]
        texts.sort(key=lambda text: (not (text.language or "en").startswith("en"), str(text)))
        return str(texts[0]) if texts else None

    def named(self) -> list[str]:
        """IRIs of all shapes that have a name."""
        kinds = (SH.NodeShape, SH.PropertyShape)
        return sorted({str(s) for kind in kinds for s in self.graph.subjects(RDF.type, kind) if isinstance(s, URIRef)})


@lru_cache(maxsize=2)
def read_shapes(text: str, path: str) -> Shapes:
    """Read the shapes' Turtle, once per text; raises ModelError with a line."""
    graph = Graph()
    try:
        graph.parse(data=text, format="turtle")
    except BadSyntax as error:
        line = int(getattr(error, "lines", 0)) + 1
        reason = str(getattr(error, "_why", "")).replace("\n", " ") or "unreadable"
        raise ModelError(f"syntax error, {reason}", path=path, line=line, remedy="Mend the Turtle there.") from None
    return Shapes(graph)
