"""From one fact of an import to draft claims: templates filled, words turned into terms, dates kept as coarse as given.

It decides nothing by itself: what a predicate, a unit or a word means is in the mapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from xinpu.curate.blocks import Pair
from xinpu.curate.mapping import Mapping, Rule, UnmappedError
from xinpu.layout import ID, NAMESPACES, XP
from xinpu.store import Term
from xinpu.terms import Literal, NamedNode, iri, slug, text_of

XSD: Final = NAMESPACES["xsd"]
_CURIE: Final = re.compile(rf"(?:{'|'.join(NAMESPACES)}):[\w.-]+")
_DATES: Final = (("gYear", r"\d{4}"), ("gYearMonth", r"\d{4}-\d{2}"), ("date", r"\d{4}-\d{2}-\d{2}"))


@dataclass
class Draft:
    """A claim before it has an id: kind, middle of the id, properties in the rule's order."""

    kind: str
    what: str
    pairs: list[Pair] = field(default_factory=list)
    identity: str = ""
    """For facts that are identity and not claims: the IRI of the entity."""


@dataclass(frozen=True)
class Fact:
    """One record of the input, its fields after the curator's changes."""

    id: str
    line: int
    subject: str
    predicate: str
    value: str
    value_type: str
    unit: str
    note: str
    address: str
    published: str
    language: str
    qualifiers: dict[str, str]
    properties: tuple[tuple[str, str], ...]


def number_literal(text: str, factor: str = "1") -> Literal:
    """Make a number of plain digits; raises UnmappedError if it is none."""
    try:
        number = Decimal(text) * Decimal(factor)
    except InvalidOperation:
        raise UnmappedError(f"{text!r} is not a number") from None
    if number == number.to_integral_value():
        return Literal(str(int(number)), datatype=NamedNode(XSD + "integer"))
    return Literal(f"{number.normalize():f}", datatype=NamedNode(XSD + "decimal"))


def date_literal(text: str) -> Literal | None:
    """Make a year, month or day; None if the text is none of them."""
    for name, pattern in _DATES:
        if re.fullmatch(pattern, text):
            return Literal(text, datatype=NamedNode(XSD + name))
    return None


