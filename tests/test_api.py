"""The Python face: what `import xinpu` gives."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pandas
import pytest
import rdflib

import xinpu
from toy_project import TOY, dataset, library
from xinpu.api import answer_with_rdflib, as_rdflib, ask_rdflib
from xinpu.errors import ModelError, UsageError
from xinpu.queries import run
from xinpu.store import Solutions
from xinpu.terms import Literal, NamedNode

PREFIX = "PREFIX xp: <https://w3id.org/xinpu/ontology#> PREFIX id: <https://w3id.org/xinpu/id/> "


@pytest.fixture(scope="module")
def graph() -> xinpu.Graph:
    return xinpu.open(TOY.root)


def test_a_library_query_gives_plain_rows(graph: xinpu.Graph) -> None:
    result = graph.query("market/shares")
    assert result.columns == tuple(library().get("market/shares").columns)
    assert len(result) == len(result.rows) > 0
    first = result.records()[0]
    assert first["market"] == "id:" + str(first["market"]).removeprefix("id:")
    assert isinstance(first["share_percent"], int | Decimal)


def test_parameters_are_named(graph: xinpu.Graph) -> None:
    assert {row[0] for row in graph.query("claims/about", entity="baidu").rows} == {"id:baidu"}
    several = graph.query("claims/about", entity=["baidu", "kunlunxin"])
    assert {row[0] for row in several.rows} == {"id:baidu", "id:kunlunxin"}
    with pytest.raises(UsageError, match="no parameter 'company'"):
        graph.query("claims/about", company="baidu")


def test_any_select_query_as_text(graph: xinpu.Graph) -> None:
    assert graph.query("SELECT (1.50 AS ?a) (true AS ?b) ('x' AS ?c) ?d {}").rows == [(Decimal("1.5"), True, "x", None)]
    with pytest.raises(ModelError, match="not SPARQL"):
        graph.query("SELECT ?x {")
    with pytest.raises(UsageError, match="Did you mean market/shares"):
        graph.query("market/share")
    assert "market/shares" in graph.queries()


def test_pandas_gets_numbers_as_numbers(graph: xinpu.Graph) -> None:
    result = graph.query("market/shares")
    frame = result.to_pandas()
    assert list(frame.columns) == list(result.columns)
    assert len(frame) == len(result)
    assert pandas.api.types.is_numeric_dtype(frame["share_percent"])
    assert frame["share_percent"].sum() == pytest.approx(float(sum(Decimal(str(row[3])) for row in result.rows)))
    empty = graph.query(PREFIX + "SELECT ?a ?b { ?a xp:nothing ?b }").to_pandas()
    assert list(empty.columns) == ["a", "b"]
    assert empty.empty


def test_networkx_draws_edges_between_the_first_two_columns_of_things(graph: xinpu.Graph) -> None:
    text = PREFIX + "SELECT ?n ?a ?b { VALUES (?n ?a ?b) { (1 id:x id:y) (2 id:y id:z) (3 id:x id:y) } }"
    net = graph.query(text).to_networkx()
    assert sorted(net.edges(data="n")) == [("id:x", "id:y", 1), ("id:x", "id:y", 3), ("id:y", "id:z", 2)]
    turned = graph.query(text).to_networkx(source="b", target="a")
    assert turned.has_edge("id:z", "id:y")
    with pytest.raises(UsageError, match="no column 'c'"):
        graph.query(text).to_networkx(source="c")
    with pytest.raises(UsageError, match="no two columns of things"):
        graph.query("SELECT ('x' AS ?a) {}").to_networkx()


def test_csv_is_that_of_the_w3c(graph: xinpu.Graph, tmp_path: Path) -> None:
    result = graph.query("market/shares")
    text = result.to_csv(tmp_path / "shares.csv")
    assert (tmp_path / "shares.csv").read_bytes().decode() == text
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(result.columns)
    assert len(rows) == len(result) + 1


def test_the_rdflib_dataset_is_the_same_store(graph: xinpu.Graph) -> None:
    text = PREFIX + "SELECT ?c { ?c a xp:Company } ORDER BY ?c"
    assert isinstance(graph.dataset, rdflib.Dataset)
    assert [str(row[0]) for row in graph.dataset.query(text)] == [
        str(row[0].value) for row in graph.query(text).table.rows if isinstance(row[0], NamedNode)
    ]
    assert len(list(graph.dataset.triples((None, None, None)))) == len(dataset().store)


@pytest.mark.parametrize("named", [False, True])
def test_plain_rdflib_answers_every_form(named: bool) -> None:
    graph = as_rdflib(dataset(), named=named)
    text = PREFIX + "SELECT ?c ?n { ?c a xp:Company OPTIONAL { ?c xp:nothing ?n } } ORDER BY ?c"
    assert ask_rdflib(graph, text) == dataset().select(text)
    assert ask_rdflib(graph, PREFIX + "ASK { id:baidu a xp:Company }") is True
    built = ask_rdflib(graph, PREFIX + "CONSTRUCT { ?c a xp:Company } { ?c a xp:Company }")
    assert isinstance(built, list)
    assert set(built) == set(dataset().construct(PREFIX + "CONSTRUCT { ?c a xp:Company } { ?c a xp:Company }"))
    with pytest.raises(ModelError, match="not SPARQL"):
        ask_rdflib(graph, "SELECT ?x {")


def test_plain_rdflib_tells_graphs_apart_where_a_query_does() -> None:
    graphs = answer_with_rdflib(dataset(), "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }")
    assert isinstance(graphs, Solutions)
    assert graphs.rows == [(Literal(3),)]


def test_the_same_rows_as_without_the_face(graph: xinpu.Graph) -> None:
    assert graph.query("claims/disagreements").table == run(library().get("claims/disagreements"), dataset())


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a project"):
        xinpu.open(tmp_path)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'nothing'"):
        xinpu.nothing  # noqa: B018


def test_importing_is_light() -> None:
    code = "import sys, xinpu; print([m for m in ('rdflib', 'pandas', 'networkx', 'pyoxigraph') if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
