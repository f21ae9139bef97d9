"""An rdflib graph on two plain dictionaries, for a library that asks one graph a million small questions.

rdflib's own store in memory keeps count of contexts on the way, which takes most of the time. Nothing can be removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rdflib import Graph
from rdflib.term import Node

Pattern = tuple[Node | None, Node | None, Node | None]


class Lookup(Graph):
    """A graph that is filled once and then read."""

    def __init__(self) -> None:
        super().__init__(bind_namespaces="none")
        self._objects: dict[Node, dict[Node, dict[Node, None]]] = {}
        self._subjects: dict[Node, dict[Node, dict[Node, None]]] = {}
        self._count = 0

    def put(self, subject: Node, predicate: Node, value: Node) -> None:
        """Add a triple."""
        values = self._objects.setdefault(subject, {}).setdefault(predicate, {})
        if value not in values:
            values[value] = None
            self._subjects.setdefault(predicate, {}).setdefault(value, {})[subject] = None
            self._count += 1

    def __len__(self) -> int:
        return self._count

    def __contains__(self, triple: Any) -> bool:
        return next(self.triples(triple), None) is not None

    def objects(self, subject: Any = None, predicate: Any = None, unique: bool = False) -> Iterator[Node]:  # type: ignore[override]
        """Give the values of a property of a node, in the order of their arrival."""
        if subject is None or predicate is None:
            return super().objects(subject, predicate, unique)
        return iter(tuple(self._objects.get(subject, {}).get(predicate, ())))

    def subjects(self, predicate: Any = None, object: Any = None, unique: bool = False) -> Iterator[Node]:  # type: ignore[override]  # noqa: A002
        """Give the nodes that have a value of a property."""
        if object is None or predicate is None:
            return super().subjects(predicate, object, unique)
        return iter(tuple(self._subjects.get(predicate, {}).get(object, ())))

    def triples(self, triple: Any) -> Iterator[tuple[Node, Node, Node]]:  # type: ignore[override]
        """Give all triples that fit a pattern."""
        subject, predicate, value = triple
        if subject is not None:
            entries = self._objects.get(subject, {})
            for name in [predicate] if predicate is not None else list(entries):
                values = entries.get(name, {})
                for found in [value] if value is not None else list(values):
                    if found in values:
                        yield subject, name, found
            return
        for name in [predicate] if predicate is not None else list(self._subjects):
            holders = self._subjects.get(name, {})
            for found in [value] if value is not None else list(holders):
                for node in holders.get(found, ()):
                    yield node, name, found
