"""What one Turtle file says by itself: its subjects, the names it uses, and the faults of the file alone.

All of it depends on the text only, so that it can be kept between runs under a hash of the text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from xinpu.checks.findings import Finding, Severity, finding, shown
from xinpu.checks.scan import Use, literal_text, scan
from xinpu.layout import ID, NAMESPACES

LITERAL_LIMIT: Final = 8 * 1024
"""Most bytes of one literal in ``graph/``."""

SLUG_LIMIT: Final = 100
"""Most characters of a slug: it becomes the name of a folder."""

SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_DERIVED: Final = re.compile(r"d-[0-9a-f]{20}")

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb]"
    r"|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})"
)
_MARKUP: Final = re.compile(r"<\s*[/!?]?\s*[A-Za-z]|\bjavascript\s*:", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,30}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_CHINESE: Final = frozenset({"zh", "zh-cn", "zh-sg", "zh-hans-cn", "cn"})


@dataclass
class Facts:
    """What one file says by itself; plain data, ready for JSON."""

    subjects: list[tuple[str, int, int]] = field(default_factory=list)
    """IRI, line and offset of each block, in order."""
    typed: list[str] = field(default_factory=list)
    """Subjects whose block gives a class, and so introduces them."""
    predicates: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    datatypes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """Give plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Facts:
        """Read plain data back."""
        return cls(
            subjects=[(str(iri), int(line), int(start)) for iri, line, start in data["subjects"]],
            typed=list(data["typed"]),
            predicates=list(data["predicates"]),
            classes=list(data["classes"]),
            objects=list(data["objects"]),
            datatypes=list(data["datatypes"]),
            findings=[Finding(**entry) for entry in data["findings"]],
        )


def facts(path: str, text: str, *, curated: bool) -> Facts:
    """Look at one well-formed file; ``curated`` adds the rules of ``graph/``."""
    names: dict[str, set[str]] = {"predicate": set(), "class": set(), "object": set(), "datatype": set()}
    subjects: list[tuple[str, int, int]] = []
    found = list(text_findings(path, text))
    typed: set[str] = set()
    declared: dict[str, Use] = {}
    used: set[str] = set()
    for use in scan(text):
        role = use.role
        if role in names:
            names[role].add(use.iri)
            if role == "class":
                typed.add(use.subject)
        elif role == "subject":
            subjects.append((use.iri, use.line, use.start))
            found.extend(_subject(path, text, use, curated))
        elif role == "literal":
            if curated:
                found.extend(_literal(path, use))
            continue
        elif role == "prefix":
            found.extend(_prefix(path, use, declared))
            declared.setdefault(use.token, use)
            continue
        elif role == "language":
            found.extend(_language(path, use))
            continue
        elif role == "blank" and curated:
            found.append(_blank(path, use))
        used.add(use.token.partition(":")[0] + ":")
    found += [
        finding(
            (path, use.line),
            "warning",
            "prefix-unused",
            f"prefix `{token}` is not used in this file",
            "Delete its line.",
            value=token,
        )
        for token, use in declared.items()
        if token not in used
    ]
    return Facts(
        subjects=subjects,
        typed=sorted(typed),
        predicates=sorted(names["predicate"]),
        classes=sorted(names["class"]),
        objects=sorted(names["object"]),
        datatypes=sorted(names["datatype"]),
        findings=found,
    )


def text_findings(path: str, text: str) -> Iterator[Finding]:
    """Find faults that can be seen without reading the Turtle; works on broken files too."""

    def at(line: int, severity: Severity, rule: str, message: str, remedy: str, value: str | None = None) -> Finding:
        return finding((path, line), severity, rule, message, remedy, value=value)

    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        yield at(line, "warning", "line-ending", "the line ends with a carriage return", "Save with LF line ends.")
    if text and not text.endswith("\n"):
        yield at(text.count("\n") + 1, "warning", "final-newline", "the last line does not end", "Add a line break.")
    seen: set[tuple[int, str]] = set()
    for match in _HIDDEN.finditer(text):
        code = match[1] or match[2]
        character = chr(min(int(code, 16), 0x10FFFF)) if code else match[0]
        if code and not _HIDDEN.fullmatch(character):
            continue
        line = text.count("\n", 0, match.start()) + 1
        if (line, character) in seen:
            continue
        seen.add((line, character))
        name = unicodedata.name(character, "CONTROL CHARACTER")
        yield at(
            line,
            "error",
            "hidden-character",
            f"U+{ord(character):04X} {name} cannot be seen and may change how the line reads",
            "Delete it.",
            value=f"\\u{ord(character):04X}",
        )
    if not unicodedata.is_normalized("NFC", text):
        for line, content in enumerate(text.split("\n"), start=1):
            if not unicodedata.is_normalized("NFC", content):
                yield at(line, "warning", "not-composed", "letters and accents are apart", "Save the line in form NFC.")


