"""Commands that ask: query, queries, show, stats."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xinpu.cli.options import derived, endpoint_of, project_of

if TYPE_CHECKING:
    from xinpu.queries import Library, Query
    from xinpu.store import Dataset

FORMATS = ("table", "csv", "tsv", "json", "xml", "markdown", "turtle", "ntriples")


def _parameters(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[str, list[str]]:
    given: dict[str, list[str]] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE.")
        given.setdefault(name, []).append(text)
    return given


@click.command(
    epilog="Examples: xinpu query companies/all · xinpu query chips/compare -p chip=kunlunxin-p800 --format csv · "
    "echo 'ASK { ?s ?p ?o }' | xinpu query -"
)
@click.argument("name", metavar="NAME_OR_FILE_OR_-")
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", callback=_parameters, help="A parameter; may repeat.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option("--engine", type=click.Choice(("oxigraph", "rdflib")), default="oxigraph", show_default=True)
@click.option("--endpoint", metavar="URL", help="Ask a SPARQL server instead of the graph here.")
@click.option("--timeout", type=click.FloatRange(min=0.001), metavar="S", help="End the query after so many seconds.")
@click.pass_context
def query(
    context: click.Context,
    name: str,
    given: dict[str, list[str]],
    form: str,
    engine: str,
    endpoint: str | None,
    timeout: float | None,
) -> None:
    """Run a library query by its name, a file, or what comes on standard input (-)."""
    from xinpu.errors import ModelError, UsageError
    from xinpu.queries import Library
    from xinpu.store import Dataset, Solutions

    project = project_of(context)
    library = Library(project)
    asked = _asked(library, name)
    text = asked.bind(given)
    dataset = Dataset()
    try:
        if endpoint is not None:
            if engine != "oxigraph":
                raise UsageError("--engine and --endpoint exclude each other", remedy="Leave one out.")
            answer = endpoint_of(endpoint, timeout).answer(text)
        else:
            dataset, _ = derived(project)
            answer = _engine(engine, timeout)(dataset, text)
    except ModelError as error:
        raise ModelError(error.message, path=error.path or asked.path, line=error.line, remedy=error.remedy) from None
    if form == "table" and isinstance(answer, Solutions):
        from xinpu.cli.showing import show_solutions
        from xinpu.terms import Labels

        show_solutions(answer, Labels.of(dataset))
        return
    from xinpu.results import write

    form = {"table": "turtle" if isinstance(answer, list) else "csv"}.get(form, form)
    sys.stdout.buffer.write(write(answer, form).encode())
    sys.stdout.buffer.flush()


def _asked(library: Library, name: str) -> Query:
    from xinpu.queries import parse_query, read_query

    if name == "-":
        return parse_query(sys.stdin.read(), "-", "standard input")
    path = Path(name)
    return read_query(library.project, path) if name.endswith(".rq") and path.is_file() else library.get(name)


def _engine(engine: str, timeout: float | None) -> Callable[[Dataset, str], Any]:
    from xinpu.store import Dataset

    chosen: Callable[[Dataset, str], Any] = Dataset.answer
    if engine == "rdflib":
        from xinpu.api import answer_with_rdflib

        chosen = answer_with_rdflib
    if timeout is None:
        return chosen
    from xinpu.worker import Limits
    from xinpu.worker import answer as within

    return lambda dataset, text: within(dataset, text, Limits(seconds=timeout, service=True), chosen)


@click.command(epilog="Example: xinpu queries --tag market")
@click.option("--tag", help="Only queries with this tag.")
@click.pass_context
def queries(context: click.Context, tag: str | None) -> None:
    """List the query library with its questions."""
    from xinpu.cli.console import show_table
    from xinpu.errors import UsageError
    from xinpu.queries import Library

    library = Library(project_of(context))
    listed = [entry for entry in library.all() if tag is None or tag in entry.tags]
    if not listed:
        tags = sorted({each for entry in library.all() for each in entry.tags})
        raise UsageError(f"no query has the tag {tag!r}", remedy=f"Tags are {', '.join(tags)}.")
    show_table(
        ("query", "question", "parameters"),
        [
            (entry.name, entry.summary.get("en", ""), " ".join(f"{p.name}={p.example}" for p in entry.params))
            for entry in listed
        ],
    )


@click.command(epilog="Examples: xinpu show kunlunxin · xinpu show 摩尔线程")
@click.argument("name", metavar="SLUG_OR_NAME")
@click.option("--language", type=click.Choice(("en", "zh", "fr")), default="en", show_default=True)
@click.pass_context
def show(context: click.Context, name: str, language: str) -> None:
    """Show an entity: its facts, their sources, and who says otherwise."""
    from xinpu.cli.showing import show_entity

    project = project_of(context)
    dataset, library = derived(project)
    show_entity(project, dataset, library, name, language)


@click.command()
@click.pass_context
def stats(context: click.Context) -> None:
    """Count what the graph holds, and how well it is covered."""
    from xinpu.cli.showing import show_stats

    dataset, library = derived(project_of(context))
    show_stats(dataset, library)
