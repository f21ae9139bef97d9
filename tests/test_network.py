"""The network of the toy graph: edges from links and claims, paths, centrality, and places that never change."""

from __future__ import annotations

import pytest

from test_exports import project_at
from xinpu.derive import derive
from xinpu.layout import ID, Project
from xinpu.network import (
    SIZE,
    Edge,
    Network,
    Node,
    centrality,
    layout,
    neighbourhood,
    network,
    path_between,
    paths_from,
    to_networkx,
)
from xinpu.queries import Library
from xinpu.store import CURATED, Dataset, load_strict


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return project_at(tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="module")
def dataset(project: Project) -> Dataset:
    made = load_strict(project)
    derive(made, Library(project))
    return made


@pytest.fixture(scope="module")
def net(dataset: Dataset) -> Network:
    return network(dataset)


def ring(size: int, leaves: int = 0) -> Network:
    names = [f"urn:n{i:05}" for i in range(size)]
    edges = [Edge(a, b, "next") for a, b in zip(names, names[1:] + names[:1], strict=True)]
    hanging = [f"urn:z{i:05}" for i in range(leaves)]
    edges += [Edge(names[i % size], name, "leaf") for i, name in enumerate(hanging)]
    return Network(tuple(Node(n, "Thing", n) for n in sorted(names + hanging)), tuple(sorted(edges)))


def test_edges_come_from_links_statements_and_roles(net: Network) -> None:
    edges = {(e.source[len(ID) :], e.property, e.target[len(ID) :]): e for e in net.edges}
    assert edges["kunlunxin-p800", "family", "kunlun"].claim == ""
    assert edges["ascend-910b", "designer", "hisilicon"].claim == ID + "ascend-910b-designer-1"
    assert ("baidu", "market", "china-gpu-cloud") in edges
    assert edges["baidu", "market", "china-gpu-cloud"].status == "Completed"


def test_nodes_are_entities_and_no_sources_or_claims(net: Network, dataset: Dataset) -> None:
    classes = {node.cls for node in net.nodes}
    assert {"Company", "Chip", "Market"} <= classes
    assert not classes & {"Source", "Period", "Statement", "MarketShare"}
    assert "ChipToCloudProvider" not in classes
    assert list(net.nodes) == sorted(net.nodes)
    assert all(edge.source in net.node and edge.target in net.node for edge in net.edges)


def test_a_retracted_or_deprecated_claim_gives_no_edge(project: Project) -> None:
    dataset = load_strict(project)
    from pyoxigraph import Literal, NamedNode, Quad

    claim = NamedNode(ID + "ascend-910b-designer-1")
    before = network(dataset).edges
    dataset.store.add(
        Quad(claim, NamedNode("https://w3id.org/xinpu/ontology#retractedOn"), Literal("2026-01-01"), CURATED)
    )
    after = network(dataset).edges
    assert {edge.claim for edge in before} - {edge.claim for edge in after} == {claim.value}


def test_networkx_has_the_same_graph(net: Network) -> None:
    graph = to_networkx(net)
    assert (len(graph), graph.number_of_edges()) == (len(net.nodes), len(net.edges))
    assert graph.nodes[ID + "baidu"] == {"cls": "Company", "label": "Baidu"}


def test_paths_are_shortest_ordered_and_survive_cycles() -> None:
    nodes = tuple(Node(n, "T", n) for n in "abcd")
    net = Network(nodes, (Edge("a", "b", "owns"), Edge("b", "c", "owns"), Edge("c", "a", "owns"), Edge("a", "d", "x")))
    assert paths_from(net, "a", {"owns"}) == [["a", "b"], ["a", "b", "c"]]
    assert paths_from(net, "a", {"owns"}, reverse=True) == [["a", "c"], ["a", "c", "b"]]
    assert path_between(net, "d", "c") == ["d", "a", "c"]
    assert path_between(net, "d", "nobody") == []


def test_centrality_of_a_star_and_a_path() -> None:
    star = Network(tuple(Node(n, "T", n) for n in "abcd"), tuple(Edge("a", n, "x") for n in "bcd"))
    rows = centrality(star)
    assert [(row.iri, row.degree, row.betweenness) for row in rows] == [
        ("a", 3, 0.5), ("b", 1, 0.0), ("c", 1, 0.0), ("d", 1, 0.0)
    ]  # fmt: skip


def test_layout_places_every_node_inside_the_field(net: Network) -> None:
    places = layout(net)
    assert set(places) == set(net.node)
    assert all(0 <= x <= SIZE and 0 <= y <= SIZE for x, y in places.values())
    assert places == layout(net)


@pytest.mark.parametrize("size", [0, 1, 2])
def test_layout_of_next_to_nothing(size: int) -> None:
    nodes = tuple(Node(f"urn:{i}", "T", "") for i in range(size))
    edges = (Edge("urn:0", "urn:1", "x"),) if size == 2 else ()
    assert len(layout(Network(nodes, edges))) == size


def test_layout_of_a_ring_draws_joined_nodes_nearer_than_others() -> None:
    made = ring(40, leaves=20)
    places = layout(made)

    def apart(a: str, b: str) -> float:
        return ((places[a][0] - places[b][0]) ** 2 + (places[a][1] - places[b][1]) ** 2) ** 0.5

    joined = sum(apart(e.source, e.target) for e in made.edges) / len(made.edges)
    names = [node.iri for node in made.nodes]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[:i]]
    assert joined < 0.5 * sum(apart(a, b) for a, b in pairs) / len(pairs)
    assert len(set(places.values())) == len(places)


def test_neighbourhood_has_the_centre_in_the_middle_and_the_best_joined_around(net: Network) -> None:
    part, places = neighbourhood(net, ID + "baidu", limit=5)
    assert places[ID + "baidu"] == (SIZE // 2, SIZE // 2)
    assert len(part.nodes) == len(places) == 6
    assert all(edge.source in places and edge.target in places for edge in part.edges)
    degrees = {name: len(net.neighbours[name]) for name in net.neighbours[ID + "baidu"]}
    assert min(degrees[name] for name in places if name != ID + "baidu") >= sorted(degrees.values())[-5]


def test_neighbourhood_of_one_that_is_alone() -> None:
    net = Network((Node("a", "T", "a"),), ())
    assert neighbourhood(net, "a") == (net, {"a": (SIZE // 2, SIZE // 2)})
