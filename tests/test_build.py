"""The build leaves the previous or the new output whole, whatever happens, and the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from xinpu.build import CheckFailedError, build, refuse_foreign, staging, switch
from xinpu.errors import BuildError
from xinpu.layout import Project

KILLS = int(os.environ.get("XINPU_KILLS", "5"))


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        if path.is_file():
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def command(project: Project, out: Path, *more: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "xinpu",
        "--project",
        str(project.root),
        "build",
        "--out",
        str(out),
        "--jobs",
        "2",
        *more,
    ]


@pytest.fixture(scope="module")
def built(toy: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of the toy project in a process of its own."""
    out = tmp_path_factory.mktemp("built") / "build"
    subprocess.run(command(toy, out), check=True, capture_output=True)
    return out


def test_site_and_exports_are_there(built: Path) -> None:
    assert sorted(path.name for path in built.iterdir()) == ["exports", "site"]
    for language in ("", "zh/", "fr/"):
        assert (built / "site" / f"{language}index.html").is_file()
    assert not list(built.parent.glob(".*"))


def test_the_same_input_gives_the_same_bytes(built: Path, toy: Project, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    second = tmp_path / "elsewhere" / "build"
    subprocess.run(command(toy, second, "--no-cache"), check=True, capture_output=True, env=environment, cwd=tmp_path)
    assert digest(second) == digest(built)


def test_a_killed_build_leaves_the_old_or_the_new_output(fresh_toy: Project, tmp_path: Path) -> None:
    """Kill at random moments of a build of a changed graph: the output is the one from before or the one after."""
    out = tmp_path / "build"
    one_language = ("--languages", "en")
    start = time.perf_counter()
    subprocess.run(command(fresh_toy, out, *one_language), check=True, capture_output=True)
    seconds = time.perf_counter() - start
    before = digest(out)
    path = fresh_toy.graph / "entities.ttl"
    text = path.read_text(encoding="utf-8")
    changed = text.replace('"Baidu"@en', '"Baidu, renamed"@en', 1)
    assert changed != text
    path.write_text(changed, encoding="utf-8")
    other = tmp_path / "other" / "build"
    subprocess.run(command(fresh_toy, other, *one_language), check=True, capture_output=True)
    after = digest(other)
    assert before != after
    dice = random.Random(KILLS)  # noqa: S311
    for _ in range(KILLS):
        process = subprocess.Popen(
            command(fresh_toy, out, *one_language),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(dice.uniform(0.1, seconds * 1.1))
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert digest(out) in (before, after)
    subprocess.run(command(fresh_toy, out, *one_language), check=True, capture_output=True)
    assert digest(out) == after
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".build")] == []


def test_errors_of_the_checks_leave_the_output(fresh_toy: Project, tmp_path: Path) -> None:
    out = tmp_path / "build"
    (out / "site").mkdir(parents=True)
    (out / "site" / "index.html").write_text("old", encoding="utf-8")
    (fresh_toy.graph / "bad.ttl").write_text("nonsense", encoding="utf-8")
    with pytest.raises(CheckFailedError) as caught:
        build(fresh_toy, out)
    assert caught.value.report.findings[0].path == "graph/bad.ttl"
    assert (out / "site" / "index.html").read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["build", "project"]


def test_a_full_disk_is_one_line_and_leaves_the_output(
    fresh_toy: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno

    from xinpu import exports

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "exports/xinpu.ttl")

    out = tmp_path / "build"
    (out / "site").mkdir(parents=True)
    monkeypatch.setattr(exports, "write", full)
    with pytest.raises(BuildError, match="no space left on device") as caught:
        build(fresh_toy, out)
    assert "as it was" in str(caught.value)
    assert (out / "site").is_dir()


def test_folders_with_other_things_are_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("mine", encoding="utf-8")
    with pytest.raises(BuildError, match=r"holds thesis\.doc"):
        refuse_foreign(tmp_path)
    with pytest.raises(BuildError, match="not a folder"):
        refuse_foreign(tmp_path / "thesis.doc")


def test_one_build_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "build"
    other = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / f".build.next-{other.pid}").mkdir()
        with pytest.raises(BuildError, match="another build"), staging(out):
            raise AssertionError("not reached")
    finally:
        other.kill()
        other.wait()
    with staging(out) as fresh:
        assert [path.name for path in tmp_path.iterdir()] == [fresh.name]


@pytest.mark.parametrize("atomic", [True, False])
def test_switch_puts_the_new_in_place_of_the_old(tmp_path: Path, atomic: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not atomic:
        monkeypatch.setattr("xinpu.build._exchange", lambda _one, _other: False)
    out, fresh = tmp_path / "build", tmp_path / "fresh"
    for folder, text in ((out, "old"), (fresh, "new")):
        (folder / "site").mkdir(parents=True)
        (folder / "site" / "a").write_text(text, encoding="utf-8")
    switch(fresh, out)
    assert (out / "site" / "a").read_text(encoding="utf-8") == "new"
