"""The graph of entities, made from curated links and claims; paths through it, and centrality.

What counts as an entity and as a role is read from the ontology.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from xinpu.layout import XP
from xinpu.store import CURATED, Dataset
from xinpu.terms import Labels, NamedNode, iri, slug

if TYPE_CHECKING:
    import networkx as nx

APART: Final = ("xp:Source", "xp:Period")
"""Classes that nearly every claim touches: as nodes they would join everything with everything."""

_PIVOTS: Final = 100


@dataclass(frozen=True, order=True)
class Node:
    """An entity: IRI, local name of its class (the first one A to Z), English name."""

    iri: str
    cls: str
    label: str


@dataclass(frozen=True, order=True)
class Edge:
    """A link between two entities: IRIs of both, local name of the property, and the claim that says it, if any."""

    source: str
    target: str
    property: str
    claim: str = ""
    status: str = ""


@dataclass(frozen=True)
class Network:
    """Nodes and edges, both in order, each edge between two of the nodes."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @cached_property
    def neighbours(self) -> dict[str, tuple[str, ...]]:
        """IRI -> IRIs of all joined with it in either direction, A to Z."""
        found: dict[str, set[str]] = {node.iri: set() for node in self.nodes}
        for edge in self.edges:
            found[edge.source].add(edge.target)
            found[edge.target].add(edge.source)
        return {name: tuple(sorted(held)) for name, held in found.items()}

    @cached_property
    def by_end(self) -> dict[str, tuple[Edge, ...]]:
        """IRI -> edges that begin or end there, in order."""
        found: dict[str, list[Edge]] = {node.iri: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge)
            found[edge.target].append(edge)
        return {name: tuple(held) for name, held in found.items()}

    @cached_property
    def node(self) -> dict[str, Node]:
        """Nodes by IRI."""
        return {node.iri: node for node in self.nodes}


def network(dataset: Dataset, labels: Labels | None = None) -> Network:
    """Make the graph of entities from the curated links between them and from the claims.

    A statement gives an edge from its subject to its object; a claim with several roles gives edges from its main
    subject to the others, named as the role. Deprecated and retracted claims give none.
    """
    names = labels or Labels.of(dataset)
    kinds = _entities(dataset)
    edges: set[Edge] = set()
    for quad in dataset.triples(CURATED):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            edges.add(Edge(quad.subject.value, quad.object.value, slug(quad.predicate)))
    edges |= set(_claimed(dataset))
    kept = {e for e in edges if e.source in kinds and e.target in kinds and e.source != e.target}
    nodes = tuple(Node(name, kinds[name], names.text(name)) for name in sorted(kinds))
    return Network(nodes, tuple(sorted(kept)))


def _claimed(dataset: Dataset) -> Iterator[Edge]:
    void = {claim for claim, rank in _pairs(dataset, "xp:rank") if rank == XP + "Deprecated"}
    retracted = dataset.store.quads_for_pattern(None, NamedNode(iri("xp:retractedOn")), None, None)
    void |= {quad.subject.value for quad in retracted if isinstance(quad.subject, NamedNode)}
    status = {claim: slug(word) for claim, word in _pairs(dataset, "xp:status")}
    predicate, value = dict(_pairs(dataset, "rdf:predicate")), dict(_pairs(dataset, "rdf:object"))
    for claim, about in _pairs(dataset, "rdf:subject"):
        if claim in predicate and claim in value and claim not in void:
            yield Edge(about, value[claim], slug(predicate[claim]), claim, status.get(claim, ""))
    main = dict(_pairs(dataset, "xp:mainSubject"))
    for role in _below(dataset, iri("xp:about"), "rdfs:subPropertyOf") - {iri("xp:about")}:
        for claim, other in _pairs(dataset, role):
            if claim in main and claim not in void:
                yield Edge(main[claim], other, slug(role), claim, status.get(claim, ""))


def _pairs(dataset: Dataset, name: str, graph: NamedNode | None = None) -> list[tuple[str, str]]:
    """Give subject and object of all links by one property (IRI or compact name), in order."""
    link = NamedNode(name if "//" in name else iri(name))
    quads = dataset.store.quads_for_pattern(None, link, None, graph)
    both = ((quad.subject, quad.object) for quad in quads)
    return sorted((s.value, o.value) for s, o in both if isinstance(s, NamedNode) and isinstance(o, NamedNode))


def _below(dataset: Dataset, root: str, link: str) -> set[str]:
    pairs = _pairs(dataset, link)
    found, size = {root}, 0
    while len(found) > size:
        size = len(found)
        found |= {lower for lower, upper in pairs if upper in found}
    return found


def _entities(dataset: Dataset) -> dict[str, str]:
    """Give each curated entity with the local name of its class; classes that rules add do not count."""
    apart = {cls for name in APART for cls in _below(dataset, iri(name), "rdfs:subClassOf")}
    classes = _below(dataset, iri("xp:Entity"), "rdfs:subClassOf") - apart
    kinds: dict[str, str] = {}
    for subject, cls in _pairs(dataset, "rdf:type", CURATED):
        if cls in classes:
            kinds.setdefault(subject, slug(cls))
    return kinds


def to_networkx(net: Network) -> nx.MultiDiGraph[str]:
    """Give the network as a networkx graph: nodes with class and label, edges with property, claim and status."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for node in net.nodes:
        graph.add_node(node.iri, cls=node.cls, label=node.label)
    for edge in net.edges:
        graph.add_edge(edge.source, edge.target, property=edge.property, claim=edge.claim, status=edge.status)
    return graph


def paths_from(net: Network, start: str, properties: Collection[str], *, reverse: bool = False) -> list[list[str]]:
    """Give the shortest path along edges of some properties to each entity reached; shorter ones first, then A to Z.

    With ``reverse`` edges are walked from target to source. Cycles do no harm.
    """
    import networkx as nx

    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_node(start)
    for edge in net.edges:
        if edge.property in properties:
            graph.add_edge(*((edge.target, edge.source) if reverse else (edge.source, edge.target)))
    found: Mapping[str, list[str]] = nx.single_source_shortest_path(graph, start)
    return sorted((path for end, path in found.items() if end != start), key=lambda path: (len(path), path))


def path_between(net: Network, one: str, other: str) -> list[str]:
    """Give a shortest path between two entities, in any direction of the edges; empty if there is none."""
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(node.iri for node in net.nodes)
    graph.add_edges_from((edge.source, edge.target) for edge in net.edges)
    try:
        path: list[str] = nx.shortest_path(graph, one, other)
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return []
    return path


@dataclass(frozen=True)
class Centrality:
    """How central an entity is: entities joined with it, and the part of shortest paths that lead through it."""

    iri: str
    degree: int
    betweenness: float


def centrality(net: Network) -> list[Centrality]:
    """Grade all entities, most central first, then by IRI; paths start at the 100 best joined ones at most."""
    import networkx as nx

    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(node.iri for node in net.nodes)
    graph.add_edges_from((edge.source, edge.target) for edge in net.edges)
    pivots = by_degree(net)[:_PIVOTS]
    between = nx.betweenness_centrality_subset(graph, pivots, list(graph))
    pairs = max(1, len(pivots) * (len(graph) - 1))
    rows = [Centrality(n, len(net.neighbours[n]), round(2 * between[n] / pairs, 4)) for n in graph]
    return sorted(rows, key=lambda row: (-row.betweenness, -row.degree, row.iri))


def by_degree(net: Network) -> list[str]:
    """List the entities, the best joined first, then by IRI."""
    return sorted(net.neighbours, key=lambda name: (-len(net.neighbours[name]), name))
