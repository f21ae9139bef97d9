"""JSON-LD: the published context, and nodes made directly from triples.

https://www.w3.org/TR/json-ld11/ A value that does not fit what the context says of its property is written out whole,
so nothing is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from xinpu.errors import BuildError
from xinpu.exports.base import Bundle, Subject, Written
from xinpu.layout import NAMESPACES, XP
from xinpu.store import Dataset, Term
from xinpu.terms import compact, iri

Json = Any
"""A value that ``json`` can write."""

_STRING: Final = iri("xsd:string")
_TYPE: Final = iri("rdf:type")
_NATIVE: Final = frozenset({_STRING, iri("xsd:integer"), iri("xsd:boolean")})
_LANGUAGE: Final = (
    "dcterms:abstract dcterms:title rdfs:label skos:altLabel skos:definition skos:example skos:historyNote skos:note "
    "skos:prefLabel skos:scopeNote"
)
_LINKS: Final = (
    "dcterms:isReplacedBy dcterms:license dcterms:publisher prov:wasDerivedFrom rdf:predicate rdf:subject rdfs:domain "
    "rdfs:isDefinedBy rdfs:range rdfs:subClassOf rdfs:subPropertyOf schema:url skos:broader skos:inScheme"
)
# what borrowed properties hold; for the project's own the ontology says it


@dataclass(frozen=True)
class Context:
    """The JSON-LD context of a graph: names of properties, and what their values are unless written out."""

    kinds: Mapping[str, str] = field(default_factory=dict)
    """IRI of a property -> ``@id``, ``@language`` or the IRI of a datatype that JSON does not have."""

    @classmethod
    def of(cls, dataset: Dataset) -> Context:
        """Read from the ontology what each property holds."""
        kinds = {iri(name): "@language" for name in _LANGUAGE.split()}
        kinds |= {iri(name): "@id" for name in _LINKS.split()}
        rows = dataset.select(
            "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>"
            "SELECT ?property ?type (MIN(?r) AS ?range) { VALUES ?type { owl:ObjectProperty owl:DatatypeProperty }"
            " ?property a ?type . OPTIONAL { ?property rdfs:range ?r } } GROUP BY ?property ?type ORDER BY ?property"
        ).rows
        for about, kind, value_range in rows:
            if not isinstance(about, NamedNode) or not isinstance(kind, NamedNode):
                continue
            if kind.value == iri("owl:ObjectProperty"):
                kinds[about.value] = "@id"
            elif isinstance(value_range, NamedNode):
                if value_range.value == iri("rdf:langString"):
                    kinds[about.value] = "@language"
                elif value_range.value.startswith(NAMESPACES["xsd"]) and value_range.value not in _NATIVE:
                    kinds[about.value] = value_range.value
        return cls(kinds)

    @cached_property
    def terms(self) -> dict[str, Json]:
        """Name in JSON -> its definition, for each property with a kind."""
        found: dict[str, Json] = {}
        for about, kind in self.kinds.items():
            entry: dict[str, str] = {"@id": compact(about).strip("<>")}
            if kind == "@language":
                entry["@container"] = "@language"
            elif kind == "@id":
                entry["@type"] = "@id"
            else:
                entry["@type"] = compact(kind)
            found[self.name(about)] = entry
        return dict(sorted(found.items()))

    def name(self, about: str) -> str:
        """Give the key of a property: local name for the project's own, else prefix and name, else the IRI."""
        # a local name that is a prefix too, such as unit, would hide the prefix
        if about.startswith(XP) and (local := about[len(XP) :]) and ":" not in local and local not in NAMESPACES:
            return local
        return compact(about).strip("<>")

    def document(self, used: Iterable[str] | None = None) -> dict[str, Json]:
        """Give the context itself, whole or only with the terms used (keys of nodes)."""
        chosen = self.terms if used is None else {key: self.terms[key] for key in sorted(used) if key in self.terms}
        return {"@version": 1.1, "@vocab": XP} | dict(sorted(NAMESPACES.items())) | chosen

    def node(self, subject: Subject, triples: Iterable[Triple]) -> dict[str, Json]:
        """Give one subject as a JSON object: ``@id``, ``@type``, then its properties in the order of the triples."""
        values: dict[str, list[Term]] = {}
        for triple in triples:
            values.setdefault(triple.predicate.value, []).append(triple.object)
        node: dict[str, Json] = {"@id": _reference(subject)}
        for about, held in values.items():
            if about == _TYPE:
                node["@type"] = _one([_class_name(term) for term in held])
                continue
            kind = self.kinds.get(about, "")
            key = self.name(about)
            if kind == "@language":
                tagged = [term for term in held if isinstance(term, Literal) and term.language]
                held = [term for term in held if term not in tagged]
                if tagged:
                    node[key] = _by_language(tagged)
                key, kind = about, ""
            if held:
                node[key] = _one([_value(term, kind) for term in held])
        return node


