"""The Python face: open the graph, ask it, and take tables to pandas, networkx or CSV.

import xinpu
graph = xinpu.open()
graph.query("market/shares").to_pandas()
graph.query("companies/owners", company="kunlunxin").rows
graph.dataset  # the same triples as an rdflib Dataset
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xinpu.derive import derive
from xinpu.endpoint import Endpoint
from xinpu.errors import MissingProgramError, UsageError
from xinpu.layout import Project, find_project
from xinpu.queries import Library, Query, Table, parse_query, run
from xinpu.results import Answer, csv_text
from xinpu.store import Dataset, Solutions, load_strict, sparql_error
from xinpu.terms import XSD, BlankNode, Literal, NamedNode, Term, Triple, Value, compact, plain

if TYPE_CHECKING:
    import networkx
    import pandas
    import rdflib


@dataclass(frozen=True)
class Result:
    """Rows of a query."""

    table: Table

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, in the query's order."""
        return self.table.columns

    @property
    def rows(self) -> list[tuple[Value, ...]]:
        """Rows as plain Python: numbers as int or Decimal, names of things as ``id:baidu``, dates as text."""
        return [tuple(_value(cell) for cell in row) for row in self.table.rows]

    def __len__(self) -> int:
        return len(self.table.rows)

    def records(self) -> list[dict[str, Value]]:
        """Rows as dictionaries by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def to_pandas(self) -> pandas.DataFrame:
        """Rows as a DataFrame; numbers become floats or integers, unbound cells missing values."""
        try:
            import pandas
        except ModuleNotFoundError:
            raise MissingProgramError("pandas is not installed", remedy="Run: pip install pandas") from None
        columns = {
            name: pandas.Series(
                [_measure(_value(row[index])) for row in self.table.rows], dtype=object
            ).convert_dtypes()
            for index, name in enumerate(self.columns)
        }
        return pandas.DataFrame(columns)

    def to_networkx(self, source: str | None = None, target: str | None = None) -> networkx.MultiDiGraph[Any]:
        """Rows as edges from one column to another, by default the first two that hold only things.

        The other columns are the edges' attributes. Raises UsageError if there are no two such columns.
        """
        import networkx

        for name in (source, target):
            if name is not None and name not in self.columns:
                raise UsageError(
                    f"query {self.table.name} has no column {name!r}", remedy=f"It has {', '.join(self.columns)}."
                )
        things = [name for name in self.columns if name not in (source, target) and self._holds_things(name)]
        ends = [source or (things.pop(0) if things else None), target or (things.pop(0) if things else None)]
        if ends[0] is None or ends[1] is None:
            raise UsageError(
                f"query {self.table.name} has no two columns of things to draw edges between",
                remedy="Name the columns: to_networkx(source, target).",
            )
        graph: networkx.MultiDiGraph[Any] = networkx.MultiDiGraph()
        for record in self.records():
            start, end = record.pop(ends[0]), record.pop(ends[1])
            if start is not None and end is not None:
                graph.add_edge(start, end, **{name: value for name, value in record.items() if value is not None})
        return graph

    def to_csv(self, path: Path | str | None = None) -> str:
        """Rows as W3C CSV; written to a file too if one is named."""
        text = csv_text(self.columns, self.table.rows)
        if path is not None:
            Path(path).write_text(text, encoding="utf-8", newline="")
        return text

    def _holds_things(self, name: str) -> bool:
        cells = [cell for cell in self.table.column(name) if cell is not None]
        return bool(cells) and all(isinstance(cell, NamedNode) for cell in cells)


@dataclass(frozen=True)
class Graph:
    """A project's triples, with its query library."""

    project: Project
    endpoint: Endpoint | None = None

    @cached_property
    def library(self) -> Library:
        """The query library."""
        return Library(self.project)

    @cached_property
    def store(self) -> Dataset:
        """The triples, curated and derived, in the embedded engine."""
        dataset = load_strict(self.project)
        derive(dataset, self.library)
        return dataset

    @cached_property
    def dataset(self) -> rdflib.Dataset:
        """The triples as an rdflib Dataset whose default graph is the union; over the same store, so nothing is copied.

        What is added here is seen by later queries.
        """
        import rdflib
        from oxrdflib import OxigraphStore

        return rdflib.Dataset(store=OxigraphStore(store=self.store.store), default_union=True)

    def queries(self) -> list[str]:
        """Names of the library's queries."""
        return self.library.names()

    def query(self, query: str, **params: str | Sequence[str]) -> Result:
        """Run a query of the library by its name, or any SELECT query by its text.

        Parameters of the library's queries are given by name, one value or several.
        """
        chosen = self._query(query)
        return Result(run(chosen, self.endpoint or self.store, params))

    def _query(self, query: str) -> Query:
        text = any(sign in query for sign in "{\n")
        return parse_query(query, "query", "query") if text else self.library.get(query)


