"""The library gives the same rows on every engine: Oxigraph, plain rdflib, Apache Jena Fuseki and Virtuoso.

A build that asks a server gives the same bytes.

XINPU_ENGINE_TIMES=FILE writes the seconds of each query on each engine as CSV.
"""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from servers.running import fuseki, missing, virtuoso
from toy_project import cell, dataset, library
from xinpu.api import as_rdflib, ask_rdflib
from xinpu.endpoint import GRAPHS, Endpoint, load
from xinpu.layout import Project
from xinpu.queries import Query
from xinpu.store import Solutions, Source
from xinpu.terms import NamedNode

QUERIES = library().all()
SERVERS = {"fuseki": partial(fuseki, briefly=True), "virtuoso": virtuoso}


@dataclass
class Engines:
    """The engines with the toy graph in each, and the seconds that each query took."""

    sources: dict[str, Source]
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    def answer(self, query: Query, engine: str) -> Solutions:
        begun = time.perf_counter()
        found = self.sources[engine].select(query.text)
        self.seconds[query.name, engine] = time.perf_counter() - begun
        return found

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
        plain, expected = (
            [[cell(term) for term in row] for row in engines.answer(query, engine).rows]
            for engine in ("rdflib", "oxigraph")
        )
        assert plain == expected


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_servers_give_the_rows_of_oxigraph(engines: Engines, server: str, query: Query) -> None:
    # to the last datatype, since pages and exports are made of these rows
    expected = engines.answer(query, "oxigraph")
    assert expected.rows
    assert engines.answer(query, server) == expected


# one server is enough, since the rows of each are the same
@pytest.mark.parametrize("server", ["fuseki"], indirect=True)
def test_a_build_by_a_server_gives_the_bytes_of_a_build_without(
    engines: Engines, server: str, toy: Project, tmp_path: Path
) -> None:
    endpoint = engines.sources[server]
    assert isinstance(endpoint, Endpoint)
    command = [sys.executable, "-m", "xinpu", "--project", str(toy.root), "build", "--languages", "en", "--jobs", "2"]
    for name, more in (("here", []), ("there", ["--endpoint", endpoint.transport.url])):
        done = subprocess.run([*command, "--out", str(tmp_path / name), *more], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def contents(folder: Path) -> dict[str, str]:
    """Path of each file -> the hash of its bytes."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
