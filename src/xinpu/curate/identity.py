"""Blocks that an import makes from its tables: names and identity of entities, spans of days.

It only turns rows of a mapping into triples; where the blocks go is decided elsewhere.
"""

from __future__ import annotations

from typing import Final

from xinpu.curate.blocks import Pair
from xinpu.curate.mapping import Row
from xinpu.layout import NAMESPACES, XP
from xinpu.terms import Literal, NamedNode, iri

TYPE: Final = iri("rdf:type")


def labels(en: str, zh: str, fr: str) -> list[Pair]:
    """Give the preferred labels that are not empty."""
    name = iri("skos:prefLabel")
    texts = (("en", en), ("zh-Hans", zh), ("fr", fr))
    return [(name, Literal(text, language=tag)) for tag, text in texts if text]


def entity_pairs(row: Row) -> list[Pair]:
    """Give the identity of an entity: classes, labels, aliases, legal names, kinds and further properties."""
    pairs: list[Pair] = [(TYPE, NamedNode(XP + name)) for name in row["class"].split()]
    pairs += labels(row["en"], row["zh"], row["fr"])
    for alias in filter(None, row["aliases"].split(";")):
        text, _, tag = alias.partition("@")
        tag = tag or ("zh-Hans" if any("\u4e00" <= letter <= "\u9fff" for letter in text) else "en")
        pairs.append((iri("skos:altLabel"), Literal(text, language=tag)))
    for legal in filter(None, row["legal_zh"].split(";")):
        pairs.append((iri("xp:legalName"), Literal(legal, language="zh-Hans")))
    pairs += [(iri("xp:kind"), NamedNode(XP + kind)) for kind in row["kind"].split()]
    for key, _, value in (part.strip().partition("=") for part in row["props"].split(";") if part.strip()):
        term = NamedNode(iri(value)) if value.partition(":")[0] in NAMESPACES else Literal(value)
        pairs.append((iri(key), term if value not in ("true", "false") else _truth(value)))
    return pairs


def _truth(value: str) -> Literal:
    return Literal(value, datatype=NamedNode(iri("xsd:boolean")))


def period_pairs(row: Row) -> list[Pair]:
    """Give the identity of a span of days."""
    day = NamedNode(iri("xsd:date"))
    return [
        (TYPE, NamedNode(XP + "Period")),
        *labels(row["en"], row["zh"], row["fr"]),
        (iri("xp:begins"), Literal(row["begins"], datatype=day)),
        (iri("xp:ends"), Literal(row["ends"], datatype=day)),
    ]
