"""A Model Context Protocol server: AI assistants find entities, read sourced claims, run queries and cite.

Protocol: https://modelcontextprotocol.io/ Everything is for reading; free queries have limits of time, memory and size.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from xinpu import __version__
from xinpu.derive import derive
from xinpu.errors import XinpuError
from xinpu.layout import NAMESPACES, Project
from xinpu.queries import Library, Table, run
from xinpu.store import ONTOLOGY, Dataset, Solutions, load_strict, write_triples
from xinpu.terms import Labels, NamedNode, Term, compact, expand, plain, slug, term_from_text, text_of
from xinpu.worker import MIB, Ask, Limits, Request, desk

LIMITS: Final = Limits(seconds=20.0, memory=1024 * MIB, size=50_000)

INSTRUCTIONS: Final = (
    "A reference knowledge graph in which every fact is a claim with its sources. Find entities with search_entities, "
    "read what is claimed about them with get_entity (also where sources disagree), answer questions with list_queries "
    "and run_query, and ask anything else with sparql. When you state a fact, name its claim and source: cite_claim "
    "gives the words. Numbers carry bounds, status and basis: do not drop 'more than', 'planned' or 'rumoured'."
)


def serve(project: Project) -> None:
    """Serve over standard input and output until the client leaves."""
    dataset = load_strict(project)
    library = Library(project)
    derive(dataset, library)
    with desk(dataset) as ask:
        server(dataset, library, ask).run("stdio")


def server(dataset: Dataset, library: Library, ask: Ask) -> MCPServer:
    """Make the server: tools and resources over a dataset, with a desk for free queries."""
    made = MCPServer("xinpu", title="Xinpu", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING")
    tools = Tools(dataset, library, ask)
    for tool in (
        tools.search_entities,
        tools.get_entity,
        tools.list_queries,
        tools.run_query,
        tools.sparql,
        tools.cite_claim,
    ):
        made.tool()(tool)

    @made.resource("xinpu://ontology", title="The ontology, in Turtle", mime_type="text/turtle")
    def ontology() -> str:
        return write_triples((quad.triple for quad in dataset.triples(ONTOLOGY)), "turtle")

    @made.resource("xinpu://queries", title="Names and questions of the query library", mime_type="text/markdown")
    def queries() -> str:
        return "".join(f"- `{query.name}`: {query.summary.get('en', '')}\n" for query in library.all())

    @made.resource("xinpu://queries/{subject}/{question}", title="One query", mime_type="application/sparql-query")
    def query(subject: str, question: str) -> str:
        return library.get(f"{subject}/{question}").text

    return made


@dataclass(frozen=True)
class Tools:
    """The tools; each gives plain data, and says in words what went wrong."""

    dataset: Dataset
    library: Library
    ask: Ask

    def search_entities(self, text: str, limit: int = 10) -> list[dict[str, Any]]:
        """Find entities by any of their names, tickers or ids, in any language; else close matches."""
        wanted = text.strip().casefold()
        if not wanted:
            raise ToolError("Give a name or a part of one.")
        found = {entity: (key, name) for key, name, entity in sorted(self._matches(wanted), reverse=True)}
        best = sorted(found.items(), key=lambda item: (item[1], item[0]))[: max(1, min(limit, 50))]
        return [{**self._thing(entity), "matched": name} for entity, (_, name) in best]

    def get_entity(self, entity: str) -> dict[str, Any]:
        """Give all claims about an entity (id such as baidu, or exact name) with sources, and where they disagree."""
        iri = self._entity(entity)
        claims = _shown(self._table("claims/about", entity=iri))
        names = {str(claim["claim"]) for claim in claims["rows"]}
        disputes = self._table("claims/disagreements").records()
        groups: dict[str, list[str]] = {}
        for record in disputes:
            groups.setdefault(text_of(record["disagreement"]), []).append(_name(record["claim"]))
        sources = sorted({str(claim["source"]) for claim in claims["rows"] if claim["source"]})
        return {
            **self._thing(iri),
            "names": sorted({name for name, thing in self._names if thing == iri}),
            "claims": claims["rows"],
            "disagreements": [members for members in groups.values() if names & set(members)],
            "sources": {name: self._source(expand(name) or name) for name in sources},
        }

    def list_queries(self, tag: str = "") -> list[dict[str, Any]]:
        """List the library's queries: name, question, parameters with examples, columns."""
        return [
            {
                "name": query.name,
                "question": query.summary.get("en", ""),
                "params": {param.name: {"type": param.type, "example": param.example} for param in query.params},
                "columns": dict(query.columns),
                "tags": list(query.tags),
            }
            for query in self.library.all()
            if not tag or tag in query.tags
        ]

    def run_query(
        self, name: str, params: dict[str, str | list[str]] | None = None, limit: int = 200
    ) -> dict[str, Any]:
        """Run a query of the library by its name, with parameters if it has any."""
        return _shown(self._table(name, **(params or {})), limit)

    def sparql(self, query: str, limit: int = 200) -> dict[str, Any]:
        """Run a SPARQL 1.1 query of your own (SELECT, ASK, CONSTRUCT, DESCRIBE), for reading only."""
        try:
            answer = self.ask(Request(query, LIMITS))
        except XinpuError as error:
            raise ToolError(str(error)) from None
        if isinstance(answer, Solutions):
            return _shown(Table("query", answer.variables, answer.rows), limit)
        if isinstance(answer, bool):
            return {"answer": answer}
        return {"turtle": write_triples(answer[:limit], "turtle"), "total": len(answer)}

    def cite_claim(self, claim: str) -> dict[str, Any]:
        """Give the words to cite a claim by its id: what it says, its sources, and its lasting address."""
        iri = _iri(claim)
        says: dict[str, list[str]] = {}
        for predicate, value in self._select(iri, "?claim ?p ?o", "?p", "?o"):
            says.setdefault(_name(predicate), []).append(self._words(value))
        if "xp:source" not in says:
            raise ToolError(f"There is no claim {claim!r}. get_entity and run_query give claims by their ids.")
        sources = [self._source(text_of(row[0])) for row in self._select(iri, "?claim xp:source ?s", "?s")]
        listed = "; ".join(
            ", ".join(source[key] for key in ("publisher", "title", "issued", "url") if key in source)
            for source in sources
        )
        return {
            "claim": iri,
            "says": {name: sorted(set(values)) for name, values in sorted(says.items()) if name != "xp:source"},
            "sources": sources,
            "citation": f"{listed}. In Xinpu, claim {iri}",
        }

    @cached_property
    def _labels(self) -> Labels:
        return Labels.of(self.dataset)

    @cached_property
    def _names(self) -> list[tuple[str, str]]:
        table = self._table("entities/names")
        pairs = [(text_of(record["name"]), text_of(record["entity"])) for record in table.records()]
        return pairs + sorted({(slug(entity), entity) for _, entity in pairs})

    def _matches(self, wanted: str) -> list[tuple[tuple[int, int], str, str]]:
        found = [
            ((0 if folded == wanted else 1 if folded.startswith(wanted) else 2, len(name)), name, entity)
            for name, entity in self._names
            if wanted in (folded := name.casefold())
        ]
        if found:
            return found
        close = difflib.get_close_matches(wanted, {name.casefold() for name, _ in self._names}, n=10, cutoff=0.7)
        return [
            ((3, close.index(name.casefold())), name, entity)
            for name, entity in self._names
            if name.casefold() in close
        ]

    def _entity(self, entity: str) -> str:
        known = {thing for _, thing in self._names}
        with suppress(ToolError):
            if (iri := _iri(entity)) in known:
                return iri
        exact = {thing for name, thing in self._names if name.casefold() == entity.strip().casefold()}
        if len(exact) == 1:
            return exact.pop()
        close = ", ".join(slug(thing["id"].partition(":")[2]) for thing in self.search_entities(entity, 5))
        raise ToolError(
            f"There is no entity {entity!r}. {f'Did you mean {close}?' if close else 'Use search_entities.'}"
        )

    def _thing(self, iri: str) -> dict[str, Any]:
        kinds = self._select(iri, "?claim a ?kind . FILTER(?kind != owl:NamedIndividual)", "?kind")
        return {
            "id": compact(iri),
            "name": self._labels.text(iri),
            "name_zh": self._labels.text(iri, "zh"),
            "kinds": sorted(_name(row[0]) for row in kinds),
        }

    def _source(self, iri: str) -> dict[str, str]:
        wanted = {"title": "dcterms:title", "publisher": "dcterms:publisher", "issued": "dcterms:issued"}
        wanted |= {"read": "xp:readOn", "url": "schema:url", "tier": "xp:tier", "language": "dcterms:language"}
        found = {"id": compact(iri)}
        for key, name in wanted.items():
            if rows := self._select(iri, f"?claim {name} ?value", "?value"):
                found[key] = self._words(rows[0][0])
        return found

    def _select(self, iri: str, pattern: str, *columns: str) -> Sequence[tuple[Term | None, ...]]:
        """Ask about one thing, called ``?claim``; rows in order."""
        names = " ".join(columns)
        prefixes = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in NAMESPACES.items())
        text = f"{prefixes}SELECT {names} WHERE {{ VALUES ?claim {{ {NamedNode(iri)} }} {pattern} }} ORDER BY {names}"
        return self.dataset.select(text).rows

    def _words(self, term: Term | None) -> str:
        return (
            self._labels.text(term)
            if isinstance(term, NamedNode) and "//" in term.value and term.value in self._labels.texts
            else text_of(term)
        )

    def _table(self, name: str, **params: str | Sequence[str]) -> Table:
        try:
            return run(self.library.get(name), self.dataset, params)
        except XinpuError as error:
            raise ToolError(str(error)) from None


def _shown(table: Table, limit: int = 1000) -> dict[str, Any]:
    """Give rows as dictionaries, without empty cells' noise, and say how many there are in all."""
    rows = [{name: _cell(cell) for name, cell in record.items()} for record in table.records()[:limit]]
    return {"columns": list(table.columns), "rows": rows, "total": len(table.rows)}


def _cell(term: Term | None) -> Any:
    if isinstance(term, NamedNode):
        return _name(term)
    value = plain(term)
    return float(value) if value is not None and not isinstance(value, str | int) else value


def _iri(text: str) -> str:
    try:
        return text_of(term_from_text(text, "claim"))
    except XinpuError as error:
        raise ToolError(str(error)) from None


def _name(term: Term | None) -> str:
    if not isinstance(term, NamedNode):
        return text_of(term)
    name = compact(term)
    return term.value if name.startswith("<") else name
