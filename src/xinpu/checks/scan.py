"""A scanner for Turtle that knows lines: which term stands where, in which role, in whose block.

It reads well-formed Turtle (the store's parser has the last word on that) and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple

from xinpu.layout import NAMESPACES

Role = Literal["prefix", "subject", "predicate", "class", "object", "literal", "language", "datatype", "blank"]

RDF_TYPE: Final = NAMESPACES["rdf"] + "type"


class Use(NamedTuple):
    """One term at one place."""

    role: Role
    line: int
    """From 1."""
    start: int
    """Offset of the token in the text."""
    token: str
    """As written."""
    iri: str
    """The IRI of a name; empty for literals; for a prefix its namespace."""
    subject: str
    """Subject of the block, also inside brackets; empty before the first block."""
    predicate: str
    """Predicate that the term is, or is a value of; inside brackets the innermost one."""


_TOKEN: Final = re.compile(
    r"""
    (?:[ \t\r\n]+|\#[^\n]*)*
    (?: (?P<name><[^<>\"{}|^`\x00-\x20]*>
      | (?:[^\W\d_](?:[\w.\-]*[\w\-])?)?:(?:[\w:\-]+|%[0-9A-Fa-f]{2}|\\.|\.+(?=[\w:%\\\-]))*
      | a(?![\w:-]))
    | (?P<next>[;,])
    | (?P<end>\.(?!\d))
    | (?P<literal>\"(?:[^\"\\\n\r]|\\.)+\" | \"{3}(?:\"{0,2}(?:[^\"\\]|\\.))*\"{3} | \"\"
      | '{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3} | '(?:[^'\\\n\r]|\\.)*'
      | [+-]?(?:\d+(?:\.\d+)?|\.\d+|\d+\.(?=[eE]))(?:[eE][+-]?\d+)?
      | (?:true|false)(?![\w:-]))
    | (?P<language>@(?!prefix\b|base\b)[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<type>\^\^)
    | (?P<blank>_:[\w.\-]*[\w\-]|[\[(])
    | (?P<close>[\])])
    | (?P<directive>@prefix\b|@base\b|(?i:prefix|base)\b))
    """,
    re.VERBOSE | re.DOTALL,
)
_LOCAL_ESCAPE: Final = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})|\\([tbnrf\"'\\])")
_PLAIN: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def unescape(text: str) -> str:
    """Resolve the escapes of a string or an IRI."""
    if "\\" not in text:
        return text

    def resolve(match: re.Match[str]) -> str:
        if code := match[1] or match[2]:
            return chr(min(int(code, 16), 0x10FFFF))
        return _PLAIN.get(match[3], match[3])

    return _ESCAPE.sub(resolve, text)


def literal_text(token: str) -> str:
    """Give the text of a literal token, without quotes and escapes; numbers as written."""
    for quote in ('"""', "'''", '"', "'"):
        if token.startswith(quote):
            return unescape(token[len(quote) : -len(quote)])
    return token


def resolve(name: str, prefixes: Mapping[str, str]) -> str:
    """Give the IRI of a name as written; an undeclared prefix stays as it is."""
    if name == "a":
        return RDF_TYPE
    if name.startswith("<"):
        return unescape(name[1:-1])
    prefix, _, local = name.partition(":")
    if "\\" in local:
        local = _LOCAL_ESCAPE.sub(r"\1", local)
    return prefixes.get(prefix, prefix + ":") + local


def scan(text: str, start: int = 0, line: int = 1, prefixes: dict[str, str] | None = None) -> Iterator[Use]:
    """Give every term of the text in order, from an offset on that is the begin of a block at the given line.

    Stops at the first character that is no Turtle.
    """
    known: dict[str, str] = {} if prefixes is None else dict(prefixes)
    subject = predicate = ""
    expects = "subject"
    frames: list[tuple[str, str, bool]] = []  # predicate, what to expect, whether it is a list in parentheses
    typed = False
    counted = at = start
    while match := _TOKEN.match(text, at):
        at = match.end()
        kind = match.lastgroup or ""
        word = match[kind]
        begin = at - len(word)
        line += text.count("\n", counted, begin)
        counted = begin
        if kind == "name":
            iri = resolve(word, known)
            if typed:
                typed = False
                yield Use("datatype", line, begin, word, iri, subject, predicate)
            elif expects == "subject":
                subject, predicate, expects = iri, "", "predicate"
                yield Use("subject", line, begin, word, iri, subject, "")
            elif expects == "predicate":
                predicate, expects = iri, "object"
                yield Use("predicate", line, begin, word, iri, subject, predicate)
            else:
                yield Use("class" if predicate == RDF_TYPE else "object", line, begin, word, iri, subject, predicate)
        elif kind == "literal":
            yield Use("literal", line, begin, word, "", subject, predicate)
        elif kind == "language":
            yield Use("language", line, begin, word, "", subject, predicate)
        elif kind == "type":
            typed = True
        elif kind == "next":
            if word == ";" and (not frames or not frames[-1][2]):
                expects = "predicate"
        elif kind == "blank":
            yield Use("blank", line, begin, word, "", subject, predicate)
            if word in "[(":
                frames.append((predicate, "predicate" if expects == "subject" else expects, word == "("))
                expects = "predicate" if word == "[" else "object"
            elif expects == "subject":
                subject, predicate, expects = "", "", "predicate"
        elif kind == "close":
            if not frames:
                return
            predicate, expects, _ = frames.pop()
        elif kind == "end":
            expects, predicate = "subject", ""
            frames.clear()
        elif kind == "directive":
            declared = _DIRECTIVE.match(text, begin)
            if declared is None:
                return
            at = declared.end()
            if declared[1] is not None:
                known[declared[1]] = unescape(declared[2])
                yield Use("prefix", line, begin, declared[1] + ":", declared[2], "", "")
        else:
            return


_DIRECTIVE: Final = re.compile(r"(?i)@?(?:prefix\s+([^\s:]*):|base)\s*<([^>]*)>[ \t]*\.?")
