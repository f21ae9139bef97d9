"""Every name that a file uses must exist: terms in the ontology, individuals in the graph."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

from xinpu.checks.close import close_remedy
from xinpu.checks.facts import Facts
from xinpu.checks.findings import Finding, finding, shown
from xinpu.checks.scan import RDF_TYPE, Use, scan
from xinpu.layout import ID, NAMESPACES, XP
from xinpu.store import ONTOLOGY, Dataset
from xinpu.terms import NamedNode

OWN: Final = (XP, NAMESPACES["xps"], NAMESPACES["unit"])
"""Namespaces whose every used name must be declared in ``ontology/``."""

_PROPERTY: Final = frozenset(
    NAMESPACES[prefix] + name
    for prefix, name in (
        ("rdf", "Property"),
        ("owl", "ObjectProperty"),
        ("owl", "DatatypeProperty"),
        ("owl", "AnnotationProperty"),
        ("owl", "OntologyProperty"),
    )
)
_CLASS: Final = frozenset(
    NAMESPACES[prefix] + name for prefix, name in (("owl", "Class"), ("rdfs", "Class"), ("rdfs", "Datatype"))
)
_KINDS: Final = {
    "subject": "term",
    "predicate": "property",
    "class": "class",
    "object": "concept",
    "datatype": "datatype",
}


@dataclass
class Vocabulary:
    """The terms of ``ontology/``: which exist, which are properties, which are classes."""

    declared: frozenset[str]
    properties: frozenset[str]
    classes: frozenset[str]
    mentioned: frozenset[str] = field(default_factory=frozenset)
    """Every name that ontology and shapes use: what a foreign term needs to be allowed in the graph."""

    @cached_property
    def usable(self) -> dict[str, frozenset[str]]:
        """Names that could have been meant, by the role that they stand in."""
        foreign = frozenset(iri for iri in self.mentioned if not iri.startswith(OWN))
        return {
            "predicate": self.properties | foreign,
            "class": self.classes,
            "object": self.concepts | self.properties,
        }

    @cached_property
    def concepts(self) -> frozenset[str]:
        """What is neither property nor class."""
        return self.declared - self.properties - self.classes

    @classmethod
    def of(cls, dataset: Dataset, ontology: Iterable[Facts]) -> Vocabulary:
        """Read the ontology's graph, and the names in its files and in the shapes."""
        types: dict[str, set[str]] = {}
        for quad in dataset.store.quads_for_pattern(None, NamedNode(RDF_TYPE), None, ONTOLOGY):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
                types.setdefault(quad.subject.value, set()).add(quad.object.value)
        subjects: set[str] = set()
        mentioned: set[str] = set()
        for entry in ontology:
            subjects.update(entry.typed)
            mentioned.update(entry.predicates, entry.classes, entry.objects, entry.datatypes)
        return cls(
            declared=frozenset(subjects),
            properties=frozenset(iri for iri, kinds in types.items() if kinds & _PROPERTY),
            classes=frozenset(iri for iri, kinds in types.items() if kinds & _CLASS),
            mentioned=frozenset(mentioned | subjects),
        )

    def problem(self, iri: str, role: str, *, curated: bool) -> str | None:
        """Say why a name may not stand in a role; None if it may."""
        if iri.startswith(ID):
            return None if role == "object" else f"is an individual, not a {_KINDS[role]}"
        own = iri.startswith(OWN)
        if own and iri not in self.declared:
            return f"is not a declared {_KINDS[role]}"
        if own and role == "predicate" and iri not in self.properties:
            return f"is a {'class' if iri in self.classes else 'concept'}, not a property"
        if own and role == "class" and iri not in self.classes and not iri.startswith(NAMESPACES["unit"]):
            return f"is a {'property' if iri in self.properties else 'concept'}, not a class"
        if own or role in ("subject", "object"):
            return None
        known = _standard(iri)
        if known is False or (curated and not known and iri not in self.mentioned):
            return f"is not a {_KINDS[role]} that the project knows"
        return None

    def candidates(self, role: str) -> frozenset[str]:
        """Names that could have been meant in a role."""
        return self.usable.get(role, self.declared)


def _standard(iri: str) -> bool | None:
    """Tell whether a standard vocabulary has the term; None if the vocabulary is not known."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    terms = _terms(iri[:cut])
    return None if terms is None else iri in terms


@cache
def _terms(namespace: str) -> frozenset[str] | None:
    from rdflib import namespace as known

    for name in ("DCTERMS", "ORG", "OWL", "PROV", "RDF", "RDFS", "SDO", "SH", "SKOS", "TIME", "VANN", "XSD"):
        vocabulary = getattr(known, name)
        if str(vocabulary._NS) == namespace:
            names = {str(vocabulary[name]) for name in vocabulary._extras}
            return frozenset(names.union(str(term) for term in dir(vocabulary)))
    return None


def undeclared(
    files: Mapping[str, Facts], texts: Mapping[str, str], vocabulary: Vocabulary, *, curated: bool
) -> Iterator[Finding]:
    """Find the terms of some files that are not declared or stand in the wrong role."""
    for path, entry in files.items():
        wrong: dict[tuple[str, str], str] = {}
        for role, names in (
            ("subject", [] if curated else sorted({iri for iri, _, _ in entry.subjects if iri.startswith(OWN)})),
            ("predicate", entry.predicates),
            ("class", entry.classes),
            ("object", entry.objects),
            ("datatype", entry.datatypes),
        ):
            for iri in names:
                if problem := vocabulary.problem(iri, role, curated=curated):
                    wrong[role, iri] = problem
        if not wrong:
            continue
        remedies = {key: _term_remedy(*key, vocabulary) for key in wrong}
        yield from _at_uses(
            path,
            texts[path],
            lambda use, wrong=wrong: wrong.get((use.role, use.iri)),  # type: ignore[misc]
            "undeclared-term",
            lambda use, remedies=remedies: remedies[use.role, use.iri],  # type: ignore[misc]
        )


def dangling(files: Mapping[str, Facts], texts: Mapping[str, str], described: Collection[str]) -> Iterator[Finding]:
    """Find individuals that are used but nowhere described."""
    described = described if isinstance(described, frozenset) else frozenset(described)
    for path, entry in files.items():
        missing = {iri for iri in entry.objects if iri.startswith(ID) and iri not in described}
        if not missing:
            continue
        remedies = {iri: close_remedy(iri, described, "Describe it in graph/.") for iri in sorted(missing)}
        yield from _at_uses(
            path,
            texts[path],
            lambda use, missing=missing: (  # type: ignore[misc]
                "is used here but nowhere described" if use.role == "object" and use.iri in missing else None
            ),
            "dangling-reference",
            lambda use, remedies=remedies: remedies[use.iri],  # type: ignore[misc]
        )


def _at_uses(
    path: str, text: str, problem: Callable[[Use], str | None], rule: str, remedy: Callable[[Use], str]
) -> Iterator[Finding]:
    for use in scan(text):
        if (wrong := problem(use)) is not None:
            yield finding(
                (path, use.line),
                "error",
                rule,
                f"`{shown(use.token)}` {wrong}",
                remedy(use),
                node=use.subject or None,
                value=use.token,
                predicate=use.predicate or None,
            )


def _term_remedy(role: str, iri: str, vocabulary: Vocabulary) -> str:
    return close_remedy(iri, vocabulary.candidates(role), f"Declare the {_KINDS[role]} in ontology/.")
