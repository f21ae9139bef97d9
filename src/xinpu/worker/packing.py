"""Answers on their way from a child process to its parent, as plain texts: a third of the time that terms need."""

from __future__ import annotations

from typing import Any

from xinpu.store import Solutions
from xinpu.terms import Literal, NamedNode, Term, Triple


def pack(outcome: object) -> object:
    """Make rows and triples of plain texts; leave anything else."""
    if isinstance(outcome, Solutions):
        return ("rows", outcome.variables, [tuple([flat(term) for term in row]) for row in outcome.rows])
    if isinstance(outcome, list):
        return ("triples", [(flat(part.subject), flat(part.predicate), flat(part.object)) for part in outcome])
    return outcome


def flat(term: Term | None) -> object:
    """Make a term of plain texts; leave blank nodes and triples."""
    if isinstance(term, NamedNode):
        return term.value
    return (term.value, term.language, term.datatype.value) if isinstance(term, Literal) else term


def unpack(outcome: Any) -> Any:
    """Undo ``pack``."""
    if not isinstance(outcome, tuple):
        return outcome
    if outcome[0] == "rows":
        return Solutions(outcome[1], [tuple([term_of(cell) for cell in row]) for row in outcome[2]])
    return [Triple(*map(term_of, parts)) for parts in outcome[1]]


def term_of(cell: Any) -> Any:
    """Undo ``flat``."""
    if isinstance(cell, str):
        return NamedNode(cell)
    if isinstance(cell, tuple):
        text, language, datatype = cell
        return Literal(text, language=language) if language else Literal(text, datatype=NamedNode(datatype))
    return cell
