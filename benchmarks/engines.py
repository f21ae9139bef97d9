"""The query library on every engine: rows and seconds of each query, and whether the rows are those of Oxigraph.

`make servers` first, then: python benchmarks/engines.py [--project DIR] [--rdflib] [--server NAME] [--limit SECONDS]
The table goes to standard output as Markdown, what differs is told on standard error too. Seconds are those of the
processor, of server and client together, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from servers.running import fuseki, missing, virtuoso
from toy_project import cell
from xinpu.api import as_rdflib, ask_rdflib
from xinpu.derive import derive
from xinpu.endpoint import Endpoint, load
from xinpu.errors import EndpointError
from xinpu.layout import find_project
from xinpu.queries import Library, Query
from xinpu.store import Dataset, Solutions, load_strict

SERVERS = {"Fuseki": fuseki, "Virtuoso": virtuoso}
REFERENCE = "Oxigraph"

Answer = Callable[[str], Solutions]
"""Gives the rows of a query; raises TimeoutError or EndpointError."""


@dataclass
class Column:
    """What one engine did: seconds to load, and of each query the seconds, or what was wrong."""

    loading: float = 0.0
    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def shown(self, query: str) -> str:
        found = " ".join(f"{value:.2f}" for value in self.seconds.get(query, []))
        return " ".join(word for word in (found, self.wrong.get(query, "")) if word)

    def totals(self, queries: list[str]) -> str:
        times = [self.seconds[query] for query in queries if query in self.seconds]
        return " ".join(f"{sum(values):.1f}" for values in zip(*times, strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--rdflib", action="store_true", help="plain rdflib too, which takes minutes on a real graph")
    parser.add_argument("--server", action="append", choices=["none", *SERVERS], help="only this one")
    parser.add_argument("--limit", type=float, default=60, help="seconds that a query may take")
    parser.add_argument("--only", default="", help="queries whose name begins so")
    options = parser.parse_args()
    if missing():
        sys.exit(f"not installed: {', '.join(missing())}; run: make servers")
    project = find_project(options.project)
    dataset, library = load_strict(project), Library(project)
    derive(dataset, library)
    os.environ["XINPU_ENDPOINT_USER"] = os.environ["XINPU_ENDPOINT_PASSWORD"] = "dba"  # noqa: S105
    queries = [query for query in library.all() if query.name.startswith(options.only)]
    expected = {query.name: dataset.select(query.text) for query in queries}
    columns = {REFERENCE: ask(queries, expected, dataset.select, 2)}
    if options.rdflib:
        columns["rdflib"] = ask(queries, expected, apart(dataset, options.limit), 1)
    for name in options.server or SERVERS:
        if name in SERVERS:
            columns[name] = ask_server(name, dataset, queries, expected, options.limit)
    show(len(dataset.store), queries, expected, columns)


def ask_server(
    name: str, dataset: Dataset, queries: list[Query], expected: dict[str, Solutions], limit: float
) -> Column:
    with tempfile.TemporaryDirectory() as folder, SERVERS[name](Path(folder)) as url:
        begun = processor()
        list(load(dataset, Endpoint(url, timeout=300)))
        loading = processor() - begun
        column = ask(queries, expected, Endpoint(url, timeout=limit).select, 2)
    column.loading = loading
    return column


def ask(queries: list[Query], expected: dict[str, Solutions], answer: Answer, times: int) -> Column:
    """Ask each query so often, and compare each answer with the expected one."""
    column = Column()
    for query in queries:
        seconds: list[float] = []
        wrong = ""
        for _ in range(times):
            begun = processor()
            try:
                answered = answer(query.text)
            except (EndpointError, TimeoutError) as error:
                late = isinstance(error, TimeoutError) or "took longer" in str(error)
                wrong = f"timeout after {processor() - begun:.0f} s" if late else f"error: {error}"
                break
            seconds.append(processor() - begun)
            wrong = wrong or difference(answered, expected[query.name])
        if not wrong or len(seconds) == times:
            column.seconds[query.name] = seconds
        if wrong:
            column.wrong[query.name] = wrong
            print(f"{query.name}: {wrong}", file=sys.stderr)
    return column


def apart(dataset: Dataset, limit: float) -> Answer:
    """Let rdflib answer in processes that can be ended, on one copy of the triples that they share."""
    graph = as_rdflib(dataset)
    gc.freeze()
    forking = multiprocessing.get_context("fork")

    def answer(text: str) -> Solutions:
        ours, theirs = forking.Pipe(duplex=False)
        process = forking.Process(target=tell, args=(theirs, text))
        process.start()
        theirs.close()
        try:
            found: Solutions | str = ours.recv()
        except EOFError:  # the system has ended it
            raise TimeoutError from None
        finally:
            process.join()
        if isinstance(found, str):
            raise EndpointError(found)
        return found

    def tell(channel: Connection, text: str) -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit)))
        try:
            found = ask_rdflib(graph, text)
            assert isinstance(found, Solutions)
            channel.send(found)
        except Exception as error:  # of many kinds, and the table has to tell
            channel.send(f"{type(error).__name__}: {error}")

    return answer


def processor() -> float:
    """Processor seconds of this process and of those that it started: the servers."""
    own = psutil.Process()
    used = [own.cpu_times(), *(child.cpu_times() for child in own.children(recursive=True))]
    return sum(entry.user + entry.system + entry.children_user + entry.children_system for entry in used)


def difference(answer: Solutions, expected: Solutions) -> str:
    """Say how an answer differs from the expected one; numbers may be written in another way."""
    rows, wanted = ([tuple(map(cell, row)) for row in found.rows] for found in (answer, expected))
    if rows == wanted:
        return ""
    return "other order" if Counter(rows) == Counter(wanted) else "**differs**"


def show(triples: int, queries: list[Query], expected: dict[str, Solutions], columns: dict[str, Column]) -> None:
    names = [query.name for query in queries]
    print(f"{triples:,} triples, {len(names)} queries; processor seconds, of the first and the second time\n")
    firsts = {engine: [values[0] for values in column.seconds.values()] for engine, column in columns.items()}
    totals = {
        "same rows in the same order": [str(sum(name not in c.wrong for name in names)) for c in columns.values()],
        "loading": [f"{column.loading:.1f}" if column.loading else "" for column in columns.values()],
        "all that was answered": [column.totals(names) for column in columns.values()],
        "median": [f"{statistics.median(seconds):.2f}" for seconds in firsts.values()],
    }
    print(f"| query | rows | {' | '.join(columns)} |")
    print(f"| --- | ---: |{' ---: |' * len(columns)}")
    for title, cells in totals.items():
        print(f"| **{title}** | | {' | '.join(cells)} |")
    for name in names:
        cells = [column.shown(name) for column in columns.values()]
        print(f"| {name} | {len(expected[name].rows)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
