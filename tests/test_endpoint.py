"""The client of SPARQL servers, against a real HTTP server on this machine that misbehaves in every known way."""

from __future__ import annotations

import base64
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse

from xinpu.build import build
from xinpu.endpoint import GRAPHS, Endpoint, form_of, load
from xinpu.endpoint.load import graph_stores, updates
from xinpu.errors import EndpointError, ModelError, UsageError
from xinpu.layout import Project
from xinpu.queries import Library, run
from xinpu.results import write
from xinpu.store import CURATED, DERIVED, ONTOLOGY, Dataset, Solutions
from xinpu.terms import XSD

JSON = "application/sparql-results+json"
ONE = b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"literal","value":"x"}}]}}'
ROW = Solutions(("a",), [(Literal("x"),)])
SELECT = "SELECT ?a { ?a ?b ?c }"

Script = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Reads a request, notes it, and does what the server's script says."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self.body = self.rfile.read(length)
        self.server.seen.append(self)
        self.server.script(self)

    do_GET = do_PUT = do_POST  # noqa: N815

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes, kind: str = JSON, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def fields(self) -> dict[str, list[str]]:
        return parse_qs(self.body.decode())


class Server(ThreadingHTTPServer):
    daemon_threads = True
    script: Script
    seen: list[Handler]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/sparql"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        made.seen = []
        made.script = lambda handler: handler.reply(200, ONE)
        thread = threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "PASSWORD", "TOKEN", "GRAPH_STORE", "UPDATE", "GRAPHS"):
        monkeypatch.delenv(f"XINPU_ENDPOINT_{name}", raising=False)


def fails(server: Server, words: str, *, timeout: float = 5.0, retries: int = 0, text: str = SELECT) -> EndpointError:
    """Ask, and give the error, which is one line that names the server."""
    with pytest.raises(EndpointError, match=words) as caught:
        Endpoint(server.url, timeout=timeout, retries=retries).answer(text)
    shown = str(caught.value)
    assert "\n" not in shown
    assert server.url in shown
    assert len(shown) < 500
    return caught.value


def test_a_query_goes_out_by_the_protocol_over_the_union_of_the_graphs(server: Server) -> None:
    assert Endpoint(server.url).select(SELECT) == ROW
    request = server.seen[0]
    assert request.command == "POST"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert request.headers["Accept"] == JSON
    assert "Authorization" not in request.headers
    assert request.fields() == {
        "query": [SELECT],
        "default-graph-uri": list(GRAPHS),
        "named-graph-uri": list(GRAPHS),
    }
    Endpoint(server.url, graphs=()).select(SELECT)
    assert set(server.seen[1].fields()) == {"query"}


def test_another_union_can_be_named(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINPU_ENDPOINT_GRAPHS", "urn:x-arq:UnionGraph")
    Endpoint(server.url).select(SELECT)
    assert server.seen[0].fields()["default-graph-uri"] == ["urn:x-arq:UnionGraph"]
    assert server.seen[0].fields()["named-graph-uri"] == list(GRAPHS)


def test_ask_and_construct(server: Server) -> None:
    server.script = lambda handler: handler.reply(200, b'{"head":{},"boolean":true}')
    assert Endpoint(server.url).answer("ASK { }") is True
    server.script = lambda handler: handler.reply(200, b"<http://e/a> <http://e/b> 1 .", "text/turtle; charset=utf-8")
    triples = Endpoint(server.url).answer("PREFIX x: <http://e/> CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }")
    assert [str(triple) for triple in triples] == [
        '<http://e/a> <http://e/b> "1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    ]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("#+ summary: ASK\n# x\nprefix a: <http://x#y>\nBASE <http://z/>\n ask {}", "ASK"),
        ("PREFIX : <http://x> CONSTRUCT { } WHERE { }", "CONSTRUCT"),
        ("DESCRIBE <http://x>", "DESCRIBE"),
        ("nonsense", "SELECT"),
    ],
)
def test_the_form_of_a_query_is_read_behind_its_prologue(text: str, form: str) -> None:
    assert form_of(text) == form


# Faults


def test_connection_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(EndpointError, match=f"http://127.0.0.1:{port}/x cannot be reached: connection refused"):
        Endpoint(f"http://127.0.0.1:{port}/x").select(SELECT)


