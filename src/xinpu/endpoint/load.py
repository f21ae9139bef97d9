"""Putting the three named graphs into a SPARQL server, by the Graph Store Protocol or by SPARQL Update.

Graph Store Protocol: https://www.w3.org/TR/sparql11-http-rdf-update/ Where Update is used, a graph is filled beside the
old one and then moved into its place, so that readers see the old graph or the new one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from typing import Final

from xinpu.endpoint.client import GRAPHS, Endpoint
from xinpu.endpoint.transport import Reply, refusal
from xinpu.errors import EndpointError
from xinpu.store import Dataset
from xinpu.terms import Literal, NamedNode, Triple

GRAPH_STORE: Final = "XINPU_ENDPOINT_GRAPH_STORE"
UPDATE: Final = "XINPU_ENDPOINT_UPDATE"
"""Environment variables for the addresses of servers that are not laid out like the known ones."""

BATCH: Final = 500
"""Triples in one INSERT DATA; Virtuoso refuses much larger ones."""

_NOT_THAT_WAY: Final = frozenset({400, 404, 405, 406, 410, 411, 415, 500, 501})
"""Statuses by which servers say that a service is not there or does not take this."""


def load(dataset: Dataset, endpoint: Endpoint) -> Iterator[tuple[str, int]]:
    """Put each named graph in the place of the server's; give its name and the triples that the server then holds.

    Raises EndpointError if the server refuses, or ends up with fewer triples than it was sent.
    """
    server = endpoint.transport.attempt("GET", f"{endpoint.transport.url}?query=ASK%7B%7D", b"", {}).headers
    virtuoso = "virtuoso" in server.get("server", "").lower()
    for graph in GRAPHS:
        triples = [quad.triple for quad in dataset.triples(NamedNode(graph))]
        _put(endpoint, graph, triples, virtuoso)
        held = _held(endpoint, graph)
        if held != len(triples):
            raise EndpointError(
                f"{endpoint.transport.shown} was sent {len(triples)} triples for <{graph}> and holds {held}",
                remedy="Look in the server's log.",
            )
        yield graph, held


def _put(endpoint: Endpoint, graph: str, triples: list[Triple], virtuoso: bool) -> None:
    transport = endpoint.transport
    body = "".join(f"{triple} .\n" for triple in triples).encode()
    refused: Reply | None = None
    for address in graph_stores(transport.url, virtuoso):
        reply = transport.attempt("PUT", f"{address}?graph={graph}", body, {"Content-Type": "text/turtle"})
        if reply.well:
            return
        if reply.status not in _NOT_THAT_WAY:
            refused = refused or reply
    for address in updates(transport.url, virtuoso):
        reply = _update(endpoint, address, f"DROP SILENT GRAPH <{graph}/loading>")
        if reply.well:
            _insert(endpoint, address, graph, triples)
            return
        refused = reply if refused is None or reply.status not in _NOT_THAT_WAY else refused
    if refused is None:
        raise EndpointError(
            f"{transport.shown} has neither a graph store nor an update service at a known address",
            remedy=f"Set {GRAPH_STORE} or {UPDATE} in the environment.",
        )
    raise refusal(refused, transport.has_login)


def _insert(endpoint: Endpoint, address: str, graph: str, triples: list[Triple]) -> None:
    """Fill a graph beside the old one, then move it into its place."""
    rest = iter(triples)
    while batch := list(islice(rest, BATCH)):
        lines = "\n".join(f"{triple} ." for triple in batch)
        _must(endpoint, address, f"INSERT DATA {{ GRAPH <{graph}/loading> {{\n{lines}\n}} }}")
    if triples:
        _must(endpoint, address, f"MOVE GRAPH <{graph}/loading> TO GRAPH <{graph}>")
    else:
        _must(endpoint, address, f"DROP SILENT GRAPH <{graph}>")


def _must(endpoint: Endpoint, address: str, text: str) -> None:
    reply = _update(endpoint, address, text)
    if not reply.well:
        raise refusal(reply, endpoint.transport.has_login)


def _update(endpoint: Endpoint, address: str, text: str) -> Reply:
    return endpoint.transport.attempt("POST", address, text.encode(), {"Content-Type": "application/sparql-update"})


def _held(endpoint: Endpoint, graph: str) -> int:
    rows = endpoint.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}").rows
    cell = rows[0][0] if rows and rows[0] else None
    return int(cell.value) if isinstance(cell, Literal) and cell.value.isdigit() else 0


def graph_stores(url: str, virtuoso: bool = False) -> list[str]:
    """Give the addresses where the server with this query service may have its graph store, likeliest first."""
    if chosen := os.environ.get(GRAPH_STORE):
        return [chosen]
    if os.environ.get(UPDATE):
        return []
    base, _, last = url.rstrip("/").rpartition("/")
    if virtuoso:
        return [f"{base}/sparql-graph-crud-auth"]
    # Fuseki; Oxigraph; the service itself
    siblings = [f"{base}/data", f"{base}/store"] if last in ("query", "sparql") else []
    return [*siblings, url]


def updates(url: str, virtuoso: bool = False) -> list[str]:
    """Give the addresses where the server with this query service may take updates, likeliest first."""
    if chosen := os.environ.get(UPDATE):
        return [chosen]
    base, _, last = url.rstrip("/").rpartition("/")
    if virtuoso:
        return [f"{base}/sparql-auth"]
    siblings = [f"{base}/update"] if last in ("query", "sparql") else []
    # RDF4J and GraphDB take updates beside the repository; most others at the service itself
    return [*siblings, url, f"{url.rstrip('/')}/statements"]
