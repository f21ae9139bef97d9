"""What overview pages see: counts, members of classes, disagreements, changes, gaps, terms; in one language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from xinpu.i18n import sort_key
from xinpu.layout import XP
from xinpu.pages import Plan, Route, RouteTable
from xinpu.queries import Query
from xinpu.site.entity import groups_of
from xinpu.site.facts import Facts
from xinpu.site.tables import question
from xinpu.site.views import Views
from xinpu.site.vocabulary import Vocabulary
from xinpu.site.words import AHEAD, ClaimView, Group, Ref, Text
from xinpu.terms import iri, slug


@dataclass(frozen=True, slots=True)
class Member:
    """An entity in a list: its link, its other name, how much is said of it."""

    ref: Ref
    other: Text
    claims: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """Claims that contradict each other on one thing."""

    id: str
    subject: Ref
    what: Text
    group: Group

    @property
    def rank(self) -> tuple[int, int]:
        """The best supported disputes first: by the second-best confidence, then by the number of claims."""
        levels = sorted(claim.level or 9 for claim in self.group.claims)
        return levels[1] if len(levels) > 1 else 9, -len(levels)


class Overview:
    """Answers for single pages; each list is made once."""

    def __init__(
        self, views: Views, routes: RouteTable, plan: Plan, queries: Mapping[str, Query], vocabulary: Vocabulary
    ) -> None:
        self.views = views
        self.facts: Facts = views.facts
        self.routes = routes
        self.plan = plan
        self.queries = queries
        self.vocabulary = vocabulary

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Number of entities, claims, sources and disagreements."""
        return {
            "entities": len(self.facts.entities),
            "claims": len(self.facts.claims),
            "sources": self.facts.count(XP + "Source"),
            "disagreements": len(self.facts.disagreements),
        }

    @property
    def today(self) -> str:
        """The newest reading day, written out."""
        return self.views.formats.date(self.facts.newest_reading)

    def count(self, number: int) -> str:
        """Write a number."""
        return self.views.formats.number(number)

    def date(self, text: str) -> str:
        """Write a date."""
        return self.views.formats.date(text)

    @cached_property
    def classes(self) -> list[tuple[Route, int]]:
        """Routes of entity pages with how many pages each has."""
        found: dict[str, int] = {}
        for page in self.plan.pages:
            if page.subject in self.facts.entities:
                found[page.route.name] = found.get(page.route.name, 0) + 1
        return [(route, found[route.name]) for route in self.routes.routes if route.name in found]

    def list_of(self, route: Route) -> Route | None:
        """Find the page that lists the class of an entity route."""
        return next((r for r in self.routes.routes if r.list and r.list == route.each), None)

    def members(self, kind: str) -> list[tuple[str, list[Member]]]:
        """Give the entities that have their page under a class, by first letter."""
        found: dict[str, list[Member]] = {}
        pages = [p for p in self.plan.pages if p.route.each == kind]
        for ref in self.views.sort_refs(page.subject for page in pages):
            first = sort_key(ref.name.text)[1][:1].upper()
            letter = first if "A" <= first <= "Z" else "0–9" if first.isdigit() else "…"
            if first > "\u2e80":
                letter = "汉"
            said = len(self.facts.by_main_subject.get(ref.iri, ()))
            found.setdefault(letter, []).append(Member(ref, self.views.other_name(ref.iri), said))
        return sorted(found.items(), key=lambda item: (item[0] == "…", item[0]))

    @cached_property
    def disputes(self) -> list[Dispute]:
        """All disagreements, the best supported first."""
        found = []
        for name, claims in self.facts.disagreements.items():
            views = self.views.claims(claims)
            found.append(Dispute(slug(name), views[0].subject, views[0].what, Group(tuple(views))))
        return sorted(found, key=lambda d: (d.rank, sort_key(d.subject.name.text), d.id))

    @cached_property
    def changes(self) -> list[tuple[str, list[ClaimView], list[ClaimView]]]:
        """By day, the newest first: claims that were recorded, and claims that were withdrawn."""
        days: dict[str, tuple[list[str], list[str]]] = {}
        for claim in self.facts.claims:
            for place, name in enumerate(("recordedOn", "retractedOn")):
                if day := self.facts.text(claim, XP + name):
                    days.setdefault(day, ([], []))[place].append(claim)
        return [
            (day, self._by_subject(days[day][0]), self._by_subject(days[day][1])) for day in sorted(days, reverse=True)
        ]

    def by_subject(self, claims: Iterable[ClaimView]) -> list[tuple[Ref, int]]:
        """Count claims by their subject."""
        found: dict[str, tuple[Ref, int]] = {}
        for claim in claims:
            found[claim.subject.iri] = (claim.subject, found.get(claim.subject.iri, (claim.subject, 0))[1] + 1)
        return list(found.values())

    @cached_property
    def support(self) -> list[tuple[Text, int, str]]:
        """Claims by grade of confidence: label, number, per cent."""
        held: dict[str, int] = {}
        for claim in self.facts.claims:
            grade = self.facts.text(claim, XP + "confidence")
            held[grade] = held.get(grade, 0) + 1
        total = max(len(self.facts.claims), 1)
        return [
            (self.views.label(grade), held[grade], f"{100 * held[grade] / total:.1f}")
            for grade in sorted(held, key=self.views.order)
            if grade
        ]

    def _by_subject(self, claims: Iterable[str]) -> list[ClaimView]:
        return sorted(self.views.claims(claims), key=lambda c: (sort_key(c.subject.name.text), c.iri))

    def latest(self, number: int) -> list[ClaimView]:
        """Give the claims with the newest dates of what they say, not in the future, leading ones only."""
        today = self.facts.newest_reading
        held = [
            c
            for c in self.facts.claims
            if self.facts.text(c, XP + "isHeadline") == "true" and self.facts.text(c, XP + "status") not in AHEAD
        ]
        dated = sorted(((self.facts.text(c, XP + "earliest"), c) for c in held), reverse=True)
        events = (c for day, c in dated if day and day <= today and self.facts.is_a(self.facts.kind(c), XP + "Event"))
        return [self.views.claim(claim) for claim, _ in zip(events, range(number), strict=False)]

    def gaps(self, kind: str, wanted: Iterable[str]) -> list[tuple[Text, list[Ref]]]:
        """For each metric or property, list the entities of a class of which nobody says it."""
        said: dict[str, set[str]] = {}
        for name in ("metric", "stage", "event"):
            for claim in self.facts.claims:
                if value := self.facts.text(claim, XP + name):
                    said.setdefault(value, set()).add(self.facts.text(claim, XP + "mainSubject"))
        for claim in self.facts.claims:
            if value := self.facts.text(claim, iri("rdf:predicate")):
                said.setdefault(value, set()).add(self.facts.text(claim, XP + "mainSubject"))
        cls = iri(kind)
        all_of = [s for s, kinds in self.facts.entities.items() if any(self.facts.is_a(k, cls) for k in kinds)]
        rows = []
        for name in wanted:
            lacking = [s for s in all_of if s not in said.get(iri(name), ()) and iri(name) not in self.facts.of(s)]
            rows.append((self.views.label(iri(name)), self.views.sort_refs(lacking)))
        return rows

    def size(self, kind: str) -> int:
        """Count the entities of a class."""
        return self.facts.count(iri(kind))

    def question(self, name: str) -> str:
        """Give the question of a query."""
        return question(self.queries[name], self.views.language)

    @cached_property
    def library(self) -> list[tuple[str, list[Query]]]:
        """Queries by folder."""
        found: dict[str, list[Query]] = {}
        for name in sorted(self.queries):
            found.setdefault(name.partition("/")[0], []).append(self.queries[name])
        return list(found.items())

    def grouped(self, claims: Iterable[str]) -> tuple[Group, ...]:
        """Group claims by what they answer."""
        return groups_of(self.views.claims(claims), self.views)