def cut(handler: Handler, *, chunked: bool) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    if chunked:
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"10\r\n" + ONE[:16] + b"\r\n")
    else:
        handler.send_header("Content-Length", str(len(ONE)))
        handler.end_headers()
        handler.wfile.write(ONE[:20])
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("chunked", [True, False])
def test_death_in_the_middle_of_an_answer(server: Server, chunked: bool) -> None:
    server.script = lambda handler: cut(handler, chunked=chunked)
    fails(server, "closed the connection in the middle of its answer", retries=3)
    assert len(server.seen) == 1


def test_death_without_an_answer(server: Server) -> None:
    def die(handler: Handler) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    server.script = die
    fails(server, "closed the connection without an answer")


def test_a_stall_in_the_middle(server: Server) -> None:
    release = threading.Event()

    def stall(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", str(len(ONE)))
        handler.end_headers()
        handler.wfile.write(ONE[:20])
        handler.wfile.flush()
        release.wait(20)

    server.script = stall
    begun = time.monotonic()
    fails(server, r"stalled in the middle of its answer: nothing came for 0\.5 s", timeout=0.5)
    assert time.monotonic() - begun < 5
    release.set()


def test_a_stall_before_the_answer(server: Server) -> None:
    release = threading.Event()

    def stall(handler: Handler) -> None:
        release.wait(20)
        handler.close_connection = True

    server.script = stall
    begun = time.monotonic()
    fails(server, r"took longer than 0\.5 s", timeout=0.5)
    assert time.monotonic() - begun < 5
    release.set()


def test_an_answer_that_drips_is_not_waited_for(server: Server) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", str(100 * len(ONE)))
        handler.end_headers()
        for _ in range(100):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    server.script = drip
    begun = time.monotonic()
    fails(server, r"took longer than 0\.5 s", timeout=0.5)
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("place", [10, 40, len(ONE) - 1])
def test_truncated_json(server: Server, place: int) -> None:
    server.script = lambda handler: handler.reply(200, ONE[:place])
    fails(server, "the answer ends in the middle|the answer is not JSON")


def test_html_instead_of_json(server: Server) -> None:
    server.script = lambda handler: handler.reply(200, b"<!doctype html><title>Welcome</title>", "text/html")
    fails(server, r"sent a web page \(HTML\) instead of SPARQL results in JSON")
    fails(server, r"sent a web page \(HTML\) instead of N-Triples", text="CONSTRUCT { } WHERE { }")


def test_broken_triples(server: Server) -> None:
    server.script = lambda handler: handler.reply(200, b"<http://e/a> <http://e/b> ", "application/n-triples")
    fails(server, "sent ntriples that cannot be read", text="CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")


def test_rows_where_true_or_false_was_asked(server: Server) -> None:
    fails(server, "sent rows where true or false was asked", text="ASK { }")


def test_the_words_of_the_server_are_passed_on(server: Server) -> None:
    server.script = lambda handler: handler.reply(400, b"Parse error:\n\n  line 1, column 6\n", "text/plain")
    fails(server, "answered 400 Bad Request: Parse error: line 1, column 6")
    page = b"<html><head><title>t</title><style>b{}</style></head><body><h1>Oh</h1><p>dear " + b"x" * 9000
    server.script = lambda handler: handler.reply(500, page, "text/html")
    fails(server, "answered 500 Internal Server Error: Oh dear x+…")


def test_a_redirect_is_named_and_not_followed(server: Server) -> None:
    server.script = lambda handler: handler.reply(301, b"", "text/plain", Location="http://elsewhere.example/sparql")
    fails(server, r"has moved \(301\)\. Use http://elsewhere\.example/sparql")


def test_a_partial_answer_of_virtuoso_is_none(server: Server) -> None:
    server.script = lambda handler: handler.reply(200, ONE, X_SQL_State="S1TAT", X_SQL_Message="Anytime query timeout")
    fails(server, "only a part of the answer: Anytime query timeout")


# Retries


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinpu.endpoint.transport._FIRST_WAIT", 0.01)


def test_the_waits_grow(server: Server) -> None:
    times: list[float] = []

    def refuse(handler: Handler) -> None:
        times.append(time.monotonic())
        handler.reply(503, b"", "text/plain")

    server.script = refuse
    fails(server, "answered 503", retries=2)
    first, second = (later - sooner for sooner, later in pairwise(times))
    assert first >= 0.5
    assert second >= 1


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: Server, status: int) -> None:
    def recover(handler: Handler) -> None:
        if len(server.seen) < 3:
            handler.reply(status, b"busy", "text/plain")
        else:
            handler.reply(200, ONE)

    server.script = recover
    assert Endpoint(server.url).select(SELECT) == ROW
    assert len(server.seen) == 3
    assert {request.body for request in server.seen} == {server.seen[0].body}


