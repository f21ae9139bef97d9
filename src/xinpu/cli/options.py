"""What several commands share: opening the project, loading and deriving it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from xinpu.endpoint import Endpoint
    from xinpu.layout import Project
    from xinpu.queries import Library
    from xinpu.store import Dataset


def project_of(context: click.Context) -> Project:
    """Open the project that the global option names."""
    from xinpu.layout import find_project

    chosen = context.find_root().obj
    return find_project(chosen if isinstance(chosen, Path) else None)


def derived(project: Project) -> tuple[Dataset, Library]:
    """Load a project and derive; raises the first problem of its files."""
    from xinpu.derive import derive
    from xinpu.queries import Library
    from xinpu.store import load_strict

    dataset = load_strict(project)
    library = Library(project)
    derive(dataset, library)
    return dataset, library


def endpoint_of(url: str, timeout: float | None = None) -> Endpoint:
    """Open a SPARQL server by its address."""
    from xinpu.endpoint import Endpoint

    return Endpoint(url) if timeout is None else Endpoint(url, timeout=timeout)
