"""Commands that change or compare the graph: diff, fmt, import, links, new."""

from __future__ import annotations

from pathlib import Path

import click

from xinpu.cli.options import project_of


@click.command(epilog="Example: xinpu diff ../xinpu-0.1/graph graph")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
def diff(old: Path, new: Path) -> None:
    """Say what changed between two versions of Turtle files or folders, as claims and entities."""
    from xinpu.curate.comparing import compare, summary

    changes = compare(old, new)
    for change in changes:
        for line in change.lines():
            click.echo(line)
    counts = summary(changes)
    click.echo(", ".join(f"{count} {how}" for how, count in counts.items()), err=True)


@click.command(epilog="Examples: xinpu fmt · xinpu fmt graph/markets.ttl · xinpu fmt --check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a file would change.")
@click.pass_context
def fmt(context: click.Context, paths: tuple[Path, ...], check: bool) -> int:
    """Bring Turtle files into their stable form; all of graph/ by default."""
    from xinpu.curate.formatting import format_files

    project = project_of(context)
    changed = [entry.path for entry in format_files(project, paths, check=check) if entry.changed]
    for path in changed:
        click.echo(f"{project.relative(path)}: {'would change' if check else 'formatted'}")
    return 1 if check and changed else 0


@click.command("import", epilog="Example: xinpu import facts.jsonl --mapping graph/import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Default: graph/import of the project.",
)
@click.option("--partial", is_flag=True, help="Bring in what the mapping covers though other records are refused.")
@click.pass_context
def import_(context: click.Context, files: tuple[Path, ...], mapping: Path | None, partial: bool) -> int:
    """Bring claims from JSON Lines or CSV into the graph, for review; nothing is overwritten."""
    from xinpu.curate.importing import import_facts

    project = project_of(context)
    report = import_facts(project, files, mapping or project.graph / "import", partial=partial)
    for refused in report.refused:
        click.echo(str(refused), err=True)
    for path in report.written:
        click.echo(project.relative(path))
    outcomes = sorted({entry.outcome for entry in report.entries})
    click.echo(", ".join(f"{report.count(outcome)} {outcome}" for outcome in outcomes) or "nothing new", err=True)
    return 1 if report.refused else 0


@click.command(
    epilog="Example: xinpu new chip --name example-x1 -s prefLabel='en:Example X1' -s prefLabel='zh-Hans:示例X1' · "
    "xinpu new statement -s rdf:subject=example-x1 -s rdf:predicate=designer -s rdf:object=biren -s source=…"
)
@click.argument("kind", required=False)
@click.option("--name", help="Slug of the new thing; a claim gets one from its subject.")
@click.option("-s", "given", multiple=True, metavar="PROPERTY=VALUE", help="A property and its value; may repeat.")
@click.option("--file", type=click.Path(path_type=Path), help="File to put it in; default: that of its subject.")
@click.option("--dry-run", is_flag=True, help="Print the block and write nothing.")
@click.pass_context
def new(
    context: click.Context, kind: str | None, name: str | None, given: tuple[str, ...], file: Path | None, dry_run: bool
) -> None:
    """Write the block of a new entity, claim or source; without KIND list the kinds."""
    from xinpu.curate.creating import create, kinds

    project = project_of(context)
    if kind is None:
        for entry, iri in kinds(project).items():
            click.echo(f"{entry}\t{iri}")
        return
    values: dict[str, list[str]] = {}
    for entry in given:
        key, equals, text = entry.partition("=")
        if not equals or not key:
            raise click.BadParameter(f"{entry!r} is not PROPERTY=VALUE.", param_hint="-s")
        values.setdefault(key, []).append(text)
    made = create(project, kind, values, name=name, file=file, write=not dry_run)
    click.echo(made.text)
    click.echo(f"{'would go to' if dry_run else 'in'} {project.relative(made.path)}", err=True)


@click.command(epilog="Example: xinpu links --timeout 20")
@click.option("--timeout", type=click.FloatRange(min=0.1), default=15.0, show_default=True, metavar="S")
@click.option("--jobs", type=click.IntRange(1, 32), default=8, show_default=True)
@click.pass_context
def links(context: click.Context, timeout: float, jobs: int) -> int:
    """Ask each source's address whether it still answers; needs the internet, changes nothing."""
    from xinpu.curate.links import dead

    project = project_of(context)
    found = 0
    for entry in dead(project, timeout=timeout, jobs=jobs):
        found += 1
        click.echo(str(entry))
    click.echo(f"{found} addresses did not answer well", err=True)
    return 1 if found else 0
