"""Columns and cells of the exported tables: what a value looks like there, and what kind of values a column has."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final

from pyoxigraph import Literal, NamedNode

from xinpu.layout import NAMESPACES, XP
from xinpu.store import Term
from xinpu.terms import plain, slug

Scalar = str | int | bool | Decimal
Cell = Scalar | tuple[Scalar, ...] | None

SEPARATOR: Final = "|"
"""Between the values of a cell that holds several, where a format has no lists."""

_SPACES: Final = tuple(NAMESPACES.values())


@dataclass(frozen=True)
class Column:
    """A column: its name, meaning, datatype, whether a cell may hold several values, and what its slugs stand for."""

    name: str
    description: str = ""
    datatype: str = "string"
    """string, integer, decimal, boolean, date, gYear or gYearMonth."""
    several: bool = False
    namespace: str = ""
    """What a slug of this column is appended to; empty if the cells are no slugs or of several namespaces."""
    property: str = ""
    """IRI of the property whose values the column holds."""


def snake(name: str) -> str:
    """Turn ``prefLabel`` or ``zh-Hans`` into ``pref_label`` and ``zh_hans``."""
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).strip("_").lower()


def kebab(name: str) -> str:
    """Turn ``ChipFamily`` into ``chip-family``."""
    return snake(name).replace("_", "-")


def short(term: Term | None) -> Scalar | None:
    """Give a term as a cell: numbers as numbers, IRIs of the project's namespaces as slugs, others whole."""
    if isinstance(term, NamedNode):
        return slug(term) if space(term.value) else term.value
    value = plain(term)
    return text(value) if isinstance(value, Decimal) and not value.is_finite() else value


@lru_cache(maxsize=100_000)
def space(value: str) -> str:
    """Give the project's namespace that an IRI is in; empty if it is in none."""
    cut = max(value.rfind("#"), value.rfind("/")) + 1
    return value[:cut] if value[:cut] in _SPACES and value[cut:] else ""


@dataclass
class Seen:
    """What the values of one column have been so far."""

    kinds: set[str] = field(default_factory=set)
    spaces: set[str] = field(default_factory=set)
    named: bool = False
    several: bool = False
    derived: bool = True

    def add(self, term: Term, labels: Callable[[str], bool]) -> None:
        """Look at one more value; ``labels`` tells whether an IRI has a name."""
        if isinstance(term, NamedNode):
            within = space(term.value)
            self.kinds.add("string")
            self.spaces.add(within)
            # words of the vocabulary read well as they are; other things are named beside
            self.named = self.named or (bool(within) and within != XP and labels(term.value))
        elif isinstance(term, Literal):
            self.spaces.add("")
            datatype = term.datatype.value
            local = datatype[len(NAMESPACES["xsd"]) :] if datatype.startswith(NAMESPACES["xsd"]) else "string"
            kind = {"double": "decimal", "float": "decimal"}.get(local, local)
            known = kind in ("integer", "decimal", "boolean", "date", "gYear", "gYearMonth")
            # what is malformed stays text, and so does its column
            self.kinds.add(kind if known and _fits(term, kind) else "string")
        else:
            self.kinds.add("string")
            self.spaces.add("")

    @property
    def datatype(self) -> str:
        """The narrowest type that all values have."""
        if len(self.kinds) == 1:
            return next(iter(self.kinds))
        return "decimal" if self.kinds == {"integer", "decimal"} else "string"

    @property
    def namespace(self) -> str:
        """The one namespace of all values; empty if they have several."""
        return next(iter(self.spaces)) if len(self.spaces) == 1 else ""


def text(value: Scalar) -> str:
    """Write a value as table formats without types do."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _fits(term: Literal, kind: str) -> bool:
    if kind == "date":
        try:
            datetime.date.fromisoformat(term.value)
        except ValueError:
            return False
    return kind in ("date", "gYear", "gYearMonth") or not isinstance(short(term), str)
