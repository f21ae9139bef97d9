"""From a node, a predicate and a value to the line where they are written. It looks only at texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from xinpu.checks.scan import Use, literal_text, scan

_PREFIX: Final = re.compile(r"(?im)^\s*@?prefix\s+([\w-]*):\s*<([^>]*)>")
_NUMBER: Final = re.compile(r"[+-]?[\d.]+(?:[eE][+-]?\d+)?")


class Block(NamedTuple):
    """Where the block of a subject begins."""

    path: str
    line: int
    start: int


class Spot(NamedTuple):
    """A line, and the token on it that is meant, as written."""

    path: str
    line: int | None
    token: str | None


@dataclass
class Locator:
    """Blocks of all subjects, and the texts that they stand in."""

    texts: Mapping[str, str]
    blocks: dict[str, Block] = field(default_factory=dict)
    prefixes: dict[str, dict[str, str]] = field(default_factory=dict)
    fallback: str = "graph"
    """What to name as the path of a node that stands in no file."""

    def uses(self, node: str) -> Iterator[Use]:
        """Give the terms of a node's block, the subject first."""
        block = self.blocks.get(node)
        if block is None:
            return
        text = self.texts[block.path]
        if (known := self.prefixes.get(block.path)) is None:
            known = self.prefixes[block.path] = dict(_PREFIX.findall(text))
        for use in scan(text, block.start, block.line, known):
            if use.role == "subject" and use.start != block.start:
                return
            yield use

    def spot(self, node: str, predicate: str | None = None, value: str | None = None) -> Spot:
        """Find the line of a value, else of the predicate, else of the block.

        ``value`` is an IRI or the text of a literal. The token is the value's where it was found, else the predicate's,
        else the subject's.
        """
        block = self.blocks.get(node)
        if block is None:
            return Spot(self.fallback, None, None)
        subject: Use | None = None
        written: Use | None = None
        for use in self.uses(node):
            subject = subject or use
            if predicate is not None and use.predicate != predicate:
                continue
            if use.role == "predicate":
                written = written or (use if predicate is not None else None)
                continue
            if value is not None and use is not subject and _matches(use, value):
                return Spot(block.path, use.line, use.token)
        chosen = written or subject
        return Spot(block.path, chosen.line, chosen.token) if chosen else Spot(block.path, block.line, None)


def _matches(use: Use, value: str) -> bool:
    if use.role != "literal":
        return bool(use.iri) and use.iri == value
    text = literal_text(use.token)
    return text == value or (use.token[0] not in "\"'" and _number(text) == _number(value) != "")


def _number(text: str) -> str:
    """Give one spelling to numbers that are equal, such as 19.60 and 19.6."""
    if not _NUMBER.fullmatch(text):
        return ""
    body = text.lstrip("+")
    if "." in body and "e" not in body.lower():
        body = body.rstrip("0").rstrip(".")
    return body
