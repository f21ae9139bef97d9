"""The library on the real graph: as many rows as each query expects, one row a chip, the providers derived."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from xinpu.derive import derive
from xinpu.layout import XP, Project
from xinpu.queries import Library, Query, Table, run
from xinpu.store import Dataset, load_strict
from xinpu.terms import slug, text_of

LIBRARY = Library(Project(Path(__file__).parents[1]))
each = pytest.mark.parametrize("query", LIBRARY.all(), ids=lambda query: query.name)


@cache
def real() -> Dataset:
    loaded = load_strict(LIBRARY.project)
    derive(loaded, LIBRARY)
    return loaded


@cache
def table(name: str) -> Table:
    return run(LIBRARY.get(name), real())


MAYBE_EMPTY = {"claims/preferred", "entities/replaced"}
"""Queries for what the graph may hold and need not."""


@each
def test_every_query_answers_with_its_example(query: Query) -> None:
    found = table(query.name)
    assert found.columns == tuple(query.columns)
    assert found.rows or query.name in MAYBE_EMPTY


@each
def test_as_many_rows_as_expected_and_none_twice(query: Query) -> None:
    rows = table(query.name).rows
    assert len(rows) >= query.expects
    assert len(set(rows)) == len(rows)


@each
def test_one_row_a_claim(query: Query) -> None:
    if {"claim", "bound"} <= set(query.columns):
        claims = [claim for claim in table(query.name).column("claim") if claim is not None]
        assert len(set(claims)) == len(claims)


def test_chips_all_has_exactly_one_row_a_chip() -> None:
    asked = """
        PREFIX owl: <http://www.w3.org/2002/07/owl#>
        SELECT DISTINCT ?chip WHERE {
          ?chip a <https://w3id.org/xinpu/ontology#Chip> .
          FILTER NOT EXISTS { ?chip owl:deprecated true }
        }
        ORDER BY ?chip
        """
    known = [row[0] for row in real().select(asked).rows]
    assert table("chips/all").column("chip") == known


def test_full_stack_providers_are_derived() -> None:
    found = {
        (slug(text_of(row["company"])), slug(text_of(row["platform"])))
        for row in table("companies/full-stack-providers").records()
    }
    assert ("baidu", "baige") in found
    assert {company for company, _ in found} >= {"baidu", "huawei"}


def test_what_trades_is_not_on_the_way_to_a_listing() -> None:
    """A ticker is enough: of some listings no claim gives the first day."""
    asked = "SELECT ?claim { ?claim xp:stage ?stage ; xp:listing ?listing . ?listing xp:ticker ?ticker }"
    trading = {text_of(row[0]) for row in real().select(f"PREFIX xp: <{XP}> {asked}").rows}
    dated = {text_of(claim) for claim in table("listings/listed").column("claim")}
    assert trading - dated, "no listing is left that only its ticker tells"
    assert not trading & {text_of(claim) for claim in table("listings/pipeline").column("claim")}


def test_shares_of_the_seed() -> None:
    rows = [row for row in table("market/shares").records() if slug(text_of(row["market"])) == "china-gpu-cloud"]
    found = {
        slug(text_of(row["company"])): (text_of(row["share_percent"]), slug(text_of(row["bound"]))) for row in rows
    }
    assert found["baidu"] == ("40.4", "")
    assert found["huawei"] == ("30.1", "")
    assert found["baidu-and-huawei"] == ("70", "MoreThan")