def _class_name(term: Term) -> str:
    if not isinstance(term, NamedNode):
        raise BuildError(f"{term} is given as a class", remedy="Give IRIs as types.")
    return term.value[len(XP) :] if term.value.startswith(XP) else compact(term).strip("<>")


def _reference(term: NamedNode | BlankNode) -> str:
    return f"_:{term.value}" if isinstance(term, BlankNode) else compact(term).strip("<>")


def _by_language(held: Iterable[Literal]) -> dict[str, Json]:
    texts: dict[str, list[str]] = {}
    for literal in held:
        texts.setdefault(literal.language or "", []).append(literal.value)
    return {tag: _one(sorted(texts[tag])) for tag in sorted(texts)}


def _one(values: list[Json]) -> Json:
    return values[0] if len(values) == 1 else values


def _value(term: Term, kind: str) -> Json:
    if isinstance(term, Triple):
        raise BuildError("JSON-LD cannot hold a triple term", remedy="Use the rdf12 format for these.")
    if isinstance(term, NamedNode | BlankNode):
        return _reference(term) if kind == "@id" else {"@id": _reference(term)}
    datatype = term.datatype.value
    if term.language:
        return {"@language": term.language, "@value": term.value}
    if kind == datatype:
        return term.value
    if not kind and (plain := _plain(term.value, datatype)) is not None:
        return plain
    return {"@value": term.value} if datatype == _STRING else {"@type": compact(datatype), "@value": term.value}


def _plain(text: str, datatype: str) -> str | int | bool | None:
    if datatype == _STRING:
        return text
    if datatype == iri("xsd:boolean") and text in ("true", "false"):
        return text == "true"
    if datatype == iri("xsd:integer") and len(text) < 16 and text.lstrip("-").isdigit() and str(int(text)) == text:
        return int(text)
    return None


def dumps(value: Json) -> str:
    """Write JSON on one line, Unicode as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def document(context: Mapping[str, Json], nodes: Iterable[str]) -> Iterator[str]:
    """Give a JSON-LD document in pieces: the context, then one node a line."""
    yield f'{{"@context":{dumps(context)},\n"@graph":['
    comma = "\n"
    for node in nodes:
        yield comma + node
        comma = ",\n"
    yield "\n]}\n"


def jsonld(bundle: Bundle) -> Iterator[Written]:
    """Write the context, and the whole graph with it inside (so that it reads without a network)."""
    context = Context.of(bundle.dataset)
    path = "rdf/context.jsonld"
    text = json.dumps({"@context": context.document()}, ensure_ascii=False, indent=1) + "\n"
    bundle.open_folder(path).write_text(text, encoding="utf-8", newline="\n")
    yield Written(path, "JSON-LD context", "application/ld+json")
    count = 0

    def nodes() -> Iterator[str]:
        nonlocal count
        for subject, triples in bundle.groups():
            count += len(triples)
            yield dumps(context.node(subject, triples))

    path = "rdf/xinpu.jsonld"
    with bundle.open_folder(path).open("w", encoding="utf-8", newline="\n") as out:
        out.writelines(document(context.document(), nodes()))
    yield Written(path, "All graphs together, JSON-LD", "application/ld+json", count)
