"""The network of entities for graph tools: GraphML, GEXF (with places) and Cytoscape JSON, written edge by edge.

http://graphml.graphdrawing.org/ https://gexf.net/ https://js.cytoscape.org/#notation/elements-json
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from xinpu.exports.base import Bundle, Written
from xinpu.exports.jsonld import dumps
from xinpu.network import SIZE, Network, Positions, layout, network
from xinpu.terms import slug

_BAD: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""

_NODE_KEYS: Final = ("label", "class", "iri", "label_zh")
_EDGE_KEYS: Final = ("property", "claim", "status")


def network_of(bundle: Bundle) -> Network:
    """Give the network of entities, made once for all formats."""
    if "network" not in bundle.memo:
        bundle.memo["network"] = network(bundle.dataset, bundle.labels)
    made: Network = bundle.memo["network"]
    return made


def places_of(bundle: Bundle) -> Positions:
    """Give the places of its nodes, made once for all formats."""
    if "places" not in bundle.memo:
        bundle.memo["places"] = layout(network_of(bundle))
    made: Positions = bundle.memo["places"]
    return made


def nodes_of(bundle: Bundle) -> Iterator[dict[str, str]]:
    """Give each node: id (slug), label, class, IRI, Chinese name."""
    for node in network_of(bundle).nodes:
        chinese = bundle.labels.texts.get(node.iri, {}).get("zh-hans", "")
        yield {"id": slug(node.iri), "label": node.label, "class": node.cls, "iri": node.iri, "label_zh": chinese}


def edges_of(bundle: Bundle) -> Iterator[dict[str, str]]:
    """Give each edge: id (a running number), source and target (slugs), property, claim (slug), status."""
    for number, edge in enumerate(network_of(bundle).edges):
        claim = slug(edge.claim) if edge.claim else ""
        ends = {"id": f"e{number}", "source": slug(edge.source), "target": slug(edge.target)}
        yield ends | {"property": edge.property, "claim": claim, "status": edge.status}


class _Xml:
    """An XML file, written as it comes."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w", encoding="utf-8", newline="\n")
        self._out = XMLGenerator(self._stream, encoding="utf-8", short_empty_elements=True)
        self._out.startDocument()

    def close(self) -> None:
        self._out.endDocument()
        self._stream.write("\n")
        self._stream.close()

    @contextmanager
    def element(self, name: str, attributes: Mapping[str, str] | None = None) -> Iterator[None]:
        self._out.ignorableWhitespace("\n")
        self._out.startElement(name, AttributesImpl(_clean(attributes or {})))
        yield
        self._out.endElement(name)

    def text(self, name: str, attributes: Mapping[str, str], content: str) -> None:
        with self.element(name, attributes):
            self._out.characters(_BAD.sub("\ufffd", content))

    def empty(self, name: str, attributes: Mapping[str, str]) -> None:
        with self.element(name, attributes):
            pass


def _clean(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: _BAD.sub("\ufffd", value) for name, value in attributes.items()}


@contextmanager
def _xml(path: Path) -> Iterator[_Xml]:
    out = _Xml(path)
    try:
        yield out
    finally:
        out.close()


def graphml(bundle: Bundle) -> Iterator[Written]:
    """Write the network as GraphML."""
    path = "network/xinpu.graphml"
    count = 0
    with (
        _xml(bundle.open_folder(path)) as out,
        out.element("graphml", {"xmlns": "http://graphml.graphdrawing.org/xmlns"}),
    ):
        for scope, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
            for key in keys:
                name = {"id": f"{scope}-{key}", "for": scope, "attr.name": key, "attr.type": "string"}
                out.empty("key", name)
        with out.element("graph", {"id": "xinpu", "edgedefault": "directed"}):
            for node in nodes_of(bundle):
                count += 1
                _graphml_item(out, "node", {"id": node["id"]}, ((key, node[key]) for key in _NODE_KEYS))
            for edge in edges_of(bundle):
                ends = {name: edge[name] for name in ("id", "source", "target")}
                _graphml_item(out, "edge", ends, ((key, edge[key]) for key in _EDGE_KEYS))
    yield Written(path, "Network of entities, GraphML", "application/graphml+xml", count)


