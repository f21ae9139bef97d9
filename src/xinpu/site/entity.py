"""The page of an entity: its claims in sections, what others say of it, its own properties, its numbered sources."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final

from xinpu.i18n import clean, language_label, sort_key
from xinpu.layout import XP
from xinpu.pages import PlannedPage
from xinpu.site.facts import RDF_TYPE, Facts
from xinpu.site.tables import TableView
from xinpu.site.views import Views
from xinpu.site.words import BoxRow, ClaimView, Group, Ref, Section, SourceView, Text
from xinpu.terms import NamedNode, iri, slug, text_of

_NAMES: Final = frozenset(iri(n) for n in ("skos:prefLabel", "skos:altLabel", "xp:legalName", "xp:formerName"))
_APART: Final = _NAMES | {
    RDF_TYPE,
    *map(iri, ("skos:definition", "skos:note", "dcterms:title", "schema:url")),
    *map(iri, ("owl:deprecated", "dcterms:isReplacedBy", "xp:earliest", "xp:latest")),
}
"""Properties of entities that have a place of their own on the page."""

_LANGUAGE: Final = iri("dcterms:language")


class Leading(dict[str, tuple[ClaimView, ...]]):
    """Claims by what they say; nothing where nothing is said, so that templates need not ask first."""

    def __missing__(self, key: str) -> tuple[ClaimView, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class EntityView:
    """All that a template needs of an entity, in one language."""

    iri: str
    slug: str
    name: Text
    other: Text
    kinds: tuple[Text, ...]
    definition: Text
    note: Text
    replaced_by: tuple[Ref, ...]
    deprecated: bool
    identity: tuple[tuple[Text, tuple[Text | Ref, ...]], ...]
    box: tuple[BoxRow, ...]
    sections: tuple[Section, ...]
    dated: tuple[ClaimView, ...]
    mentions: tuple[Section, ...]
    backlinks: tuple[tuple[Text, tuple[Ref, ...]], ...]
    names: tuple[tuple[Text, tuple[Text, ...]], ...]
    tables: tuple[TableView, ...]
    sources: tuple[SourceView, ...]
    number: Mapping[str, int]
    """Number of each source's footnote: those of the box first, then of contested claims, then all others."""
    printed: int
    """How many of them a fact sheet on paper needs: those of the box and of contested claims."""
    facts: Leading
    """Leading claims by what they say (local name of the metric, predicate …), for the sentence at the top."""
    against: Leading
    """Claims that contradict these."""
    own: int
    """Claims that stand here."""
    said: int
    """Claims elsewhere that name it."""
    contested: int
    updated: str
    """Newest day on which one of its claims was recorded."""
    read: str


def entity(page: PlannedPage, views: Views, kinds: Mapping[str, str], tables: Iterable[TableView]) -> EntityView:
    """Compose the page of an entity."""
    facts = views.facts
    subject = page.subject
    own = views.claims(facts.by_main_subject.get(subject, ()))
    sections = _sections(own, views, kinds, page.route.box)
    others = _mentions(subject, views)
    leading: dict[str, list[ClaimView]] = {}
    for section in sections:
        for group in section.groups:
            for claim in group.claims:
                if claim.headline and claim.rank != "Deprecated":
                    leading.setdefault(slug(claim.what_iri), []).append(claim)
    for claims in leading.values():
        # numbers: those that the route prefers, then the newest; anything else keeps the order of its section
        if claims[0].value is not None and claims[0].value.kind == "number":
            claims.sort(key=lambda c: (-_preferred(c, page.route.prefer), _late(c.day), len(c.qualifiers)))
    box = _box(page.route.box, leading, own, views)
    cited: dict[str, int] = {}
    for row in box:
        for claim in (*row.claims, *row.others):
            _cite(claim, cited)
    groups = [group for section in sections for group in section.groups]
    for group in groups:
        if group.disputed:
            for claim in group.claims:
                _cite(claim, cited)
    printed = len(cited)
    for group in groups:
        for claim in group.claims:
            _cite(claim, cited)
    read = max((facts.text(s, XP + "readOn") for s in cited), default="") or facts.text(subject, XP + "readOn")
    return EntityView(
        iri=subject,
        slug=slug(subject),
        name=views.ref(subject).name,
        other=views.other_name(subject),
        kinds=_kinds(subject, views),
        definition=views.choose(facts.values(subject, iri("skos:definition"))),
        note=views.choose(facts.values(subject, iri("skos:note"))),
        replaced_by=tuple(views.ref(text_of(v)) for v in facts.values(subject, iri("dcterms:isReplacedBy"))),
        deprecated=facts.text(subject, iri("owl:deprecated")) in ("true", "1"),
        identity=_identity(subject, views),
        box=box,
        sections=sections,
        dated=_dated(subject, own, views),
        mentions=others,
        backlinks=_backlinks(subject, views),
        names=tuple((label, tuple(found)) for label, found in views.names(subject)),
        tables=tuple(table for table in tables if table.rows),
        sources=tuple(views.source(s) for s in cited),
        number=cited,
        printed=printed,
        facts=Leading((what, tuple(claims)) for what, claims in leading.items()),
        against=_against(leading, own),
        own=len(own),
        said=len({c.iri for section in others for group in section.groups for c in group.claims}),
        contested=sum(1 for claim in own if claim.contested),
        updated=max((claim.recorded for claim in own), default=""),
        read=read,
    )


