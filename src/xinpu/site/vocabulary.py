"""The ontology as its pages show it: each term with its place, its shape in words, and the claims that use it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from xinpu.checks.outline import Ask, Outline, inherited
from xinpu.i18n import sort_key
from xinpu.layout import XP
from xinpu.pages import Plan
from xinpu.queries import Query
from xinpu.site.facts import RDF_TYPE, Facts
from xinpu.site.tables import question
from xinpu.site.views import Views
from xinpu.site.words import ClaimView, Ref, Text
from xinpu.terms import iri, slug, text_of

EXAMPLES: Final = 8
"""Claims or entities that a term's page shows."""

_IN_SCHEME: Final = iri("skos:inScheme")
_APART: Final = frozenset(
    map(iri, ("rdfs:label", "skos:prefLabel", "skos:altLabel", "skos:definition", "skos:example", "skos:scopeNote"))
) | {iri("rdfs:isDefinedBy")}
_TERM: Final = re.compile(r"\bxp:([A-Za-z]\w*)")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a shape in words."""

    on: Ref
    """The class that asks."""
    names: tuple[Text | Ref, ...]
    """The property, or those that count together."""
    least: int
    most: int | None
    firm: bool
    values: tuple[Text | Ref, ...]
    words: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A term in the hierarchy, with what lies directly below it."""

    ref: Ref
    count: int
    below: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TermView:
    """A term of the ontology."""

    iri: str
    slug: str
    href: str
    label: Text
    labels: tuple[Text, ...]
    definition: Text
    example: Text
    scope: Text
    rows: tuple[tuple[Text, tuple[Text | Ref, ...]], ...]
    count: int
    above: tuple[Ref, ...]
    """What it is a kind of, the most general first."""
    below: tuple[Node, ...]
    shape: tuple[Rule, ...]
    """What is asked of its members, or, for a property, of those that carry it."""
    rules: tuple[Text, ...]
    closed: bool
    members: tuple[Ref, ...]
    claims: tuple[ClaimView, ...]
    """Some of the claims that use it, at most one a subject."""
    queries: tuple[Ref, ...]
    """Library queries that use it."""


@dataclass
class Uses:
    """Where terms are used, whatever the language; made once for all."""

    facts: Facts
    queries: Mapping[str, Query]
    outlines: Mapping[str, Outline]

    @cached_property
    def usage(self) -> Mapping[str, int]:
        """How often each term is used: members of a class or of one below it, uses of a property or concept.

        Only what is said of curated subjects counts.
        """
        found: dict[str, int] = {}
        for subject in self.facts.curated:
            for predicate, values in self.facts.of(subject).items():
                found[predicate] = found.get(predicate, 0) + len(values)
                names = [text_of(value) for value in values]
                if predicate == RDF_TYPE:
                    names = sorted({above for name in names for above in self.facts.classes.get(name, ())})
                for name in names:
                    if name.startswith(XP):
                        found[name] = found.get(name, 0) + 1
        return found

    @cached_property
    def claims(self) -> Mapping[str, list[str]]:
        """Term -> some claims that use it, one a subject, of the subjects of which most is said."""
        found: dict[str, dict[str, str]] = {}
        for subject, claims in sorted(self.facts.by_main_subject.items(), key=lambda item: (-len(item[1]), item[0])):
            for claim in sorted(claims, key=self.facts.precedence):
                for name in self._named(claim):
                    held = found.setdefault(name, {})
                    if len(held) < EXAMPLES:
                        held.setdefault(subject, claim)
        return {name: list(held.values()) for name, held in found.items()}

    def _named(self, claim: str) -> Iterator[str]:
        for predicate, values in self.facts.of(claim).items():
            yield predicate
            yield from (name for name in map(text_of, values) if name.startswith(XP))
        for kind in self.facts.claims[claim]:
            yield from self.facts.classes.get(kind, ())

    @cached_property
    def asked(self) -> Mapping[str, list[str]]:
        """Term -> names of the library queries whose text uses it."""
        found: dict[str, list[str]] = {}
        for name in sorted(self.queries):
            for local in sorted(set(_TERM.findall(self.queries[name].text))):
                found.setdefault(XP + local, []).append(name)
        return found

    @cached_property
    def askers(self) -> Mapping[str, list[Ask]]:
        """Property -> what the classes ask of it."""
        found: dict[str, list[Ask]] = {}
        for outline in self.outlines.values():
            for ask in outline.asks:
                for path in ask.paths:
                    found.setdefault(path, []).append(ask)
        return found


