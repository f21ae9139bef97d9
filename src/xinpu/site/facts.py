"""Facts: the whole graph once as Python dictionaries, and what the ontology says of its classes and properties.

It knows the machinery of claims (``xp:Claim``, ``xp:about``, ``xp:source`` …) and no term of the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from xinpu.layout import XP
from xinpu.queries import Library, run
from xinpu.store import Source
from xinpu.terms import Literal, NamedNode, Term, iri, text_of

Properties = dict[str, list[Term]]

RDF_TYPE: Final = iri("rdf:type")
SUBCLASS: Final = iri("rdfs:subClassOf")
SUBPROPERTY: Final = iri("rdfs:subPropertyOf")
CLAIM: Final = XP + "Claim"
ENTITY: Final = XP + "Entity"
EMPTY: Final[Properties] = {}


def term_key(term: Term) -> tuple[int, str, str, str]:
    """Order terms: IRIs, then literals by text, language and type."""
    if isinstance(term, Literal):
        return 1, term.value, term.language or "", term.datatype.value
    return 0, text_of(term), "", ""


@dataclass
class Facts:
    """Subjects with their properties, and the roles that the ontology gives to classes and properties."""

    things: dict[str, Properties] = field(default_factory=dict)
    curated: frozenset[str] = frozenset()
    """Subjects that stand in the curated graph."""

    @classmethod
    def read(cls, library: Library, source: Source) -> Facts:
        """Read the three graphs through the site's own queries."""
        things: dict[str, Properties] = {}
        curated: frozenset[str] = frozenset()
        for name in ("ontology", "curated", "derived"):
            before = set(things)
            for subject, predicate, value in run(library.get(f"site/{name}"), source).rows:
                if value is not None:
                    properties = things.setdefault(text_of(subject), {})
                    properties.setdefault(text_of(predicate), []).append(value)
            if name == "curated":
                curated = frozenset(things.keys() - before)
        for properties in things.values():
            for values in properties.values():
                if len(values) > 1:
                    values.sort(key=term_key)
        return cls(dict(sorted(things.items())), curated)

    def of(self, subject: str) -> Properties:
        """Give the properties of a subject; none if nothing is known of it."""
        return self.things.get(subject, EMPTY)

    def values(self, subject: str, predicate: str) -> list[Term]:
        """Give the values of one property, in a fixed order."""
        return self.of(subject).get(predicate, [])

    def value(self, subject: str, predicate: str) -> Term | None:
        """Give the first value of a property."""
        found = self.of(subject).get(predicate)
        return found[0] if found else None

    def text(self, subject: str, predicate: str) -> str:
        """Give the first value of a property as text, empty if there is none."""
        return text_of(self.value(subject, predicate))

    @cached_property
    def classes(self) -> dict[str, frozenset[str]]:
        """Each class with all its superclasses, itself included."""
        return self._closure(SUBCLASS)

    @cached_property
    def properties(self) -> dict[str, frozenset[str]]:
        """Each property with all its superproperties, itself included."""
        return self._closure(SUBPROPERTY)

    def _closure(self, predicate: str) -> dict[str, frozenset[str]]:
        parents = {s: [text_of(o) for o in p[predicate]] for s, p in self.things.items() if predicate in p}
        closed: dict[str, frozenset[str]] = {}
        for start in self.things:
            if start not in parents and not start.startswith(XP):
                continue
            seen = {start}
            todo = [start]
            while todo:
                for parent in parents.get(todo.pop(), ()):
                    if parent not in seen:
                        seen.add(parent)
                        todo.append(parent)
            closed[start] = frozenset(seen)
        return closed

    def is_a(self, kind: str, parent: str) -> bool:
        """Tell whether a class is another or below it."""
        return kind == parent or parent in self.classes.get(kind, ())

    @cached_property
    def entities(self) -> dict[str, tuple[str, ...]]:
        """Entities of the curated graph with their declared classes."""
        return self._individuals(ENTITY)

    @cached_property
    def claims(self) -> dict[str, tuple[str, ...]]:
        """Claims of the curated graph with their declared classes."""
        return self._individuals(CLAIM)

    def _individuals(self, parent: str) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        below = {kind for kind, above in self.classes.items() if parent in above}
        for subject in self.things:
            if subject in self.curated:
                kinds = tuple(t for t in map(text_of, self.values(subject, RDF_TYPE)) if t in below)
                if kinds:
                    found[subject] = kinds
        return found

    def kind(self, subject: str) -> str:
        """Give the most special class of an entity or claim."""
        kinds = self.entities.get(subject) or self.claims.get(subject) or ()
        return min(kinds, key=lambda kind: (-len(self.classes.get(kind, ())), kind), default="")

    @cached_property
    def by_main_subject(self) -> dict[str, list[str]]:
        """Claims by the entity on whose page they stand."""
        found: dict[str, list[str]] = {}
        for claim in self.claims:
            found.setdefault(self.text(claim, XP + "mainSubject"), []).append(claim)
        return found

    @cached_property
    def mentions(self) -> dict[str, dict[str, list[str]]]:
        """Entity -> role, source, period or predicate -> claims that name it there, but stand on another page."""
        found: dict[str, dict[str, list[str]]] = {}
        apart = {XP + "mainSubject", RDF_TYPE}
        for claim in self.claims:
            main = self.text(claim, XP + "mainSubject")
            about = XP + "about"
            named: set[str] = {main}
            for name, values in sorted(self.of(claim).items(), key=lambda item: (item[0] == about, item[0])):
                if name in apart:
                    continue
                for value in values:
                    if not isinstance(value, NamedNode) or value.value not in self.entities:
                        continue
                    if value.value == main or (name == about and value.value in named):
                        continue
                    named.add(value.value)
                    role = self.text(claim, iri("rdf:predicate")) if name == iri("rdf:object") else name
                    found.setdefault(value.value, {}).setdefault(role, []).append(claim)
        return found

    @cached_property
    def disagreements(self) -> dict[str, list[str]]:
        """Derived disagreements with their claims, the leading one first."""
        found: dict[str, list[str]] = {}
        for subject, properties in self.things.items():
            if XP + "claim" in properties:
                found[subject] = sorted(map(text_of, properties[XP + "claim"]), key=self.precedence)
        return found

    @cached_property
    def opponents(self) -> dict[str, frozenset[str]]:
        """Claim -> the claims that contradict it."""
        found: dict[str, set[str]] = {}
        for claims in self.disagreements.values():
            for claim in claims:
                found.setdefault(claim, set()).update(claims)
        return {claim: frozenset(others - {claim}) for claim, others in found.items()}

    def precedence(self, claim: str) -> tuple[str, str]:
        """Order claims of one key: the smallest leads."""
        return self.text(claim, XP + "precedence") or "~", claim

    @cached_property
    def backlinks(self) -> dict[str, dict[str, list[str]]]:
        """Entity -> property -> entities whose own description (not a claim) points at it."""
        found: dict[str, dict[str, list[str]]] = {}
        entities = self.entities
        direct = self.stated
        for subject in entities:
            for predicate, values in self.of(subject).items():
                if predicate in direct or predicate == RDF_TYPE:
                    continue
                for value in values:
                    if isinstance(value, NamedNode) and value.value in entities and value.value != subject:
                        found.setdefault(value.value, {}).setdefault(predicate, []).append(subject)
        return found

    @cached_property
    def stated(self) -> frozenset[str]:
        """Properties that only statements assert; as direct triples they are derived."""
        return frozenset(s for s, p in self.things.items() if XP + "singleValued" in p)

    @cached_property
    def newest_reading(self) -> str:
        """The newest day on which a source was read: what the project calls today."""
        return max((self.text(s, XP + "readOn") for s in self.entities if XP + "readOn" in self.of(s)), default="")

    @cached_property
    def terms(self) -> Mapping[str, list[str]]:
        """Terms of the ontology by the kind of their page: class, property, concept."""
        kinds: dict[str, list[str]] = {"class": [], "property": [], "concept": []}
        owl, skos = iri("owl:Class"), iri("skos:inScheme")
        for subject, properties in self.things.items():
            if subject in self.curated or not subject.startswith(XP):
                continue
            types = {text_of(kind) for kind in properties.get(RDF_TYPE, ())}
            if owl in types:
                kinds["class"].append(subject)
            elif any(kind.endswith("Property") for kind in types):
                kinds["property"].append(subject)
            elif skos in properties:
                kinds["concept"].append(subject)
        return kinds

    @cached_property
    def narrower(self) -> Mapping[str, list[str]]:
        """Class or property -> those declared directly below it."""
        found: dict[str, list[str]] = {}
        for name in (*self.terms["class"], *self.terms["property"]):
            for predicate in (SUBCLASS, SUBPROPERTY):
                for parent in self.values(name, predicate):
                    found.setdefault(text_of(parent), []).append(name)
        return found

    @cached_property
    def members(self) -> Mapping[str, list[str]]:
        """Class -> entities declared as its members."""
        found: dict[str, list[str]] = {}
        for subject, kinds in self.entities.items():
            for kind in kinds:
                found.setdefault(kind, []).append(subject)
        return found

    def count(self, parent: str) -> int:
        """Count the entities of a class and its subclasses."""
        return sum(any(self.is_a(kind, parent) for kind in kinds) for kinds in self.entities.values())


def texts(values: Iterable[Term]) -> dict[str, str]:
    """Give language-tagged literals as language (lower case) -> text."""
    found: dict[str, str] = {}
    for value in values:
        if isinstance(value, Literal):
            found.setdefault((value.language or "").lower(), value.value)
    return found
