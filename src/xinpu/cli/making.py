"""Commands that make and serve: build, check, export, load, mcp, serve."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from xinpu.cli.options import derived, endpoint_of, project_of

LANGUAGES = ("en", "zh", "fr")
FORMATS = ("text", "json", "turtle", "sarif")


def _languages(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(part.strip() for part in value.split(",") if part.strip()))
    unknown = [part for part in chosen if part not in LANGUAGES]
    if unknown or not chosen:
        raise click.BadParameter(f"{', '.join(unknown) or 'nothing'} is none of {', '.join(LANGUAGES)}.")
    if LANGUAGES[0] not in chosen:
        raise click.BadParameter(f"{LANGUAGES[0]} is the root of the site and cannot be left out.")
    return tuple(language for language in LANGUAGES if language in chosen)


def _base_url(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise click.BadParameter(f"{value!r} does not begin with https:// or http://.")
    return value.rstrip("/")


@click.command(epilog="Example: xinpu build --base-url https://example.org/xinpu")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("build"),
    show_default=True,
    help="Folder for site/ and exports/; it holds the previous or the new output whole at any moment.",
)
@click.option("--base-url", default="", callback=_base_url, metavar="URL", help="Where the site will be published.")
@click.option("--languages", default="en,zh,fr", show_default=True, callback=_languages, help="Languages of the pages.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    show_default="processors",
    help="Processes that render pages.",
)
@click.option("--endpoint", metavar="URL", help="SPARQL server that answers the library's queries.")
@click.option("--strict", is_flag=True, help="Let warnings of the checks stop the build too.")
@click.option("--no-cache", is_flag=True, help="Check everything anew.")
@click.pass_context
def build(
    context: click.Context,
    out: Path,
    base_url: str,
    languages: tuple[str, ...],
    jobs: int,
    endpoint: str | None,
    strict: bool,
    no_cache: bool,
) -> None:
    """Build the site and the exports: check, derive, query, render, export, switch."""
    from xinpu.build import build as make
    from xinpu.build import failed
    from xinpu.checks import default_folder
    from xinpu.checks.formats import as_text
    from xinpu.cli.console import progress, show_summary
    from xinpu.errors import XinpuError

    project = project_of(context)
    try:
        with progress() as tell:
            report = make(
                project,
                out,
                base_url=base_url,
                languages=languages,
                jobs=jobs,
                endpoint=None if endpoint is None else endpoint_of(endpoint),
                strict=strict,
                cache=None if no_cache else default_folder(project),
                progress=tell,
            )
    except XinpuError as error:
        if (found := failed(error)) is not None:
            click.echo(as_text(found), nl=False)
        raise
    show_summary(report)


@click.command(epilog="Examples: xinpu check · xinpu check graph/markets.ttl --format sarif")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Exit with 1 on warnings too.")
@click.option("--no-cache", is_flag=True, help="Check everything anew.")
@click.pass_context
def check(context: click.Context, paths: tuple[Path, ...], form: str, strict: bool, no_cache: bool) -> int:
    """Find what is wrong in the project, and report on PATHS (all by default).

    Exit status: 0 no errors, 1 errors, 2 wrong usage.
    """
    from xinpu import __version__
    from xinpu.checks import check as look
    from xinpu.checks import default_folder
    from xinpu.checks.formats import render

    project = project_of(context)
    report = look(project, paths=paths, cache=None if no_cache else default_folder(project))
    sys.stdout.write(render(report, form, __version__))
    return int(report.fails(strict=strict))


@click.command(epilog="Examples: xinpu export · xinpu export csv graphml --out data")
@click.argument("formats", nargs=-1, metavar="[FORMAT ...]")
@click.option("--out", type=click.Path(path_type=Path), default=Path("build/exports"), show_default=True)
@click.pass_context
def export(context: click.Context, formats: tuple[str, ...], out: Path) -> None:
    """Write the graph in the formats that other tools read; all of them by default."""
    from xinpu.build import staging, switch
    from xinpu.exports import check_formats, write

    chosen = check_formats(formats or None)
    dataset, library = derived(project := project_of(context))
    with staging(out) as fresh:
        files = write(project, dataset, library, {}, fresh, formats=chosen)
        if formats and out.is_dir():
            for file in files:
                (out / file.path).parent.mkdir(parents=True, exist_ok=True)
                (fresh / file.path).replace(out / file.path)
        else:
            switch(fresh, out)
    for file in files:
        click.echo(f"{out / file.path}\t{file.size}")


@click.command(epilog="Example: xinpu serve --watch")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--build", "folder", type=click.Path(path_type=Path), default=Path("build"), show_default=True)
@click.option("--watch", is_flag=True, help="Rebuild what changed and reload the page.")
@click.pass_context
def serve(context: click.Context, port: int, folder: Path, watch: bool) -> None:
    """Serve the site, SPARQL at /sparql and linked data at /id/… on this machine."""
    from xinpu.serve import serve as run

    run(project_of(context), folder, port=port, watch=watch)


@click.command(epilog="Example: xinpu load --endpoint http://localhost:3030/xinpu")
@click.option("--endpoint", required=True, metavar="URL", help="SPARQL server with the Graph Store Protocol or Update.")
@click.pass_context
def load(context: click.Context, endpoint: str) -> None:
    """Put the named graphs into a SPARQL server."""
    from xinpu.endpoint import load as put

    dataset, _ = derived(project_of(context))
    for graph, count in put(dataset, endpoint_of(endpoint)):
        click.echo(f"{graph}\t{count} triples")


@click.command()
@click.pass_context
def mcp(context: click.Context) -> None:
    """Serve AI assistants by the Model Context Protocol over standard input and output."""
    from xinpu.mcp import serve as run

    run(project_of(context))
