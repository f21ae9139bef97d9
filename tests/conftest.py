"""Fixtures: the real project, and the toy project (its own small graph with the project's model, queries and site)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sites import build_site
from xinpu.derive import derive
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import Dataset, load_strict

ROOT = Path(__file__).parent.parent
TOY = Path(__file__).parent / "toy"


def make_toy(folder: Path) -> Project:
    """Lay out the toy project in a folder: a copy of its graph, links to everything else."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(TOY / "graph", folder / "graph")
    for name in ("ontology", "queries", "site"):
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    return Project(folder)


@pytest.fixture(scope="session")
def real() -> Project:
    """The project of this repository."""
    return Project(ROOT)


@pytest.fixture(scope="session")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The toy project; tests must not change it."""
    return make_toy(tmp_path_factory.mktemp("toy") / "project")


@pytest.fixture(scope="session")
def toy_site(toy: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the toy project's site, built once."""
    return build_site(toy, tmp_path_factory.mktemp("toy-site") / "build")


@pytest.fixture
def fresh_toy(tmp_path: Path) -> Project:
    """A toy project of the test's own, which it may change."""
    return make_toy(tmp_path / "project")


@pytest.fixture(scope="session")
def toy_library(toy: Project) -> Library:
    return Library(toy)


@pytest.fixture(scope="session")
def toy_dataset(toy: Project, toy_library: Library) -> Iterator[Dataset]:
    """The toy graph, loaded and derived once; tests must not change it."""
    dataset = load_strict(toy)
    derive(dataset, toy_library)
    yield dataset
