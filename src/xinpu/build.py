"""The build: check, derive, query, site, exports, and putting the new output in the place of the old one as one.

The new output grows in a folder beside ``build/``; the two are exchanged in one step at the end (``renameat2`` with
RENAME_EXCHANGE on Linux, ``renamex_np`` with RENAME_SWAP on macOS; elsewhere two renames). Whatever happens before
that leaves the old output untouched.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xinpu import exports, site
from xinpu.checks import Report, check
from xinpu.errors import BuildError, XinpuError
from xinpu.layout import LANGUAGES, Project
from xinpu.queries import Library, Table, run
from xinpu.store import Dataset, Source, load

OUTPUTS: Final = ("site", "exports")
"""What a build puts into its folder, and nothing else."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, what is done and what there is (0 where unknown)."""


@dataclass
class BuildReport:
    """What a build did: seconds by stage, counts, and the findings of the checks."""

    out: Path
    seconds: dict[str, float] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    checks: Report | None = None


class CheckFailedError(BuildError):
    """The checks found errors; the report says which."""

    def __init__(self, report: Report, out: Path) -> None:
        self.report = report
        super().__init__(
            f"the graph has {report.count('error')} errors and {report.count('warning')} warnings, nothing was built",
            remedy=f"Mend them; {out} is as it was.",
        )


def build(
    project: Project,
    out: Path,
    *,
    base_url: str = "",
    languages: Sequence[str] = LANGUAGES,
    jobs: int = 1,
    endpoint: Source | None = None,
    strict: bool = False,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Build site and exports into ``out``; at any moment ``out`` holds the previous or the new output whole.

    ``endpoint`` answers the library's queries instead of the store in memory. ``strict`` makes warnings errors.
    Raises CheckFailedError, BuildError (disk full, foreign files in ``out``) or the error of a stage.
    """
    tell = progress or (lambda _stage, _done, _all: None)
    report = BuildReport(out)
    refuse_foreign(out)

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        tell(name, 0, 0)
        start = time.perf_counter()
        yield
        report.seconds[name] = time.perf_counter() - start

    with staging(out) as fresh:
        with stage("load"):
            dataset, problems = load(project)
            library = Library(project)
        with stage("check"):
            report.checks = check(project, library=library, dataset=dataset, problems=problems, cache=cache)
            if report.checks.fails(strict=strict):
                raise CheckFailedError(report.checks, out)
        with stage("query"):
            tables = run_all(library, endpoint or dataset, tell)
        with stage("exports"):
            files = exports.write(project, dataset, library, tables, fresh / "exports", base_url=base_url or None)
        with stage("site"):
            made = site.build(
                project,
                dataset,
                library,
                tables,
                fresh / "site",
                base_url=base_url,
                languages=languages,
                jobs=jobs,
                findings=report.checks.findings,
                downloads=files,
                progress=lambda done, total: tell("site", done, total),
            )
        with stage("switch"):
            link_tree(fresh / "exports", fresh / "site" / "exports")
            switch(fresh, out)
    report.counts = {
        "triples": len(dataset.store),
        "queries": len(tables),
        "pages": made.pages,
        "site files": made.files,
        "site bytes": made.size,
        "exports": len(files),
    }
    return report


def run_all(library: Library, source: Source | Dataset, tell: Progress) -> dict[str, Table]:
    """Run every library query once, with its example parameters."""
    names = library.names()
    tables: dict[str, Table] = {}
    for done, name in enumerate(names):
        tell("query", done, len(names))
        tables[name] = run(library.get(name), source)
    return tables


def link_tree(source: Path, target: Path) -> None:
    """Put the files of a folder into another too, so that the site alone can be published; by links if possible."""

    def link(one: str, other: str) -> None:
        try:
            os.link(one, other)
        except OSError:
            shutil.copy2(one, other)

    shutil.copytree(source, target, copy_function=link)


def refuse_foreign(out: Path) -> None:
    """Raise BuildError if the folder holds anything that no build put there."""
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise BuildError(f"{out} is not a folder", remedy="Name another with --out.")
    if out.is_dir():
        foreign = sorted(path.name for path in out.iterdir() if path.name not in OUTPUTS)
        if foreign:
            raise BuildError(
                f"{out} holds {foreign[0]}, which no build made", remedy="Name an empty or new folder with --out."
            )


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """Give an empty folder beside the output, and remove it at the end; only one build may run for an output.

    Folders left by builds that were killed are removed at the start.
    """
    parent = out.resolve().parent
    prefix = f".{out.name}.next-"
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for left in parent.glob(prefix + "*"):
            if not _alive(left.name.removeprefix(prefix)):
                shutil.rmtree(left, ignore_errors=True)
            else:
                raise BuildError(
                    f"another build of {out} is running (process {left.name.removeprefix(prefix)})",
                    remedy="Wait for it to end.",
                )
        fresh = parent / f"{prefix}{os.getpid()}"
        fresh.mkdir()
    except OSError as error:
        raise _disk_error(error, out) from None
    try:
        yield fresh
    except OSError as error:
        raise _disk_error(error, out) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _disk_error(error: OSError, out: Path) -> BuildError:
    where = f": {error.filename}" if error.filename else ""
    return BuildError(
        f"cannot write the output, {(error.strerror or str(error)).lower()}{where}",
        remedy=f"Make room or choose another folder with --out; {out} is as it was.",
    )


def _alive(process: str) -> bool:
    if not process.isdigit() or int(process) == os.getpid():
        return False
    try:
        os.kill(int(process), 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True


def switch(fresh: Path, out: Path) -> None:
    """Put a finished folder in the place of the output, in one step where the system has one."""
    out = out.resolve()
    if not out.exists():
        with suppress(OSError):
            fresh.rename(out)
            return
    if _exchange(fresh, out):
        return
    old = fresh.with_name(fresh.name + "-old")
    out.rename(old)
    try:
        fresh.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders atomically; tell whether the system could."""
    at_cwd, flag = (-100, 2) if sys.platform == "linux" else (-2, 2)
    names = (os.fsencode(one), os.fsencode(other))
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "linux":
            return bool(libc.renameat2(at_cwd, names[0], at_cwd, names[1], flag) == 0)
        if sys.platform == "darwin":
            return bool(libc.renamex_np(*names, flag) == 0)
    except (OSError, AttributeError, TypeError):
        return False
    return False


def failed(error: XinpuError) -> Report | None:
    """Give the report behind a failed build, if the checks stopped it."""
    return error.report if isinstance(error, CheckFailedError) else None
