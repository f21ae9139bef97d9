"""The RDF beside each entity's page: its own triples, the claims about it, and their sources.

Each subject is serialised once, however many entities it belongs to; a file is put together from these pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from xinpu.exports.base import triples_of
from xinpu.exports.jsonld import Context, document, dumps
from xinpu.exports.rdf import TURTLE_HEADER, ntriples_block, turtle_block
from xinpu.layout import ID
from xinpu.store import Dataset
from xinpu.terms import iri, slug


@dataclass(frozen=True)
class _Piece:
    turtle: str
    json: str
    keys: frozenset[str]
    ntriples: str


@dataclass
class _Pieces:
    dataset: Dataset
    context: Context
    known: dict[str, _Piece] = field(default_factory=dict)

    def get(self, name: str) -> _Piece:
        if name not in self.known:
            subject = NamedNode(name)
            triples = triples_of(self.dataset, subject)
            node = self.context.node(subject, triples)
            self.known[name] = _Piece(
                turtle_block(triples) if triples else "", dumps(node), frozenset(node), ntriples_block(triples)
            )
        return self.known[name]


def entity_files(dataset: Dataset, iris: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """Give slug, Turtle, JSON-LD and N-Triples of each entity, in the order given.

    Each holds the entity's own triples, all claims about it, and the descriptions of the claims' sources.
    """
    about = _links(dataset, "xp:about", reverse=True)
    sources = _links(dataset, "xp:source")
    pieces = _Pieces(dataset, Context.of(dataset))
    for entity in iris:
        claims = sorted(about.get(entity, ()))
        cited = sorted({source for claim in claims for source in sources.get(claim, ())} - {entity, *claims})
        parts = [pieces.get(name) for name in (entity, *claims, *cited)]
        used = frozenset[str]().union(*(part.keys for part in parts))
        turtle = TURTLE_HEADER + "".join(f"\n{part.turtle}" for part in parts)
        json = "".join(document(pieces.context.document(used), (part.json for part in parts)))
        ordered = sorted({entity, *claims, *cited}, key=lambda name: f"<{name}> ")
        ntriples = "".join(pieces.get(name).ntriples for name in ordered)
        yield (entity[len(ID) :] if entity.startswith(ID) else slug(entity)), turtle, json, ntriples


def whole(dataset: Dataset, iris: Iterable[str]) -> tuple[str, str, str]:
    """Give Turtle, JSON-LD and N-Triples of some subjects together, in the order of their IRIs."""
    pieces = _Pieces(dataset, Context.of(dataset))
    parts = [pieces.get(name) for name in sorted(set(iris), key=lambda name: f"<{name}> ")]
    used = frozenset[str]().union(*(part.keys for part in parts))
    return (
        TURTLE_HEADER + "".join(f"\n{part.turtle}" for part in parts),
        "".join(document(pieces.context.document(used), (part.json for part in parts))),
        "".join(part.ntriples for part in parts),
    )


def _links(dataset: Dataset, name: str, *, reverse: bool = False) -> dict[str, set[str]]:
    """Give all pairs joined by one property: subject -> objects, or the other way."""
    found: dict[str, set[str]] = {}
    for quad in dataset.store.quads_for_pattern(None, NamedNode(iri(name)), None, None):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            pair = (quad.object.value, quad.subject.value) if reverse else (quad.subject.value, quad.object.value)
            found.setdefault(pair[0], set()).add(pair[1])
    return found
