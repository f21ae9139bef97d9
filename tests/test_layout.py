from __future__ import annotations

from pathlib import Path

import pytest

from xinpu.errors import UsageError
from xinpu.layout import FOLDERS, NAMESPACES, Project, bundled_project, find_project, is_project


def test_the_chosen_folder_must_have_all_four_folders(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    with pytest.raises(UsageError, match="no folder ontology, queries, site"):
        find_project(tmp_path)
    for name in FOLDERS:
        (tmp_path / name).mkdir(exist_ok=True)
    assert find_project(tmp_path).root == tmp_path


def test_the_current_folder_is_taken_if_it_is_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    fallback = bundled_project()
    assert fallback is not None
    assert is_project(fallback)
    assert find_project().root == fallback
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    assert find_project().root.resolve() == tmp_path.resolve()


def test_paths_are_shown_relative_to_the_project(tmp_path: Path) -> None:
    project = Project(tmp_path)
    assert project.relative(tmp_path / "graph" / "a.ttl") == "graph/a.ttl"
    assert project.relative(Path("/elsewhere/a.ttl")) == "/elsewhere/a.ttl"


def test_shapes_are_not_part_of_the_ontology_graph(real: Project) -> None:
    assert real.shapes.is_file()
    assert real.shapes not in real.ontology_files()


def test_no_two_prefixes_share_a_namespace() -> None:
    assert len(set(NAMESPACES.values())) == len(NAMESPACES)