def _against(leading: Mapping[str, list[ClaimView]], own: list[ClaimView]) -> Leading:
    by_iri = {claim.iri: claim for claim in own}
    found = Leading()
    for what, claims in leading.items():
        shown = {claim.iri for claim in claims}
        others = dict.fromkeys(o for claim in claims for o in claim.opponents if o in by_iri and o not in shown)
        if others:
            found[what] = tuple(by_iri[o] for o in others)
    return found


def _cite(claim: ClaimView, cited: dict[str, int]) -> None:
    for source in claim.sources:
        cited.setdefault(source, len(cited) + 1)


def _kinds(subject: str, views: Views) -> tuple[Text, ...]:
    labels = [views.label(kind) for kind in views.facts.entities.get(subject, ())]
    labels += [views.label(text_of(v)) for v in views.facts.values(subject, XP + "kind")]
    return tuple(labels)


def heading(kind: str, views: Views, kinds: Mapping[str, str]) -> str:
    """Give the heading of a section of claims: from the route table, else the class's own label."""
    if title := kinds.get("xp:" + slug(kind)):
        return views.translations.text(title)
    label = views.label(kind).text
    return label[:1].upper() + label[1:]


def _sections(
    claims: list[ClaimView], views: Views, kinds: Mapping[str, str], first: Iterable[str]
) -> tuple[Section, ...]:
    order = {name: place for place, name in enumerate(kinds)}
    by_kind: dict[str, list[ClaimView]] = {}
    for claim in claims:
        by_kind.setdefault(claim.kind, []).append(claim)
    found = []
    for kind in sorted(by_kind, key=lambda k: (order.get("xp:" + slug(k), 999), k)):
        groups = groups_of(by_kind[kind], views, first)
        held = by_kind[kind]
        found.append(
            Section(
                id=slug(kind).lower(),
                title=heading(kind, views, kinds),
                groups=groups,
                numeric=all(c.value is not None and c.value.kind == "number" for c in held),
                prose=all(c.value is not None and c.value.kind == "prose" for c in held),
            )
        )
    return tuple(found)


def groups_of(claims: Iterable[ClaimView], views: Views, first: Iterable[str] = ()) -> tuple[Group, ...]:
    """Put claims of one key together and order the groups, in every language alike.

    By what they say (as in ``first``, by the order that the ontology gives, by identifier), by their qualifiers, the
    newest first.
    """
    ahead = {name: place for place, name in enumerate(first)}
    by_key: dict[str, list[ClaimView]] = {}
    for claim in claims:
        by_key.setdefault(claim.key, []).append(claim)
    groups = []
    for held in by_key.values():
        held.sort(key=lambda c: (not c.headline, views.facts.precedence(c.iri)))
        groups.append(Group(tuple(held)))

    def place(group: Group) -> tuple[object, ...]:
        lead = group.claims[0]
        what = lead.what_iri
        return (ahead.get(what, 999), views.order(what), slug(what), _qualified(lead, views), _late(lead.day), lead.iri)

    return tuple(sorted(groups, key=place))


