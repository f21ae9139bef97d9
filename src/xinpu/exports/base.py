"""What all formats share: the bundle they read from, the record of a file written, triples in a fixed order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from xinpu.layout import GRAPH_CURATED, GRAPH_DERIVED, GRAPH_ONTOLOGY, ONTOLOGY_IRI, Project
from xinpu.queries import Library, Query, Table, run
from xinpu.store import CURATED, DERIVED, ONTOLOGY, Dataset
from xinpu.terms import Labels, best, iri

Subject = NamedNode | BlankNode

GRAPHS: Final[dict[str, NamedNode]] = {"ontology": ONTOLOGY, "curated": CURATED, "derived": DERIVED}
GRAPH_IRIS: Final[dict[str, str]] = {"ontology": GRAPH_ONTOLOGY, "curated": GRAPH_CURATED, "derived": GRAPH_DERIVED}

TYPE: Final = NamedNode(iri("rdf:type"))
FIRST: Final[dict[str, int]] = {
    iri(name): place
    for place, name in enumerate(
        ("rdf:type", "skos:prefLabel", "rdfs:label", "dcterms:title", "skos:altLabel", "skos:definition")
    )
}
"""Properties that come before all others in a block of triples."""

KEPT_TRIPLES: Final = 500_000
"""Up to this size the triples are sorted once and kept; a larger store is read subject by subject, format by format."""


@dataclass(frozen=True)
class ExportFile:
    """One file of the exports, as the catalogue, the data page and the checksums describe it."""

    format: str
    """Name of the format, as given to ``write``."""
    path: str
    """Relative to the output folder, with forward slashes."""
    title: str
    media_type: str
    size: int
    sha256: str
    rows: int | None = None
    """Triples of an RDF file, rows of a table, nodes of a graph; None where counting means nothing."""
    query: str = ""
    """Name of the library query whose rows the file holds, if it holds one query's."""


@dataclass(frozen=True)
class Written:
    """What a format says of a file it has just written; ``write`` adds size and checksum."""

    path: str
    title: str
    media_type: str
    rows: int | None = None
    query: str = ""


@dataclass(frozen=True)
class Bundle:
    """Everything a format may read: the loaded graph, the library's tables, where to write and under what address."""

    project: Project
    dataset: Dataset
    library: Library
    out: Path
    tables: Mapping[str, Table] = field(default_factory=dict)
    base_url: str | None = None
    files: list[ExportFile] = field(default_factory=list)
    """Files written so far: what the catalogue and the checksums speak of."""

    memo: dict[str, Any] = field(default_factory=dict)
    """What one format has made and a later one can use."""

    @cached_property
    def labels(self) -> Labels:
        """Names of everything."""
        return Labels.of(self.dataset)

    @cached_property
    def queries(self) -> dict[str, Query]:
        """Library queries by name, A to Z."""
        return {query.name: query for query in self.library.all()}

    @cached_property
    def _kept(self) -> dict[Subject, list[Triple]] | None:
        """Triples by subject in order, if the store is small enough to keep them for all formats."""
        if len(self.dataset.store) > KEPT_TRIPLES:
            return None
        return {subject: triples_of(self.dataset, subject) for subject in subjects(self.dataset)}

    def triples(self, subject: Subject) -> list[Triple]:
        """Give a subject's triples in order, see ``triples_of``."""
        return triples_of(self.dataset, subject) if self._kept is None else self._kept.get(subject, [])

    def groups(self, graph: NamedNode | None = None) -> Iterator[tuple[Subject, list[Triple]]]:
        """Give all subjects in order, of all graphs or of one, each with its triples in order."""
        if graph is None and self._kept is not None:
            yield from self._kept.items()
            return
        for subject in subjects(self.dataset, graph):
            yield subject, triples_of(self.dataset, subject, graph)

    def table(self, name: str) -> Table:
        """Give the rows of a library query: those handed in, else run it with its example parameters."""
        known = self.tables.get(name)
        return run(self.queries[name], self.dataset) if known is None else known

    @cached_property
    def date(self) -> str:
        """The day that stands for today: the newest ``xp:readOn``, else ``xp:recordedOn``; empty if there is none."""
        for name in ("xp:readOn", "xp:recordedOn"):
            quads = self.dataset.store.quads_for_pattern(None, NamedNode(iri(name)), None, None)
            if days := {quad.object.value for quad in quads if isinstance(quad.object, Literal)}:
                return max(days)
        return ""

    def header(self, name: str, language: str = "en") -> str:
        """Give one property of the ontology's header, such as ``dcterms:title``; empty if it has none."""
        quads = self.dataset.store.quads_for_pattern(NamedNode(ONTOLOGY_IRI), NamedNode(iri(name)), None, None)
        texts: dict[str, str] = {}
        for quad in quads:
            if isinstance(quad.object, Literal | NamedNode):
                tag = (quad.object.language or "") if isinstance(quad.object, Literal) else ""
                texts[tag] = min(texts.get(tag, quad.object.value), quad.object.value)
        found = best(texts, language)
        return found[0] if found else ""

    def open_folder(self, path: str) -> Path:
        """Give the place of a file in the output folder, its folder made."""
        target = self.out / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target


