"""The commands as a user runs them: output, exit status, one clear line on errors, never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xinpu import __version__
from xinpu.cli import COMMANDS, run
from xinpu.layout import Project

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def xinpu(*arguments: str, text: str | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [sys.executable, "-m", "xinpu", *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment,
    )


def test_version() -> None:
    assert xinpu("--version").stdout == f"xinpu {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command.name))
def test_every_command_has_help(command: object, capsys: pytest.CaptureFixture[str]) -> None:
    name = str(command.name)  # type: ignore[attr-defined]
    assert run([name, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "Usage: xinpu" in shown
    assert f"{name}" in README or name in ("stats", "queries"), "README does not name the command"


def test_query_as_csv_gives_shares_with_everything_to_cite(real: Project) -> None:
    done = xinpu("--project", str(real.root), "query", "market/shares", "--format", "csv")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    cloud = {
        (row["company"].rpartition("/")[2], row["share_percent"], row["bound"].rpartition("#")[2])
        for row in rows
        if row["period"].endswith("/2025-h1") and row["estimator"].endswith("/frost-and-sullivan")
    }
    assert {("baidu", "40.4", ""), ("huawei", "30.1", ""), ("baidu-and-huawei", "70", "MoreThan")} <= cloud
    assert {"market", "source", "claim", "bound", "status", "basis", "confidence"} <= set(rows[0])


def test_chip_to_cloud_providers_are_derived(real: Project) -> None:
    done = xinpu("--project", str(real.root), "query", "companies/full-stack-providers")
    lines = done.stdout.splitlines()
    assert any("Baidu" in line and "Kunlunxin" in line and "Baige" in line for line in lines)
    assert any("Huawei" in line and "HiSilicon" in line and "ModelArts" in line for line in lines)


def test_show_tells_what_the_seed_report_says(real: Project) -> None:
    done = xinpu("--project", str(real.root), "show", "kunlunxin")
    assert done.returncode == 0, done.stderr
    for words in ("parent organisation: Baidu", "founded: 2012", "≠ June 2021", "just under 70,000", "69,000"):
        assert words in done.stdout
    for words in ("mixture-of-experts", "multimodal", "filed"):
        assert words in done.stdout


def test_show_finds_names_in_any_language_and_suggests(toy: Project) -> None:
    assert xinpu("--project", str(toy.root), "show", "百度").stdout.startswith("Baidu")
    done = xinpu("--project", str(toy.root), "show", "kunlunxn")
    assert done.returncode == 2
    assert "Did you mean" in done.stderr
    assert "kunlunxin" in done.stderr


def test_a_query_from_a_file_and_from_standard_input(toy: Project, tmp_path: Path) -> None:
    text = "PREFIX xp: <https://w3id.org/xinpu/ontology#> SELECT (COUNT(?c) AS ?n) WHERE { ?c a xp:Company }"
    file = tmp_path / "count.rq"
    file.write_text(text, encoding="utf-8")
    first = xinpu("--project", str(toy.root), "query", str(file), "--format", "json")
    second = xinpu("--project", str(toy.root), "query", "-", "--format", "json", text=text)
    assert first.stdout == second.stdout
    assert json.loads(first.stdout)["head"]["vars"] == ["n"]


def test_other_forms_of_query(toy: Project) -> None:
    ask = xinpu("--project", str(toy.root), "query", "-", "--format", "json", text="ASK { ?s ?p ?o }")
    assert json.loads(ask.stdout)["boolean"] is True
    construct = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } ORDER BY ?s LIMIT 1"
    assert xinpu("--project", str(toy.root), "query", "-", text=construct).stdout.strip().endswith(".")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("query", "companies/al"), 2, "Did you mean companies/all"),
        (("query", "companies/all", "-p", "x=y"), 2, "no parameter"),
        (("query", "companies/owners", "-p", "company=} DROP"), 2, "not the name of a company"),
        (("query", "companies/all", "--format", "turtle"), 2, "cannot hold"),
        (("query", "companies/all", "-p", "x"), 2, "NAME=VALUE"),
        (("export", "parquett"), 2, "Did you mean parquet"),
        (("build", "--languages", "de"), 2, "none of en, zh, fr"),
        (("build", "--base-url", "javascript:alert(1)"), 2, "https://"),
        (("check", "no/such/file.ttl"), 2, "there is no"),
        (("queries", "--tag", "nosuch"), 2, "Tags are"),
        (("nosuch",), 2, "No such command"),
        (("new", "nosuch"), 2, "no kind"),
    ],
)
def test_wrong_use_gives_one_clear_line(toy: Project, arguments: tuple[str, ...], status: int, words: str) -> None:
    done = xinpu("--project", str(toy.root), *arguments)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not done.stdout


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    done = xinpu("--project", str(tmp_path), "stats")
    assert done.returncode == 2
    assert "is not a project" in done.stderr


def test_a_syntax_error_stops_a_query_with_file_and_line(fresh_toy: Project) -> None:
    (fresh_toy.graph / "broken.ttl").write_text("id:a a xp:Company .\n", encoding="utf-8")
    done = xinpu("--project", str(fresh_toy.root), "query", "companies/all")
    assert done.returncode == 1
    assert done.stderr.startswith('xinpu: graph/broken.ttl:1: prefix "id" is not declared')


def test_debug_shows_the_traceback(toy: Project) -> None:
    assert "Traceback" in xinpu("--debug", "--project", str(toy.root), "query", "nosuch/query").stderr


def test_a_time_limit_holds(toy: Project) -> None:
    text = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    done = xinpu("--project", str(toy.root), "query", "-", "--timeout", "1", text=text)
    assert done.returncode == 1
    assert "longer than 1" in done.stderr


def test_a_broken_pipe_is_silent(toy: Project) -> None:
    command = f"{sys.executable} -m xinpu --project {toy.root} query claims/recent --format csv | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_piped_tables_are_not_cut_and_not_coloured(toy: Project) -> None:
    done = xinpu("--project", str(toy.root), "query", "claims/recent")
    assert "\x1b" not in done.stdout
    assert "…" not in done.stdout.splitlines()[0]


def test_check_and_fmt_by_exit_status(fresh_toy: Project) -> None:
    path = sorted(fresh_toy.graph.glob("*.ttl"))[0]
    path.write_text(path.read_text(encoding="utf-8").replace("xp:status", "xp:statuss", 1), encoding="utf-8")
    done = xinpu("--project", str(fresh_toy.root), "check", "--no-cache")
    assert done.returncode == 1
    assert "xp:statuss" in done.stdout
    assert "xp:status" in done.stdout.split("xp:statuss")[1]
    sarif = xinpu("--project", str(fresh_toy.root), "check", "--no-cache", "--format", "sarif")
    assert json.loads(sarif.stdout)["version"] == "2.1.0"


def test_export_writes_what_was_asked_for(toy: Project, tmp_path: Path) -> None:
    done = xinpu("--project", str(toy.root), "export", "turtle", "graphml", "--out", str(tmp_path / "data"))
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) >= 2
    assert all(
        (Path(line.split("\t")[0])).stat().st_size == int(line.split("\t")[1]) for line in done.stdout.splitlines()
    )
