"""Bad input of every kind: each has its place, token and remedy, and passes once repaired."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from xinpu.checks import Finding, Report, check
from xinpu.errors import UsageError
from xinpu.layout import Project

HERE = Path(__file__).parent
ROOT = HERE.parent
BAD = HERE / "bad"
KINDS = sorted(folder.name for folder in BAD.iterdir() if (folder / "expect.toml").is_file())
FILE = "graph/laid-over.ttl"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project with the real ontology and checks, and the small sound graph of tests/bad/base."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "ontology", root / "ontology")
    for folder in ("checks", "derive"):
        shutil.copytree(ROOT / "queries" / folder, root / "queries" / folder)
    shutil.copytree(BAD / "base", root / "graph")
    (root / "graph" / "expected.toml").write_text("[minimum]\nCompany = 2\n", encoding="utf-8")
    (root / "site").mkdir()
    return Project(root)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def lay_over(project: Project, content: bytes | None) -> None:
    path = project.root / FILE
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)


def expectation(kind: str) -> dict[str, Any]:
    return tomllib.loads((BAD / kind / "expect.toml").read_text(encoding="utf-8"))


def run(project: Project, cache: Path, kind: str, name: str) -> Report:
    content = (BAD / kind / name).read_bytes()
    if name == "bad.ttl" and expectation(kind).get("carriage_return"):
        content = content.replace(b"\n", b"\r\n")
    lay_over(project, content)
    try:
        return check(project, cache=cache)
    finally:
        lay_over(project, None)


def in_graph(report: Report) -> list[Finding]:
    return [entry for entry in report.findings if entry.path.startswith("graph/")]


def test_base_is_sound(project: Project, cache: Path) -> None:
    assert in_graph(check(project, cache=cache)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_bad_input_is_found_and_its_repair_passes(kind: str, project: Project, cache: Path) -> None:
    expected = expectation(kind)
    report = run(project, cache, kind, "bad.ttl")
    text = "\n".join(map(str, report.findings))
    found = [entry for entry in report.findings if entry.rule == expected["rule"]]
    assert found, text
    place = expected.get("path", FILE), expected["line"]
    at_place = [entry for entry in found if (entry.path, entry.line) == place]
    assert at_place, text
    entry = at_place[0]
    assert entry.severity == expected["severity"]
    assert expected.get("message", "") in entry.message
    assert expected.get("remedy", "") in entry.remedy
    assert entry.remedy
    if "value" in expected:
        assert entry.value == expected["value"]
    assert report.fails() or expected["severity"] != "error"
    assert str(entry).startswith(f"{place[0]}:{place[1]}: {expected['severity']}: ")
    repaired = run(project, cache, kind, "good.ttl")
    assert in_graph(repaired) == []


def test_every_check_query_has_a_bad_input() -> None:
    rules = {path.stem for path in (ROOT / "queries" / "checks").glob("*.rq")}
    tested = {expectation(kind)["rule"] for kind in KINDS}
    # no triple can be put into two graphs by a file: tests/test_checks_rules.py puts one there
    assert rules - tested == {"graphs-overlap"}


def test_kept_results_equal_fresh_ones(project: Project, cache: Path, tmp_path: Path) -> None:
    for kind in ("claim-without-source", "misspelt-class", "giant-literal", "duplicate-slug"):
        kept = run(project, cache, kind, "bad.ttl")
        again = run(project, cache, kind, "bad.ttl")
        fresh = run(project, tmp_path / kind, kind, "bad.ttl")
        assert kept.findings == again.findings == fresh.findings


def test_all_files_with_syntax_errors_are_named(project: Project, cache: Path) -> None:
    other = project.root / "graph" / "worse.ttl"
    other.write_bytes(b"\xff\n")
    try:
        report = run(project, cache, "syntax-error", "bad.ttl")
    finally:
        other.unlink()
    assert [entry.path for entry in report.findings if entry.rule == "syntax"] == [FILE, "graph/worse.ttl"]
    assert report.skipped


def test_only_wanted_paths_are_reported(project: Project, cache: Path) -> None:
    lay_over(project, (BAD / "misspelt-class" / "bad.ttl").read_bytes())
    try:
        assert not check(project, paths=[Path("graph/base.ttl")], cache=cache).findings
        assert check(project, paths=[project.root / FILE], cache=cache).fails()
        assert check(project, paths=[Path("graph")], cache=cache).fails()
        with pytest.raises(UsageError):
            check(project, paths=[Path("graph/none.ttl")], cache=cache)
    finally:
        lay_over(project, None)


def test_loss_of_data_is_an_error(project: Project, cache: Path) -> None:
    path = project.root / "graph" / "expected.toml"
    before = path.read_text(encoding="utf-8")
    try:
        path.write_text("[minimum]\nCompany = 2\nChip = 2\nChipp = 1\n", encoding="utf-8")
        found = in_graph(check(project, cache=cache))
        assert [(entry.line, entry.rule, entry.value) for entry in found] == [
            (3, "expected-count", "Chip"),
            (4, "expected-count", "Chipp"),
        ]
        assert "has 1 of xp:Chip, and at least 2" in found[0].message
        assert "Did you mean xp:Chip?" in found[1].remedy
        path.write_text("[minimum\n", encoding="utf-8")
        assert "not TOML" in in_graph(check(project, cache=cache))[0].message
    finally:
        path.write_text(before, encoding="utf-8")


def test_a_query_with_an_undeclared_term_is_found(project: Project, cache: Path) -> None:
    path = project.root / "queries" / "checks" / "zz.rq"
    path.write_text(
        "#+ summary: What?\n#+ severity: error\n#+ stage: curated\n#+ remedy: Mend it.\n#+ columns:\n#+   node: N\n"
        "#+   message: M\nPREFIX xp: <https://w3id.org/xinpu/ontology#>\nSELECT ?node ?message WHERE {\n"
        '  # xp:Nothing\n  ?node xp:fouded "xp:alsoNothing" .\n  BIND("" AS ?message)\n}\n',
        encoding="utf-8",
    )
    try:
        found = [entry for entry in check(project, cache=cache).findings if entry.path.endswith("zz.rq")]
        assert [(entry.line, entry.value) for entry in found] == [(11, "xp:fouded")]
        path.write_text("#+ summary: What?\nSELECT", encoding="utf-8")
        assert [entry.rule for entry in check(project, cache=cache).findings if entry.path.endswith("zz.rq")] == [
            "check-query"
        ]
    finally:
        path.unlink()
