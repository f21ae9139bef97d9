"""Every query gives its hand-checked rows on the toy graph, on Oxigraph and on plain rdflib, in the same order."""

from __future__ import annotations

from functools import cache

import pytest
import rdflib
from pyoxigraph import QuerySolutions, Store
from rdflib.plugins.sparql import prepareQuery

from toy_project import ROWS, cell, dataset, library, number, read_rows
from xinpu.api import as_rdflib
from xinpu.layout import NAMESPACES
from xinpu.queries import Query, run
from xinpu.terms import compact

QUERIES = library().all()
each = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)


def rows(query: Query) -> list[tuple[str, ...]]:
    return [tuple(cell(term) for term in row) for row in run(query, dataset()).rows]


def matches(row: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    return all(want in ("*", have) for have, want in zip(row, pattern, strict=True))


@each
def test_rows_are_the_checked_ones(query: Query) -> None:
    expected = read_rows(query.name)
    assert expected is not None, f"write tests/rows/{query.name}.csv"
    columns, lines = expected
    assert columns == list(query.columns)
    assert lines, "a query without a row in the toy graph is not tested"
    found = rows(query)
    if query.name.startswith("vocabulary/"):
        # the vocabulary grows with the ontology: these files hold some rows that must be there, in their order, with
        # an asterisk for wordings
        following = iter(found)
        for line in lines:
            assert any(matches(row, line) for row in following), line
    else:
        assert found == lines


@each
def test_no_row_twice_and_one_row_a_claim(query: Query) -> None:
    found = rows(query)
    assert len(set(found)) == len(found)
    if {"claim", "bound"} <= set(query.columns):
        index = list(query.columns).index("claim")
        claims = [row[index] for row in found if row[index]]
        assert len(set(claims)) == len(claims)


def test_every_row_file_belongs_to_a_query() -> None:
    files = {path.relative_to(ROWS).with_suffix("").as_posix() for path in ROWS.rglob("*.csv")}
    assert files == set(library().names())


@cache
def plain_rdflib() -> rdflib.Graph:
    """The same triples in rdflib's own store, to be answered by rdflib's own engine."""
    return as_rdflib(dataset())


@cache
def parsed_by_rdflib(name: str) -> rdflib.plugins.sparql.sparql.Query:
    return prepareQuery(library().get(name).text)


@each
def test_two_parsers_read_it_and_agree_with_its_columns(query: Query) -> None:
    answer = Store().query(query.text)
    assert isinstance(answer, QuerySolutions)
    assert [variable.value for variable in answer.variables] == list(query.columns)
    algebra = parsed_by_rdflib(query.name).algebra
    assert [str(variable) for variable in algebra["PV"]] == list(query.columns)


def rdflib_cell(term: rdflib.term.Identifier | None) -> str:
    if term is None:
        return ""
    return compact(str(term)) if isinstance(term, rdflib.URIRef) else number(str(term))


@each
def test_rdflib_gives_the_same_rows_in_the_same_order(query: Query) -> None:
    answer = plain_rdflib().query(parsed_by_rdflib(query.name))
    assert [tuple(rdflib_cell(term) for term in row) for row in answer] == rows(query)


def test_what_a_sub_select_does_not_hold_gives_no_row_on_rdflib() -> None:
    # rdflib answers a grouped sub-select that finds nothing for a value from outside with a row of its own
    graph = as_rdflib(dataset())
    claim, unlisted = (rdflib.URIRef(NAMESPACES["id"] + name) for name in ("biren-export-control-1", "hisilicon"))
    target = rdflib.URIRef(NAMESPACES["xp"] + "target")
    for predicate, value in graph.predicate_objects(claim):
        graph.add((claim + "-copy", predicate, unlisted if predicate == target else value))
    query = library().get("policy/exposed-listings")
    assert [tuple(map(rdflib_cell, row)) for row in graph.query(query.text)] == rows(query)


def test_parameters_change_the_rows() -> None:
    subsidiaries = library().get("companies/subsidiaries")
    table = run(subsidiaries, dataset(), {"company": "huawei-holding"})
    assert [tuple(map(cell, row)) for row in table.rows] == [
        ("id:huawei-holding", "id:huawei", "1", "100", "", "1"),
        ("id:huawei-holding", "id:hisilicon", "2", "100", "id:huawei", "2"),
    ]
    owners = run(library().get("companies/owners"), dataset(), {"company": "hisilicon"})
    assert [cell(owner) for owner in owners.column("owner")] == ["id:huawei", "id:huawei-holding"]
    exposed = run(library().get("supply/exposure-to"), dataset(), {"target": "south-korea"})
    assert {cell(term) for term in exposed.column("depends_on")} == {"id:samsung"}
    assert "id:kunlunxin-p800" in {cell(term) for term in exposed.column("dependent")}
    compared = run(library().get("chips/compare"), dataset(), {"chips": ["ascend-910b", "nvidia-h20"]})
    assert {cell(term) for term in compared.column("chip")} == {"id:ascend-910b", "id:nvidia-h20"}


@pytest.mark.parametrize(
    ("date", "listed"),
    [
        ("2026-01-02", ["id:biren"]),
        ("2026-01-01", []),
        ("2026-01", ["id:biren"]),
        ("2026", ["id:biren"]),
        ("2025", []),
    ],
)
def test_dates_of_any_precision_can_be_asked_for(date: str, listed: list[str]) -> None:
    table = run(library().get("listings/listed-as-of"), dataset(), {"date": date})
    assert [cell(company) for company in table.column("company")] == listed


def test_what_was_known_then_is_not_what_held_then() -> None:
    known = run(library().get("claims/as-of"), dataset(), {"date": "2025-06"})
    assert [cell(claim) for claim in known.column("claim")] == ["id:kunlunxin-shipped-2024-2"]
