"""Answers of queries in the W3C's formats: solutions as CSV, TSV, JSON, XML and Markdown, triples as RDF.

CSV and TSV: https://www.w3.org/TR/sparql11-results-csv-tsv/ JSON: https://www.w3.org/TR/sparql11-results-json/
XML: https://www.w3.org/TR/rdf-sparql-XMLres/ Triple terms are written as SPARQL 1.2 does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from xinpu.errors import EndpointError, UsageError
from xinpu.store import RDF_FORMATS, Solutions, write_triples
from xinpu.terms import XSD, BlankNode, Literal, NamedNode, Term, Triple, compact, text_of

Answer = Solutions | list[Triple] | bool
"""What a query gives: rows (SELECT), triples (CONSTRUCT, DESCRIBE) or true and false (ASK)."""

Row = tuple[Term | None, ...]

MEDIA_TYPES: Final[dict[str, str]] = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv; charset=utf-8",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "turtle": "text/turtle; charset=utf-8",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}
"""Format -> its media type."""

_BARE: Final = {XSD + "integer": "0123456789-+", XSD + "decimal": "0123456789-+.", XSD + "double": "0123456789-+.eE"}
_STRING: Final = XSD + "string"
_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_CSV_QUOTED: Final = re.compile(r"[,\"\r\n]")
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write(answer: Answer, form: str) -> str:
    """Write an answer in a format; raises UsageError if the format does not fit the kind of answer."""
    if isinstance(answer, list):
        if form not in RDF_FORMATS:
            raise _misfit("triples", form, RDF_FORMATS)
        return write_triples(answer, form)
    if isinstance(answer, bool):
        if form not in _BOOLEANS:
            raise _misfit("true or false", form, _BOOLEANS)
        return _BOOLEANS[form]("true" if answer else "false")
    if form not in _WRITERS:
        raise _misfit("rows", form, _WRITERS)
    return _WRITERS[form](answer.variables, answer.rows)


def _misfit(kind: str, form: str, formats: Iterable[str]) -> UsageError:
    return UsageError(f"the answer is {kind}, which {form} cannot hold", remedy=f"Choose {', '.join(formats)}.")


class _Memo(dict[Term | None, str]):
    """Text of each term, made once: the same names fill most cells of a result."""

    def __init__(self, make: Callable[[Term], str], unbound: str = "") -> None:
        super().__init__()
        self._make = make
        self[None] = unbound

    def __missing__(self, term: Term | None) -> str:
        text = self[term] = "" if term is None else self._make(term)
        return text


def csv_text(variables: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as CSV: bare texts, lines end in CR LF as RFC 4180 wants."""
    lines = [",".join(_csv_cell(name) for name in variables)]
    cells = _Memo(lambda term: _csv_cell(str(term) if isinstance(term, BlankNode | Triple) else term.value))
    lines += [",".join([cells[term] for term in row]) for row in rows]
    return "".join(line + "\r\n" for line in lines)


def _csv_cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _CSV_QUOTED.search(text) else text