Format = Callable[[Bundle], Iterable[Written]]
"""Writes its files into the bundle's folder and says which."""


def subjects(dataset: Dataset, graph: NamedNode | None = None) -> list[Subject]:
    """List the subjects of all graphs, or of one, by their N-Triples form."""
    if graph is None:
        rows = dataset.select("SELECT DISTINCT ?s { ?s ?p ?o }").rows
    else:
        rows = dataset.select(f"SELECT DISTINCT ?s {{ GRAPH {graph} {{ ?s ?p ?o }} }}").rows
    found = [row[0] for row in rows if isinstance(row[0], NamedNode | BlankNode)]
    # the blank stands for what follows a subject on its line, so that this is the order of the lines too
    return sorted(found, key=lambda term: f"{term} ")


def triples_of(dataset: Dataset, subject: Subject, graph: NamedNode | None = None) -> list[Triple]:
    """Give a subject's triples once each: type and names first, then properties A to Z, objects A to Z."""
    quads = dataset.store.quads_for_pattern(subject, None, None, graph)
    keyed = {_place(quad.predicate.value, str(quad.object)): quad for quad in quads}
    return [keyed[key].triple for key in sorted(keyed)]


def _place(predicate: str, value: str) -> tuple[int, str, str]:
    return FIRST.get(predicate, len(FIRST)), predicate, value


def objects(dataset: Dataset, subject: Subject, name: str) -> list[str]:
    """Give the values of one property (``xp:domain``-like compact name) of a subject, A to Z."""
    quads = dataset.store.quads_for_pattern(subject, NamedNode(iri(name)), None, None)
    return sorted({quad.object.value for quad in quads if not isinstance(quad.object, Triple)})


def descendants(dataset: Dataset, root: str) -> list[str]:
    """List a class and all classes below it, by IRI; cycles do no harm."""
    return _below(dataset, root, NamedNode(iri("rdfs:subClassOf")))


def subproperties(dataset: Dataset, root: str) -> list[str]:
    """List a property and all properties below it, by IRI."""
    return _below(dataset, root, NamedNode(iri("rdfs:subPropertyOf")))


def _below(dataset: Dataset, root: str, link: NamedNode) -> list[str]:
    found = {root}
    queue = [root]
    while queue:
        for quad in dataset.store.quads_for_pattern(None, link, NamedNode(queue.pop()), None):
            if isinstance(quad.subject, NamedNode) and quad.subject.value not in found:
                found.add(quad.subject.value)
                queue.append(quad.subject.value)
    return sorted(found)


def instances(dataset: Dataset, cls: str) -> list[NamedNode]:
    """List what is directly of a class, by IRI."""
    quads = dataset.store.quads_for_pattern(None, TYPE, NamedNode(cls), None)
    found = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
    return [NamedNode(value) for value in sorted(found)]
