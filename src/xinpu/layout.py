"""Where a project's files are, and the names that all of them share.

It knows folders and namespaces; it reads no content.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xinpu.errors import UsageError

FOLDERS: Final = ("ontology", "graph", "queries", "site")

ONTOLOGY_IRI: Final = "https://w3id.org/xinpu/ontology"
ID: Final = "https://w3id.org/xinpu/id/"
XP: Final = "https://w3id.org/xinpu/ontology#"

NAMESPACES: Final[dict[str, str]] = {
    "dcterms": "http://purl.org/dc/terms/",
    "id": ID,
    "org": "http://www.w3.org/ns/org#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "time": "http://www.w3.org/2006/time#",
    "unit": "http://qudt.org/vocab/unit/",
    "vann": "http://purl.org/vocab/vann/",
    "xp": XP,
    "xps": "https://w3id.org/xinpu/shapes#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefix to namespace: the only prefixes that project files, queries and exports use."""

GRAPH_ONTOLOGY: Final = "https://w3id.org/xinpu/graph/ontology"
GRAPH_CURATED: Final = "https://w3id.org/xinpu/graph/curated"
GRAPH_DERIVED: Final = "https://w3id.org/xinpu/graph/derived"

LANGUAGES: Final = ("en", "zh", "fr")
"""Languages of the interface, the first one at the root of the site."""

CONTENT_LANGUAGE: Final[dict[str, str]] = {"en": "en", "zh": "zh-Hans", "fr": "fr"}
"""Language tag that literals in the graph use for each language of the interface."""


@dataclass(frozen=True)
class Project:
    """A folder with ``ontology/``, ``graph/``, ``queries/`` and ``site/``."""

    root: Path

    @property
    def ontology(self) -> Path:
        """Folder of the vocabulary, schemes, shapes and alignments."""
        return self.root / "ontology"

    @property
    def graph(self) -> Path:
        """Folder of the curated Turtle."""
        return self.root / "graph"

    @property
    def queries(self) -> Path:
        """Folder of the query library, the derive rules and the checks."""
        return self.root / "queries"

    @property
    def site(self) -> Path:
        """Folder of the site's source: route table, templates, static files, catalogues."""
        return self.root / "site"

    @property
    def shapes(self) -> Path:
        """The SHACL file."""
        return self.ontology / "shapes.ttl"

    def ontology_files(self) -> list[Path]:
        """Turtle files that go into the ontology graph: all of ``ontology/`` but the shapes."""
        return [path for path in _turtle(self.ontology) if path != self.shapes]

    def graph_files(self) -> list[Path]:
        """Turtle files of ``graph/``, sorted by path."""
        return list(_turtle(self.graph))

    def relative(self, path: Path) -> str:
        """Give a path as users see it: relative to the project where it lies inside, with forward slashes."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return path.as_posix()


def _turtle(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.rglob("*.ttl")))


def is_project(folder: Path) -> bool:
    """Tell whether a folder has the four folders of a project."""
    return all((folder / name).is_dir() for name in FOLDERS)


def bundled_project() -> Path | None:
    """Find the project inside the installed package or, for an editable install, the checkout around it."""
    package = Path(__file__).resolve().parent
    for folder in (package / "project", package.parent.parent):
        if is_project(folder):
            return folder
    return None


def find_project(chosen: Path | None = None) -> Project:
    """Open the chosen folder, else the current one if it is a project, else the bundled one.

    Raises UsageError if the chosen folder is no project or none is found.
    """
    if chosen is not None:
        missing = [name for name in FOLDERS if not (chosen / name).is_dir()]
        if missing:
            raise UsageError(
                f"{chosen} is not a project: it has no folder {', '.join(missing)}",
                remedy="Name a folder that holds ontology, graph, queries and site.",
            )
        return Project(chosen)
    here = Path()
    if is_project(here):
        return Project(here)
    bundled = bundled_project()
    if bundled is None:
        raise UsageError("no project here and none in the package", remedy="Name one with --project DIR.")
    return Project(bundled)