def open(project: Path | str | None = None, endpoint: str | None = None) -> Graph:  # noqa: A001 - as in xinpu.open
    """Open a project's graph: a folder, else the current one, else the one in the package.

    With an endpoint, queries run on that SPARQL server.
    """
    found = find_project(None if project is None else Path(project))
    return Graph(found, None if endpoint is None else Endpoint(endpoint))


def answer_with_rdflib(dataset: Dataset, text: str) -> Answer:
    """Answer a query of any form with rdflib's own engine, on a copy of the triples."""
    bare = re.sub(r"<[^<>\s]*>|#.*", " ", text)
    return ask_rdflib(as_rdflib(dataset, named=re.search(r"(?i)\b(GRAPH|FROM)\b", bare) is not None), text)


def as_rdflib(dataset: Dataset, *, named: bool = False) -> rdflib.Graph:
    """Copy the triples into plain rdflib: into one graph, or into named ones whose union is the default graph.

    One graph is several times faster: rdflib walks a union slowly.
    """
    import rdflib

    graph: rdflib.Graph = rdflib.Dataset(default_union=True) if named else rdflib.Graph()
    memo: dict[Any, Any] = {}
    for quad in dataset.store:
        triple = tuple(_rdflib_term(term, memo) for term in (quad.subject, quad.predicate, quad.object))
        if named and isinstance(quad.graph_name, NamedNode):
            graph.add((*triple, _rdflib_term(quad.graph_name, memo)))
        else:
            graph.add(triple)
    return graph


def ask_rdflib(graph: rdflib.Graph, text: str) -> Answer:
    """Answer a query of any form with rdflib; raises ModelError on bad SPARQL."""
    from rdflib.plugins.sparql import prepareQuery

    try:
        prepared = prepareQuery(text)
    except Exception as error:  # its parser raises many kinds
        raise sparql_error(text, str(error).partition("\n")[0]) from None
    result = graph.query(prepared)
    if result.type == "ASK":
        return bool(result.askAnswer)
    if result.type in ("CONSTRUCT", "DESCRIBE"):
        return [Triple(*(_term(part) for part in triple)) for triple in result]  # type: ignore[arg-type, union-attr]
    variables = tuple(str(name) for name in result.vars or ())
    width = range(len(variables))
    rows: list[tuple[Term | None, ...]] = [
        tuple(_term(row[index]) for index in width)  # type: ignore[index]
        for row in result
    ]
    return Solutions(variables, rows)


def _rdflib_term(term: Any, memo: dict[Any, Any]) -> Any:
    """Turn a term of the store into rdflib's, digits kept as they are."""
    import rdflib

    found = memo.get(term)
    if found is None:
        if isinstance(term, NamedNode):
            found = rdflib.URIRef(term.value)
        elif isinstance(term, Literal):
            kind = None if term.language else rdflib.URIRef(term.datatype.value)
            if term.datatype.value == XSD + "string":
                kind = None
            found = rdflib.Literal(term.value, lang=term.language, datatype=kind, normalize=False)
        else:
            found = rdflib.BNode(term.value)
        memo[term] = found
    return found


def _term(term: Any) -> Term | None:
    """Turn rdflib's term into the store's."""
    import rdflib

    if term is None:
        return None
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if term.language:
        return Literal(str(term), language=term.language)
    return Literal(str(term), datatype=NamedNode(str(term.datatype or XSD + "string")))


def _value(term: Term | None) -> Value:
    """Give a cell as plain Python, things by their compact name."""
    if isinstance(term, NamedNode):
        name = compact(term)
        return term.value if name.startswith("<") else name
    return plain(term)


def _measure(value: Value) -> str | int | float | None:
    return float(value) if isinstance(value, Decimal) else value
