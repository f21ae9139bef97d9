"""Times of the query library on Oxigraph and on real SPARQL servers, as Markdown: `make servers` first.

python benchmarks/engines.py [--project DIR] [--rdflib]
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from servers.running import fuseki, missing, virtuoso
from toy_project import cell
from xinpu.api import as_rdflib, ask_rdflib
from xinpu.derive import derive
from xinpu.endpoint import Endpoint, load
from xinpu.errors import EndpointError
from xinpu.layout import find_project
from xinpu.queries import Library
from xinpu.store import Dataset, Solutions, load_strict

SERVERS = {"Fuseki": fuseki, "Virtuoso": virtuoso}

Answer = Callable[[str], Solutions]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--rdflib", action="store_true", help="plain rdflib too, which takes minutes on a real graph")
    parser.add_argument("--server", action="append", choices=SERVERS, help="only this one")
    options = parser.parse_args()
    if missing():
        sys.exit(f"not installed: {', '.join(missing())}; run: make servers")
    project = find_project(options.project)
    dataset, library = load_strict(project), Library(project)
    derive(dataset, library)
    os.environ["XINPU_ENDPOINT_USER"] = os.environ["XINPU_ENDPOINT_PASSWORD"] = "dba"  # noqa: S105
    columns: dict[str, dict[str, tuple[float, float]]] = {"Oxigraph": times(library, dataset, dataset.select)}
    loading = {"Oxigraph": 0.0}
    for name in options.server or SERVERS:
        start = SERVERS[name]
        with tempfile.TemporaryDirectory() as folder, start(Path(folder)) as url:
            endpoint = Endpoint(url, timeout=300)
            begun = time.perf_counter()
            list(load(dataset, endpoint))
            loading[name] = time.perf_counter() - begun
            columns[name] = times(library, dataset, endpoint.select)
    if options.rdflib:
        graph = as_rdflib(dataset)
        columns["rdflib"] = times(library, dataset, lambda text: rows_of(ask_rdflib(graph, text)))
    show(dataset, columns, loading)


def times(library: Library, dataset: Dataset, answer: Answer) -> dict[str, tuple[float, float]]:
    """Seconds of each query, asked for the first and for the second time."""
    found = {}
    for query in library.all():
        seconds = []
        for _ in range(2):
            begun = time.perf_counter()
            try:
                rows = answer(query.text)
                seconds.append(time.perf_counter() - begun)
            except EndpointError as error:
                print(f"{query.name}: {error}", file=sys.stderr)
                seconds.append(float("nan"))
            else:
                expected = dataset.select(query.text)
                if cells(rows) != cells(expected):
                    print(f"{query.name}: not the rows of Oxigraph", file=sys.stderr)
        found[query.name] = (seconds[0], seconds[1])
    return found


def rows_of(answer: object) -> Solutions:
    assert isinstance(answer, Solutions)
    return answer


def cells(answer: Solutions) -> Counter[tuple[str, ...]]:
    """Rows as texts, numbers in one form."""
    return Counter(tuple(cell(term) for term in row) for row in answer.rows)


def nansum(seconds: Iterable[float]) -> float:
    """Add up what was answered."""
    return sum(value for value in seconds if value == value)


def show(dataset: Dataset, columns: dict[str, dict[str, tuple[float, float]]], loading: dict[str, float]) -> None:
    print(f"{len(dataset.store)} triples; seconds, first and second time\n")
    print(f"| query | {' | '.join(columns)} |")
    print(f"| --- |{' ---: |' * len(columns)}")
    print(f"| loading | {' | '.join(f'{loading[name]:.2f}' if name in loading else '' for name in columns)} |")
    total = {name: [nansum(entry[i] for entry in found.values()) for i in (0, 1)] for name, found in columns.items()}
    print(f"| **all** | {' | '.join(f'{first:.2f} {second:.2f}' for first, second in total.values())} |")
    for query in columns["Oxigraph"]:
        print(f"| {query} | {' | '.join('{:.3f} {:.3f}'.format(*found[query]) for found in columns.values())} |")


if __name__ == "__main__":
    main()