def _qualified(claim: ClaimView, views: Views) -> list[tuple[Decimal, str]]:
    """Give the qualifiers of a claim as something that sorts: concepts in the order of their scheme."""
    return [
        (views.order(ref.iri), ref.iri) if isinstance(ref, Ref) else (Decimal(0), str(ref))
        for _, ref in claim.qualifiers
    ]


def _preferred(claim: ClaimView, prefer: Iterable[str]) -> int:
    """Count the qualifiers of a claim that a route prefers."""
    return sum(isinstance(ref, Ref) and ref.iri in prefer for _, ref in claim.qualifiers)


def _late(day: str) -> str:
    """Turn a date into text that sorts the newest first, undated last."""
    return "".join(chr(ord("9") - ord(c) + ord("0")) if c.isdigit() else c for c in day[:10]) or "~"


def _mentions(subject: str, views: Views) -> tuple[Section, ...]:
    found = []
    for role, claims in sorted(views.facts.mentions.get(subject, {}).items()):
        shown = sorted(views.claims(claims), key=_by_subject)
        title = "Value of “%(name)s”" if XP + "singleValued" in views.facts.of(role) else "Named as %(name)s"
        words = views.translations.text(title) % {"name": views.label(role).text}
        groups = tuple(Group(tuple(held)) for _, held in groupby(shown, key=lambda claim: claim.subject.iri))
        found.append(Section("as-" + slug(role).lower(), words, groups))
    return tuple(found)


def _by_subject(claim: ClaimView) -> tuple[object, ...]:
    return (sort_key(claim.subject.name.text), claim.subject.iri, slug(claim.what_iri), _late(claim.day), claim.iri)


def _identity(subject: str, views: Views) -> tuple[tuple[Text, tuple[Text | Ref, ...]], ...]:
    facts = views.facts
    rows = []
    stated = facts.stated
    for name in sorted(facts.of(subject)):
        if name in _APART or name in stated or not (name.startswith(XP) or "purl.org/dc" in name or "prov#" in name):
            continue
        values: list[Text | Ref] = []
        for value in facts.values(subject, name):
            text = text_of(value)
            if name == _LANGUAGE:
                values.append(Text(language_label(text, views.language)))
            elif isinstance(value, NamedNode) and text.startswith(("http://", "https://")) and name == XP + "website":
                values.append(Ref(Text(clean(text.split("://", 1)[1].removeprefix("www.").rstrip("/"))), text))
            else:
                values.append(views.term(value))
        rows.append((views.label(name), tuple(values)))
    return tuple(rows)


def _box(
    names: Iterable[str], leading: Mapping[str, list[ClaimView]], own: list[ClaimView], views: Views
) -> tuple[BoxRow, ...]:
    rows = []
    by_iri = {claim.iri: claim for claim in own}
    for name in names:
        claims = leading.get(slug(name), ())
        if not claims:
            continue
        shown: list[ClaimView] = []
        # what came about stands before what is planned or forecast, however new
        for claim in sorted(claims, key=lambda claim: claim.ahead):
            if not any(other.iri in claim.opponents for other in shown):
                shown.append(claim)
        if shown[0].value is not None and shown[0].value.kind == "number":
            del shown[1:]
        against = {o: by_iri[o] for c in shown for o in c.opponents if o in by_iri}
        rows.append(BoxRow(views.label(name), tuple(shown[:6]), tuple(against.values())))
    return tuple(rows)


def _dated(subject: str, own: list[ClaimView], views: Views) -> tuple[ClaimView, ...]:
    """List the events of an entity's life, oldest first: its own and those of what it takes part in."""
    facts: Facts = views.facts
    claims = {claim.iri: claim for claim in own}
    for role, held in facts.mentions.get(subject, {}).items():
        if XP + "about" in facts.properties.get(role, ()) or role == XP + "about":
            claims.update((claim, views.claim(claim)) for claim in held)
    events = [
        claim
        for claim in claims.values()
        if claim.day
        and claim.value is not None
        and claim.headline
        and claim.rank != "Deprecated"
        and (facts.is_a(claim.kind, XP + "Event") or claim.value.kind == "date")
    ]
    return tuple(sorted(events, key=lambda claim: (claim.day, claim.iri)))


def _backlinks(subject: str, views: Views) -> tuple[tuple[Text, tuple[Ref, ...]], ...]:
    found = views.facts.backlinks.get(subject, {})
    return tuple((views.label(name), tuple(views.sort_refs(found[name]))) for name in sorted(found))