def _subject(path: str, text: str, use: Use, curated: bool) -> Iterator[Finding]:
    place = (path, use.line)
    if use.start and text[use.start - 1] != "\n":
        yield finding(
            place,
            "error",
            "block-column",
            f"the block of `{shown(use.token)}` does not begin at column one",
            "Begin each block on a line of its own, without space before it.",
            node=use.iri,
            value=use.token,
        )
    if not curated:
        return
    if not use.iri.startswith(ID):
        yield finding(
            place,
            "error",
            "foreign-subject",
            f"`{shown(use.token)}` is not an `id:` name, and graph/ describes only those",
            "Give the thing a name under `id:`, or move what is said of a term to ontology/.",
            node=use.iri,
            value=use.token,
        )
        return
    slug = use.iri[len(ID) :]
    problem = slug_problem(slug)
    if problem:
        yield finding(
            place,
            "error",
            "slug",
            f"`{shown(use.token)}` {problem}",
            "Use lower-case letters a to z, digits and single hyphens, made from the English trade name.",
            node=use.iri,
            value=use.token,
        )


def slug_problem(slug: str) -> str | None:
    """Say what is wrong with a slug; None if it is good."""
    if _DERIVED.fullmatch(slug):
        return "looks like a derived node, whose names begin with d- and a hash"
    if len(slug) > SLUG_LIMIT:
        return f"has a slug of {len(slug)} characters; at most {SLUG_LIMIT} are allowed"
    if not SLUG.fullmatch(slug):
        return "is not a slug in kebab case"
    return None


def _literal(path: str, use: Use) -> Iterator[Finding]:
    if use.token[0] not in "\"'":
        return
    content = literal_text(use.token)
    size = len(content.encode("utf-8", "surrogatepass"))
    common = {"node": use.subject, "predicate": use.predicate}
    if size > LITERAL_LIMIT:
        yield finding(
            (path, use.line),
            "error",
            "long-literal",
            f"a text of {size:,} bytes; at most {LITERAL_LIMIT:,} are allowed",
            "Shorten it, or say it in several findings.",
            value=shown(use.token),
            **common,
        )
    for match in list(_MARKUP.finditer(content))[:1]:
        token = content[match.start() : match.start() + 40].split("\n")[0]
        yield finding(
            (path, use.line),
            "error",
            "markup",
            f"`{token}` reads as markup or as a script",
            "Write plain text.",
            value=token,
            **common,
        )
    for match in list(_ENTITY.finditer(content))[:1]:
        yield finding(
            (path, use.line),
            "warning",
            "html-entity",
            f"`{match[0]}` is an HTML entity, which readers will see as it stands",
            "Write the character itself.",
            value=match[0],
            **common,
        )
    if content != content.strip():
        yield finding(
            (path, use.line),
            "warning",
            "space-around",
            f"`{shown(use.token)}` begins or ends with space",
            "Delete the space.",
            value=shown(use.token),
            **common,
        )


def _prefix(path: str, use: Use, declared: dict[str, Use]) -> Iterator[Finding]:
    name = use.token[:-1]
    expected = NAMESPACES.get(name)
    if expected == use.iri and use.token not in declared:
        return
    if expected == use.iri:
        message, remedy = f"prefix `{use.token}` is declared twice", "Delete one of the lines."
    elif expected is None:
        known = {namespace: prefix for prefix, namespace in NAMESPACES.items()}.get(use.iri)
        message = f"prefix `{use.token}` is not one of the project's"
        remedy = f"Use `{known}:`." if known else f"Use only these: {', '.join(sorted(NAMESPACES))}."
    else:
        message = f"prefix `{use.token}` stands for <{expected}>, not for <{use.iri}>"
        remedy = f"Write: @prefix {use.token} <{expected}> ."
    yield finding((path, use.line), "error", "prefix", message, remedy, value=use.token)


def _language(path: str, use: Use) -> Iterator[Finding]:
    if use.token[1:].lower() in _CHINESE:
        yield finding(
            (path, use.line),
            "error",
            "language-tag",
            f"`{use.token}` does not say which script",
            "Write @zh-Hans for simplified and @zh-Hant for traditional Chinese.",
            node=use.subject,
            value=use.token,
            predicate=use.predicate,
        )


def _blank(path: str, use: Use) -> Finding:
    return finding(
        (path, use.line),
        "error",
        "blank-node",
        f"`{use.token}` makes a node without a name, which cannot be cited",
        "Give it a name under `id:` and a block of its own.",
        node=use.subject or None,
        value=use.token,
        predicate=use.predicate or None,
    )
