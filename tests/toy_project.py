"""The toy project of tests/toy, loaded and derived once, and its hand-checked rows as text."""

from __future__ import annotations

import csv
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path

from xinpu.derive import derive
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import Dataset, Term, load_strict
from xinpu.terms import NamedNode, compact, text_of

HERE = Path(__file__).parent
TOY = Project(HERE / "toy")
ROWS = HERE / "rows"


@cache
def library() -> Library:
    return Library(TOY)


@cache
def dataset() -> Dataset:
    """The toy graph with its derived graph; tests must not change it."""
    loaded = load_strict(TOY)
    derive(loaded, library())
    return loaded


def cell(term: Term | None) -> str:
    """A cell as the row files write it: compact names, numbers and texts bare, nothing for unbound."""
    return compact(term) if isinstance(term, NamedNode) else number(text_of(term))


def number(text: str) -> str:
    """Equal numbers as equal text: 19.60 and 19.6, 100.0 and 100. Texts that only begin like numbers stay."""
    if not text or not set(text) <= set("0123456789.-+eE") or text.count("-") > 1:
        return text
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text
    return f"{value.normalize():f}"


def read_rows(name: str) -> tuple[list[str], list[tuple[str, ...]]] | None:
    """Columns and rows of tests/rows/<name>.csv, None if there is no such file."""
    path = ROWS / f"{name}.csv"
    if not path.exists():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file))
    return lines[0], [tuple(number(value) for value in line) for line in lines[1:]]
