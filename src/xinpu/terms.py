"""RDF terms as Python values and as text: compact names, plain values, labels by language, terms from user input."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from xinpu.errors import UsageError
from xinpu.layout import CONTENT_LANGUAGE, ID, NAMESPACES, XP
from xinpu.store import Dataset, Term

__all__ = [
    "BlankNode",
    "Labels",
    "Literal",
    "NamedNode",
    "Quad",
    "Term",
    "Triple",
    "Value",
    "compact",
    "expand",
    "iri",
    "plain",
    "slug",
    "term_from_text",
    "text_of",
]

Value = str | int | bool | Decimal | None
"""A cell as plain Python: numbers as int or Decimal, IRIs and dates as text."""

XSD: Final = NAMESPACES["xsd"]
_INTEGERS: Final = frozenset(XSD + name for name in ("integer", "int", "long", "nonNegativeInteger", "positiveInteger"))
_DECIMALS: Final = frozenset(XSD + name for name in ("decimal", "double", "float"))
_DATES: Final = (
    (re.compile(r"\d{4}"), "gYear"),
    (re.compile(r"\d{4}-\d{2}"), "gYearMonth"),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "date"),
)
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]+")

MAX_DIGITS: Final = 300
"""Numbers larger or smaller than this power of ten are taken for a slip or an attack."""

FALLBACK: Final[dict[str, tuple[str, ...]]] = {
    "en": ("en", "zh-hans", "fr"),
    "zh": ("zh-hans", "zh", "en", "fr"),
    "fr": ("fr", "en", "zh-hans"),
}
"""For each language of the interface, the order in which content languages are tried (tags as the store keeps them)."""


def iri(name: str) -> str:
    """Expand a compact name of the project's prefixes, such as ``xp:Chip``."""
    prefix, _, local = name.partition(":")
    return NAMESPACES[prefix] + local


def compact(term: str | NamedNode) -> str:
    """Shorten an IRI to ``prefix:local`` where a prefix fits, else to ``<iri>``."""
    value = term if isinstance(term, str) else term.value
    cut = max(value.rfind("#"), value.rfind("/")) + 1
    prefix = _BY_NAMESPACE.get(value[:cut])
    return f"{prefix}:{value[cut:]}" if prefix and _LOCAL.fullmatch(value[cut:]) else f"<{value}>"


_BY_NAMESPACE: Final = {namespace: prefix for prefix, namespace in NAMESPACES.items()}


def slug(term: str | NamedNode) -> str:
    """Give the last part of an IRI."""
    value = term if isinstance(term, str) else term.value
    return value[max(value.rfind("#"), value.rfind("/")) + 1 :]


def expand(text: str) -> str | None:
    """Turn ``<iri>``, ``iri`` or ``prefix:local`` into an IRI; None if the text is none of them."""
    text = text.strip()
    inner = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    prefix, colon, local = inner.partition(":")
    if colon and prefix in NAMESPACES and _LOCAL.fullmatch(local):
        return NAMESPACES[prefix] + local
    return inner if _IRI.fullmatch(inner) and "//" in inner else None


def plain(term: Term | None) -> Value:
    """Give a term as plain Python: numbers, booleans, else its text; IRIs whole."""
    if term is None:
        return None
    if isinstance(term, Literal):
        kind = term.datatype.value
        if kind in _INTEGERS:
            try:
                return int(term.value)
            except ValueError:
                return term.value
        if kind in _DECIMALS:
            try:
                return Decimal(term.value)
            except InvalidOperation:
                return term.value
        if kind == XSD + "boolean":
            return term.value in ("true", "1")
        return term.value
    return text_of(term)


def text_of(term: Term | None) -> str:
    """Give the bare text of a term: lexical form, IRI or label of a blank node; empty for None."""
    return "" if term is None else str(term) if isinstance(term, Triple) else term.value


def term_from_text(text: str, kind: str) -> NamedNode | Literal:
    """Make a term from what a user typed, by the declared type of the parameter.

    ``text`` gives a string, ``language`` too; ``number``, ``integer``, ``date`` (YYYY, YYYY-MM or YYYY-MM-DD) and
    ``boolean`` give literals; every other type is a thing, given as slug (``baidu``), compact name or IRI.
    Raises UsageError if the text does not fit.
    """
    text = text.strip()
    if kind in ("text", "language"):
        return Literal(text)
    if kind in ("number", "integer"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        usable = number.is_finite() and abs(number.adjusted()) <= MAX_DIGITS
        if not usable or (kind == "integer" and number != int(number)):
            raise UsageError(f"{_shown(text)} is not a {kind}", remedy="Write digits, such as 12 or 3.5.")
        whole = number == int(number)
        return Literal(f"{int(number)}" if whole else f"{number:f}", datatype=_xsd("integer" if whole else "decimal"))
    if kind == "date":
        for pattern, name in _DATES:
            if pattern.fullmatch(text):
                return Literal(text, datatype=_xsd(name))
        raise UsageError(f"{_shown(text)} is not a date", remedy="Write 2025, 2025-12 or 2025-12-31.")
    if kind == "boolean":
        if text not in ("true", "false"):
            raise UsageError(f"{_shown(text)} is neither true nor false", remedy="Write true or false.")
        return Literal(text, datatype=_xsd("boolean"))
    if found := expand(text):
        return NamedNode(found)
    if _LOCAL.fullmatch(text):
        return NamedNode((XP if text[:1].isupper() else ID) + text)
    raise UsageError(
        f"{_shown(text)} is not the name of a {kind}", remedy="Give a slug such as baidu, id:baidu or a whole IRI."
    )


def _xsd(name: str) -> NamedNode:
    return NamedNode(XSD + name)


def _shown(text: str) -> str:
    short = text if len(text) <= 60 else text[:57] + "…"
    return repr(short)


@dataclass(frozen=True)
class Labels:
    """Names of everything, by IRI and language tag; built by one pass over the dataset."""

    texts: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, dataset: Dataset) -> Labels:
        """Collect ``skos:prefLabel``, ``rdfs:label`` and ``dcterms:title``, the first of these that a thing has."""
        texts: dict[str, dict[str, str]] = {}
        for name in ("skos:prefLabel", "rdfs:label", "dcterms:title"):
            known = frozenset(texts)
            for quad in dataset.store.quads_for_pattern(None, NamedNode(iri(name)), None, None):
                if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                    subject = quad.subject.value
                    if subject in known:
                        continue
                    language = (quad.object.language or "").lower()
                    entry = texts.setdefault(subject, {})
                    # more than one label in a language is an error of the graph; the smallest keeps the output stable
                    entry[language] = min(entry.get(language, quad.object.value), quad.object.value)
        return cls(texts)

    def pick(self, term: str | NamedNode, language: str) -> tuple[str, str]:
        """Give text and language tag (of the store, lower case; empty if none) of the best label for a reader."""
        name = term if isinstance(term, str) else term.value
        return best(self.texts.get(name, {}), language) or (compact(name) if "//" in name else name, "")

    def text(self, term: str | NamedNode, language: str = "en") -> str:
        """Give the best label for a reader of a language of the interface, or the compact name."""
        return self.pick(term, language)[0]


def best(texts: dict[str, str], language: str) -> tuple[str, str] | None:
    """Choose among texts by language tag: the fallback order, then no tag, then the first tag A to Z."""
    order: Iterable[str] = (*FALLBACK.get(language, (CONTENT_LANGUAGE.get(language, language).lower(), "en")), "")
    for tag in (*order, *sorted(texts)):
        if tag in texts:
            return texts[tag], tag
    return None
