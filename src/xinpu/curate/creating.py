"""``xinpu new``: one block for a new entity, source or claim, in the right file and form.

What kinds and properties there are, and what a property may hold, is read from the ontology. A value that names a
thing must name one that exists. Nothing that stands is changed; where a property is missing or unknown nothing is
written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xinpu.curate import blocks
from xinpu.curate.blocks import Block, Document, Pair, Section
from xinpu.curate.drafting import date_literal
from xinpu.curate.formatting import ORDER
from xinpu.errors import UsageError
from xinpu.layout import CONTENT_LANGUAGE, ID, XP, Project
from xinpu.store import Dataset, Term, load_strict
from xinpu.terms import Literal, NamedNode, expand, iri, slug, text_of

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CLAIM: Final = ("xp:status", "xp:basis", "xp:source")


@dataclass(frozen=True)
class Created:
    """The block that was written: its slug, its file and its text."""

    slug: str
    path: Path
    text: str


def kinds(project: Project) -> dict[str, str]:
    """Give the name of each kind, such as ``market-share``, and the IRI of its class, A to Z."""
    return _kinds(load_strict(project))


def create(
    project: Project,
    kind: str,
    values: Values[str, Sequence[str]],
    *,
    name: str | None = None,
    file: Path | None = None,
    write: bool = True,
) -> Created:
    """Make a block of a kind (``chip``, ``ownership``, ``source`` …) and put it into its file.

    ``values`` maps a property (``xp:value`` or just ``value``) to its values: slugs or compact names of things,
    numbers, dates, and texts, with their language as in ``en:Baidu``. ``name`` is the slug; claims get one from
    their subject.
    The file is that of the subject, or ``file``. Raises UsageError with what to give instead.
    """
    dataset = load_strict(project)
    known = _kinds(dataset)
    if kind not in known:
        close = ", ".join(entry for entry in known if entry.startswith(kind[:3])) or ", ".join(known)
        raise UsageError(f"there is no kind {kind}", remedy=f"Kinds are: {close}.")
    claim = dataset.ask(f"ASK {{ <{known[kind]}> <{iri('rdfs:subClassOf')}>+ <{XP}Claim> }}")
    pairs: list[Pair] = [(iri("rdf:type"), NamedNode(known[kind]))]
    for key, texts in values.items():
        predicate = _property(dataset, key)
        pairs += [(predicate, _value(dataset, predicate, text)) for text in texts]
    if claim:
        pairs += _claim_rest(dataset, pairs)
    subject = name or (_claim_slug(dataset, known[kind], kind, pairs) if claim else "")
    if not _SLUG.fullmatch(subject):
        raise UsageError(f"{subject!r} is no slug", remedy="Give a name of lower-case letters, digits and hyphens.")
    if dataset.place(ID + subject) is not None:
        raise UsageError(f"id:{subject} exists already", remedy="Choose another name; blocks are never overwritten.")
    path = file or project.root / _home(dataset, project, subject, pairs, claim)
    text = blocks.write_block(ID + subject, pairs, ORDER)
    if write:
        _insert(project, path, Block(ID + subject, pairs), claim)
    return Created(subject, path, text)


def _kinds(dataset: Dataset) -> dict[str, str]:
    rows = dataset.select(
        f"SELECT DISTINCT ?class WHERE {{ VALUES ?top {{ <{XP}Entity> <{XP}Claim> }}"
        f" ?class <{iri('rdfs:subClassOf')}>* ?top"
        f" FILTER NOT EXISTS {{ ?below <{iri('rdfs:subClassOf')}> ?class }} }} ORDER BY ?class"
    ).rows
    extra = [XP + name for name in ("Organisation",)]
    names = [text_of(cell) for (cell,) in rows] + extra
    return dict(
        sorted(
            (re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", slug(name)).lower(), name) for name in names
        )
    )


def _property(dataset: Dataset, key: str) -> str:
    """Find a declared property by its compact or bare name."""
    prefixes = ("xp", "skos", "dcterms", "schema", "rdf", "prov")
    candidates = [expand(key)] if ":" in key else [iri(f"{prefix}:{key}") for prefix in prefixes]
    for candidate in candidates:
        if candidate and (_exists(dataset, candidate) if candidate.startswith(XP) else candidate in ORDER):
            return candidate
    raise UsageError(f"there is no property {key}", remedy="Use a property of ontology/xinpu.ttl, such as xp:value.")


def _value(dataset: Dataset, predicate: str, text: str) -> Term:
    """Make a term that fits the property's range; things must exist."""
    ranges = {
        text_of(cell)
        for (cell,) in dataset.select(f"SELECT ?r WHERE {{ <{predicate}> <{iri('rdfs:range')}> ?r }}").rows
    }
    kinds_of = {text_of(cell) for (cell,) in dataset.select(f"SELECT ?k WHERE {{ <{predicate}> a ?k }}").rows}
    if predicate in (iri("schema:url"), iri("xp:website")):
        if not re.match(r"(?:https?://|pkg:)\S+$", text):
            raise UsageError(f"{text!r} is no address", remedy="Give one with http, https or pkg.")
        return NamedNode(text)
    tagged = re.match(r"(en|zh|fr|zh-Hans|zh-Hant):(.+)", text, re.DOTALL)
    if tagged and not kinds_of & {iri("owl:ObjectProperty")}:
        return Literal(tagged[2], language=CONTENT_LANGUAGE.get(tagged[1], tagged[1]))
    found = expand(text) or next(
        (base + text for base in (ID, XP) if re.fullmatch(r"[\w-]+", text) and _exists(dataset, base + text)), None
    )
    if found is not None:
        if found.startswith((ID, XP)) and not _exists(dataset, found):
            raise UsageError(f"{text} does not exist", remedy="Add it first, or mend the name.")
        return NamedNode(found)
    if kinds_of & {iri("owl:ObjectProperty")}:
        raise UsageError(f"{text!r} names nothing for {slug(predicate)}", remedy="Give a slug such as baidu.")
    if iri("xsd:string") not in ranges and iri("rdf:langString") not in ranges:
        if (date := date_literal(text)) is not None:
            number = predicate in (iri("xp:value"), iri("xp:minimum"), iri("xp:maximum"))
            return Literal(text, datatype=NamedNode(iri("xsd:integer"))) if number else date
        if re.fullmatch(r"-?\d+", text):
            return Literal(text, datatype=NamedNode(iri("xsd:integer")))
        if re.fullmatch(r"-?\d*\.\d+", text):
            return Literal(text, datatype=NamedNode(iri("xsd:decimal")))
    return Literal(text, language="en") if iri("rdf:langString") in ranges else Literal(text)


