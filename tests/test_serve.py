"""The server: site, SPARQL 1.1 Protocol and linked data, over HTTP on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import httpx
import pyoxigraph
import pytest
import uvicorn
from pyoxigraph import NamedNode, QueryResultsFormat, RdfFormat

from xinpu.endpoint import Endpoint
from xinpu.errors import DataError, EndpointError, UsageError
from xinpu.layout import ID, Project
from xinpu.queries import Library, run
from xinpu.serve import Service, application, serve
from xinpu.serve.negotiation import HTML, ROWS, TRIPLES, choose
from xinpu.serve.state import State, load_derived
from xinpu.store import Dataset
from xinpu.worker import MIB, Limits

PAGE = (
    '<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="default-src \'none\';"></head>'
    "<body>Kunlunxin</body></html>"
)
TIGHT = Service(Limits(seconds=1.0, memory=256 * MIB, size=20_000), at_once=2, waiting=1, patience=0.3)
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def make_site(folder: Path) -> Path:
    for name, text in {
        "index.html": PAGE,
        "404.html": PAGE.replace("Kunlunxin", "nothing here"),
        "static/site.css": "body{}",
        "company/kunlunxin/index.html": PAGE,
        "id/kunlunxin/index.html": '<meta http-equiv="refresh" content="0; url=../../company/kunlunxin/index.html">',
        "id/a-claim/index.html": '<meta http-equiv="refresh" content="0; url=../../x&amp;y/index.html#a-claim">',
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@contextmanager
def running(site: Path, state: State, service: Service | None = None, *, watch: bool = False) -> Iterator[str]:
    config = uvicorn.Config(
        application(site, state, service, watch=watch), log_level="warning", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def state(toy: Project) -> Iterator[State]:
    made = State(partial(load_derived, toy))
    yield made
    made.close()


@pytest.fixture(scope="module")
def url(state: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(make_site(tmp_path_factory.mktemp("site")), state) as address:
        yield address


@pytest.fixture(scope="module")
def tight(state: State, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running(make_site(tmp_path_factory.mktemp("site")), state, TIGHT) as address:
        yield address


def get(address: str, accept: str | None = None, **params: str) -> httpx.Response:
    headers = {} if accept is None else {"Accept": accept}
    return httpx.get(address, params=params or None, headers=headers, timeout=60)


SELECT = "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 5"


@pytest.mark.parametrize(
    ("accept", "kind", "form"),
    [
        (None, "application/sparql-results+json", QueryResultsFormat.JSON),
        ("application/sparql-results+xml", "application/sparql-results+xml", QueryResultsFormat.XML),
        ("text/csv", "text/csv; charset=utf-8", QueryResultsFormat.CSV),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8", QueryResultsFormat.TSV),
    ],
)
def test_rows_in_every_format(
    url: str, toy_dataset: Dataset, accept: str | None, kind: str, form: QueryResultsFormat
) -> None:
    response = get(f"{url}/sparql", accept, query=SELECT)
    assert response.status_code == 200
    assert response.headers["content-type"] == kind
    assert response.headers["vary"].startswith("Accept") or "Accept" in response.headers["vary"]
    assert response.content == toy_dataset.store.query(SELECT, use_default_graph_as_union=True).serialize(format=form)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/rdf+xml", RdfFormat.RDF_XML),
    ],
)
def test_triples_in_every_format(url: str, toy_dataset: Dataset, accept: str | None, form: RdfFormat) -> None:
    text = "CONSTRUCT { ?s a ?o } { { SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 5 } }"
    response = get(f"{url}/sparql", accept, query=text)
    assert response.status_code == 200
    read = {quad.triple for quad in pyoxigraph.parse(response.content, format=form)}
    assert read == set(toy_dataset.construct(text))


def test_the_three_ways_to_send_a_query(url: str) -> None:
    ways = [
        httpx.get(f"{url}/sparql", params={"query": SELECT}),
        httpx.post(f"{url}/sparql", data={"query": SELECT}),
        httpx.post(f"{url}/sparql", content=SELECT, headers={"Content-Type": "application/sparql-query"}),
    ]
    assert {way.status_code for way in ways} == {200}
    assert len({way.content for way in ways}) == 1
    assert httpx.head(f"{url}/sparql", params={"query": SELECT}).status_code == 200


def test_true_and_false(url: str) -> None:
    assert get(f"{url}/sparql", query="ASK { ?s ?p ?o }").json() == {"head": {}, "boolean": True}


def test_chosen_graphs_only(url: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"

    def counted(*graphs: str) -> int:
        fields = {"query": count, "default-graph-uri": list(graphs)}
        answer = httpx.post(f"{url}/sparql", data=fields).json()
        return int(answer["results"]["bindings"][0]["n"]["value"])

    names = [f"https://w3id.org/xinpu/graph/{name}" for name in ("ontology", "curated", "derived")]
    parts = [counted(name) for name in names]
    assert all(parts)
    assert counted() == counted(*names) == sum(parts)


@pytest.mark.parametrize(
    ("method", "request_", "status", "words"),
    [
        ("GET", {"params": {"query": "SELECT ?x {"}}, 400, "not SPARQL"),
        ("GET", {"params": {"query": "DROP ALL"}}, 400, "not SPARQL"),
        ("GET", {"params": {"query": "INSERT DATA { <http://a> <http://b> 1 }"}}, 400, "not SPARQL"),
        ("GET", {"params": {"update": "DROP ALL"}}, 400, "updates are refused"),
        ("POST", {"data": {"update": "DROP ALL"}}, 400, "updates are refused"),
        ("POST", {"content": "DROP ALL", "headers": {"Content-Type": "application/sparql-update"}}, 400, "refused"),
        ("POST", {"content": "x", "headers": {"Content-Type": "text/turtle"}}, 415, "application/sparql-query"),
        (
            "POST",
            {"content": b"query=%FF", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
            400,
            "UTF-8",
        ),
        ("POST", {"content": b"\xff", "headers": {"Content-Type": "application/sparql-query"}}, 400, "UTF-8"),
        ("POST", {"content": b"x" * (MIB + 1), "headers": {"Content-Type": "application/sparql-query"}}, 413, "larger"),
        ("POST", {"data": {"x": "y"}}, 400, "exactly one query"),
        ("GET", {"params": [("query", "ASK{}"), ("query", "ASK{}")]}, 400, "exactly one query"),
        ("PUT", {"content": b"<http://a> <http://b> 1 ."}, 405, "for reading"),
        ("DELETE", {}, 405, "for reading"),
        ("GET", {"params": {"query": "ASK{}"}, "headers": {"Accept": "image/png"}}, 406, "comes as"),
        ("GET", {"params": {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { } }"}}, 400, "SERVICE"),
        ("GET", {"params": {"query": "SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { } }"}}, 400, "SERVICE"),
    ],
)
def test_what_is_refused(url: str, method: str, request_: dict[str, object], status: int, words: str) -> None:
    response = httpx.request(method, f"{url}/sparql", timeout=60, **request_)  # type: ignore[arg-type]
    assert response.status_code == status
    assert words in response.text
    assert "Traceback" not in response.text


def test_nothing_was_changed_by_what_was_refused(url: str, toy_dataset: Dataset) -> None:
    answer = get(f"{url}/sparql", query="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").json()
    assert int(answer["results"]["bindings"][0]["n"]["value"]) == len(toy_dataset.store)


def test_limits_of_time_memory_and_size(tight: str) -> None:
    begun = time.monotonic()
    late = get(f"{tight}/sparql", query=ENDLESS)
    assert (late.status_code, time.monotonic() - begun < 10) == (500, True)
    assert "longer than 1 s" in late.text
    large = get(f"{tight}/sparql", query="SELECT * { ?s ?p ?o }")
    assert large.status_code == 500
    assert "needs more than 20000 bytes" in large.text


def test_only_so_many_queries_at_once(tight: str) -> None:
    found: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: found.append(get(f"{tight}/sparql", query=ENDLESS))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    busy = [response for response in found if response.status_code == 503]
    assert len(busy) >= 3
    assert all(response.headers["retry-after"] == "1" for response in busy)
    assert get(f"{tight}/sparql", query="ASK {}").status_code == 200


def test_other_sites_may_ask(url: str) -> None:
    response = httpx.get(f"{url}/sparql", params={"query": "ASK {}"}, headers={"Origin": "https://example.org"})
    assert response.headers["access-control-allow-origin"] == "*"
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    asked["Access-Control-Request-Headers"] = "content-type"
    assert httpx.options(f"{url}/sparql", headers=asked).status_code == 200


def test_the_service_describes_itself(url: str) -> None:
    response = get(f"{url}/sparql", "text/turtle")
    triples = [quad.triple for quad in pyoxigraph.parse(response.content, format=RdfFormat.TURTLE)]
    sd = "http://www.w3.org/ns/sparql-service-description#"
    endpoints = [triple.object for triple in triples if triple.predicate.value == sd + "endpoint"]
    assert endpoints == [NamedNode(f"{url}/sparql")]
    assert sum(triple.predicate.value == sd + "name" for triple in triples) == 3
    people = get(f"{url}/sparql", "text/html,*/*;q=0.8")
    assert (people.status_code, people.headers["location"]) == (303, "/sparql/")


def test_our_own_client_and_the_library_get_the_same_rows(url: str, toy_library: Library, toy_dataset: Dataset) -> None:
    endpoint = Endpoint(f"{url}/sparql")
    for name in ("market/shares", "claims/disagreements"):
        query = toy_library.get(name)
        assert run(query, endpoint).rows == run(query, toy_dataset).rows
    with pytest.raises(EndpointError, match="answered 400 Bad Request: this is not SPARQL"):
        endpoint.select("SELECT ?x {")


# Site and linked data


def test_the_site_is_served(url: str) -> None:
    page = get(f"{url}/company/kunlunxin/")
    assert page.text == PAGE
    assert page.headers["cache-control"] == "no-cache"
    assert get(f"{url}/").text == PAGE
    assert get(f"{url}/static/site.css").headers["content-type"].startswith("text/css")
    missing = get(f"{url}/no/such/page/")
    assert (missing.status_code, "nothing here" in missing.text) == (404, True)
    assert "-/reload.js" not in page.text
    assert get(f"{url}/-/reload.js").status_code == 404


@pytest.mark.parametrize(
    "path", ["/../pyproject.toml", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "//etc/passwd"]
)
def test_no_way_out_of_the_site(url: str, path: str) -> None:
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b" 404 " in answer.partition(b"\r\n")[0]
    assert b"root:" not in answer


def test_an_id_leads_people_to_its_page(url: str) -> None:
    for accept in (None, "text/html", "text/html;q=0.9, text/turtle;q=0.5"):
        response = get(f"{url}/id/kunlunxin", accept)
        assert (response.status_code, response.headers["location"]) == (303, "/company/kunlunxin/index.html")
    assert get(f"{url}/id/a-claim", "text/html").headers["location"] == "/x&y/index.html#a-claim"
    assert get(f"{url}/id/nothing-of-this-name").status_code == 404


@pytest.mark.parametrize(
    ("accept", "suffix", "form"),
    [
        ("text/turtle", ".ttl", RdfFormat.TURTLE),
        ("application/ld+json", ".jsonld", RdfFormat.JSON_LD),
        ("application/n-triples", ".nt", RdfFormat.N_TRIPLES),
        ("application/rdf+xml", ".rdf", RdfFormat.RDF_XML),
    ],
)
def test_an_id_leads_programs_to_triples(url: str, accept: str, suffix: str, form: RdfFormat) -> None:
    response = get(f"{url}/id/kunlunxin", accept)
    assert (response.status_code, response.headers["location"]) == (303, f"/id/kunlunxin{suffix}")
    assert "Accept" in response.headers["vary"]
    data = get(url + response.headers["location"])
    assert data.status_code == 200
    subjects = {quad.subject.value for quad in pyoxigraph.parse(data.content, format=form)}
    assert ID + "kunlunxin" in subjects
    assert len(subjects) > 1
    assert get(f"{url}/id/nothing-of-this-name{suffix}").status_code == 404


@pytest.mark.parametrize("name", ["a%20b", "x%3E%7D%7B", "..%2f", "%C3%A9.ttl", "a%0Ab.ttl"])
def test_a_hostile_id_is_just_missing(url: str, name: str) -> None:
    assert get(f"{url}/id/{name}").status_code == 404


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("text/csv;q=0.5, application/sparql-results+xml", "xml"),
        ("text/*", "xml"),
        ("text/csv;q=0, */*;q=0.1", "json"),
        ("application/sparql-results+json;q=0", None),
        ("image/png", None),
        ("text/csv;q=nonsense, text/tab-separated-values;q=0.1", "tsv"),
        ("TEXT/CSV", "csv"),
        ("", "json"),
    ],
)
def test_negotiation(accept: str | None, form: str | None) -> None:
    assert choose(accept, ROWS) == form


def test_negotiation_prefers_what_is_named() -> None:
    assert choose("text/html,application/xhtml+xml,*/*;q=0.8", {**HTML, **TRIPLES}) == "html"
    assert choose("text/turtle, text/html;q=0.9", {**HTML, **TRIPLES}) == "turtle"


# Watching


def test_pages_hear_of_rebuilds(state: State, tmp_path: Path) -> None:
    with running(make_site(tmp_path), state, watch=True) as url:
        page = get(f"{url}/").text
        assert '<script src="/-/reload.js"></script></body>' in page
        assert "connect-src 'self'" in page
        assert "EventSource" in get(f"{url}/-/reload.js").text
        with httpx.stream("GET", f"{url}/-/news", timeout=20) as news:
            lines = news.iter_lines()
            assert next(lines) == "retry: 500"
            state.builds += 1
            assert "event: built" in [next(lines) for _ in range(3)]


def test_the_graph_is_renewed_and_a_broken_one_is_not(fresh_toy: Project) -> None:
    from xinpu.worker import Request

    state = State(partial(load_derived, fresh_toy))
    try:
        text = "ASK { <https://w3id.org/xinpu/id/new-thing> ?p ?o }"
        assert state.ask(Request(text)) is False
        extra = fresh_toy.graph / "extra.ttl"
        extra.write_text("<https://w3id.org/xinpu/id/new-thing> a <https://w3id.org/xinpu/ontology#Company> .\n")
        state.renew()
        assert state.ask(Request(text)) is True
        extra.write_text("<https://w3id.org/xinpu/id/new-thing> a\n")
        with pytest.raises(DataError, match=r"graph/extra\.ttl"):
            state.renew()
        assert state.ask(Request(text)) is True
    finally:
        state.close()


def test_a_port_that_is_taken(toy: Project, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(UsageError, match="--port"):
        serve(toy, tmp_path, port=taken.getsockname()[1])


def test_the_command_serves_watches_and_ends(fresh_toy: Project, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xinpu", "--project", str(fresh_toy.root), "serve", "--port", "0", "--watch"]
    command += ["--build", str(tmp_path / "build")]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "NO_COLOR": "1"})
    said: list[str] = []
    assert process.stderr is not None
    reader = threading.Thread(target=lambda: said.extend(process.stderr), daemon=True)  # type: ignore[arg-type]
    reader.start()
    try:
        url = wait_for(said, r"at (http://127\.0\.0\.1:\d+)/")
        assert get(f"{url}/").status_code == 200
        assert get(f"{url}/id/kunlunxin", "text/html").status_code == 303
        file = fresh_toy.graph / "entities.ttl"
        file.write_text(
            file.read_text(encoding="utf-8").replace('"Kunlunxin"@en', '"Kunlunxin Renamed"@en'), encoding="utf-8"
        )
        wait_for(said, r"^(built)$")
        assert "Kunlunxin Renamed" in get(f"{url}/company/kunlunxin/").text
        file.write_text(file.read_text(encoding="utf-8") + "\nid:broken a\n", encoding="utf-8")
        wait_for(said, r"(entities\.ttl:\d+|errors)")
        assert "Kunlunxin Renamed" in get(f"{url}/company/kunlunxin/").text
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()
        reader.join()
        process.stderr.close()
    assert process.returncode in (0, 130, -2)
    assert not [line for line in said if "Traceback" in line]


def wait_for(said: list[str], pattern: str) -> str:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not any(line.startswith("xinpu: ") for line in said):
        for line in said:
            if found := re.search(pattern, line.rstrip("\n")):
                return found[1]
        time.sleep(0.1)
    raise AssertionError(json.dumps(said))