def test_retry_after_is_respected(server: Server) -> None:
    def recover(handler: Handler) -> None:
        times.append(time.monotonic())
        if len(times) == 1:
            handler.reply(503, b"", "text/plain", Retry_After="1")
        else:
            handler.reply(200, ONE)

    times: list[float] = []
    server.script = recover
    assert Endpoint(server.url).select(SELECT) == ROW
    assert times[1] - times[0] >= 1.0


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stays_busy_is_given_up(server: Server) -> None:
    server.script = lambda handler: handler.reply(503, b"down for repair", "text/plain")
    error = fails(server, "answered 503 Service Unavailable: down for repair", retries=2)
    assert "asked several times" in str(error)
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_other_refusals_are_not_repeated(server: Server, status: int) -> None:
    server.script = lambda handler: handler.reply(status, b"no", "text/plain")
    fails(server, str(status), retries=5)
    assert len(server.seen) == 1


# Credentials


def test_missing_and_wrong_credentials(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def guard(handler: Handler) -> None:
        if handler.headers.get("Authorization") == "Basic " + base64.b64encode("anna:geheim ü".encode()).decode():
            handler.reply(200, ONE)
        else:
            handler.reply(401, b"", "text/plain", WWW_Authenticate='Basic realm="x"')

    server.script = guard
    assert "XINPU_ENDPOINT_USER" in str(fails(server, r"wants credentials \(401\)"))
    monkeypatch.setenv("XINPU_ENDPOINT_USER", "anna")
    monkeypatch.setenv("XINPU_ENDPOINT_PASSWORD", "falsch")
    assert "falsch" not in str(fails(server, r"refused these credentials \(401\)"))
    monkeypatch.setenv("XINPU_ENDPOINT_PASSWORD", "geheim ü")
    assert Endpoint(server.url).select(SELECT) == ROW


def test_a_token(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XINPU_ENDPOINT_TOKEN", "t0ken")
    Endpoint(server.url).select(SELECT)
    assert server.seen[0].headers["Authorization"] == "Bearer t0ken"


def test_digest_where_the_server_asks_for_it(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def guard(handler: Handler) -> None:
        given = handler.headers.get("Authorization", "")
        if given.startswith("Digest") and 'username="anna"' in given and "geheim" not in given:
            handler.reply(200, ONE)
        elif given:
            handler.reply(401, b"", "text/plain")
        else:
            handler.reply(401, b"", "text/plain", WWW_Authenticate='Digest realm="x", nonce="1f", qop="auth"')

    server.script = guard
    monkeypatch.setenv("XINPU_ENDPOINT_USER", "anna")
    monkeypatch.setenv("XINPU_ENDPOINT_PASSWORD", "geheim")
    endpoint = Endpoint(server.url)
    assert endpoint.select(SELECT) == ROW
    assert endpoint.select(SELECT) == ROW
    assert len(server.seen) == 4


def test_a_password_in_the_address_is_used_and_never_shown(server: Server) -> None:
    server.script = lambda handler: handler.reply(500, b"", "text/plain")
    with pytest.raises(EndpointError) as caught:
        Endpoint(server.url.replace("://", "://anna:geheim@"), retries=0).select(SELECT)
    assert "geheim" not in str(caught.value)
    assert server.seen[0].headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize("url", ["", "localhost:3030/ds", "ftp://host/x", "http://"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a server"):
        Endpoint(url)


# Answers that a server cuts short


class Capped:
    """A server that holds triples and sends at most so many rows, as Virtuoso does."""

    def __init__(self, count: int, cap: int) -> None:
        store = Store()
        store.extend(Quad(NamedNode(f"http://e/{n}"), NamedNode("http://e/p"), Literal(n)) for n in range(count))
        self.dataset = Dataset(store)
        self.cap = cap

    def __call__(self, handler: Handler) -> None:
        try:
            found = self.dataset.select(handler.fields()["query"][0])
        except ModelError as error:
            handler.reply(400, str(error).encode(), "text/plain")
            return
        handler.reply(200, write(Solutions(found.variables, found.rows[: self.cap]), "json").encode())


ORDERED = "#+ summary: x\nPREFIX e: <http://e/>\nSELECT ?s ?n { ?s e:p ?n } ORDER BY ?n # the end"


def test_a_cut_answer_is_read_in_pages(server: Server) -> None:
    server.script = Capped(3500, 1000)
    found = Endpoint(server.url).select(ORDERED)
    assert [row[1] for row in found.rows] == [Literal(n) for n in range(3500)]
    assert len(server.seen) == 5


def test_a_whole_answer_is_counted_once(server: Server) -> None:
    server.script = Capped(1500, 2000)
    assert len(Endpoint(server.url).select(ORDERED).rows) == 1500
    assert len(server.seen) == 2
    server.script = Capped(999, 2000)
    server.seen.clear()
    assert len(Endpoint(server.url).select(ORDERED).rows) == 999
    assert len(server.seen) == 1


def test_a_limit_of_the_query_is_no_cut(server: Server) -> None:
    server.script = Capped(5000, 2000)
    assert len(Endpoint(server.url).select(ORDERED.replace("# the", "LIMIT 1200 # the")).rows) == 1200
    found = Endpoint(server.url).select(ORDERED.replace("# the", "LIMIT 4200 OFFSET 100 # the"))
    assert [row[1] for row in found.rows] == [Literal(n) for n in range(100, 4300)]


def test_a_server_that_sorts_only_inside_is_asked_so(server: Server) -> None:
    capped = Capped(3500, 1000)

    def refuse(handler: Handler) -> None:
        text = handler.fields()["query"][0]
        if "OFFSET 1999" in text and "SELECT * WHERE" not in text:
            handler.reply(500, b"Virtuoso 22023 Error SR353: Sorted TOP clause", "text/plain")
        else:
            # this engine keeps the order only where it is outside
            handler.body = handler.body.replace(b"%7D+%7D+LIMIT", b"%7D+%7D+ORDER+BY+%3Fn+LIMIT")
            capped(handler)

    server.script = refuse
    found = Endpoint(server.url).select(ORDERED)
    assert [row[1] for row in found.rows] == [Literal(n) for n in range(3500)]


def test_a_cut_answer_without_order_is_an_error(server: Server) -> None:
    server.script = Capped(3500, 1000)
    error = fails(server, "cut the answer at 1000 of 3500 rows", text="SELECT ?s { ?s ?p ?orderBy }")
    assert "ORDER BY" in str(error)


def test_an_order_that_changes_between_pages_is_an_error(server: Server) -> None:
    capped = Capped(3500, 1000)

    def shuffle(handler: Handler) -> None:
        if "OFFSET" in handler.fields()["query"][0]:
            handler.body = handler.body.replace(b"ORDER+BY+%3Fn", b"ORDER+BY+DESC%28%3Fn%29")
        capped(handler)

    server.script = shuffle
    fails(server, "changed the order of the rows between two pages", text=ORDERED)


def test_triples_that_end_at_a_round_number_are_suspect(server: Server) -> None:
    body = "".join(f"<http://e/{n}> <http://e/p> <http://e/o> .\n" for n in range(2000)).encode()
    server.script = lambda handler: handler.reply(200, body, "application/n-triples")
    text = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    fails(server, "has probably cut the answer: it ends at 2000 triples", text=text)
    assert len(Endpoint(server.url).construct(text + " LIMIT 2000")) == 2000


# Numbers


@pytest.mark.parametrize(
    ("kind", "sent", "kept"),
    [
        ("decimal", "715384615.0", "715384615"),
        ("decimal", "19.60", "19.6"),
        ("decimal", "+00.50", "0.5"),
        ("decimal", "-0.0", "0"),
        ("decimal", "-010.050", "-10.05"),
        ("decimal", "12345678901234567890123456789012345.50", "12345678901234567890123456789012345.5"),
        ("integer", "+007", "7"),
        ("decimal", ".", "."),
        ("decimal", "1e3", "1e3"),
        ("double", "1.50E1", "1.50E1"),
        ("string", "19.60", "19.60"),
    ],
)
def test_numbers_are_written_as_the_embedded_engine_writes_them(
    server: Server, kind: str, sent: str, kept: str
) -> None:
    datatype = NamedNode(XSD + kind)
    server.script = lambda handler: handler.reply(
        200, write(Solutions(("a",), [(Literal(sent, datatype=datatype),)]), "json").encode()
    )
    assert Endpoint(server.url).select(SELECT).rows == [(Literal(kept, datatype=datatype),)]
    if kind in ("decimal", "integer") and len(sent) < 20:
        store = Store()
        store.add(Quad(NamedNode("http://e/s"), NamedNode("http://e/p"), Literal(sent, datatype=datatype)))
        assert [quad.object.value for quad in store] == [kept]


def test_large_integers_come_back_from_virtuoso_as_decimals(server: Server) -> None:
    numbers = [Literal(number, datatype=NamedNode(XSD + "decimal")) for number in ("5580000000", "5580000000.5", "7")]
    answer = write(Solutions(("a",), [(number,) for number in numbers]), "json").encode()

    class Virtuoso(Handler):
        def version_string(self) -> str:
            return "Virtuoso/07.20.3229 (Linux) x86_64-pc-linux-gnu"

    server.RequestHandlerClass = Virtuoso
    server.script = lambda handler: handler.reply(200, answer)
    assert Endpoint(server.url).select(SELECT).rows == [(Literal(5580000000),), (numbers[1],), (numbers[2],)]


# Loading


class Holder:
    """A server that holds graphs, by the Graph Store Protocol or by Update."""

    def __init__(self, *, graph_store: str | None, update: str | None, forget: int = 0) -> None:
        self.graph_store, self.update, self.forget = graph_store, update, forget
        self.store = Store()

    def __call__(self, handler: Handler) -> None:
        address = urlsplit(handler.path)
        if handler.command == "PUT" and address.path == self.graph_store:
            graph = NamedNode(parse_qs(address.query)["graph"][0])
            self.store.remove_graph(graph)
            quads = list(parse(handler.body, format=RdfFormat.TURTLE))
            self.store.extend(Quad(*quad.triple, graph) for quad in quads[self.forget :])
            handler.reply(201, b"", "text/plain")
        elif handler.headers.get("Content-Type") == "application/sparql-update" and address.path == self.update:
            self.store.update(handler.body.decode())
            handler.reply(204, b"", "text/plain")
        elif handler.command == "GET":
            handler.reply(200, b'{"head":{},"boolean":true}')
        elif address.path == "/sparql" and "query" in handler.fields():
            found = Dataset(self.store).select(handler.fields()["query"][0])
            handler.reply(200, write(found, "json").encode())
        else:
            handler.reply(404, b"no such service", "text/plain")


@pytest.fixture
def dataset() -> Dataset:
    store = Store()
    s, p = NamedNode("http://e/s"), NamedNode("http://e/p")
    for graph, count in ((ONTOLOGY, 3), (CURATED, 1200)):
        store.extend(Quad(s, p, Literal(f'{n} "quoted"\n芯'), graph) for n in range(count))
    return Dataset(store)


@pytest.mark.parametrize(
    ("graph_store", "update"),
    [("/data", None), ("/store", None), ("/sparql", None), (None, "/update"), (None, "/sparql")],
)
def test_graphs_are_put_in_their_place(
    server: Server, dataset: Dataset, graph_store: str | None, update: str | None
) -> None:
    holder = Holder(graph_store=graph_store, update=update)
    old = Quad(NamedNode("http://e/old"), NamedNode("http://e/p"), Literal("old"), CURATED)
    gone = Quad(old.subject, old.predicate, old.object, DERIVED)
    kept = Quad(old.subject, old.predicate, old.object, NamedNode("http://e/other"))
    holder.store.extend([old, gone, kept])
    server.script = holder
    assert list(load(dataset, Endpoint(server.url))) == list(zip(GRAPHS, (3, 1200, 0), strict=True))
    assert set(holder.store) == {*dataset.store, kept}


def test_a_server_that_drops_triples_is_found_out(server: Server, dataset: Dataset) -> None:
    server.script = Holder(graph_store="/data", update=None, forget=1)
    with pytest.raises(EndpointError, match=r"was sent 3 triples for <.*ontology> and holds 2"):
        list(load(dataset, Endpoint(server.url)))


def test_an_update_that_fails_half_way_leaves_the_old_graph(server: Server, dataset: Dataset) -> None:
    holder = Holder(graph_store=None, update="/update")
    old = Quad(NamedNode("http://e/old"), NamedNode("http://e/p"), Literal("old"), CURATED)
    holder.store.add(old)

    def full(handler: Handler) -> None:
        if handler.body.count(b" .\n") > 100 and len(server.seen) > 12:
            handler.reply(507, b"disk full", "text/plain")
        else:
            holder(handler)

    server.script = full
    with pytest.raises(EndpointError, match="507 Insufficient Storage: disk full"):
        list(load(dataset, Endpoint(server.url)))
    assert old in holder.store


def test_a_server_that_takes_no_data_says_so(server: Server, dataset: Dataset) -> None:
    server.script = Holder(graph_store=None, update=None)
    with pytest.raises(EndpointError, match="answered 404 Not Found: no such service"):
        list(load(dataset, Endpoint(server.url)))
    server.script = lambda handler: handler.reply(200 if handler.command == "GET" else 401, ONE)
    with pytest.raises(EndpointError, match=r"wants credentials \(401\)"):
        list(load(dataset, Endpoint(server.url)))


def test_addresses_of_known_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert graph_stores("http://h:3030/ds/sparql")[0] == "http://h:3030/ds/data"
    assert graph_stores("http://h:3030/ds") == ["http://h:3030/ds"]
    assert graph_stores("http://h:8890/sparql", virtuoso=True) == ["http://h:8890/sparql-graph-crud-auth"]
    assert updates("http://h:3030/ds/query")[0] == "http://h:3030/ds/update"
    assert updates("http://h:7200/repositories/x")[-1] == "http://h:7200/repositories/x/statements"
    monkeypatch.setenv("XINPU_ENDPOINT_UPDATE", "http://h/u")
    assert (graph_stores("http://h/q"), updates("http://h/q")) == ([], ["http://h/u"])
    monkeypatch.setenv("XINPU_ENDPOINT_GRAPH_STORE", "http://h/g")
    assert graph_stores("http://h/q") == ["http://h/g"]


def test_a_library_query_runs_on_a_server(server: Server, toy: Project, toy_dataset: Dataset) -> None:
    def answer(handler: Handler) -> None:
        handler.reply(200, write(toy_dataset.select(handler.fields()["query"][0]), "json").encode())

    server.script = answer
    query = Library(toy).get("market/shares")
    there, here = run(query, Endpoint(server.url)), run(query, toy_dataset)
    assert there == here
    assert json.loads(json.dumps(there.columns)) == list(query.columns)
    assert re.match("#\\+ summary", server.seen[0].fields()["query"][0])


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda handler: cut(handler, chunked=False), "closed the connection in the middle of its answer"),
        (lambda handler: handler.reply(200, ONE[:-1]), "the answer ends in the middle"),
        (lambda handler: handler.reply(200, b"<!doctype html>", "text/html"), "sent a web page"),
    ],
    ids=["death", "truncation", "page"],
)
def test_a_fault_in_the_middle_of_a_build_leaves_the_last_output(
    server: Server, toy: Project, toy_dataset: Dataset, tmp_path: Path, fault: Script, words: str
) -> None:
    def fail_at_the_tenth(handler: Handler) -> None:
        if len(server.seen) < 10:
            handler.reply(200, write(toy_dataset.select(handler.fields()["query"][0]), "json").encode())
        else:
            fault(handler)

    out = tmp_path / "build"
    for name in ("site", "exports"):
        (out / name).mkdir(parents=True)
        (out / name / "old.txt").write_text("old", encoding="utf-8")
    server.script = fail_at_the_tenth
    with pytest.raises(EndpointError, match=words):
        build(toy, out, endpoint=Endpoint(server.url))
    assert len(server.seen) == 10
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "build",
        "build/exports",
        "build/exports/old.txt",
        "build/site",
        "build/site/old.txt",
    ]
