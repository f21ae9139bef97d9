"""What ``show``, ``stats`` and query tables look like in a terminal."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from rich.text import Text

from xinpu.cli.console import links_wanted, out, show_table
from xinpu.errors import UsageError
from xinpu.i18n import clean, translations
from xinpu.layout import ID, XP, Project
from xinpu.pages import Plan
from xinpu.queries import Library, run
from xinpu.site.facts import Facts
from xinpu.site.views import Views
from xinpu.site.words import ClaimView, Value
from xinpu.store import Dataset, Solutions
from xinpu.terms import Labels, Literal, NamedNode, Term, compact, iri, plain, slug, text_of

NAMES = ("skos:prefLabel", "skos:altLabel", "xp:legalName", "xp:formerName", "xp:ticker")


def show_solutions(answer: Solutions, labels: Labels) -> None:
    """Print rows as a table: names instead of IRIs, numbers to the right."""
    numbers = frozenset(
        name
        for index, name in enumerate(answer.variables)
        if (cells := [row[index] for row in answer.rows if row[index] is not None])
        and all(isinstance(cell, Literal) and not isinstance(plain(cell), str) for cell in cells)
    )
    linked = links_wanted()
    rows = [[_cell(cell, labels, linked) for cell in row] for row in answer.rows]
    show_table(answer.variables, rows, numbers=numbers)


def _cell(cell: Term | None, labels: Labels, linked: bool) -> Text:
    if isinstance(cell, NamedNode):
        name = clean(labels.text(cell)) if cell.value in labels.texts else slug_or_iri(cell)
        return Text(name, style=f"link {cell.value}" if linked and cell.value.startswith("http") else "")
    return Text(clean(text_of(cell)))


def slug_or_iri(term: NamedNode) -> str:
    """Give the slug of an individual of the graph, else the compact name."""
    return slug(term) if term.value.startswith(ID) else compact(term)


def find_entity(facts: Facts, name: str) -> str:
    """Find an entity by slug or by any of its names; raises UsageError with close ones."""
    if ID + name in facts.entities:
        return ID + name
    names: dict[str, set[str]] = {}
    for subject in facts.entities:
        for predicate in NAMES:
            for value in facts.values(subject, iri(predicate)):
                names.setdefault(text_of(value).casefold(), set()).add(subject)
    wanted = name.strip().casefold()
    found = names.get(wanted, set())
    if len(found) == 1:
        return next(iter(found))
    if len(found) > 1:
        raise UsageError(f"{name!r} names several things", remedy=f"Choose one of {_slugs(found)}.")
    slugs = {slug(subject): subject for subject in facts.entities}
    parts = {
        subject for known, subjects in names.items() if len(wanted) > 1 and wanted in known for subject in subjects
    }
    close = [
        *difflib.get_close_matches(name.lower(), list(slugs), n=3, cutoff=0.6),
        *(slug(s) for match in difflib.get_close_matches(wanted, list(names), n=3, cutoff=0.6) for s in names[match]),
        *sorted(map(slug, parts))[:5],
    ]
    choice = list(dict.fromkeys(close))[:5]
    remedy = f"Did you mean {', '.join(choice)}?" if choice else "`xinpu query companies/all` lists companies."
    raise UsageError(f"there is no {name!r} in the graph", remedy=remedy)


def _slugs(subjects: Iterable[str]) -> str:
    return ", ".join(sorted(map(slug, subjects)))


def show_entity(project: Project, dataset: Dataset, library: Library, name: str, language: str) -> None:
    """Print an entity: names, claims by kind with value, time, status, basis, confidence and sources, disagreements."""
    facts = Facts.read(library, dataset)
    subject = find_entity(facts, name)
    views = Views(facts, Labels.of(dataset), Plan((), {}, {}, frozenset()), translations(project, language))
    console = out()
    kinds = ", ".join(views.label(kind).text for kind in facts.entities[subject])
    console.print(Text(f"{views.label(subject)}", style="bold"), Text(f"({kinds}) id:{slug(subject)}", style="dim"))
    for title, names in views.names(subject):
        console.print(Text(f"  {title}: {'; '.join(entry.text for entry in names)}"))
    own = views.claims(facts.by_main_subject.get(subject, []))
    numbers: dict[str, int] = {}
    _show_claims(views, own, numbers, subject)
    about = [claim for claim in facts.claims if subject in map(text_of, facts.values(claim, XP + "about"))]
    shown = {claim.iri for claim in own}
    others = views.claims(claim for claim in about if claim not in shown)
    if others:
        console.print(Text("\n" + "Said elsewhere of it", style="bold underline"))
        _show_claims(views, others, numbers, subject)
    _show_linked(views, subject, numbers)
    if numbers:
        console.print(Text("\n" + "Sources", style="bold"))
    for source, number in numbers.items():
        view = views.source(source)
        parts = [view.title.text, view.publisher.name.text if view.publisher else "", view.issued, view.tier.text]
        console.print(Text(f"  [{number}] {', '.join(part for part in parts if part)}"))
        if address := view.url or view.pkg:
            console.print(Text(f"      {address}", style="dim"))


def _show_claims(views: Views, claims: list[ClaimView], numbers: dict[str, int], subject: str) -> None:
    console = out()
    heading = ""
    for claim in sorted(claims, key=lambda c: (c.kind_name.text, c.what.text, c.day, c.iri)):
        if claim.kind_name.text != heading:
            heading = claim.kind_name.text
            console.print(Text(f"\n{heading}", style="bold"))
        line = Text("  ")
        if claim.subject.iri != subject:
            line.append(f"{claim.subject}: ", style="italic")
        line.append(f"{claim.what}: " if claim.what.text != heading else "")
        line.append(_value(claim.value), style="bold")
        ends = [f"{role}: {ref}" for role, ref in claim.roles if ref.iri != subject]
        extra = [
            *ends,
            *(f"{key}: {value}" for key, value in claim.qualifiers),
            *([str(claim.when)] if claim.when else []),
        ]
        estimator = [f"{views.label(XP + 'estimatedBy')} {claim.estimator}"] if claim.estimator else []
        state = [claim.status.text, claim.basis.text, f"{views.label(XP + 'confidence')}: {claim.confidence}"]
        marks = "".join(f"[{numbers.setdefault(source, len(numbers) + 1)}]" for source in claim.sources)
        line.append(f"  {', '.join([*extra, *estimator])}" if extra or estimator else "")
        line.append(f"  ({'; '.join(part for part in state if part)}) {marks} {claim.slug}", style="dim")
        console.print(line)
        for other in views.claims(claim.opponents):
            console.print(Text(f"      ≠ {_value(other.value)} {other.slug}", style="yellow"))
        if claim.rank in ("Deprecated", "Preferred"):
            console.print(Text(f"      {claim.rank.lower()}: {claim.rank_reason}", style="dim"))
        if claim.note:
            console.print(Text(f"      {claim.note}", style="dim"))


def _show_linked(views: Views, subject: str, numbers: dict[str, int]) -> None:
    """Print the things whose statements name the entity (its chips, platforms, subsidiaries), with their statements."""
    facts = views.facts
    predicate, target = iri("rdf:predicate"), iri("rdf:object")
    linked: dict[str, list[str]] = {}
    for claims in facts.mentions.get(subject, {}).values():
        for claim in claims:
            if text_of(facts.value(claim, target)) == subject:
                linked.setdefault(facts.text(claim, XP + "mainSubject"), []).append(claim)
    if not linked:
        return
    console = out()
    console.print(Text("\n" + "Things that name it", style="bold underline"))
    for ref in views.sort_refs(linked):
        console.print(Text(f"  {ref} "), Text(f"id:{slug(ref.iri)}", style="dim"))
        stated = [c for c in facts.by_main_subject.get(ref.iri, ()) if facts.text(c, predicate)]
        for view in sorted(views.claims(stated), key=lambda c: (c.what.text, c.iri)):
            marks = "".join(f"[{numbers.setdefault(source, len(numbers) + 1)}]" for source in view.sources)
            line = Text(f"      {view.what}: {_value(view.value)} ")
            line.append(f"{marks} {view.slug}", style="dim")
            console.print(line)


def _value(value: Value | None) -> str:
    if value is None:
        return ""
    return f"{value.bound} {value.text}" if value.bound else value.text.text


def show_stats(dataset: Dataset, library: Library) -> None:
    """Print how many individuals each class has, how claims are supported, and the size of each graph."""
    facts = Facts.read(library, dataset)
    labels = Labels.of(dataset)
    for title, individuals in (("entities", facts.entities), ("claims", facts.claims)):
        counts: dict[str, int] = {}
        for kinds in individuals.values():
            for kind in kinds:
                counts[kind] = counts.get(kind, 0) + 1
        rows = [(labels.text(kind), str(count)) for kind, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]
        show_table((title, "count"), [*rows, ("all", str(len(individuals)))], numbers=frozenset({"count"}))
        out().print()
    coverage = [name for name in library.names() if name.startswith("coverage/")]
    for name in coverage:
        table = run(library.get(name), dataset)
        out().print(Text(library.get(name).summary.get("en", name), style="bold"))
        show_solutions(Solutions(table.columns, table.rows), labels)
        out().print()
    sizes = [(name, str(sum(1 for _ in dataset.triples(NamedNode(graph))))) for name, graph in _graphs()]
    show_table(("graph", "triples"), sizes, numbers=frozenset({"triples"}))


def _graphs() -> list[tuple[str, str]]:
    from xinpu.layout import GRAPH_CURATED, GRAPH_DERIVED, GRAPH_ONTOLOGY

    return [("ontology", GRAPH_ONTOLOGY), ("curated", GRAPH_CURATED), ("derived", GRAPH_DERIVED)]
