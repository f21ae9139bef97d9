"""What the shapes ask of the members of each class, as plain records that a page can put in words.

It reads the same shapes graph that judges the data, so the documentation cannot say otherwise than the check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from xinpu.checks.shapes import Shapes

_KINDS: Final = (SH["class"], SH.datatype, SH.hasValue)
_LOGIC: Final = (SH["or"], SH["and"], SH.xone, SH["not"], SH.node, SH.pattern)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked of one property, or of a choice of properties."""

    on: str
    """IRI of the class whose members are asked."""
    paths: tuple[str, ...]
    """IRIs of the property, or of the properties that count together."""
    least: int
    most: int | None
    """None: any number."""
    values: tuple[str, ...]
    """IRIs of classes, datatypes or single values of which a value must be one; empty: not asked."""
    rules: tuple[str, ...]
    """Messages of the shapes, in English."""
    firm: bool = True
    """False if the check only warns."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What the shapes say of one class by name."""

    asks: tuple[Ask, ...] = ()
    rules: tuple[str, ...] = ()
    """Messages of what concerns several properties at once."""
    closed: bool = False
    """Whether a property that no shape names is a fault."""


def outlines(shapes: Shapes) -> dict[str, Outline]:
    """Give what is asked of each class that a shape targets: IRI of the class -> outline, by IRI."""
    graph = shapes.graph
    asks: dict[str, list[Ask]] = {}
    rules: dict[str, list[str]] = {}
    closed: set[str] = set()
    for top in sorted(set(graph.subjects(SH.targetClass, None)), key=str):
        message = shapes.message(top) or ""
        for kind in sorted(str(node) for node in graph.objects(top, SH.targetClass)):
            for shape in (top, *sorted(graph.objects(top, SH.property), key=str)):
                if (shape, SH.path, None) in graph:
                    asks.setdefault(kind, []).append(_ask(shapes, shape, kind))
            if (top, SH.path, None) not in graph and any((top, name, None) in graph for name in _LOGIC):
                rules.setdefault(kind, []).append(message)
            if (top, SH.closed, Literal(True)) in graph:
                closed.add(kind)
    return {
        kind: Outline(_merged(asks.get(kind, ())), tuple(rules.get(kind, ())), kind in closed)
        for kind in sorted({*asks, *rules, *closed})
    }


def inherited(found: Mapping[str, Outline], kinds: Iterable[str]) -> Outline:
    """Join the outlines of a class and of those above it, given from the most special to the most general."""
    held = [found[kind] for kind in kinds if kind in found]
    return Outline(
        _merged(ask for outline in held for ask in outline.asks),
        tuple(dict.fromkeys(rule for outline in held for rule in outline.rules)),
        any(outline.closed for outline in held),
    )


def _merged(asks: Iterable[Ask]) -> tuple[Ask, ...]:
    """Join what is asked of the same properties: the narrowest numbers, the values of the most special."""
    found: dict[tuple[str, ...], Ask] = {}
    for ask in asks:
        known = found.get(ask.paths)
        if known is not None:
            limits = [most for most in (known.most, ask.most) if most is not None]
            ask = Ask(
                known.on,
                known.paths,
                max(known.least, ask.least),
                min(limits, default=None),
                known.values or ask.values,
                tuple(dict.fromkeys((*known.rules, *ask.rules))),
                known.firm or ask.firm,
            )
        found[ask.paths] = ask
    return tuple(found[paths] for paths in sorted(found))


def _ask(shapes: Shapes, shape: Node, kind: str) -> Ask:
    graph = shapes.graph
    path = graph.value(shape, SH.path)
    message = shapes.message(shape)
    return Ask(
        on=kind,
        paths=(str(path),) if isinstance(path, URIRef) else shapes.choice(shape),
        least=max((_number(graph, shape, name) or 0 for name in (SH.minCount, SH.qualifiedMinCount)), default=0),
        most=_number(graph, shape, SH.maxCount),
        values=tuple(dict.fromkeys(_values(graph, shape))),
        rules=(message,) if message else (),
        firm=(shape, SH.severity, SH.Warning) not in graph,
    )


def _number(graph: Graph, shape: Node, name: URIRef) -> int | None:
    value = graph.value(shape, name)
    return None if value is None else int(str(value))


def _values(graph: Graph, shape: Node) -> Iterator[str]:
    """Give what a value may be: what the shape says, or the shapes that it applies to the value."""
    for name in _KINDS:
        yield from sorted(str(value) for value in graph.objects(shape, name) if isinstance(value, URIRef))
    for head in graph.objects(shape, SH["in"]):
        yield from (str(value) for value in _members(graph, head))
    for head in graph.objects(shape, SH["or"]):
        for member in _members(graph, head):
            yield from _values(graph, member)
    for inner in graph.objects(shape, SH.node):
        yield from _values(graph, inner)
    if (shape, SH.languageIn, None) in graph:
        yield str(RDF.langString)


def _members(graph: Graph, head: Node) -> list[Node]:
    return list(Collection(graph, cast("URIRef", head)))