def _graphml_item(out: _Xml, kind: str, attributes: dict[str, str], data: Iterable[tuple[str, str]]) -> None:
    with out.element(kind, attributes):
        for key, value in data:
            if value:
                out.text("data", {"key": f"{kind}-{key}"}, value)


def gexf(bundle: Bundle) -> Iterator[Written]:
    """Write the network as GEXF 1.3 with the places of the site's drawing, which Gephi opens as they are."""
    path = "network/xinpu.gexf"
    places = places_of(bundle)
    root = {"xmlns": "http://gexf.net/1.3", "xmlns:viz": "http://gexf.net/1.3/viz", "version": "1.3"}
    count = 0
    with _xml(bundle.open_folder(path)) as out, out.element("gexf", root):
        with out.element("meta", {"lastmodifieddate": bundle.date} if bundle.date else {}):
            out.text("creator", {}, bundle.header("dcterms:creator"))
            out.text("description", {}, bundle.header("dcterms:title"))
        with out.element("graph", {"defaultedgetype": "directed", "mode": "static"}):
            for scope, keys in (("node", _NODE_KEYS[1:]), ("edge", _EDGE_KEYS[1:])):
                with out.element("attributes", {"class": scope, "mode": "static"}):
                    for key in keys:
                        out.empty("attribute", {"id": f"{scope}-{key}", "title": key, "type": "string"})
            with out.element("nodes"):
                for node in nodes_of(bundle):
                    count += 1
                    x, y = places[node["iri"]]
                    with out.element("node", {"id": node["id"], "label": node["label"]}):
                        _gexf_values(out, "node", ((key, node[key]) for key in _NODE_KEYS[1:]))
                        # y points up in Gephi
                        out.empty("viz:position", {"x": str(x), "y": str(SIZE - y), "z": "0"})
            with out.element("edges"):
                for edge in edges_of(bundle):
                    ends = {name: edge[name] for name in ("id", "source", "target")}
                    with out.element("edge", {**ends, "label": edge["property"], "kind": edge["property"]}):
                        _gexf_values(out, "edge", ((key, edge[key]) for key in _EDGE_KEYS[1:]))
    yield Written(path, "Network of entities with places, GEXF", "application/gexf+xml", count)


def _gexf_values(out: _Xml, scope: str, data: Iterable[tuple[str, str]]) -> None:
    with out.element("attvalues"):
        for key, value in data:
            if value:
                out.empty("attvalue", {"for": f"{scope}-{key}", "value": value})


def cytoscape(bundle: Bundle) -> Iterator[Written]:
    """Write the network as Cytoscape JSON: elements with data, nodes with places."""
    path = "network/xinpu.cyjs"
    places = places_of(bundle)
    count = 0
    with bundle.open_folder(path).open("w", encoding="utf-8", newline="\n") as out:
        out.write('{"data":' + dumps({"name": bundle.header("dcterms:title")}) + ',\n"elements":{"nodes":[')
        for node in nodes_of(bundle):
            x, y = places[node["iri"]]
            # Cytoscape Desktop shows `name`
            data = node | {"name": node["label"]}
            out.write((",\n" if count else "\n") + dumps({"data": data, "position": {"x": x, "y": y}}))
            count += 1
        out.write('\n],"edges":[')
        for number, edge in enumerate(edges_of(bundle)):
            data = edge | {"interaction": edge["property"]}
            out.write((",\n" if number else "\n") + dumps({"data": data}))
        out.write("\n]}}\n")
    yield Written(path, "Network of entities with places, Cytoscape JSON", "application/json", count)
