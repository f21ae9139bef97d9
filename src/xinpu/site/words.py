"""What templates see: words with their language, links, values, sources and claims, as plain records."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from markupsafe import escape

from xinpu.layout import XP

AHEAD: Final = frozenset((XP + "Planned", XP + "Forecast"))
"""Statuses of what had not come about when the claim was made."""

_RTL: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Text:
    """Words in a language; the tag is empty if it is the page's."""

    text: str
    lang: str = ""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def attribute(self) -> str:
        """The language as an attribute for an element that holds just these words; empty if it is not needed."""
        return f' lang="{escape(self.lang)}"' if self.lang and not _RTL.search(self.text) else ""

    def __html__(self) -> str:
        body = escape(self.text)
        if _RTL.search(self.text):
            return f'<bdi lang="{escape(self.lang)}">{body}</bdi>' if self.lang else f"<bdi>{body}</bdi>"
        return f'<span lang="{escape(self.lang)}">{body}</span>' if self.lang else str(body)


@dataclass(frozen=True, slots=True)
class Ref:
    """A link to a page of the site (from the language's root), or only a name if it has none."""

    name: Text
    href: str = ""
    iri: str = ""

    def __str__(self) -> str:
        return self.name.text


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a claim: a number with its words, a date, an entity, a text; ``data`` is its bare form."""

    kind: str
    text: Text
    ref: Ref | None = None
    bound: Text | None = None
    data: str = ""


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as a footnote shows it."""

    iri: str
    href: str
    title: Text
    publisher: Ref | None
    issued: str
    tier: Text
    tier_rank: int
    url: str
    """http(s) address, or empty."""
    pkg: str
    """Package address shown as text."""
    after: tuple[Ref, ...]
    """Sources that it retells."""

    @property
    def ref(self) -> Ref:
        """The link to its page."""
        return Ref(self.title, self.href, self.iri)


@dataclass(frozen=True, slots=True)
class ClaimView:
    """One claim in one language."""

    iri: str
    slug: str
    href: str
    kind: str
    kind_name: Text
    subject: Ref
    what: Text
    what_iri: str
    qualifiers: tuple[tuple[Text, Text | Ref], ...]
    value: Value | None
    roles: tuple[tuple[Text, Ref], ...]
    when: Text | Ref | None
    as_of: str
    status: Text
    status_iri: str
    basis: Text
    estimator: Ref | None
    confidence: Text
    level: int
    """Place of the confidence in its scheme, from 1 (best)."""
    sources: tuple[str, ...]
    note: Text
    as_published: Text
    rank: str
    rank_reason: Text
    headline: bool
    key: str
    opponents: tuple[str, ...]
    recorded: str
    retracted: str
    day: str
    """Sort key of time: the earliest day that the claim can mean."""

    @property
    def ahead(self) -> bool:
        """Tell whether it speaks of what had not come about when it was made."""
        return self.status_iri in AHEAD

    @property
    def contested(self) -> bool:
        """Tell whether another claim contradicts it."""
        return bool(self.opponents)


@dataclass(frozen=True, slots=True)
class Group:
    """Claims that answer one question, the leading one first."""

    claims: tuple[ClaimView, ...]

    @property
    def disputed(self) -> bool:
        """Tell whether a claim of the group is contested."""
        return any(claim.contested for claim in self.claims)


@dataclass(frozen=True, slots=True)
class Section:
    """Claims of one kind, or claims that name the entity in one role."""

    id: str
    title: str
    groups: tuple[Group, ...]
    numeric: bool = False
    prose: bool = False
    share: bool = False

    @property
    def disputed(self) -> bool:
        """Tell whether a claim of the section is contested."""
        return any(group.disputed for group in self.groups)

    @property
    def size(self) -> int:
        """Number of claims."""
        return sum(len(group.claims) for group in self.groups)


@dataclass(frozen=True, slots=True)
class BoxRow:
    """One line of the box: a label and the leading claims, then those that contradict them."""

    label: Text
    claims: tuple[ClaimView, ...]
    others: tuple[ClaimView, ...] = ()
