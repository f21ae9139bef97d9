"""The index of names as a script, and the browser library that the site copies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xinpu.errors import ModelError
from xinpu.layout import Project
from xinpu.search import Entry, copy_library, index_script, libraries


def test_index_is_one_statement_that_cannot_end_a_script() -> None:
    entry = Entry("chip/a/index.html", 0, {"en": "</script>\u2028", "zh": "昆仑芯"}, ("6082",), 3)
    text = index_script([entry], [{"en": "Chips", "zh": "芯片"}], ("en", "zh"))
    assert "</script>" not in text
    assert "\u2028" not in text
    data = json.loads(text.removeprefix("window.xinpuNames=").removesuffix(";\n"))
    assert data["rows"] == [["chip/a/index.html", 0, 3, ["</script>\u2028", "昆仑芯"], ["6082"]]]
    assert data["kinds"] == [["Chips", "芯片"]]


def site(folder: Path, package: object) -> Project:
    (folder / "site").mkdir()
    (folder / "site" / "package.json").write_text(json.dumps(package), encoding="utf-8")
    return Project(folder)


def test_missing_library_says_what_to_run(tmp_path: Path) -> None:
    project = site(tmp_path, {"xinpu": {"m.js": "m/index.js"}})
    with pytest.raises(ModelError, match=r"site/node_modules/m/index\.js is not there. Run: make libraries"):
        copy_library(project, tmp_path)


def test_library_is_copied(tmp_path: Path) -> None:
    project = site(tmp_path, {"xinpu": {"m.js": "m/index.js"}})
    source = tmp_path / "site" / "node_modules" / "m" / "index.js"
    source.parent.mkdir(parents=True)
    source.write_text("1;")
    assert copy_library(project, tmp_path) == ["m.js"]
    assert (tmp_path / "m.js").read_text() == "1;"


@pytest.mark.parametrize("entry", [{"../m.js": "m.js"}, {"m.js": "../../m.js"}, {"m.js": "/etc/passwd"}])
def test_declared_files_stay_in_their_folder(tmp_path: Path, entry: dict[str, str]) -> None:
    with pytest.raises(ModelError, match="leaves its folder"):
        libraries(site(tmp_path, {"xinpu": entry}))


def test_real_lock_names_no_address(real: Project) -> None:
    lock = (real.site / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in lock
    assert set(libraries(real)) == {"minisearch.js"}
