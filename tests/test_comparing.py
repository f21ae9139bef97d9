from __future__ import annotations

import pytest

from curate_books import GRAPH, make_project
from xinpu.curate.comparing import compare, summary
from xinpu.errors import UsageError


def two(tmp_path, change):
    old, new = make_project(tmp_path / "old"), make_project(tmp_path / "new")
    (new.graph / "books.ttl").write_text(change(GRAPH), encoding="utf-8")
    return compare(old.graph, new.graph)


def test_equal_folders_have_no_changes(tmp_path):
    assert two(tmp_path, lambda text: text) == []


def test_a_value_that_changed(tmp_path):
    (change,) = two(tmp_path, lambda text: text.replace("474", "475"))
    assert list(change.lines()) == [
        "changed: id:emma-pages-1 (xp:Count)",
        "  - xp:value 474",
        "  + xp:value 475",
    ]


def test_a_renamed_block(tmp_path):
    (change,) = two(tmp_path, lambda text: text.replace("emma-pages-1", "emma-pages-9"))
    assert list(change.lines()) == ["renamed: id:emma-pages-1 -> id:emma-pages-9 (xp:Count)"]


def test_added_and_removed(tmp_path):
    changes = two(tmp_path, lambda text: text.replace("id:emma a", "id:emmy a").replace('"Emma"', '"Emmy"'))
    assert summary(changes) == {"added": 1, "removed": 1, "renamed": 0, "changed": 0}


def test_order_and_file_say_nothing(tmp_path):
    old, new = make_project(tmp_path / "old"), make_project(tmp_path / "new")
    (new.graph / "books.ttl").rename(new.graph / "elsewhere.ttl")
    assert compare(old.graph, new.graph) == []
    assert compare(old.graph / "books.ttl", new.graph / "elsewhere.ttl") == []


def test_a_missing_path_is_named(tmp_path):
    with pytest.raises(UsageError, match="does not exist"):
        compare(tmp_path / "none", tmp_path)
