"""``xinpu fmt``: Turtle in one stable form, so that two people who write the same facts write the same bytes.

A file keeps its head comment, its ruled sections and the comments above blocks. Inside a section blocks stand A to Z,
each with one value a line and predicates in one order. Blocks with blank nodes (shapes) keep their own text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xinpu.curate import blocks
from xinpu.errors import UsageError
from xinpu.layout import Project
from xinpu.terms import iri

# fmt: off
FIRST: Final = (
    "rdf:type", "skos:prefLabel", "rdfs:label", "skos:altLabel", "xp:formerName", "xp:legalName", "dcterms:title",
    "skos:definition", "dcterms:abstract", "skos:example", "skos:scopeNote", "xp:website", "xp:kind",
    "dcterms:publisher", "dcterms:creator", "dcterms:license", "dcterms:issued", "dcterms:modified",
    "dcterms:language", "schema:url", "xp:tier", "xp:readOn", "rdfs:subClassOf", "rdfs:subPropertyOf", "rdfs:domain",
    "rdfs:range", "xp:company", "xp:board", "rdf:subject", "rdf:predicate", "rdf:object", "xp:about", "xp:owner",
    "xp:owned",
)
LAST: Final = (
    "xp:topic", "xp:text", "xp:metric", "xp:numberFormat", "xp:sparsity", "xp:period", "xp:asOf", "xp:since",
    "xp:until", "xp:value", "xp:minimum", "xp:maximum", "xp:bound", "xp:unit", "xp:currency", "xp:position",
    "xp:date", "xp:datePeriod", "xp:asPublished", "xp:estimatedBy", "xp:status", "xp:basis", "xp:rank",
    "xp:rankReason", "xp:source", "prov:wasDerivedFrom", "xp:recordedOn", "xp:retractedOn", "xp:order",
    "xp:lowFactor", "xp:highFactor", "skos:broader", "skos:inScheme", "owl:deprecated", "dcterms:isReplacedBy",
    "rdfs:isDefinedBy", "skos:note", "skos:historyNote",
)
# fmt: on
ORDER: Final[dict[str, int]] = {
    **{iri(name): place for place, name in enumerate(FIRST)},
    "": 500,
    **{iri(name): 1000 + place for place, name in enumerate(LAST)},
}
"""Place of each predicate in a block; the empty name stands for all others, which come A to Z."""


@dataclass(frozen=True)
class Formatted:
    """One file and whether its form changes (or would)."""

    path: Path
    changed: bool


def format_text(text: str, shown: str) -> str:
    """Give the stable form of a Turtle text; raises DataError if it is not Turtle."""
    return blocks.write(blocks.parse(text, shown), ORDER)


def format_files(project: Project, paths: Iterable[Path] = (), *, check: bool = False) -> list[Formatted]:
    """Format files, or all of ``graph/`` if none are named; with ``check`` only say which would change.

    All files are read before any is written, so that a fault in one leaves all as they were.
    """
    chosen = list(_files(project, paths))
    texts = {path: path.read_text(encoding="utf-8") for path in chosen}
    formed = {path: format_text(text, project.relative(path)) for path, text in texts.items()}
    result = [Formatted(path, formed[path] != texts[path]) for path in chosen]
    if not check:
        for entry in result:
            if entry.changed:
                entry.path.write_text(formed[entry.path], encoding="utf-8")
    return result


def _files(project: Project, paths: Iterable[Path]) -> Iterable[Path]:
    named = list(paths)
    if not named:
        yield from project.graph_files()
        return
    for path in named:
        if path.is_dir():
            yield from sorted(path.rglob("*.ttl"))
        elif path.is_file():
            yield path
        else:
            raise UsageError(f"{path} does not exist", remedy="Name a Turtle file or a folder.")
