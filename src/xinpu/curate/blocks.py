"""Turtle files as blocks: one subject with its comment, its section and its terms; reading and writing of them.

It knows the layout of a file (prefixes, head comment, ruled sections, blocks), not what the blocks mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xinpu.errors import DataError
from xinpu.layout import NAMESPACES
from xinpu.store import Dataset, Term
from xinpu.terms import Literal, NamedNode, compact

Pair = tuple[str, Term]
"""Predicate and object of one triple."""

XSD: Final = NAMESPACES["xsd"]
RULE_WIDTH: Final = 120

_TOKEN: Final = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<iri><[^<>\s]*>)"
    r'|(?P<text>"""(?:[^"\\]|\\.|"(?!""))*"""|"(?:[^"\\\n]|\\.)*"'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<stop>\.(?=\s|\#|$))"
    r"|(?P<space>\s+)"
    r"|(?P<word>(?:[^\s\#<>\"'.]|\.(?!\s|\#|$))+|[<>\"'])",
    re.DOTALL,
)
_RULED: Final = re.compile(r"#\s*-{3}\s*(.*?)\s*-{3,}\s*$")
_PREFIX: Final = re.compile(r"@prefix\s+([\w-]*):\s*<([^>]*)>\s*\.")
_INTEGER: Final = re.compile(r"[+-]?\d+")
_DECIMAL: Final = re.compile(r"[+-]?\d*\.\d+")


@dataclass
class Block:
    """One subject: its IRI, its triples, the comment above it; ``raw`` is the text where blank nodes are used."""

    subject: str
    pairs: list[Pair]
    comment: str = ""
    raw: str = ""
    line: int = 1


@dataclass
class Section:
    """Blocks under one ruled line; the first section of a file may have no title."""

    title: str
    blocks: list[Block] = field(default_factory=list)
    comment: str = ""


@dataclass
class Document:
    """A Turtle file: head comment and sections."""

    head: str
    sections: list[Section]

    def blocks(self) -> Iterator[Block]:
        """Give all blocks in the order of the file."""
        for section in self.sections:
            yield from section.blocks


def _tokens(text: str, path: str) -> Iterator[tuple[str, str, int]]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise DataError("a string or an IRI is not closed", path=path, line=line, remedy="Close it.")
        yield found.lastgroup or "", found[0], line
        line += found[0].count("\n")
        at = found.end()


def parse(text: str, path: str) -> Document:
    """Read a Turtle file into sections and blocks; raises DataError with the line of the first fault."""
    document = Document("", [Section("")])
    prefixes = ""
    pending: list[str] = []
    inside: list[str] = []
    start = 1
    seen_prefix = False
    for kind, token, line in _tokens(text, path):
        if inside or (kind not in ("comment", "space")):
            if not inside:
                start = line
            if kind == "comment":
                pending.append(token.rstrip())
                continue
            inside.append(token)
            if kind == "stop" or (kind == "word" and token.startswith("@prefix") and token.endswith(".")):
                statement = "".join(inside).strip()
                inside = []
                if statement.startswith("@prefix"):
                    if not _PREFIX.match(statement):
                        raise DataError(f"not a prefix line: {statement[:60]}", path=path, line=start)
                    prefixes += "PREFIX " + statement[7:-1] + "\n"
                    seen_prefix = True
                    if pending:
                        document.head = "\n".join([document.head, *pending]).strip()
                        pending = []
                else:
                    section = document.sections[-1]
                    section.blocks.extend(_blocks(statement, prefixes, "\n".join(pending), path, start))
                    pending = []
        elif kind == "comment":
            if (ruled := _RULED.match(token)) and ruled[1]:
                _flush(document, pending)
                pending = []
                document.sections.append(Section(ruled[1]))
            else:
                pending.append(token.rstrip())
        elif token.count("\n") > 1 and pending and (seen_prefix or not document.head):
            _flush(document, pending)
            pending = []
    if "".join(inside).strip():
        raise DataError("the file ends inside a block", path=path, line=start, remedy="End the block with a full stop.")
    _flush(document, pending)
    return document


def _flush(document: Document, pending: list[str]) -> None:
    """Put comments that stand alone where they belong: the head, or the section they follow."""
    if not pending:
        return
    words = "\n".join(pending)
    section = document.sections[-1]
    if len(document.sections) == 1 and not section.blocks:
        document.head = "\n".join(part for part in (document.head, words) if part)
    else:
        section.comment = "\n".join(part for part in (section.comment, words) if part)


def _blocks(statement: str, prefixes: str, comment: str, path: str, line: int) -> list[Block]:
    scratch = Dataset()
    try:
        scratch.store.update(f"{prefixes}INSERT DATA {{ {statement} }}")
    except SyntaxError as error:
        shown = statement.splitlines()[0]
        raise DataError(f"not Turtle: {error.msg}, in the block {shown[:60]}", path=path, line=line) from None
    found: dict[str, list[Pair]] = {}
    blank = False
    for quad in scratch.store:
        if not isinstance(quad.subject, NamedNode) or not isinstance(quad.object, NamedNode | Literal):
            blank = True
            continue
        found.setdefault(quad.subject.value, []).append((quad.predicate.value, quad.object))
    if blank or len(found) != 1:
        name = re.match(r"\S+", statement)
        subject = _subject(name[0] if name else "", prefixes)
        pairs = found.get(subject, [])
        return [Block(subject, pairs, comment, statement, line)]
    return [Block(subject, pairs, comment, "", line) for subject, pairs in found.items()]


def _subject(token: str, prefixes: str) -> str:
    if token.startswith("<"):
        return token[1:-1]
    prefix, _, local = token.partition(":")
    named = re.search(rf"PREFIX\s+{re.escape(prefix)}:\s*<([^>]*)>", prefixes)
    return (named[1] if named else NAMESPACES.get(prefix, prefix + ":")) + local


def term_text(term: Term) -> str:
    """Write one object as Turtle: short names, bare numbers and truth values, one-line strings."""
    if isinstance(term, NamedNode):
        return compact(term)
    assert isinstance(term, Literal)  # noqa: S101 - blank nodes never get here
    kind = term.datatype.value
    if (kind == XSD + "integer" and _INTEGER.fullmatch(term.value)) or (
        kind == XSD + "decimal" and _DECIMAL.fullmatch(term.value)
    ):
        return term.value
    if kind == XSD + "boolean" and term.value in ("true", "false"):
        return term.value
    quoted = term.value.replace("\\", "\\\\").replace('"', '\\"')
    quoted = '"' + quoted.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'
    if term.language:
        return f"{quoted}@{_tag(term.language)}"
    return quoted if kind == XSD + "string" else f"{quoted}^^{compact(term.datatype)}"


def _tag(language: str) -> str:
    """Give a language tag in its usual spelling: language lower, script capitalised, region upper (BCP 47)."""
    first, *rest = language.split("-")
    return "-".join([first.lower(), *(part.title() if len(part) == 4 else part.upper() for part in rest)])


def write_block(subject: str, pairs: Iterable[Pair], order: dict[str, int]) -> str:
    """Write one block: type first, one value a line, predicates in the given order, then A to Z."""
    rows = sorted({(predicate, term) for predicate, term in pairs}, key=lambda row: _rank(row, order))
    lines = [f"{'a' if p == NAMESPACES['rdf'] + 'type' else compact(p)} {term_text(o)}" for p, o in rows]
    return f"{compact(subject)} " + " ;\n    ".join(lines) + " .\n"


_LANGUAGES: Final = {"en": 0, "zh-hans": 1, "zh-hant": 2, "zh": 3, "fr": 4}


def _rank(row: Pair, order: dict[str, int]) -> tuple[int, str, int, str]:
    predicate, term = row
    language = _LANGUAGES.get((term.language or "").lower(), 9) if isinstance(term, Literal) else 0
    return order.get(predicate, order.get("", 500)), predicate, language, term_text(term)


def write(document: Document, order: dict[str, int]) -> str:
    """Write a file: the prefixes it uses A to Z, the head comment, then sections of blocks A to Z."""
    parts: list[str] = []
    for section in document.sections:
        if section.title:
            start = f"# --- {section.title} "
            parts.append(start + "-" * max(3, RULE_WIDTH - len(start)) + "\n")
        if section.comment:
            parts.append(section.comment + "\n")
        for block in _merged(section.blocks):
            text = block.raw + "\n" if block.raw else write_block(block.subject, block.pairs, order)
            parts.append((block.comment + "\n" if block.comment else "") + text)
    body = "\n".join(parts)
    used = sorted(prefix for prefix in NAMESPACES if re.search(rf"(?<![\w:/#-]){prefix}:[\w]", _bare(body)))
    head = "".join(f"@prefix {prefix}: <{NAMESPACES[prefix]}> .\n" for prefix in used)
    return "\n".join(part for part in (head, document.head + "\n" if document.head else "", body) if part)


def _bare(text: str) -> str:
    return re.sub(r"<[^<>\s]*>|\"(?:[^\"\\\n]|\\.)*\"|(?m:(?<!\S)#.*$)", " ", text)


def _merged(blocks: list[Block]) -> list[Block]:
    """Put blocks A to Z and join those of one subject."""
    result: dict[str, Block] = {}
    for block in blocks:
        if (known := result.get(block.subject)) is not None and not known.raw and not block.raw:
            comment = "\n".join(part for part in (known.comment, block.comment) if part)
            result[block.subject] = Block(block.subject, known.pairs + block.pairs, comment, "", known.line)
        else:
            key = block.subject if block.subject not in result else f"{block.subject}\0{len(result)}"
            result[key] = block
    return sorted(result.values(), key=lambda block: (block.subject, block.line))


def read(path: Path, shown: str) -> Document:
    """Read a file of Turtle as a document."""
    return parse(path.read_text(encoding="utf-8"), shown)
