"""Queries in processes of their own: same answers, and an end to those that take too much."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple

from xinpu.api import answer_with_rdflib
from xinpu.errors import EndpointError, ModelError, UsageError, XinpuError
from xinpu.results import write
from xinpu.store import Dataset, Solutions
from xinpu.worker import MIB, Ask, Limits, Request, Within, answer, asks_service, desk, loading_desk

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
SERVICE = "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"


def make(count: int = 2000) -> Dataset:
    p = NamedNode("http://e/p")
    store = Store()
    store.extend(Quad(NamedNode(f"http://e/{number}"), p, Literal(number)) for number in range(count))
    store.add(Quad(BlankNode("x"), p, Literal("芯", language="zh-Hans"), NamedNode("http://e/g")))
    return Dataset(store)


def broken() -> Dataset:
    raise ModelError("no way", path="ontology/x.ttl", line=3)


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    return make()


@pytest.fixture(scope="module", params=["fork", "spawn", "loading"])
def ask(request: pytest.FixtureRequest, dataset: Dataset) -> Iterator[Ask]:
    opened = {
        "fork": lambda: desk(dataset),
        "spawn": lambda: desk(dataset, fork=False),
        "loading": lambda: loading_desk(partial(make, 2000)),
    }[request.param]
    with opened() as asked:
        yield asked


FORMS = [
    "SELECT ?s ?o ?z { ?s ?p ?o } ORDER BY ?o",
    "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }",
    "ASK { ?s ?p 1 }",
    "SELECT (<<( <http://e/s> <http://e/p> 1 )>> AS ?t) { }",
]


@pytest.mark.parametrize("text", FORMS)
def test_answers_are_those_of_the_same_process(ask: Ask, dataset: Dataset, text: str) -> None:
    there, here = ask(Request(text)), dataset.answer(text)
    if isinstance(here, list):
        assert set(there) == set(here)
        assert all(isinstance(triple, Triple) for triple in there)
    else:
        assert there == here


def test_answers_can_be_written_in_the_child(ask: Ask, dataset: Dataset) -> None:
    text = FORMS[0]
    assert ask(Request(text, form="csv")) == write(dataset.select(text), "csv").encode()


def test_only_the_named_graphs_are_asked(ask: Ask) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert ask(Request(text, graphs=("http://e/g",))).rows == [(Literal(1),)]
    assert ask(Request(text, graphs=("http://e/none",))).rows == [(Literal(0),)]


def test_a_query_that_takes_too_long_is_ended_in_time(ask: Ask) -> None:
    begun = time.monotonic()
    with pytest.raises(
        XinpuError, match=r"^the query took longer than 0\.5 s. Narrow it or raise --timeout\.$"
    ) as caught:
        ask(Request(ENDLESS, Limits(seconds=0.5)))
    # starting a fresh process counts for the spawning desk
    assert time.monotonic() - begun < 15
    assert caught.value.exit_code == 1


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is limited on Linux")
def test_a_query_that_takes_too_much_memory_is_ended(ask: Ask) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i"
    with pytest.raises(XinpuError, match="needs more than 64 MiB of memory"):
        ask(Request(text, Limits(seconds=60, memory=64 * MIB)))


@pytest.mark.parametrize(
    ("text", "form", "unit"),
    [(FORMS[0], None, "rows"), (FORMS[1], None, "triples"), (FORMS[0], "csv", "bytes"), (FORMS[1], "turtle", "bytes")],
)
def test_an_answer_that_is_too_large_is_refused(ask: Ask, text: str, form: str | None, unit: str) -> None:
    with pytest.raises(XinpuError, match=f"needs more than 100 {unit}"):
        ask(Request(text, Limits(size=100), form))


def test_bad_sparql_is_the_same_error_as_here(ask: Ask, dataset: Dataset) -> None:
    for text in ("SELECT ?x {", "INSERT DATA { <http://e/a> <http://e/b> 1 }", "SELECT ?x { ?x a xp:Chip }"):
        with pytest.raises(ModelError) as there:
            ask(Request(text))
        with pytest.raises(ModelError) as here:
            dataset.answer(text)
        assert str(there.value) == str(here.value)


def test_a_format_that_does_not_fit_is_named(ask: Ask) -> None:
    with pytest.raises(UsageError, match="turtle cannot hold"):
        ask(Request(FORMS[0], form="turtle"))


def test_a_query_that_kills_its_process_is_one_error(ask: Ask) -> None:
    depth = 200_000
    with pytest.raises(XinpuError, match="ended"):
        ask(Request("SELECT * {" + "{" * depth + "}" * depth + "}"))
    assert ask(Request("ASK { ?s ?p 1 }")) is True


def test_service_is_refused_unless_allowed(ask: Ask) -> None:
    with pytest.raises(UsageError, match="SERVICE"):
        ask(Request(SERVICE))
    with pytest.raises(EndpointError, match="named by SERVICE did not answer"):
        ask(Request(SERVICE, Limits(service=True)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SERVICE, True),
        ("select * { service silent ?x { } }", True),
        ("SELECT * { \\u0053ERVICE <http://x/> { } }", True),
        ("SELECT * { #\n SERVICE<http://x/> { } }", True),
        ("SELECT * { ?s ?p '\\'' . SERVICE <http://x/> { } }", True),
        ("SELECT * { ?s ?p <a'b> . SERVICE <http://x/> { ?s ?p 'x' } }", True),
        ("SELECT * { ?s ?p '''a'b''' . SERVICE <http://x/> { ?s ?p 'x' } }", True),
        ('SELECT * { ?s ?p "#" . SERVICE <http://x/> { } }', True),
        ("SELECT * { ?a ?b ?c FILTER(?c<5) SERVICE <http://x/> { } FILTER(?c>5) }", True),
        ("SELECT ?service { ?service ?p ?o }", False),
        ("SELECT * { ?s ?p 'SERVICE' , \"SERVICE\" , '''SERVICE''' , \"\"\"SER\n SERVICE\"\"\" }", False),
        ("SELECT * { ?s xp:service <http://x/SERVICE> } # SERVICE", False),
        ("PREFIX service: <http://x/> SELECT * { ?s service:x 1 }", False),
    ],
)
def test_the_word_service_is_seen_where_it_counts(text: str, expected: bool) -> None:
    assert asks_service(text) is expected


def test_many_threads_ask_at_once(ask: Ask) -> None:
    def one(number: int) -> Any:
        return ask(Request(f"SELECT ?s {{ ?s ?p {number} }}")).rows[0][0]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(one, range(8))) == [NamedNode(f"http://e/{number}") for number in range(8)]


def test_one_answer_without_a_desk(dataset: Dataset) -> None:
    assert answer(dataset, FORMS[2]) is True
    with pytest.raises(XinpuError, match="longer than 1 s"):
        answer(dataset, ENDLESS, Limits(seconds=1))
    within = Within(dataset, Limits(seconds=30))
    assert within.select(FORMS[0]) == dataset.select(FORMS[0])
    with pytest.raises(ModelError, match="not a SELECT"):
        within.select(FORMS[2])


def test_the_other_engine_can_be_ended_too(dataset: Dataset) -> None:
    found = answer(dataset, FORMS[0], Limits(seconds=60), answer_with_rdflib)
    assert isinstance(found, Solutions)
    assert sorted(map(str, found.rows)) == sorted(map(str, dataset.select(FORMS[0]).rows))
    with pytest.raises(XinpuError, match="longer than 1 s"):
        answer(dataset, ENDLESS, Limits(seconds=1), answer_with_rdflib)


def test_a_desk_that_cannot_load_says_why() -> None:
    with pytest.raises(ModelError, match=r"^ontology/x\.ttl:3: no way\.$"), loading_desk(broken):
        pass


def test_no_process_is_left(dataset: Dataset) -> None:
    before = children()
    with desk(dataset) as asked:
        asked(Request(FORMS[2]))
        with pytest.raises(XinpuError):
            asked(Request(ENDLESS, Limits(seconds=0.3)))
        assert children() - before
    deadline = time.monotonic() + 10
    while children() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not children() - before


def children() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}
