"""A client of the SPARQL 1.1 Protocol that gives whole answers or says in one line why not.

Protocol: https://www.w3.org/TR/sparql11-protocol/
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlencode

from xinpu.endpoint.transport import Reply, Transport
from xinpu.errors import EndpointError
from xinpu.layout import GRAPH_CURATED, GRAPH_DERIVED, GRAPH_ONTOLOGY
from xinpu.results import Answer, Row, read_json
from xinpu.store import Solutions, Term, read_triples
from xinpu.terms import XSD, Literal, NamedNode, Triple

GRAPHS: Final = (GRAPH_ONTOLOGY, GRAPH_CURATED, GRAPH_DERIVED)

SUSPECT: Final = 1000
"""Answers with fewer rows are taken as whole; no server is known that cuts them shorter than this."""

_INTEGER: Final = NamedNode(XSD + "integer")
_NUMBERS: Final = (XSD + "decimal", _INTEGER.value)
_NUMBER = re.compile(r"(?=.*\d)([+-]?)0*(\d*)(?:\.(\d*?)0*)?")

_PROLOGUE = re.compile(r"(?i)\A(?:\s+|#[^\n]*\n|BASE\s*<[^>]*>|PREFIX\s+[^\s:]*:\s*<[^>]*>)*")
_FORM = re.compile(r"(?i)(SELECT|ASK|CONSTRUCT|DESCRIBE)\b")
_ASIDE = re.compile(
    r"<[^<>\s]*>|"
    + r'"""(?:[^"\\]|\\.|"(?!""))*"""|'
    + r"'''(?:[^'\\]|\\.|'(?!''))*'''|"
    + r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|#[^\n]*",
    re.DOTALL,
)
_ORDER = re.compile(r"(?i)\bORDER\s+BY\b")
_SLICE = re.compile(r"(?i)\b(LIMIT|OFFSET)\s+(\d+)")


class Endpoint:
    """A SPARQL server by the address of its query service.

    Queries see the union of ``graphs``; with none given they see the server's own default graph. Name and password, or
    a token, come from XINPU_ENDPOINT_USER and XINPU_ENDPOINT_PASSWORD, or XINPU_ENDPOINT_TOKEN. XINPU_ENDPOINT_GRAPHS
    names other graphs for the union, such as a server's own name for the union of all, with which it may be faster.
    """

    def __init__(
        self, url: str, *, timeout: float = 60.0, retries: int = 5, graphs: Sequence[str] | None = None
    ) -> None:
        self.transport = Transport(url, timeout=timeout, retries=retries)
        self.graphs = (
            tuple(os.environ.get("XINPU_ENDPOINT_GRAPHS", "").split() or GRAPHS) if graphs is None else tuple(graphs)
        )

    def answer(self, text: str) -> Answer:
        """Answer a query of any form."""
        form = form_of(text)
        if form == "SELECT":
            return self.select(text)
        return self.ask(text) if form == "ASK" else self.construct(text)

    def select(self, text: str) -> Solutions:
        """Answer a SELECT query whole: where the server cuts answers short, in pages.

        Raises EndpointError if the server does not do its part, or cuts an answer that has no order to page by.
        """
        found = self._rows(text)
        count = len(found.rows)
        if count < SUSPECT:
            return found
        total = self._count(text)
        if total == count:
            return found
        if total < count or not _ORDER.search(_bare(text)):
            raise EndpointError(
                f"{self.transport.shown} cut the answer at {count} of {total} rows",
                remedy="Give the query a total ORDER BY, so that it can be read in pages, or LIMIT.",
            )
        rows = list(found.rows)
        try:
            self._read_on(text, rows, total, count, _sliced)
        except EndpointError:
            # Virtuoso sorts no more than its cap unless the sorting is inside
            if len(rows) < total:
                self._read_on(text, rows, total, count, _sliced_outside)
        return Solutions(found.variables, rows)

    def _read_on(
        self, text: str, rows: list[Row], total: int, size: int, page_of: Callable[[str, int, int], str]
    ) -> None:
        """Add the missing rows page by page."""
        while len(rows) < total:
            # one row over, to see that the server keeps the order from page to page
            page = self._rows(page_of(text, min(size, total - len(rows) + 1), len(rows) - 1)).rows
            if len(page) < 2 or page[0] != rows[-1]:
                raise EndpointError(
                    f"{self.transport.shown} changed the order of the rows between two pages",
                    remedy="Give the query a total ORDER BY.",
                )
            rows += page[1:]

    def ask(self, text: str) -> bool:
        """Answer an ASK query."""
        found = self._result(text)
        if not isinstance(found, bool):
            raise EndpointError(f"{self.transport.shown} sent rows where true or false was asked")
        return found

    def construct(self, text: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query."""
        reply = self._query(text, "application/n-triples, text/turtle;q=0.5")
        kind = reply.media_type
        form = {"text/turtle": "turtle", "application/n-triples": "ntriples", "text/plain": "ntriples"}.get(kind)
        if form is None:
            raise reply.unusable("N-Triples")
        try:
            triples = read_triples(reply.body, form)
        except SyntaxError as error:
            message = str(error.msg).split(" (line")[0]
            raise EndpointError(f"{self.transport.shown} sent {form} that cannot be read: {message}") from None
        count = len(triples)
        if count >= SUSPECT and count % SUSPECT == 0 and not re.search(r"(?i)\blimit\s+\d", text):
            raise EndpointError(
                f"{self.transport.shown} has probably cut the answer: it ends at {count} triples",
                remedy="Ask in parts, with ORDER BY, LIMIT and OFFSET.",
            )
        return triples

    def _count(self, text: str) -> int:
        rows = self._rows(_wrapped(text, "(COUNT(*) AS ?xinpu_rows)", "")).rows
        cell = rows[0][0] if len(rows) == 1 and rows[0] else None
        if not isinstance(cell, Literal) or not cell.value.isdigit():
            raise EndpointError(f"{self.transport.shown} did not count its rows")
        return int(cell.value)

    def _rows(self, text: str) -> Solutions:
        found = self._result(text)
        if isinstance(found, bool):
            raise EndpointError(f"{self.transport.shown} sent true or false where rows were asked")
        return found

    def _result(self, text: str) -> Solutions | bool:
        reply = self._query(text, "application/sparql-results+json")
        if reply.media_type not in ("application/sparql-results+json", "application/json"):
            raise reply.unusable("SPARQL results in JSON")
        try:
            found = read_json(reply.body)
        except EndpointError as error:
            raise EndpointError(f"{self.transport.shown}: {error.message}", remedy="Try again.") from None
        if isinstance(found, bool):
            return found
        virtuoso = "virtuoso" in reply.headers.get("server", "").lower()
        return Solutions(found.variables, [tuple(_canonical(term, virtuoso) for term in row) for row in found.rows])

    def _query(self, text: str, accept: str) -> Reply:
        fields = [("query", text)]
        fields += [("default-graph-uri", graph) for graph in self.graphs]
        fields += [("named-graph-uri", graph) for graph in GRAPHS if self.graphs]
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        return self.transport.send("POST", self.transport.url, urlencode(fields).encode(), headers)


def _canonical(term: Term | None, virtuoso: bool) -> Term | None:
    """Write a number as the embedded engine does, so that an answer does not show by which engine it was computed.

    Virtuoso gives loaded integers of more than 32 bits back as decimals.
    """
    if not isinstance(term, Literal) or term.datatype.value not in _NUMBERS:
        return term
    parts = _NUMBER.fullmatch(term.value)
    if parts is None:
        return term
    fraction = f".{parts[3]}" if parts[3] else ""
    digits = f"{parts[2] or 0}{fraction}"
    kind = _INTEGER if virtuoso and not fraction and int(digits) >= 2**31 else term.datatype
    return Literal(f"-{digits}" if parts[1] == "-" and digits != "0" else digits, datatype=kind)


def form_of(text: str) -> str:
    """Give the form of a query; SELECT if it cannot be seen, so that the server complains."""
    start = _PROLOGUE.match(text)
    form = _FORM.match(text, start.end() if start else 0)
    return form[1].upper() if form else "SELECT"


def _bare(text: str) -> str:
    """Blank out names, texts and comments; everything else stays where it is."""
    return _ASIDE.sub(lambda match: " " * len(match[0]), text)


def _sliced(text: str, limit: int, offset: int) -> str:
    """Make a query give a part of its rows, by the LIMIT and OFFSET at its end."""
    bare = _bare(text)
    end = bare.rfind("}") + 1
    if not _ORDER.search(bare, end):
        return _sliced_outside(text, limit, offset)
    own = {match[1].upper(): int(match[2]) for match in _SLICE.finditer(bare, end)}
    return f"{text[:end]}{_SLICE.sub(' ', bare[end:])}\nLIMIT {limit} OFFSET {own.get('OFFSET', 0) + offset}"


def _sliced_outside(text: str, limit: int, offset: int) -> str:
    """Make a query give a part of its rows, by a query around it; most servers keep the order then."""
    return _wrapped(text, "*", f"LIMIT {limit} OFFSET {offset}")


def _wrapped(text: str, projection: str, end: str) -> str:
    """Make a SELECT the inner query of another."""
    start = _PROLOGUE.match(text)
    cut = start.end() if start else 0
    return f"{text[:cut]}\nSELECT {projection} WHERE {{ {{\n{text[cut:]}\n}} }} {end}"
