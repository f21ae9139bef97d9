"""Result formats: byte for byte as the engine writes them, and read back to the same terms."""

from __future__ import annotations

import csv
import io
from typing import Any
from xml.etree import ElementTree

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, RdfFormat, Store, Triple

from xinpu.errors import EndpointError, UsageError
from xinpu.results import read_json, write
from xinpu.store import Dataset, Solutions, read_triples
from xinpu.terms import XSD

FORMATS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
}
TERMS: list[Any] = [
    NamedNode("http://example.org/a"),
    BlankNode("b1"),
    Literal(""),
    Literal("plain"),
    Literal('quotes ", commas, and\nlines'),
    Literal("tab\tand \\ backslash"),
    Literal("<markup> & ]]>"),
    Literal("芯谱", language="zh-Hans"),
    Literal("1", datatype=NamedNode(XSD + "integer")),
    Literal("-1.5", datatype=NamedNode(XSD + "decimal")),
    Literal("true", datatype=NamedNode(XSD + "boolean")),
    Literal("not a number", datatype=NamedNode(XSD + "integer")),
    Literal("2025-01", datatype=NamedNode(XSD + "gYearMonth")),
]
COMMA = NamedNode("http://example.org/a,b")
"""The engine writes this without the quotes that RFC 4180 wants."""

FEW = settings(max_examples=50, deadline=None)
QUERY = "SELECT ?s ?o ?unbound WHERE { ?s ?p ?o } ORDER BY ?s"

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
literals = st.one_of(
    words.map(Literal),
    words.map(lambda text: Literal(text, language="fr")),
    st.sampled_from(["integer", "decimal", "double", "boolean", "date"]).flatmap(
        lambda name: st.one_of(words, st.from_regex(r"[-+]?[0-9]*\.?[0-9]*([eE][0-9]+)?", fullmatch=True)).map(
            lambda text: Literal(text, datatype=NamedNode(XSD + name))
        )
    ),
)
tables = st.lists(
    st.tuples(st.one_of(st.none(), literals, st.sampled_from([*TERMS, COMMA])), st.one_of(st.none(), literals))
)


def store_of(terms: list[Any]) -> Store:
    store = Store()
    for number, term in enumerate(terms):
        store.add(Quad(NamedNode(f"http://example.org/{number:02}"), NamedNode("http://example.org/p"), term))
    return store


@pytest.mark.parametrize("form", list(FORMATS))
def test_bytes_are_those_of_the_engine(form: str) -> None:
    store = store_of(TERMS)
    expected = store.query(QUERY).serialize(format=FORMATS[form])
    assert write(Dataset(store).select(QUERY), form).encode() == expected


@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_true_and_false_are_those_of_the_engine(form: str) -> None:
    for text in ("ASK { }", "ASK { FILTER(false) }"):
        expected = Store().query(text).serialize(format=FORMATS[form])
        assert write(Dataset().ask(text), form).encode() == expected


@FEW
@given(tables)
def test_json_reads_back_to_the_same_terms(rows: list[tuple[Any, ...]]) -> None:
    answer = Solutions(("a", "b"), rows)
    text = write(answer, "json")
    assert read_json(text.encode()) == answer
    engine = pyoxigraph.parse_query_results(text.encode(), format=QueryResultsFormat.JSON)
    assert [tuple(row) for row in engine] == rows  # type: ignore[union-attr]


@FEW
@given(tables)
def test_tsv_reads_back_to_the_same_terms(rows: list[tuple[Any, ...]]) -> None:
    text = write(Solutions(("a", "b"), rows), "tsv")
    engine = pyoxigraph.parse_query_results(text.encode(), format=QueryResultsFormat.TSV)
    assert [tuple(row) for row in engine] == rows  # type: ignore[union-attr]


@FEW
@given(tables)
def test_xml_reads_back_to_the_same_terms_but_for_characters_it_cannot_hold(rows: list[tuple[Any, ...]]) -> None:
    text = write(Solutions(("a", "b"), rows), "xml")
    space = "{http://www.w3.org/2005/sparql-results#}"
    results = ElementTree.fromstring(text).findall(f"{space}results/{space}result")
    assert len(results) == len(rows)
    for row, result in zip(rows, results, strict=True):
        read = {binding.get("name"): binding[0] for binding in result}
        assert set(read) == {name for name, term in zip("ab", row, strict=True) if term is not None}
        for name, element in read.items():
            term = row["ab".index(str(name))]
            assert (element.text or "") == "".join(sign if in_xml(sign) else "\ufffd" for sign in term.value)
            if isinstance(term, Literal):
                assert element.get("{http://www.w3.org/XML/1998/namespace}lang") == term.language
                plain = term.language or term.datatype.value == XSD + "string"
                assert element.get("datatype") == (None if plain else term.datatype.value)


