"""Shapes on the files that changed: the others keep their results where that is sound.

A file is judged alone only if the shapes look no further than a node's own triples and those of the nodes that they
point to (``Shapes.local``). Its results then depend on: the code, the shapes, the ontology, the file, files that
describe one of its subjects too, and the blocks of what it points to. All of that is in the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from xinpu.checks.facts import Facts
from xinpu.checks.findings import Finding, of_error
from xinpu.checks.keep import Kept, code_hash, hash_of
from xinpu.checks.locate import Locator
from xinpu.checks.scan import RDF_TYPE
from xinpu.checks.wording import Result, findings
from xinpu.errors import XinpuError
from xinpu.layout import ID, NAMESPACES
from xinpu.store import Dataset

MANY: Final = 2000
"""From so many changed nodes on, validating the whole graph at once is faster than choosing."""

_LOCAL: Final = "shapes local"
_WHOLE: Final = "shacl whole"
_ELSEWHERE: Final = "shacl elsewhere"
_ON_VALUES: Final = frozenset(
    f"{NAMESPACES['sh']}{name}ConstraintComponent" for name in ("Class", "Node", "Or", "Xone", "In")
)


def shape_findings(
    dataset: Dataset,
    shapes_path: str,
    files: Mapping[str, Facts],
    graph: Mapping[str, Facts],
    locator: Locator,
    terms: Iterable[Finding],
    kept: Kept,
) -> list[Finding]:
    """Give the findings of the shapes, from kept results where nothing that they depend on has changed.

    ``files`` are all files, ``graph`` those of the curated graph. A finding that only repeats what ``terms`` (terms
    not declared, references to nothing) says of the same token is left out.
    """
    texts = locator.texts
    rest = [texts[path] for path in files if path not in graph and path != shapes_path]
    context = hash_of([code_hash(), texts[shapes_path], *rest])
    try:
        local = _local(texts[shapes_path], shapes_path, context, kept)
        everything = {_WHOLE: hash_of([context, *(texts[path] for path in graph)])}
        keys = _keys(context, graph, texts) if local else everything
        rows = {name: old for name, key in keys.items() if (old := kept.get(name, key)) is not None}
        stale = keys.keys() - rows.keys()
        if stale:
            fresh = _validate(dataset, texts[shapes_path], shapes_path, graph, locator, stale, whole=not local)
            for name in fresh:
                kept.put(name, keys[name], fresh[name])
            rows |= fresh
    except XinpuError as error:
        return [of_error(error, "shapes")]
    results = [Result.of(row) for name in sorted(rows) for row in rows[name]]
    return list(_unrepeated(results, locator, list(terms)))


def _local(shape_text: str, shapes_path: str, context: str, kept: Kept) -> bool:
    known = kept.get(_LOCAL, context)
    if isinstance(known, bool):
        return known
    from xinpu.checks.shapes import read_shapes

    local = read_shapes(shape_text, shapes_path).local
    kept.put(_LOCAL, context, local)
    return local


def _keys(context: str, graph: Mapping[str, Facts], texts: Mapping[str, str]) -> dict[str, str]:
    """Give the hash that the results of each graph file rest on, and the one of everything else."""
    holders: dict[str, set[str]] = {}
    blocks: dict[str, str] = {}
    for path, entry in graph.items():
        ends = [start for _, _, start in entry.subjects[1:]] + [len(texts[path])]
        for (iri, _, start), end in zip(entry.subjects, ends, strict=True):
            holders.setdefault(iri, set()).add(path)
            blocks[iri] = blocks.get(iri, "") + texts[path][start:end]
    keys: dict[str, str] = {}
    for path, entry in graph.items():
        sharing = {other for iri, _, _ in entry.subjects for other in holders[iri]} | {path}
        pointed = [f"{iri} {blocks[iri]}" for iri in entry.objects if iri in blocks and path not in holders[iri]]
        keys[f"shacl {path}"] = hash_of([context, *(texts[other] for other in sorted(sharing)), "", *pointed])
    keys[_ELSEWHERE] = context
    return keys


def _validate(
    dataset: Dataset,
    shape_text: str,
    shapes_path: str,
    graph: Mapping[str, Facts],
    locator: Locator,
    stale: Iterable[str],
    *,
    whole: bool,
) -> dict[str, list[list[object]]]:
    """Validate what is stale, or everything if that is much; give rows by name."""
    from xinpu.checks.shacl import validate
    from xinpu.checks.shapes import read_shapes

    shapes = read_shapes(shape_text, shapes_path)
    if whole:
        return {_WHOLE: [list(result) for result in validate(dataset, shapes)]}
    names = set(stale)
    focus = {iri for path in graph if f"shacl {path}" in names for iri, _, _ in graph[path].subjects}
    if _ELSEWHERE in names or len(focus) >= MANY:
        results = validate(dataset, shapes)
        names = {_ELSEWHERE, *(f"shacl {path}" for path in graph)}
    else:
        results = validate(dataset, shapes, focus) if focus else []
    rows: dict[str, list[list[object]]] = {name: [] for name in sorted(names)}
    for result in results:
        block = locator.blocks.get(result.focus)
        name = f"shacl {block.path}" if block and block.path in graph else _ELSEWHERE
        # a subject that two stale or one stale and one kept file describe belongs to the file of its first block
        if name in rows:
            rows[name].append(list(result))
    return rows


def _unrepeated(results: list[Result], locator: Locator, terms: list[Finding]) -> Iterator[Finding]:
    """Leave out what follows from a name that nothing declares or describes: that has a finding already."""
    said = {(entry.path, entry.line, entry.value) for entry in terms}
    unclear = {entry.node for entry in terms if entry.predicate == RDF_TYPE}

    def follows(result: Result) -> bool:
        if result.component not in _ON_VALUES or not result.is_iri or result.value is None:
            return False
        return result.value in unclear or (result.value.startswith(ID) and result.value not in locator.blocks)

    for entry in findings((result for result in results if not follows(result)), locator):
        if (entry.path, entry.line, entry.value) not in said:
            yield entry
