"""What a query may take, and the errors for one that takes more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from xinpu.errors import XinpuError
from xinpu.results import Answer

MIB: Final = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one query may take; None means no limit."""

    seconds: float | None = 60.0
    memory: int | None = None
    """Bytes beyond what the process holds when the query begins (Linux)."""
    size: int | None = None
    """Bytes of an answer that is written in a format, else its rows or triples."""
    service: bool = False
    """Whether SERVICE may ask other servers."""


@dataclass(frozen=True)
class Request:
    """One query, its limits and, if the child is to write the answer, the format."""

    text: str
    limits: Limits = Limits()
    form: str | None = None
    graphs: tuple[str, ...] = ()
    """Graphs to ask, all if none is named; only the embedded engine knows this."""


Engine = Callable[..., Answer]
"""Answers a query on a dataset: given the two and, if not all of them are meant, the graphs."""


def too_long(seconds: float) -> XinpuError:
    """Make the error for a query that passed its time limit."""
    return XinpuError(f"the query took longer than {seconds:g} s", remedy="Narrow it or raise --timeout.")


def too_much(what: str) -> XinpuError:
    """Make the error for a query that needs more memory or room than it was given."""
    return XinpuError(f"the query needs more than {what}", remedy="Narrow it or add LIMIT.")