def _exists(dataset: Dataset, name: str) -> bool:
    return dataset.ask(f"ASK {{ <{name}> ?p ?o }}")


def _claim_rest(dataset: Dataset, pairs: list[Pair]) -> list[Pair]:
    """Add the day of recording (the newest in the graph), and see that a claim says state, ground and source."""
    have = {predicate for predicate, _ in pairs}
    missing = [name for name in _CLAIM if iri(name) not in have]
    if missing:
        raise UsageError(
            f"a claim needs {', '.join(missing)}", remedy="Say what became of it, how we know, and who says."
        )
    if iri("xp:recordedOn") in have:
        return []
    rows = dataset.select(f"SELECT (MAX(?day) AS ?newest) WHERE {{ ?x <{iri('xp:recordedOn')}> ?day }}").rows
    newest = rows[0][0] if rows else None
    if newest is None:
        raise UsageError("the graph has no claim yet to take a date from", remedy="Give xp:recordedOn.")
    return [(iri("xp:recordedOn"), newest)]


def _claim_slug(dataset: Dataset, kind_iri: str, kind: str, pairs: list[Pair]) -> str:
    role = dataset.select(
        f"SELECT ?role WHERE {{ <{kind_iri}> <{iri('rdfs:subClassOf')}>* ?above ."
        f" ?above <{iri('xp:mainRole')}> ?role }}"
    ).rows
    wanted = text_of(role[0][0]) if role else iri("xp:about")
    main = next((text_of(term) for predicate, term in pairs if predicate == wanted), "")
    if not main.startswith(ID):
        raise UsageError(f"a {kind} needs {slug(wanted)}", remedy="Say what the claim is about.")
    base, number = f"{main.removeprefix(ID)}-{kind}", 1
    while dataset.place(f"{ID}{base}-{number}") is not None:
        number += 1
    return f"{base}-{number}"


def _home(dataset: Dataset, project: Project, subject: str, pairs: list[Pair], claim: bool) -> str:
    graph = project.relative(project.graph)
    if not claim:
        types = {text_of(term) for predicate, term in pairs if predicate == iri("rdf:type")}
        if XP + "Company" in types:
            return f"{graph}/companies/{subject}.ttl"
        if XP + "Source" in types:
            year = next((text_of(t)[:4] for p, t in pairs if p == iri("dcterms:issued")), "undated")
            return f"{graph}/sources/{year}.ttl"
        rows = dataset.select(f"SELECT ?x WHERE {{ ?x a <{sorted(types)[0]}> }} ORDER BY ?x LIMIT 1").rows
        place = dataset.place(text_of(rows[0][0])) if rows else None
        if place is None:
            raise UsageError("no file is known for this kind", remedy="Name one with --file.")
        return place[0]
    for _, term in pairs:
        if isinstance(term, NamedNode) and term.value.startswith(ID):
            place = dataset.place(term.value)
            if place is not None and "/sources/" not in place[0]:
                return place[0]
    raise UsageError("the claim names nothing that has a file", remedy="Say what it is about.")


def _insert(project: Project, path: Path, block: Block, claim: bool) -> None:
    if path.is_file():
        document = blocks.read(path, project.relative(path))
    else:
        document = Document("", [Section(""), Section("Entities"), Section("Claims")])
    titled = {section.title: section for section in document.sections}
    section = titled.get("Claims" if claim else "Entities") or document.sections[-1]
    section.blocks.append(block)
    document.sections = [entry for entry in document.sections if entry.blocks or entry.comment or not entry.title]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(blocks.write(document, ORDER), encoding="utf-8")
