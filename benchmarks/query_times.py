"""Prints the time of each library query on a project: `python benchmarks/query_times.py [--project DIR]`.

Each query runs once with its example parameters in a process of its own, so that one that never ends costs no more
than the limit. The last line names the ones that took longest.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from pathlib import Path

from xinpu.derive import derive
from xinpu.layout import find_project
from xinpu.queries import Library, run
from xinpu.store import Dataset, load_strict


def answer(
    dataset: Dataset, library: Library, name: str, results: multiprocessing.SimpleQueue[tuple[int, float]]
) -> None:
    begun = time.perf_counter()
    table = run(library.get(name), dataset)
    results.put((len(table.rows), time.perf_counter() - begun))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--project", type=Path, default=None)
    parser.add_argument("--limit", type=float, default=30, help="seconds a query may take (default 30)")
    given = parser.parse_args()
    project = find_project(given.project)
    dataset, library = load_strict(project), Library(project)
    derive(dataset, library)
    print(f"{len(dataset.store)} triples, {len(library.names())} queries")
    print(f"{'query':<34}{'rows':>8}{'seconds':>10}")
    fork = multiprocessing.get_context("fork")
    times: dict[str, float] = {}
    for name in library.names():
        results = fork.SimpleQueue()
        process = fork.Process(target=answer, args=(dataset, library, name, results))
        process.start()
        process.join(given.limit)
        if process.is_alive():
            process.kill()
            process.join()
            times[name] = float("inf")
            print(f"{name:<34}{'-':>8}{f'>{given.limit:g}':>10}", flush=True)
        elif process.exitcode:
            raise SystemExit(f"{name} failed")
        else:
            rows, times[name] = results.get()
            print(f"{name:<34}{rows:>8}{times[name]:>10.3f}", flush=True)
    slowest = sorted(times, key=lambda name: (-times[name], name))[:5]
    print(f"slowest: {', '.join(slowest)}")


if __name__ == "__main__":
    main()