def tsv_text(variables: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as TSV: terms as in Turtle, so that nothing is lost."""
    lines = ["\t".join("?" + name for name in variables)]
    cells = _Memo(_tsv_term)
    lines += ["\t".join([cells[term] for term in row]) for row in rows]
    return "".join(line + "\n" for line in lines)


def _tsv_term(term: Term) -> str:
    if isinstance(term, Literal):
        kind = term.datatype.value
        if kind in _BARE and _is_bare(term.value, kind):
            return term.value
        if kind == XSD + "boolean" and term.value in ("true", "false"):
            return term.value
        return str(term).replace("\t", "\\t")
    if isinstance(term, Triple):
        return f"<<( {_tsv_term(term.subject)} {_tsv_term(term.predicate)} {_tsv_term(term.object)} )>>"
    return str(term)


def _is_bare(text: str, kind: str) -> bool:
    """Tell whether Turtle reads this number without quotes as the same literal."""
    if not set(text) <= set(_BARE[kind]) or not any(sign.isdigit() for sign in text):
        return False
    try:
        float(text)
    except ValueError:
        return False
    if kind == XSD + "double":
        return "e" in text.lower()
    return kind == XSD + "integer" or (text.count(".") == 1 and not text.endswith("."))


def json_text(variables: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as SPARQL results in JSON."""
    cells = _Memo(lambda term: _json(_json_term(term)))
    starts = [_json(name) + ":" for name in variables]
    bindings = [
        ",".join([start + cells[term] for start, term in zip(starts, row, strict=True) if term is not None])
        for row in rows
    ]
    listed = ",".join(f"{{{binding}}}" for binding in bindings)
    return f'{{"head":{{"vars":{_json(list(variables))}}},"results":{{"bindings":[{listed}]}}}}'


def _json_term(term: Term) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        return {"type": "triple", "value": {name: _json_term(part) for name, part in parts.items()}}
    entry = {"type": "literal", "value": term.value}
    if term.language:
        entry["xml:lang"] = term.language
    elif term.datatype.value != _STRING:
        entry["datatype"] = term.datatype.value
    return entry


_XML_START: Final = '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'


def xml_text(variables: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as SPARQL results in XML."""
    parts = [_XML_START, *(f"<variable name={quoteattr(name)}/>" for name in variables), "</head><results>"]
    cells = _Memo(_xml_term)
    starts = [f"<binding name={quoteattr(name)}>" for name in variables]
    for row in rows:
        parts.append("<result>")
        parts += [
            f"{start}{cells[term]}</binding>" for start, term in zip(starts, row, strict=True) if term is not None
        ]
        parts.append("</result>")
    return "".join((*parts, "</results></sparql>"))


def _xml_term(term: Term) -> str:
    if isinstance(term, NamedNode):
        return f"<uri>{_xml_escape(term.value)}</uri>"
    if isinstance(term, BlankNode):
        return f"<bnode>{_xml_escape(term.value)}</bnode>"
    if isinstance(term, Triple):
        parts = {"subject": term.subject, "predicate": term.predicate, "object": term.object}
        inner = "".join(f"<{name}>{_xml_term(part)}</{name}>" for name, part in parts.items())
        return f"<triple>{inner}</triple>"
    note = ""
    if term.language:
        note = f" xml:lang={quoteattr(term.language)}"
    elif term.datatype.value != _STRING:
        note = f" datatype={quoteattr(term.datatype.value)}"
    return f"<literal{note}>{_xml_escape(term.value)}</literal>"


def _xml_escape(text: str) -> str:
    """Escape text for XML 1.0, which has no way to write most control characters: they become U+FFFD."""
    text = _NOT_XML.sub("\ufffd", text)
    return escape(text, {"\r": "&#13;", '"': "&quot;"})


def markdown_text(variables: Sequence[str], rows: Iterable[Row]) -> str:
    """Write rows as a table in Markdown, with compact names; numbers stand to the right."""
    listed = list(rows)
    numeric = [
        all(isinstance(row[i], Literal) and _is_number(row[i]) for row in listed if row[i] is not None)
        and any(row[i] is not None for row in listed)
        for i in range(len(variables))
    ]
    lines = [
        _markdown_row(variables),
        _markdown_row("---:" if right else "---" for right in numeric),
        *(_markdown_row(_markdown_cell(term) for term in row) for row in listed),
    ]
    return "".join(line + "\n" for line in lines)


def _is_number(term: Term | None) -> bool:
    return isinstance(term, Literal) and term.datatype.value in _BARE


def _markdown_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _markdown_cell(term: Term | None) -> str:
    text = compact(term) if isinstance(term, NamedNode) else text_of(term)
    text = " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
    return text.replace("<", "&lt;") if not isinstance(term, NamedNode) else text


_WRITERS: Final[dict[str, Callable[[Sequence[str], Iterable[Row]], str]]] = {
    "csv": csv_text,
    "tsv": tsv_text,
    "json": json_text,
    "xml": xml_text,
    "markdown": markdown_text,
}

_BOOLEANS: Final[dict[str, Callable[[str], str]]] = {
    "csv": lambda value: value,
    "tsv": lambda value: value,
    "json": lambda value: f'{{"head":{{}},"boolean":{value}}}',
    "xml": lambda value: f"{_XML_START}</head><boolean>{value}</boolean></sparql>",
    "markdown": lambda value: value + "\n",
}


def read_json(data: bytes) -> Solutions | bool:
    """Read SPARQL results in JSON, also as Virtuoso writes them; raises EndpointError if it is not that."""
    try:
        content = json.loads(data)
        if "boolean" in content:
            return bool(content["boolean"])
        variables = tuple(str(name) for name in content["head"]["vars"])
        rows = [
            tuple(_term(binding[name]) if name in binding else None for name in variables)
            for binding in content["results"]["bindings"]
        ]
    except json.JSONDecodeError as error:
        ended = error.pos >= len(error.doc.rstrip())
        raise EndpointError(
            "the answer ends in the middle" if ended else f"the answer is not JSON: {error.msg} at {error.pos}"
        ) from None
    except UnicodeDecodeError:
        raise EndpointError("the answer is not UTF-8") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise EndpointError(f"the answer is not a SPARQL result: {type(error).__name__} {error}") from None
    return Solutions(variables, rows)


def _term(entry: dict[str, Any]) -> Term:
    kind, value = entry["type"], entry["value"]
    if kind == "uri":
        return NamedNode(value)
    if kind == "bnode":
        return BlankNode(value.removeprefix("nodeID://"))
    if kind == "triple":
        subject, predicate, object_ = (_term(value[name]) for name in ("subject", "predicate", "object"))
        return Triple(subject, predicate, object_)  # type: ignore[arg-type]
    if kind not in ("literal", "typed-literal"):
        raise ValueError(f"unknown kind of term {kind!r}")
    if language := entry.get("xml:lang"):
        return Literal(value, language=language)
    datatype = entry.get("datatype", _STRING)
    if kind == "typed-literal" and datatype == XSD + "boolean":
        # Virtuoso, and it writes 0 and 1
        value = {"0": "false", "1": "true"}.get(value, value)
    return Literal(value, datatype=NamedNode(datatype))