class Vocabulary:
    """The ontology in one language; each list is made once."""

    def __init__(self, views: Views, plan: Plan, uses: Uses) -> None:
        self.views = views
        self.facts: Facts = views.facts
        self.plan = plan
        self.uses = uses

    @cached_property
    def terms(self) -> Mapping[str, list[TermView]]:
        """Classes, properties and concepts, A to Z."""
        return {
            kind: sorted((self.term(name) for name in names), key=lambda t: (sort_key(t.label.text), t.iri))
            for kind, names in self.facts.terms.items()
        }

    @cached_property
    def schemes(self) -> list[tuple[Text, list[TermView]]]:
        """Concepts by their scheme, in the scheme's order."""
        found: dict[str, list[TermView]] = {}
        for term in self.terms["concept"]:
            for scheme in self.facts.values(term.iri, _IN_SCHEME)[:1]:
                found.setdefault(text_of(scheme), []).append(term)
        for held in found.values():
            held.sort(key=lambda t: (self.views.order(t.iri), sort_key(t.label.text)))
        return [(self.views.label(name), found[name]) for name in sorted(found)]

    def scheme(self, name: str) -> list[TermView]:
        """Give the concepts of one scheme in its order."""
        scheme = XP + name
        held = [n for n in self.facts.terms["concept"] if scheme in map(text_of, self.facts.values(n, _IN_SCHEME))]
        return [self.term(n) for n in sorted(held, key=lambda n: (self.views.order(n), n))]

    def tree(self, kind: str) -> tuple[Node, ...]:
        """Give the hierarchy of classes or properties from its tops, A to Z."""
        names = set(self.facts.terms[kind])
        above = {name for parent, below in self.facts.narrower.items() if parent in names for name in below}
        return self._nodes(names - above)

    def _nodes(self, names: set[str]) -> tuple[Node, ...]:
        return tuple(
            Node(ref, self.uses.usage.get(ref.iri, 0), self._nodes(set(self.facts.narrower.get(ref.iri, ()))))
            for ref in self.views.sort_refs(names)
        )

    def term(self, name: str) -> TermView:
        """Build the view of one term."""
        facts, views = self.facts, self.views
        rows = [
            (views.label(predicate), tuple(views.term(value) for value in facts.values(name, predicate)))
            for predicate in sorted(facts.of(name))
            if predicate not in _APART
        ]
        labels = facts.of(name).get(iri("skos:prefLabel")) or facts.of(name).get(iri("rdfs:label")) or []
        above = sorted(
            (facts.classes.get(name) or facts.properties.get(name) or frozenset()) - {name},
            key=lambda up: (len(facts.classes.get(up, ())) or len(facts.properties.get(up, ())), up),
        )
        outline = inherited(self.uses.outlines, [name, *reversed(above)])
        return TermView(
            iri=name,
            slug=slug(name),
            href=self.plan.href(name) or "",
            label=views.label(name),
            labels=tuple(views.words(v.value, getattr(v, "language", "") or "") for v in labels if hasattr(v, "value")),
            definition=views.choose(facts.values(name, iri("skos:definition"))),
            example=views.choose(facts.values(name, iri("skos:example"))),
            scope=views.choose(facts.values(name, iri("skos:scopeNote"))),
            rows=tuple(rows),
            count=self.uses.usage.get(name, 0),
            above=tuple(views.ref(up) for up in above if up.startswith(XP)),
            below=self._nodes(set(facts.narrower.get(name, ()))),
            shape=self._shape(outline.asks or self.uses.askers.get(name, ())),
            rules=tuple(views.words(rule, "en") for rule in outline.rules),
            closed=outline.closed,
            members=tuple(views.sort_refs(facts.members.get(name, ())))[:60],
            claims=tuple(views.claims(self.uses.claims.get(name, ()))),
            queries=tuple(
                views.page_ref(query, question(self.uses.queries[query], views.language))
                for query in self.uses.asked.get(name, ())
            ),
        )

    def _shape(self, asks: Iterable[Ask]) -> tuple[Rule, ...]:
        """Put what is asked in words: what must be there first, then by name; the kind itself is no question."""
        rules = [(self._rule(ask), ask) for ask in asks if ask.paths != (RDF_TYPE,)]
        rules.sort(key=lambda r: (not r[1].least, not r[1].firm, [sort_key(str(n)) for n in r[0].names], r[1].on))
        return tuple(rule for rule, _ in rules)

    def _rule(self, ask: Ask) -> Rule:
        views = self.views
        return Rule(
            on=views.ref(ask.on),
            names=tuple(self._name(path) for path in ask.paths),
            least=ask.least,
            most=ask.most,
            firm=ask.firm,
            values=tuple(self._name(value) for value in ask.values),
            words=tuple(views.words(rule, "en") for rule in ask.rules),
        )

    def _name(self, name: str) -> Text | Ref:
        ref = self.views.ref(name)
        return ref if ref.href else self.views.label(name)
