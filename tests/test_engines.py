"""The library gives the same rows on every engine: Oxigraph, plain rdflib, Apache Jena Fuseki and Virtuoso.

XINPU_ENGINE_TIMES=FILE writes the seconds of each query on each engine as CSV.
"""

from __future__ import annotations

import csv
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from servers.running import fuseki, missing, virtuoso
from toy_project import cell, dataset, library
from xinpu.api import as_rdflib, ask_rdflib
from xinpu.endpoint import GRAPHS, Endpoint, load
from xinpu.queries import Query
from xinpu.store import Solutions, Source
from xinpu.terms import NamedNode

QUERIES = library().all()
SERVERS = {"fuseki": fuseki, "virtuoso": virtuoso}


@dataclass
class Engines:
    """The engines with the toy graph in each, and the seconds that each query took."""

    sources: dict[str, Source]
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    def rows(self, query: Query, engine: str) -> Counter[tuple[str, ...]]:
        begun = time.perf_counter()
        found = self.sources[engine].select(query.text)
        self.seconds[query.name, engine] = time.perf_counter() - begun
        assert found.variables == tuple(query.columns)
        return Counter(tuple(cell(term) for term in row) for row in found.rows)

    def write_times(self, path: Path) -> None:
        names = sorted({name for name, _ in self.seconds})
        with path.open("w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(["query", *self.sources])
            out.writerows(
                [name, *(f"{self.seconds.get((name, e), float('nan')):.4f}" for e in self.sources)] for name in names
            )


@dataclass(frozen=True)
class Rdflib:
    """Plain rdflib as a source."""

    answer: Callable[[str], object]

    def select(self, text: str) -> Solutions:
        found = self.answer(text)
        assert isinstance(found, Solutions)
        return found


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    graph = as_rdflib(dataset())
    made = Engines({"oxigraph": dataset(), "rdflib": Rdflib(lambda text: ask_rdflib(graph, text))})
    yield made
    if path := os.environ.get("XINPU_ENGINE_TIMES"):
        made.write_times(Path(path))


@pytest.fixture(scope="module", params=list(SERVERS))
def server(request: pytest.FixtureRequest, engines: Engines, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    absent = missing()
    if absent and os.environ.get("CI") != "true":
        pytest.skip(f"{', '.join(absent)} not installed; run: make servers")
    assert not absent, f"CI has to install {', '.join(absent)} with: make servers"
    name: str = request.param
    patch = pytest.MonkeyPatch()
    with SERVERS[name](tmp_path_factory.mktemp(name)) as url, patch.context() as environment:
        environment.setenv("XINPU_ENDPOINT_USER", "dba")
        environment.setenv("XINPU_ENDPOINT_PASSWORD", "dba")
        engines.sources[name] = endpoint = Endpoint(url)
        held = dict(load(dataset(), endpoint))
        assert held == {graph: sum(1 for _ in dataset().triples(NamedNode(graph))) for graph in GRAPHS}
        yield name


if "XINPU_ENGINE_TIMES" in os.environ:
    # otherwise test_queries_rows.py runs rdflib on every query

    @pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
    def test_rdflib_gives_the_rows_of_oxigraph(engines: Engines, query: Query) -> None:
        assert engines.rows(query, "rdflib") == engines.rows(query, "oxigraph")


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_servers_give_the_rows_of_oxigraph(engines: Engines, server: str, query: Query) -> None:
    expected = engines.rows(query, "oxigraph")
    assert expected
    assert engines.rows(query, server) == expected
