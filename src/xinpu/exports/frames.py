"""Tables made from the graph: one a class, one a library query, with typed columns; all table formats write these.

IRIs of the project's namespaces are shortened to their last part, and a column ``<name>_label`` beside them gives the
English name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from xinpu.exports.base import TYPE, Bundle, Subject, instances
from xinpu.exports.columns import Cell, Column, Scalar, Seen, kebab, short, snake, space, text
from xinpu.queries import Table
from xinpu.store import CURATED, ONTOLOGY, Dataset, Term
from xinpu.terms import compact, iri, slug

KEPT_ROWS: Final = 20_000
"""Rows of a class that are kept for the next format instead of being read from the store again."""

_LABELS: Final = {"zh-hans": ("label_zh", "Name in Simplified Chinese"), "fr": ("label_fr", "Name in French")}
_LEFT_OUT: Final = frozenset(
    iri(name) for name in ("skos:prefLabel", "rdfs:label", "dcterms:title", "xp:comparisonKey", "xp:precedence")
)
"""Properties without a column of their own: the names have theirs, the sorting strings of the rules help nobody."""


@dataclass(frozen=True)
class Frame:
    """A table: rows are made anew on each reading, so that no format needs them all in memory."""

    name: str
    """Folder and file without suffix, such as ``class/chip`` or ``query/companies/all``."""
    title: str
    columns: tuple[Column, ...]
    source: Callable[[], Iterator[tuple[Cell, ...]]] = field(repr=False)
    description: str = ""
    query: str = ""

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """Give the rows in order."""
        return self.source()


def query_frame(bundle: Bundle, table: Table) -> Frame:
    """Make the frame of a library query's rows: its columns, and a label column beside each that names entities."""
    query = bundle.queries[table.name]
    texts = bundle.labels.texts
    columns: list[Column] = []
    plan: list[tuple[int, bool]] = []
    for index, name in enumerate(table.columns):
        seen = Seen()
        for row in table.rows:
            if (cell := row[index]) is not None:
                seen.add(cell, texts.__contains__)
        meaning = query.columns.get(name, "")
        columns.append(Column(name, meaning, seen.datatype, namespace=seen.namespace))
        plan.append((index, False))
        if seen.named and f"{name}_label" not in table.columns:
            columns.append(Column(f"{name}_label", f"English name of: {meaning or name}"))
            plan.append((index, True))

    def rows() -> Iterator[tuple[Cell, ...]]:
        for row in table.rows:
            yield tuple(_label(bundle, row[i]) if named else _fit(short(row[i]), c) for (i, named), c in pairs)

    pairs = tuple(zip(plan, columns, strict=True))
    title = query.summary.get("en", table.name)
    return Frame(f"query/{table.name}", title, tuple(columns), rows, query.description, table.name)


def _label(bundle: Bundle, term: Term | None) -> str | None:
    return bundle.labels.text(term) if isinstance(term, NamedNode) and term.value in bundle.labels.texts else None


def _fit(value: Scalar | None, column: Column) -> Scalar | None:
    """Make a value the type of its column."""
    if value is None or isinstance(value, str):
        return value
    if column.datatype == "decimal" and not isinstance(value, Decimal):
        return Decimal(value)
    return text(value) if column.datatype == "string" else value


def class_frame(bundle: Bundle, cls: str) -> Frame:
    """Make the frame of all that is directly of a class; its columns are the properties that occur."""
    title = bundle.labels.text(cls)
    found = bundle.dataset.store.quads_for_pattern(NamedNode(cls), NamedNode(iri("skos:definition")), None, None)
    meaning = min((quad.object.value for quad in found if isinstance(quad.object, Literal)), default="")
    return subject_frame(bundle, f"class/{kebab(slug(cls))}", title, instances(bundle.dataset, cls), meaning)


_Key = tuple[str, str]
"""Property and language tag (empty for what has none)."""