def in_xml(sign: str) -> bool:
    return sign in "\t\n\r" or " " <= sign < "\ufffe" or sign > "\uffff"


@FEW
@given(tables)
def test_csv_keeps_every_text(rows: list[tuple[Any, ...]]) -> None:
    text = write(Solutions(("a", "b"), rows), "csv")
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert read[0] == ["a", "b"]
    wanted = [
        ["" if term is None else f"_:{term.value}" if isinstance(term, BlankNode) else term.value for term in row]
        for row in rows
    ]
    assert read[1:] == wanted
    assert text.count("\r\n") >= len(rows) + 1


def test_triple_terms_are_written_as_sparql_1_2_does() -> None:
    triple = Triple(NamedNode("http://e/s"), NamedNode("http://e/p"), Literal("x\ty"))
    answer = Solutions(("t",), [(triple,)])
    assert read_json(write(answer, "json").encode()) == answer
    assert '<<( <http://e/s> <http://e/p> "x\\ty" )>>' in write(answer, "tsv")
    engine = pyoxigraph.parse_query_results(write(answer, "xml").encode(), format=QueryResultsFormat.XML)
    assert [tuple(row) for row in engine] == answer.rows  # type: ignore[union-attr]


def test_markdown_cannot_be_broken_by_a_cell() -> None:
    rows: list[tuple[Any, ...]] = [
        (Literal("a | b\n<script>"), Literal(1)),
        (NamedNode("https://w3id.org/xinpu/id/baidu"), Literal(20)),
    ]
    assert write(Solutions(("name", "n"), rows), "markdown").splitlines() == [
        "| name | n |",
        "| --- | ---: |",
        "| a \\| b &lt;script> | 1 |",
        "| id:baidu | 20 |",
    ]


@pytest.mark.parametrize(
    ("form", "engine"),
    [
        ("turtle", RdfFormat.TURTLE),
        ("ntriples", RdfFormat.N_TRIPLES),
        ("jsonld", RdfFormat.JSON_LD),
        ("rdfxml", RdfFormat.RDF_XML),
    ],
)
def test_triples_read_back(form: str, engine: RdfFormat) -> None:
    triples = [
        Triple(NamedNode("https://w3id.org/xinpu/id/a"), NamedNode("https://w3id.org/xinpu/ontology#p"), term)
        for term in TERMS
        if not isinstance(term, BlankNode)
    ]
    text = write(triples, form)
    assert set(read_triples(text.encode(), form)) == set(triples)
    assert {quad.triple for quad in pyoxigraph.parse(text.encode(), format=engine)} == set(triples)
    assert write(list(reversed(triples)), form) == text or form == "rdfxml"


def test_a_format_that_cannot_hold_the_answer_is_named_with_those_that_can() -> None:
    with pytest.raises(UsageError, match=r"rows, which turtle cannot hold. Choose csv, tsv, json, xml, markdown"):
        write(Solutions(("a",), []), "turtle")
    with pytest.raises(UsageError, match=r"triples, which csv cannot hold. Choose turtle"):
        write([], "csv")
    with pytest.raises(UsageError, match="true or false, which turtle"):
        write(True, "turtle")


def test_virtuoso_json_is_understood() -> None:
    data = b"""{ "head": { "link": [], "vars": ["a", "b", "c"] }, "results": { "distinct": false, "bindings": [
      { "a": { "type": "typed-literal", "datatype": "http://www.w3.org/2001/XMLSchema#boolean", "value": "1" },
        "b": { "type": "bnode", "value": "nodeID://b10" } } ] } }"""
    assert read_json(data) == Solutions(
        ("a", "b", "c"), [(Literal("true", datatype=NamedNode(XSD + "boolean")), BlankNode("b10"), None)]
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"head": {"vars": ["a"]}, "results": {"bindings": [', "ends in the middle"),
        (b'{"head": {"vars": ["a', "is not JSON|ends in the middle"),
        (b"", "ends in the middle"),
        (b"<html>", "is not JSON"),
        (b"[]", "not a SPARQL result"),
        (b'{"head": {}}', "not a SPARQL result"),
        (b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": {"type": "odd", "value": "x"}}]}}', "unknown kind"),
        (
            b'{"head": {"vars": ["a"]}, "results": {"bindings": [{"a": {"type": "uri", "value": "a b"}}]}}',
            "not a SPARQL",
        ),
        (b'{"head": {"vars": ["\xff"]}}', "not UTF-8"),
    ],
)
def test_broken_json_is_one_clear_error(data: bytes, words: str) -> None:
    with pytest.raises(EndpointError, match=words):
        read_json(data)
