"""The Model Context Protocol server, asked by the SDK's own client over standard input and output."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from xinpu.layout import Project

Call = Callable[..., Any]


@pytest.fixture(scope="module")
def session(toy: Project) -> dict[str, Any]:
    """What one conversation gives: all calls go over one connection, to start the server once."""
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "search": ("search_entities", {"text": "昆仑芯"}),
        "search part": ("search_entities", {"text": "kunlunxi", "limit": 3}),
        "search misspelt": ("search_entities", {"text": "kunlunxn"}),
        "search nothing": ("search_entities", {"text": "zzzzqqqq"}),
        "entity": ("get_entity", {"entity": "kunlunxin"}),
        "entity by name": ("get_entity", {"entity": "Kunlunxin"}),
        "no entity": ("get_entity", {"entity": "kunlunxn"}),
        "hostile entity": ("get_entity", {"entity": "x> } DROP ALL"}),
        "queries": ("list_queries", {}),
        "tagged": ("list_queries", {"tag": "market"}),
        "run": ("run_query", {"name": "market/shares"}),
        "run with": ("run_query", {"name": "claims/about", "params": {"entity": "baidu"}, "limit": 2}),
        "run nothing": ("run_query", {"name": "market/share"}),
        "run wrong": ("run_query", {"name": "market/shares", "params": {"x": "y"}}),
        "ask": ("sparql", {"query": "ASK { ?s ?p ?o }"}),
        "select": ("sparql", {"query": "SELECT ?s { ?s a ?kind } ORDER BY ?s", "limit": 3}),
        "construct": ("sparql", {"query": "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 2"}),
        "update": ("sparql", {"query": "DROP ALL"}),
        "service": ("sparql", {"query": "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"}),
        "no claim": ("cite_claim", {"claim": "baidu"}),
    }
    found: dict[str, Any] = {}

    async def talk() -> None:
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "xinpu", "--project", str(toy.root), "mcp"]
        )
        async with Client(parameters, read_timeout_seconds=60) as client:
            found["tools"] = {tool.name: tool for tool in (await client.list_tools()).tools}
            for key, (tool, arguments) in asked.items():
                found[key] = await client.call_tool(tool, arguments)
            claim = _data(found["entity"])["claims"][0]["claim"]
            found["cite"] = await client.call_tool("cite_claim", {"claim": claim})
            found["resources"] = [str(resource.uri) for resource in (await client.list_resources()).resources]
            for uri in ("xinpu://ontology", "xinpu://queries", "xinpu://queries/market/shares"):
                found[uri] = (await client.read_resource(uri)).contents[0].text

    anyio.run(talk)
    return found


def _data(result: Any) -> Any:
    assert not result.is_error, result.content
    content = result.structured_content
    if content is None:
        return json.loads(result.content[0].text)
    return content["result"] if set(content) == {"result"} else content


def test_every_tool_says_what_it_does(session: dict[str, Any]) -> None:
    tools = session["tools"]
    assert set(tools) == {"search_entities", "get_entity", "list_queries", "run_query", "sparql", "cite_claim"}
    assert all(tool.description for tool in tools.values())


@pytest.mark.parametrize("key", ["search", "search part", "search misspelt"])
def test_search_finds_in_any_language_and_forgives(session: dict[str, Any], key: str) -> None:
    found = _data(session[key])
    assert found[0]["id"] == "id:kunlunxin"
    assert found[0]["name"] == "Kunlunxin"
    assert "xp:Company" in found[0]["kinds"]


def test_search_gives_nothing_for_nonsense(session: dict[str, Any]) -> None:
    assert _data(session["search nothing"]) == []


def test_an_entity_comes_with_claims_and_their_sources(session: dict[str, Any]) -> None:
    entity = _data(session["entity"])
    assert entity["claims"]
    cited = {claim["source"] for claim in entity["claims"]}
    assert cited == set(entity["sources"])
    assert all(source.get("title") for source in entity["sources"].values())
    assert _data(session["entity by name"]) == entity


def test_disagreements_name_claims_of_the_entity(session: dict[str, Any]) -> None:
    entity = _data(session["entity"])
    own = {claim["claim"] for claim in entity["claims"]}
    assert entity["disagreements"]
    assert all(own & set(group) and len(group) > 1 for group in entity["disagreements"])


def test_an_unknown_entity_is_an_error_with_a_suggestion(session: dict[str, Any]) -> None:
    assert session["no entity"].is_error
    assert "Did you mean kunlunxin" in session["no entity"].content[0].text
    assert session["hostile entity"].is_error


def test_queries_are_listed_with_their_parameters(session: dict[str, Any]) -> None:
    queries = {query["name"]: query for query in _data(session["queries"])}
    assert queries["claims/about"]["params"]["entity"]["type"] == "entity"
    assert queries["market/shares"]["columns"]["share_percent"]
    assert {query["name"] for query in _data(session["tagged"])} < set(queries)


def test_library_queries_run_with_parameters(session: dict[str, Any]) -> None:
    shares = _data(session["run"])
    assert shares["total"] == len(shares["rows"]) > 0
    assert {"market", "company", "share_percent", "source", "claim"} <= set(shares["columns"])
    about = _data(session["run with"])
    assert len(about["rows"]) == 2 < about["total"]
    assert {row["entity"] for row in about["rows"]} == {"id:baidu"}


def test_errors_of_queries_reach_the_assistant_in_words(session: dict[str, Any]) -> None:
    assert "Did you mean market/shares" in session["run nothing"].content[0].text
    assert "no parameter 'x'" in session["run wrong"].content[0].text
    assert session["run nothing"].is_error
    assert session["run wrong"].is_error


def test_free_queries_of_every_form(session: dict[str, Any]) -> None:
    assert _data(session["ask"]) == {"answer": True}
    rows = _data(session["select"])
    assert len(rows["rows"]) == 3 < rows["total"]
    assert _data(session["construct"])["total"] == 2


@pytest.mark.parametrize(("key", "words"), [("update", "not SPARQL"), ("service", "SERVICE")])
def test_free_queries_only_read(session: dict[str, Any], key: str, words: str) -> None:
    assert session[key].is_error
    assert words in session[key].content[0].text


def test_a_claim_is_cited_with_source_and_address(session: dict[str, Any]) -> None:
    cited = _data(session["cite"])
    assert cited["claim"].startswith("https://w3id.org/xinpu/id/")
    assert cited["sources"][0]["title"] in cited["citation"]
    assert cited["claim"] in cited["citation"]
    assert session["no claim"].is_error


def test_resources_hold_the_ontology_and_the_queries(session: dict[str, Any]) -> None:
    assert set(session["resources"]) == {"xinpu://ontology", "xinpu://queries"}
    assert "xp:Company" in session["xinpu://ontology"]
    assert "`market/shares`" in session["xinpu://queries"]
    assert "SELECT" in session["xinpu://queries/market/shares"]