def subject_frame(bundle: Bundle, name: str, title: str, found: Sequence[NamedNode], meaning: str = "") -> Frame:
    """Make a frame with one row a subject: id, names, then its properties, the curated ones before the derived."""
    dataset, texts = bundle.dataset, bundle.labels.texts
    seen = _survey(bundle, found)
    keys = sorted(seen, key=lambda key: (seen[key].derived, key[0] != TYPE.value, _column_name(key, seen), key))
    spaces = {space(subject.value) for subject in found}
    heads = [Column("id", "Last part of the IRI", namespace=spaces.pop() if len(spaces) == 1 else "")]
    named = [texts[subject.value] for subject in found if subject.value in texts]
    if named:
        heads.append(Column("label", "Name in English, else in the language there is"))
    extra = [tag for tag in _LABELS if any(tag in held for held in named)]
    heads += [Column(*_LABELS[tag]) for tag in extra]
    columns: list[Column] = []
    plan: list[tuple[_Key, bool]] = []
    for key in keys:
        entry, column = seen[key], _column_name(key, seen)
        words = _definition(dataset, key[0])
        columns.append(Column(column, words, entry.datatype, entry.several, entry.namespace, key[0]))
        plan.append((key, False))
        if entry.named:
            columns.append(Column(f"{column}_label", f"English name of: {column}", several=entry.several))
            plan.append((key, True))

    places: dict[_Key, list[tuple[int, Column, bool]]] = {}
    for place, ((key, labelled), one) in enumerate(zip(plan, columns, strict=True)):
        places.setdefault(key, []).append((place, one, labelled))

    def rows() -> Iterator[tuple[Cell, ...]]:
        for subject in found:
            names = texts.get(subject.value, {})
            head: list[Cell] = [short(subject)]
            if named:
                head.append(bundle.labels.text(subject) if names else None)
            cells: list[Cell] = [None] * len(columns)
            for key, terms in _values(bundle, subject).items():
                for place, column, labelled in places[key]:
                    cells[place] = _cell(bundle, terms, column, named=labelled)
            yield (*head, *(names.get(tag) for tag in extra), *cells)

    return Frame(name, title, (*heads, *columns), rows, meaning)


def _survey(bundle: Bundle, found: Iterable[NamedNode]) -> dict[_Key, Seen]:
    """Look at all values once to learn what the columns are."""
    seen: dict[_Key, Seen] = {}
    for subject in found:
        stated = {
            quad.predicate.value
            for graph in (CURATED, ONTOLOGY)
            for quad in bundle.dataset.store.quads_for_pattern(subject, None, None, graph)
        }
        for key, terms in _values(bundle, subject).items():
            entry = seen.setdefault(key, Seen())
            entry.several = entry.several or len(terms) > 1
            entry.derived = entry.derived and key[0] not in stated
            for term in terms:
                entry.add(term, bundle.labels.texts.__contains__)
    return seen


def _cell(bundle: Bundle, terms: Iterable[Term], column: Column, *, named: bool) -> Cell:
    if named:
        values: list[Scalar | None] = [_label(bundle, term) or short(term) for term in terms]
    else:
        values = [_fit(short(term), column) for term in terms]
    held = tuple(value for value in values if value is not None)
    return (held or None) if column.several else held[0] if held else None


def _values(bundle: Bundle, subject: Subject) -> dict[_Key, list[Term]]:
    values: dict[_Key, list[Term]] = {}
    for triple in bundle.triples(subject):
        about = triple.predicate.value
        if about not in _LEFT_OUT:
            tag = (triple.object.language or "") if isinstance(triple.object, Literal) else ""
            values.setdefault((about, tag), []).append(triple.object)
    return values


def _column_name(key: _Key, seen: Iterable[_Key]) -> str:
    about, tag = key
    local = snake(slug(about))
    # two properties of one local name are told apart by their prefixes
    clash = any(other != about and snake(slug(other)) == local for other, _ in seen)
    if clash or local in ("id", "label", "label_zh", "label_fr", ""):
        local = snake(compact(about))
    return f"{local}_{snake(tag)}" if tag else local


def _definition(dataset: Dataset, about: str) -> str:
    found = dataset.store.quads_for_pattern(NamedNode(about), NamedNode(iri("skos:definition")), None, None)
    return min((quad.object.value for quad in found if isinstance(quad.object, Literal)), default="")


def classes(bundle: Bundle) -> list[str]:
    """List the classes that the ontology declares and that have direct instances, by IRI."""
    quads = bundle.dataset.store.quads_for_pattern(None, TYPE, NamedNode(iri("owl:Class")), None)
    found = sorted({quad.subject.value for quad in quads if not isinstance(quad.subject, BlankNode | Triple)})
    return [cls for cls in found if instances(bundle.dataset, cls)]


def frames(bundle: Bundle) -> list[Frame]:
    """Give all frames: classes by IRI, then queries by name; made once for all formats."""
    made: list[Frame] = bundle.memo.setdefault("frames", [])
    if not made:
        made += [_kept(class_frame(bundle, cls)) for cls in classes(bundle)]
        made += [query_frame(bundle, bundle.table(name)) for name in bundle.queries]
    return made


def _kept(frame: Frame) -> Frame:
    """Keep the rows of a small frame in memory; a large one makes them anew for each format."""
    rows = list(islice(frame.rows(), KEPT_ROWS + 1))
    return frame if len(rows) > KEPT_ROWS else replace(frame, source=lambda: iter(rows))
