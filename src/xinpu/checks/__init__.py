"""Finds what is wrong with a project: names file and line, says what to do, changes nothing.

Sources of findings, in this order: the loader (UTF-8, syntax), each file by itself, terms that nothing declares,
references to nothing, SHACL shapes on the curated graph, and the queries of ``queries/checks/`` before and after the
derive step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from xinpu.checks.declared import Vocabulary, dangling, undeclared
from xinpu.checks.expected import expected
from xinpu.checks.facts import Facts, facts, text_findings
from xinpu.checks.findings import Finding, Report, Severity, finding, of_error, ordered, shown
from xinpu.checks.incremental import shape_findings
from xinpu.checks.keep import Kept, code_hash, default_folder, hash_of
from xinpu.checks.locate import Block, Locator
from xinpu.checks.rules import apply, rules, undeclared_in_queries
from xinpu.derive import derive
from xinpu.errors import UsageError, XinpuError
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import DERIVED, Dataset, load, read_turtle

__all__ = ["Finding", "Report", "Severity", "check", "default_folder"]


def check(
    project: Project,
    *,
    library: Library | None = None,
    paths: Sequence[Path] | None = None,
    dataset: Dataset | None = None,
    problems: Sequence[XinpuError] = (),
    cache: Path | None = None,
) -> Report:
    """Check the whole project and report on some files or folders of it (all by default).

    ``dataset`` and ``problems`` are what ``load`` gave, if the caller has loaded already; the derived graph must still
    be empty, and is filled afterwards unless files could not be read. ``cache`` is a folder where results of files
    that did not change are kept; without it everything is done anew. Raises UsageError for a path that does not exist.
    """
    wanted = _wanted(project, paths)
    if dataset is None:
        dataset, problems = load(project)
    elif next(dataset.triples(DERIVED), None) is not None:
        raise ValueError("the dataset holds derived triples already")
    library = library or Library(project)
    kept = Kept(cache)
    texts, problems = _texts(project, dataset, problems)
    broken = {problem.path for problem in problems if problem.path is not None}
    shapes_path = project.relative(project.shapes)
    known = {
        path: _facts(path, text, kept, curated=_curated(project, path))
        for path, text in texts.items()
        if path not in broken
    }
    found = [of_error(problem, "syntax") for problem in problems]
    for path in sorted(broken & texts.keys()):
        found += text_findings(path, texts[path])
    for entry in known.values():
        found += entry.findings
    graph = {path: entry for path, entry in known.items() if _curated(project, path)}
    found += _twice(known, graph, texts)
    ontology = {path: entry for path, entry in known.items() if path not in graph}
    skipped: list[str] = []
    if any(path in broken for path in (*map(project.relative, project.ontology_files()), shapes_path)):
        skipped.append("terms, references, shapes and queries: a file of the ontology could not be read")
    else:
        vocabulary = Vocabulary.of(dataset, ontology.values())
        terms = [
            *undeclared(ontology, texts, vocabulary, curated=False),
            *undeclared(graph, texts, vocabulary, curated=True),
        ]
        found += terms
        found += undeclared_in_queries(library, vocabulary, kept)
        if broken:
            skipped.append("references, shapes and queries: a file of the graph could not be read")
        else:
            blocks = _blocks(known)
            described = {iri for entry in known.values() for iri, _, _ in entry.subjects}
            locator = Locator(texts, blocks, fallback=project.relative(project.graph))
            terms += dangling(known, texts, described)
            found += terms
            found += expected(project, dataset, vocabulary)
            made, wrong = rules(library)
            found += wrong
            if shapes_path in texts:
                found += shape_findings(dataset, shapes_path, known, graph, locator, terms, kept)
            else:
                skipped.append(f"shapes: there is no {shapes_path}")
            for rule in made:
                if rule.stage == "curated":
                    found += apply(rule, dataset, locator)
            try:
                derive(dataset, library)
            except XinpuError as error:
                found.append(of_error(error, "derive"))
                skipped.append("queries on derived triples: a rule could not be run")
            else:
                for rule in made:
                    if rule.stage == "derived":
                        found += apply(rule, dataset, locator)
    kept.save()
    chosen = [entry for entry in ordered(found) if wanted is None or entry.path.startswith(wanted)]
    return Report(chosen, files=len(texts), skipped=tuple(skipped))


def _wanted(project: Project, paths: Sequence[Path] | None) -> tuple[str, ...] | None:
    """Give what the shown path of a finding must begin with; folders end in a slash."""
    if not paths:
        return None
    root = project.root.resolve()
    wanted: list[str] = []
    for path in paths:
        # a relative path is meant from here, or else from the project
        real = [found for found in (path.resolve(), (root / path).resolve()) if found.exists()]
        inside = [found for found in real if found.is_relative_to(root)]
        if not inside:
            problem = f"{path} is not in the project" if real else f"there is no {path}"
            raise UsageError(problem, remedy="Name a file or folder of the project.")
        name = project.relative(inside[0])
        wanted.append("" if name == "." else f"{name}/" if inside[0].is_dir() else name)
    return tuple(wanted)


def _curated(project: Project, path: str) -> bool:
    return path.startswith(f"{project.relative(project.graph)}/")


def _texts(
    project: Project, dataset: Dataset, problems: Iterable[XinpuError]
) -> tuple[dict[str, str], list[XinpuError]]:
    """Give the texts of all Turtle files, shapes included, and all problems of reading them."""
    texts = dict(dataset.texts)
    all_problems = list(problems)
    if project.shapes.is_file():
        try:
            texts[project.relative(project.shapes)] = read_turtle(project, project.shapes)
        except XinpuError as error:
            all_problems.append(error)
    return dict(sorted(texts.items())), all_problems


def _facts(path: str, text: str, kept: Kept, *, curated: bool) -> Facts:
    key = hash_of([code_hash() if kept.folder else "", text])
    if (known := kept.get(f"facts {path}", key)) is not None:
        return Facts.from_data(known)
    made = facts(path, text, curated=curated)
    kept.put(f"facts {path}", key, made.as_data())
    return made


def _blocks(known: Mapping[str, Facts]) -> dict[str, Block]:
    """Give the block of each subject: the first one that introduces it, else the first one."""
    blocks: dict[str, Block] = {}
    introduced: set[str] = set()
    for path, entry in known.items():
        typed = set(entry.typed)
        for iri, line, start in entry.subjects:
            if iri not in blocks or (iri in typed and iri not in introduced):
                blocks[iri] = Block(path, line, start)
        introduced |= typed
    return blocks


def _twice(known: Mapping[str, Facts], graph: Mapping[str, Facts], texts: Mapping[str, str]) -> Iterable[Finding]:
    """Find subjects with two blocks; in ``ontology/`` a term may have one in each file: alignments stand apart."""
    first: dict[tuple[str, str], tuple[str, int]] = {}
    for path, entry in known.items():
        for iri, line, start in entry.subjects:
            other, at = first.setdefault(("" if path in graph else path, iri), (path, line))
            if (other, at) == (path, line):
                continue
            token = texts[path][start:].split(maxsplit=1)[0]
            yield finding(
                (path, line),
                "error",
                "subject-twice",
                f"`{shown(token)}` has a block already, at {other}:{at}",
                "Join the two blocks, or choose another name if two things are meant.",
                node=iri,
                value=token,
            )