class Drafter:
    """Fills the templates of a mapping; ``classes`` gives the class names of entities that stand in the graph."""

    def __init__(self, mapping: Mapping, classes: dict[str, set[str]]) -> None:
        self.mapping = mapping
        self.classes = classes

    def entity(self, name: str) -> NamedNode:
        """Find an entity by compact name, id or name of the input; raises UnmappedError."""
        if _CURIE.fullmatch(name):
            return NamedNode(iri(name))
        if (known := self.mapping.names.get(name)) is not None:
            return NamedNode(ID + known)
        if name in self.mapping.entities:
            return NamedNode(ID + name)
        raise UnmappedError(f"no entity is named {name!r}")

    def class_names(self, node: NamedNode) -> set[str]:
        """Give the local class names of an entity, from the graph or else the mapping's table."""
        row = self.mapping.entities.get(node.value.removeprefix(ID))
        return self.classes.get(node.value) or set((row["class"] if row else "").split())

    def rule(self, fact: Fact) -> Rule:
        """Choose the first rule that fits predicate, value type and class of the subject; raises UnmappedError."""
        rules = self.mapping.rules.get(fact.predicate, [])
        names: set[str] = set()
        for rule in rules:
            if rule.value_type not in ("*", fact.value_type):
                continue
            if not rule.classes:
                return rule
            names = names or self.class_names(self.entity(fact.subject))
            if names & set(rule.classes):
                return rule
        raise UnmappedError(
            f"no rule for predicate {fact.predicate!r} with a value of type {fact.value_type!r}"
            + (f" and a subject of class {' '.join(sorted(names)) or '?'}" if rules else "")
        )

    def drafts(self, fact: Fact) -> list[Draft]:
        """Turn a fact into its claims: one, or one for each of several values parted by ``|``."""
        rule = self.rule(fact)
        values = fact.value.split("|") if fact.value_type in ("concept", "entity") else [fact.value]
        return [self._draft(rule, fact, value.strip()) for value in values]

    def _draft(self, rule: Rule, fact: Fact, value: str) -> Draft:
        draft = Draft(rule.kind, rule.what)
        changed = dict(fact.properties)
        for name, expression in rule.properties:
            if rule.kind == "identity" and name.startswith("&"):
                draft.identity = text_of(self._one(name[1:].split()[0], fact, value))
                rest = name[1:].split()[1:]
                if rest:
                    draft.pairs.append((iri(rest[0]), self._one(expression, fact, value)))
                continue
            if name in changed:
                continue
            optional = expression.endswith("?")
            try:
                term = self._one(expression.rstrip("?"), fact, value)
            except KeyError as error:
                if optional:
                    continue
                raise UnmappedError(f"nothing for {name}: {error.args[0]} is missing") from None
            if name == "xp:date" and isinstance(term, NamedNode):
                name = "xp:datePeriod"
            draft.pairs.append((iri(name), term))
        if rule.kind == "identity":
            draft.identity = draft.identity or self.entity(fact.subject).value
            return draft
        draft.pairs.extend(self._common(rule, fact, draft))
        draft.pairs.extend((iri(name), self._term(text)) for name, text in changed.items() if text)
        present = {predicate for predicate, _ in draft.pairs}
        if XP + "minimum" in present or XP + "maximum" in present:
            draft.pairs = [pair for pair in draft.pairs if pair[0] != XP + "value"]
        draft.what = self._what(rule.what, draft)
        return draft

    def _what(self, what: str, draft: Draft) -> str:
        if not (named := re.fullmatch(r"\{(\w+)\}", what)):
            return what
        for predicate, term in draft.pairs:
            if predicate == XP + named[1]:
                return slug(text_of(term)).lower()
        return "performance"

    def _one(self, expression: str, fact: Fact, value: str) -> Term:
        if not expression.startswith("$"):
            return self._term(expression)
        name = expression[1:]
        if name == "subject":
            return self.entity(fact.subject)
        if name == "value":
            return self._value(fact, value)
        if name == "number":
            return number_literal(value, str(self._unit(fact).get("factor", "1")))
        if name == "unit":
            return self._unit_term(fact)
        if name == "date":
            return self._date(fact, value)
        if name == "asofdate":
            return self._when(fact.qualifiers["as_of"])
        if name == "text":
            return Literal(value)
        if name == "text@lang":
            return Literal(value, language=self.mapping.words("languages").get(fact.language, fact.language))
        if name == "iri":
            return NamedNode(value)
        if name == "label":
            return Literal(self.mapping.entities[self.entity(value).value.removeprefix(ID)]["en"])
        if name.startswith("q."):
            return self._qualifier(fact.qualifiers[name[2:]])
        if name.startswith("lookup."):
            return self._lookup(name[7:], fact)
        return self._variable(name, fact)

    def _value(self, fact: Fact, value: str) -> Term:
        if fact.value_type == "entity":
            return self.entity(value)
        if fact.value_type == "concept":
            return self._term(value)
        if fact.value_type == "date":
            return self._when(value)
        return Literal(value)

    def _unit(self, fact: Fact) -> dict[str, Any]:
        key = fact.unit or fact.value_type
        known = self.mapping.words("units").get(key)
        if known is None:
            raise UnmappedError(f"no unit is named {key!r}")
        return known if isinstance(known, dict) else {"unit": known}

    def _unit_term(self, fact: Fact) -> Term:
        unit = str(self._unit(fact)["unit"])
        return self._term(unit) if ":" in unit else Literal(unit)

    def _when(self, text: str) -> Term:
        if (found := date_literal(text)) is not None:
            return found
        row = self.mapping.periods.get(text)
        if row is None:
            raise UnmappedError(f"{text!r} is neither a date nor a period")
        return NamedNode(ID + row["id"])

    def _date(self, fact: Fact, value: str) -> Term:
        for name in self.mapping.settings.get("date_qualifiers", []):
            if name in fact.qualifiers:
                return self._when(fact.qualifiers[name])
        return self._when(value)

    def _qualifier(self, text: str) -> Term:
        if re.fullmatch(r"-?\d+(\.\d+)?", text) and not re.fullmatch(r"(19|20)\d\d", text):
            return number_literal(text)
        if (found := date_literal(text)) is not None:
            return found
        return self._term(text)

    def _lookup(self, name: str, fact: Fact) -> Term:
        if f"{name}_id" in fact.qualifiers:
            return self.entity(fact.qualifiers[f"{name}_id"])
        qualifier = fact.qualifiers.get(self.mapping.words("lookups")[name]["qualifier"], "")
        subject = self.entity(fact.subject).value.removeprefix(ID)
        table = self.mapping.lookups
        keys = ((name, subject, qualifier), (name, "", qualifier), (name, subject, ""), (name, fact.value, ""))
        for key in keys:
            if key in table:
                return NamedNode(ID + table[key])
        if qualifier in self.mapping.names:
            return self.entity(qualifier)
        raise UnmappedError(f"no {name} for {fact.subject!r} with {qualifier!r}")

    def _variable(self, name: str, fact: Fact) -> Term:
        described = self.mapping.words("variables").get(name, {})
        text = fact.qualifiers.get(name) or fact.qualifiers.get(described.get("qualifier", name), "")
        words = described.get("words")
        if text and words is not None and not _CURIE.fullmatch(text):
            if text not in words:
                raise UnmappedError(f"{text!r} is no word of {name}")
            text = words[text]
        text = text or described.get("default", "")
        if not text:
            raise KeyError(name)
        return Literal(text) if described.get("text") else self._term(text)

    def _term(self, text: str) -> Term:
        if _CURIE.fullmatch(text):
            return NamedNode(iri(text))
        if (tagged := re.fullmatch(r'"(.*)"@([\w-]+)', text)) is not None:
            return Literal(tagged[1], language=tagged[2])
        if (typed := re.fullmatch(r'"(.*)"\^\^(\w+:\w+)', text)) is not None:
            return Literal(typed[1], datatype=NamedNode(iri(typed[2])))
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            return number_literal(text)
        if text in self.mapping.names:
            return NamedNode(ID + self.mapping.names[text])
        return Literal(text)

    def _common(self, rule: Rule, fact: Fact, draft: Draft) -> Iterator[Pair]:
        """Give period or date, bound, estimator, status and basis, where the curator did not set them."""
        changed = {name for name, _ in fact.properties}
        implied = {
            name: text
            for note in self.mapping.notes
            if rule.kind in note.kinds and note.pattern.search(fact.note)
            for name, text in note.changes
        }
        period = self.mapping.periods.get(fact.qualifiers.get("period", ""))
        if fact.qualifiers.get("period") and period is None and date_literal(fact.qualifiers["period"]) is None:
            raise UnmappedError(f"no period is named {fact.qualifiers['period']!r}")
        if "xp:period" not in changed and period is not None:
            yield XP + "period", NamedNode(ID + period["id"])
        elif "xp:asOf" not in changed and "xp:period" not in changed:
            yield from self._as_of(rule, fact, draft)
        if "xp:bound" not in changed and (bound := fact.qualifiers.get("bound")):
            words = self.mapping.words("bounds")
            if bound not in words:
                raise UnmappedError(f"{bound!r} is no bound")
            yield XP + "bound", self._term(words[bound])
        if "xp:estimatedBy" in implied and "xp:estimatedBy" not in changed:
            yield XP + "estimatedBy", self._term(implied["xp:estimatedBy"])
        modality = self.mapping.words("modalities").get(fact.qualifiers.get("modality", ""), {})
        status = rule.status or modality.get("status") or "xp:Completed"
        if modality.get("forecast") and not rule.status and _later(period, fact):
            status = modality["forecast"]
        if "xp:status" not in changed:
            yield XP + "status", self._term(implied.get("xp:status", status))
        if "xp:basis" not in changed:
            tier = self.mapping.source_at(fact.address)["tier"]
            by_tier = self.mapping.words("tier_basis").get(tier, "xp:Reported")
            yield (
                XP + "basis",
                self._term(implied.get("xp:basis") or rule.basis or modality.get("basis") or by_tier),
            )

    def _as_of(self, rule: Rule, fact: Fact, draft: Draft) -> Iterator[Pair]:
        stated = fact.qualifiers.get("as_of") or fact.qualifiers.get("period") or fact.qualifiers.get("start", "")
        if not stated or any(predicate in (XP + "date", XP + "datePeriod") for predicate, _ in draft.pairs):
            return
        page = fact.published or ""
        if not rule.dated and (page.startswith(stated) or (page and stated.startswith(page))):
            return
        when = self._when(stated)
        yield (XP + "period", when) if isinstance(when, NamedNode) else (XP + "asOf", when)


def _later(period: dict[str, str] | None, fact: Fact) -> bool:
    """Tell whether the period ends after the page was published, so that its figure was a forecast."""
    end = (period or {}).get("ends") or fact.qualifiers.get("as_of", "")
    return bool(end and fact.published and end > fact.published)
