"""Exports: the graph and the library's tables in the formats that other tools read.

A format is a function in a registry; it reads a ``Bundle`` and yields the files it wrote. None knows the domain.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from xinpu.errors import UsageError
from xinpu.exports import (
    catalogue,
    csvw,
    cypher,
    drawings,
    jsonld,
    parquet,
    rdf,
    sheets,
    spex,
    sqlite,
    terms_of_use,
)
from xinpu.exports.base import Bundle, ExportFile, Format, Written
from xinpu.exports.entities import entity_files, whole
from xinpu.layout import Project
from xinpu.queries import Library, Table
from xinpu.store import Dataset

__all__ = ["FORMATS", "ExportFile", "entity_files", "whole", "write"]

FORMATS: Final[dict[str, Format]] = {
    "turtle": rdf.turtle,
    "ntriples": rdf.ntriples,
    "nquads": rdf.nquads,
    "trig": rdf.trig,
    "jsonld": jsonld.jsonld,
    "rdfxml": rdf.rdfxml,
    "rdf12": rdf.rdf12,
    "csv": csvw.csv_files,
    "xlsx": sheets.xlsx,
    "parquet": parquet.parquet,
    "sqlite": sqlite.sqlite,
    "graphml": drawings.graphml,
    "gexf": drawings.gexf,
    "cytoscape": drawings.cytoscape,
    "neo4j": cypher.neo4j,
    "spex": spex.spex,
    "licence": terms_of_use.licence,
    "citation": terms_of_use.citation,
    "dcat": catalogue.dcat,
    "void": catalogue.void,
    "sums": terms_of_use.sums,
}
"""Name -> function, in the order of writing: what describes other files comes after them."""


def write(
    project: Project,
    dataset: Dataset,
    library: Library,
    tables: Mapping[str, Table],
    out: Path,
    *,
    formats: Iterable[str] | None = None,
    base_url: str | None = None,
) -> list[ExportFile]:
    """Write all formats, or those named, into a folder; give the files in the order written.

    ``tables`` holds rows of library queries that were run before; the missing ones are run with their example
    parameters. Raises UsageError for a format that does not exist, before anything is written.
    """
    chosen = check_formats(formats)
    bundle = Bundle(project, dataset, library, out, tables, base_url)
    for name in chosen:
        bundle.files.extend([_record(out, name, entry) for entry in FORMATS[name](bundle)])
    return bundle.files


def check_formats(formats: Iterable[str] | None) -> list[str]:
    """Give the names asked for, once each, in the order of writing; raises UsageError for an unknown one."""
    if formats is None:
        return list(FORMATS)
    asked = list(dict.fromkeys(formats))
    for name in asked:
        if name not in FORMATS:
            close = difflib.get_close_matches(name, list(FORMATS), n=2, cutoff=0.5)
            hint = f"Did you mean {' or '.join(close)}?" if close else f"There are {', '.join(FORMATS)}."
            raise UsageError(f"there is no export format {name!r}", remedy=hint)
    return [name for name in FORMATS if name in asked]


def _record(out: Path, name: str, entry: Written) -> ExportFile:
    target = out / entry.path
    with target.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    size = target.stat().st_size
    return ExportFile(name, entry.path, entry.title, entry.media_type, size, digest, entry.rows, entry.query)
