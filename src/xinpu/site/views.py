"""Views: builds what templates see of claims and entities, in one language, each built once.

A claim's view is made from the ontology's metadata: its class, what it says (metric, predicate, event …), its value,
qualifiers, roles, time, status, basis, sources. Nothing of the domain is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from xinpu.i18n import TAGS, Formats, Translations, clean, sort_key
from xinpu.layout import XP
from xinpu.pages import Plan
from xinpu.site import anatomy
from xinpu.site.facts import Facts, texts
from xinpu.site.words import ClaimView, Ref, SourceView, Text, Value
from xinpu.terms import Labels, Literal, NamedNode, Term, best, iri, plain, slug, text_of

_STRING: Final = iri("xsd:string")
_CJK: Final = re.compile("[\u3400-\u9fff]")
_WORDY: Final = re.compile(r"[a-z]{4}")
"""What symbols of units such as ``wafers/month`` have and ``TOPS`` has not."""


class Views:
    """Builds views in one language and keeps them."""

    def __init__(
        self,
        facts: Facts,
        labels: Labels,
        plan: Plan,
        translations: Translations,
        terms: Mapping[str, str] | None = None,
    ) -> None:
        self.terms = terms or {}
        self.facts = facts
        self.labels = labels
        self.plan = plan
        self.language = translations.language
        self.tag = TAGS[self.language]
        self.translations = translations
        self.formats = Formats(self.language)
        self._claims: dict[str, ClaimView] = {}
        self._sources: dict[str, SourceView] = {}
        self._refs: dict[str, Ref] = {}

    def words(self, text: str, tag: str) -> Text:
        """Give a text of the graph, without control characters, with its language where it is not the page's."""
        tag = "zh-Hans" if tag == "zh-hans" else tag
        shown = clean(text)
        foreign = bool(tag) and tag != self.tag
        if not tag and self.tag != "zh-Hans" and _CJK.search(shown):
            return Text(shown, "zh-Hans")
        return Text(shown, tag if foreign else "")

    def label(self, subject: str) -> Text:
        """Give the best name of a thing for the page's language; terms of other vocabularies have messages."""
        if subject in self.terms and subject not in self.labels.texts:
            return Text(self.translations.text(self.terms[subject]))
        return self.words(*self.labels.pick(subject, self.language))

    def choose(self, values: Sequence[Term]) -> Text:
        """Give the best of several language-tagged texts."""
        found = best(texts(values), self.language) if values else None
        return self.words(*found) if found else Text("")

    def ref(self, subject: str) -> Ref:
        """Give the link to a thing's page."""
        found = self._refs.get(subject)
        if found is None:
            if subject in self.facts.entities and self._is_source(subject):
                # a title has the language that its source declares
                name = self.source(subject).title
            elif subject not in self.labels.texts and subject in self.facts.entities:
                name = Text(slug(subject))
            else:
                name = self.label(subject)
            found = self._refs[subject] = Ref(name, self.plan.href(subject) or "", subject)
        return found

    def _is_source(self, subject: str) -> bool:
        return self.facts.is_a(self.facts.kind(subject), XP + "Source")

    def page_ref(self, subject: str, name: str) -> Ref:
        """Give a link to a planned page under a name of its own."""
        return Ref(Text(name), self.plan.href(subject) or "", subject)

    def term(self, term: Term) -> Text | Ref:
        """Show any value: a link to an entity, a concept's name, a date or a text."""
        if isinstance(term, NamedNode):
            if term.value in self.facts.entities or term.value in self.plan.by_subject:
                return self.ref(term.value)
            known = term.value in self.labels.texts or term.value in self.terms
            if term.value.startswith(("http://", "https://")) and not known:
                return Text(clean(term.value))
            return self.label(term.value)
        if isinstance(term, Literal):
            if term.language:
                return self.words(term.value, term.language)
            value = plain(term)
            if isinstance(value, bool):
                return Text(self.translations.text("yes" if value else "no"))
            if isinstance(value, int | Decimal):
                return Text(self.formats.digits(Decimal(value)))
            # four digits in a text are a ticker or a code, not a year
            written = term.value.isdigit() and term.datatype.value == _STRING
            return self.words(term.value if written else self.formats.date(term.value), "")
        return Text(text_of(term))

    def order(self, concept: str) -> Decimal:
        """Give the place of a concept in its scheme."""
        value = plain(self.facts.value(concept, XP + "order"))
        return Decimal(value) if isinstance(value, int | Decimal) else Decimal(999)

    def source(self, subject: str) -> SourceView:
        """Build the footnote of a source."""
        found = self._sources.get(subject)
        if found is None:
            found = self._sources[subject] = self._source(subject)
        return found

    def _source(self, subject: str) -> SourceView:
        facts = self.facts
        title = self.choose(facts.values(subject, iri("dcterms:title")))
        if title and not title.lang:
            language = facts.text(subject, iri("dcterms:language"))
            title = self.words(title.text, language) if language else title
        publisher = facts.text(subject, iri("dcterms:publisher"))
        issued = facts.text(subject, iri("dcterms:issued"))
        if not title:
            name = self.ref(publisher).name.text if publisher else slug(subject)
            title = Text(", ".join(part for part in (name, self.formats.date(issued)) if part))
        url = facts.text(subject, iri("schema:url"))
        tier = facts.text(subject, XP + "tier")
        after = [text_of(v) for v in facts.values(subject, iri("prov:wasDerivedFrom"))]
        return SourceView(
            iri=subject,
            href=self.plan.href(subject) or "",
            title=title,
            publisher=self.ref(publisher) if publisher else None,
            issued=self.formats.date(issued),
            tier=self.label(tier) if tier else Text(""),
            tier_rank=int(self.order(tier)) if tier else 0,
            url=url if url.startswith(("https://", "http://")) else "",
            pkg=clean(url) if url.startswith("pkg:") else "",
            after=tuple(Ref(self.source(s).title, self.plan.href(s) or "", s) for s in after if s != subject),
        )

    def claims(self, subjects: Iterable[str]) -> list[ClaimView]:
        """Build the views of several claims, in their order."""
        return [self.claim(subject) for subject in subjects]

    def claim(self, subject: str) -> ClaimView:
        """Build the view of a claim."""
        found = self._claims.get(subject)
        if found is None:
            found = self._claims[subject] = self._claim(subject)
        return found

    def _claim(self, subject: str) -> ClaimView:
        facts = self.facts
        kind = facts.kind(subject)
        main = facts.text(subject, XP + "mainSubject")
        what = anatomy.what(facts, subject, kind)
        status = facts.text(subject, XP + "status")
        confidence = facts.text(subject, XP + "confidence")
        estimator = facts.text(subject, XP + "estimatedBy")
        value = self._value(subject)
        place = self._place(subject) if value is None else ""
        if place:
            value = Value("text", Text(str(self._qualifier(place, facts.values(subject, place)[0]))))
        roles, qualifiers = self._others(subject, {main, what}, place)
        home = self.plan.href(main) or ""
        return ClaimView(
            iri=subject,
            slug=slug(subject),
            href=f"{home}#{slug(subject)}" if home else "",
            kind=kind,
            kind_name=self.label(kind),
            subject=self.ref(main) if main else Ref(Text(slug(subject))),
            what=self.label(what),
            what_iri=what,
            qualifiers=qualifiers,
            value=value,
            roles=roles,
            when=self._when(subject),
            as_of=self.formats.date(facts.text(subject, XP + "asOf")),
            status=self.label(status) if status else Text(""),
            status_iri=status,
            basis=self.label(basis) if (basis := facts.text(subject, XP + "basis")) else Text(""),
            estimator=self.ref(estimator) if estimator else None,
            confidence=self.label(confidence) if confidence else Text(""),
            level=int(self.order(confidence)) if confidence else 0,
            sources=tuple(map(text_of, facts.values(subject, XP + "source"))),
            note=self.choose(facts.values(subject, iri("skos:note"))),
            as_published=self.choose(facts.values(subject, XP + "asPublished")),
            rank=slug(facts.text(subject, XP + "rank")),
            rank_reason=self.choose(facts.values(subject, XP + "rankReason")),
            headline=facts.text(subject, XP + "isHeadline") in ("true", "1"),
            key=facts.text(subject, XP + "comparisonKey") or subject,
            opponents=tuple(sorted(facts.opponents.get(subject, ()), key=facts.precedence)),
            recorded=facts.text(subject, XP + "recordedOn"),
            retracted=facts.text(subject, XP + "retractedOn"),
            day=anatomy.day(facts, subject),
        )

    def _others(
        self, subject: str, shown: set[str], place: str
    ) -> tuple[tuple[tuple[Text, Ref], ...], tuple[tuple[Text, Text | Ref], ...]]:
        """Sort what is left into roles (entities it is about, but not the main subject) and qualifiers."""
        roles: list[tuple[Text, Ref]] = []
        qualifiers: list[tuple[Text, Text | Ref]] = []
        for name in sorted(self.facts.of(subject)):
            if name in anatomy.COMMON or name == place:
                continue
            is_role = XP + "about" in self.facts.properties.get(name, ())
            for value in self.facts.values(subject, name):
                text = text_of(value)
                if text in shown:
                    continue
                if is_role and isinstance(value, NamedNode):
                    roles.append((self.label(name), self.ref(text)))
                else:
                    qualifiers.append((self.label(name), self._qualifier(name, value)))
        return tuple(roles), tuple(qualifiers)

    def _place(self, subject: str) -> str:
        """Find the numeric qualifier of a claim that says no more than a place in an order."""
        facts = self.facts
        names = (name for name in sorted(facts.of(subject)) if anatomy.is_qualifier(facts, name))
        return next((name for name in names if _number(facts.value(subject, name)) is not None), "")

    def _qualifier(self, name: str, value: Term) -> Text | Ref:
        """Show a qualifier; a bare number says what it is of: ``position 2``."""
        if _number(value) is None:
            return self.term(value)
        words = self.translations.text("%(name)s %(number)s")
        return Text(words % {"name": self.label(name).text, "number": self.term(value)})

    def _value(self, subject: str) -> Value | None:
        facts = self.facts
        numbers = [_number(facts.value(subject, XP + name)) for name in ("value", "minimum", "maximum")]
        if any(number is not None for number in numbers):
            return self._quantity(subject, numbers)
        if found := facts.value(subject, iri("rdf:object")):
            shown = self.term(found)
            if isinstance(shown, Ref):
                return Value("ref", shown.name, ref=shown, data=text_of(found))
            type_name = found.datatype.value.rpartition("#")[2] if isinstance(found, Literal) else ""
            kind = "date" if type_name.startswith(("gYear", "date")) else "text"
            return Value(kind, shown, data=text_of(found))
        if date := facts.text(subject, XP + "date"):
            return Value("date", Text(self.formats.date(date)), data=date)
        if period := facts.text(subject, XP + "datePeriod"):
            ref = self.ref(period)
            return Value("ref", ref.name, ref=ref, data=slug(period))
        if prose := facts.values(subject, XP + "text"):
            return Value("prose", self.choose(prose))
        return None

    def _quantity(self, subject: str, numbers: list[Decimal | None]) -> Value:
        facts = self.facts
        value, low, high = numbers
        if value is not None:
            low = high = value
        bound = facts.text(subject, XP + "bound")
        currency = facts.text(subject, XP + "currency")
        if currency:
            text = self.formats.money(low, high, currency)
        else:
            text = self.formats.quantity(low, high, self.unit(facts.text(subject, XP + "unit")))
        words = [self.label(bound).text] if bound else []
        if value is None and not bound and (low is None or high is None):
            words = [self.label(XP + ("AtMost" if low is None else "AtLeast")).text]
        data = "–".join(str(n) for n in dict.fromkeys((low, high)) if n is not None)
        return Value("number", Text(text), bound=Text(words[0]) if words else None, data=data)

    def unit(self, unit: str) -> str:
        """Give a unit's symbol, or its name where the symbol is made of English words; things counted have none."""
        symbol = self.facts.text(unit, iri("qudt:symbol")) if unit else ""
        return self.label(unit).text if self.language != "en" and _WORDY.search(symbol) else symbol

    def _when(self, subject: str) -> Text | Ref | None:
        if period := self.facts.text(subject, XP + "period"):
            return self.ref(period)
        if day := self.facts.text(subject, XP + "asOf"):
            return Text(self.translations.text("as of %(date)s") % {"date": self.formats.date(day)})
        return None

    def other_name(self, subject: str) -> Text:
        """Give the name to show beside the first: the Chinese one on other pages, the English one on Chinese pages."""
        known = self.labels.texts.get(subject, {})
        tag = "en" if self.language == "zh" else "zh-hans"
        text = known.get(tag, "")
        first = self.label(subject).text
        return self.words(text, tag) if text and clean(text) != first else Text("")

    def names(self, subject: str) -> list[tuple[Text, list[Text]]]:
        """List all names of an entity by the property that gives them."""
        rows: list[tuple[Text, list[Text]]] = []
        for name in ("skos:prefLabel", "xp:legalName", "xp:formerName", "skos:altLabel"):
            values = self.facts.values(subject, iri(name))
            found = [self.words(v.value, v.language or "") for v in values if isinstance(v, Literal)]
            if found:
                rows.append((self.label(iri(name)), found))
        return rows

    def sort_refs(self, subjects: Iterable[str]) -> list[Ref]:
        """Give links in the order of their names."""
        return sorted((self.ref(s) for s in set(subjects)), key=lambda ref: (sort_key(ref.name.text), ref.iri))


def _number(term: Term | None) -> Decimal | None:
    value = plain(term)
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
