"""Prints what a build takes, stage by stage, on synthetic projects: `python benchmarks/stages.py [TRIPLES …]`.

For each size: seconds a stage, triples a second, peak memory, and how often the output could have been copied in the
time. Each build runs in a process of its own, cold: without kept results of earlier checks.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generate import HERE, make, write

SIZES = (10_000, 100_000)
STAGES = ("load", "check", "derive", "query", "site", "exports", "switch")


def measure(project: Path, out: Path, jobs: int) -> dict[str, float]:
    """Build once in this process; give seconds by stage, triples, pages, bytes and peak memory in MB."""
    from xinpu.build import build
    from xinpu.derive import derive
    from xinpu.layout import Project
    from xinpu.queries import Library
    from xinpu.store import load_strict

    begun = time.perf_counter()
    report = build(Project(project), out, jobs=jobs)
    whole = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # the rules run inside the checks; timed once more by themselves
    dataset = load_strict(Project(project))
    begun = time.perf_counter()
    derive(dataset, Library(Project(project)))
    rules = time.perf_counter() - begun
    seconds = report.seconds | {"derive": rules, "check": report.seconds["check"] - rules, "whole": whole}
    begun = time.perf_counter()
    shutil.copytree(out, out.with_name("copy"))
    counts = {"copy": time.perf_counter() - begun, "memory": max(peak, children) / 1024}
    return {name: float(value) for name, value in report.counts.items()} | counts | seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("triples", nargs="*", type=int, default=list(SIZES), help="curated triples, about")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=1800, help="seconds a build may take (default 1800)")
    parser.add_argument("--one", type=Path, nargs=2, metavar=("PROJECT", "OUT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.one[0], given.one[1], given.jobs)))
        return
    for size in given.triples:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "project"
            write(make(size), project, HERE)
            command = [sys.executable, __file__, "--jobs", str(given.jobs), "--one", str(project), f"{folder}/out"]
            answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=given.limit)
        show(size, json.loads(answer.stdout.splitlines()[-1]))


def show(size: int, found: dict[str, float]) -> None:
    triples = found["triples"]
    print(f"{size} curated triples asked for, {triples:.0f} with ontology and derived ones")
    print(f"  {'stage':<10}{'seconds':>9}{'triples a second':>19}")
    for stage in (*STAGES, "whole"):
        rate = f"{triples / found[stage]:,.0f}" if found[stage] > 0.005 else "-"
        print(f"  {stage:<10}{found[stage]:>9.2f}{rate:>19}")
    site = f"{found['pages']:.0f} pages, {found['site bytes'] / 1e6:.0f} MB of site"
    print(f"  {site}, peak memory {found['memory']:.0f} MB")
    ratio = found["whole"] / found["copy"]
    print(f"  copying the output takes {found['copy']:.2f} s; the build takes {ratio:.0f} times as long")


if __name__ == "__main__":
    main()
