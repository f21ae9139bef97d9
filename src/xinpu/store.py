"""The triple store in memory: it loads a project's Turtle, answers SPARQL, and knows where each subject stands.

Three named graphs: ontology, curated, derived. Queries see their union. Nothing here knows what the triples mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Protocol

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    parse,
    serialize,
)

from xinpu.errors import DataError, ModelError, XinpuError
from xinpu.layout import GRAPH_CURATED, GRAPH_DERIVED, GRAPH_ONTOLOGY, NAMESPACES, Project

Term = NamedNode | BlankNode | Literal | Triple
"""What a cell of a result can hold."""

ONTOLOGY: Final = NamedNode(GRAPH_ONTOLOGY)
CURATED: Final = NamedNode(GRAPH_CURATED)
DERIVED: Final = NamedNode(GRAPH_DERIVED)

RDF_FORMATS: Final = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "jsonld": RdfFormat.JSON_LD,
    "rdfxml": RdfFormat.RDF_XML,
}
"""Formats in which single answers are written and read."""

Place = tuple[str, int]
"""File, relative to the project, and line, from 1."""

_BLOCK = re.compile(r"(?:<([^<>\s]*)>|([A-Za-z][\w-]*)?:([\w.%~-]*[\w%~-]|))\s")
_PREFIX = re.compile(r"\s*@prefix\s+([\w-]*):\s*<([^>]*)>")


@dataclass(frozen=True)
class Solutions:
    """Answer to a SELECT: names of the variables, and rows of terms (None where unbound) in the query's order."""

    variables: tuple[str, ...]
    rows: list[tuple[Term | None, ...]]


class Source(Protocol):
    """What answers SELECT queries: the store in memory or a SPARQL server."""

    def select(self, text: str) -> Solutions:
        """Answer one SELECT query."""
        ...


@dataclass
class Dataset:
    """A loaded project: the store, and for each file its text."""

    store: Store = field(default_factory=Store)
    texts: dict[str, str] = field(default_factory=dict)
    """Path relative to the project -> content of each Turtle file that was loaded."""

    def select(self, text: str) -> Solutions:
        """Answer a SELECT query over the union of all graphs; raises ModelError on bad SPARQL."""
        answer = self._query(text)
        if not isinstance(answer, QuerySolutions):
            raise ModelError("the query is not a SELECT", remedy="Use a SELECT query here.")
        variables = tuple(variable.value for variable in answer.variables)
        width = range(len(variables))
        return Solutions(variables, [tuple(row[i] for i in width) for row in answer])

    def construct(self, text: str) -> Iterator[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query over the union of all graphs."""
        answer = self._query(text)
        if not isinstance(answer, QueryTriples):
            raise ModelError("the query is not a CONSTRUCT", remedy="Use a CONSTRUCT query here.")
        yield from answer

    def ask(self, text: str) -> bool:
        """Answer an ASK query over the union of all graphs."""
        answer = self._query(text)
        if not isinstance(answer, QueryBoolean):
            raise ModelError("the query is not an ASK", remedy="Use an ASK query here.")
        return bool(answer)

    def answer(self, text: str, graphs: Sequence[str] = ()) -> Solutions | list[Triple] | bool:
        """Answer a query of any form over the union of all graphs, or of these."""
        answer = self._query(text, graphs)
        if isinstance(answer, QuerySolutions):
            variables = tuple(variable.value for variable in answer.variables)
            return Solutions(variables, [tuple(row[i] for i in range(len(variables))) for row in answer])
        return bool(answer) if isinstance(answer, QueryBoolean) else list(answer)

    def _query(self, text: str, graphs: Sequence[str] = ()) -> QuerySolutions | QueryBoolean | QueryTriples:
        chosen: list[Any] = [NamedNode(name) for name in graphs]
        try:
            if chosen:
                return self.store.query(text, default_graph=chosen, named_graphs=chosen)
            return self.store.query(text, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise sparql_error(text, str(error)) from None

    def triples(self, graph: NamedNode) -> Iterator[Quad]:
        """Give the quads of one named graph, in the store's order."""
        return iter(self.store.quads_for_pattern(None, None, None, graph))

    def add_derived(self, triples: Iterable[Triple]) -> int:
        """Put triples into the derived graph unless a graph has them already; give how many were new."""
        store = self.store
        new = 0
        for triple in triples:
            quad = Quad(triple.subject, triple.predicate, triple.object, DERIVED)
            if quad in store or any(
                Quad(quad.subject, quad.predicate, quad.object, graph) in store for graph in (CURATED, ONTOLOGY)
            ):
                continue
            store.add(quad)
            new += 1
        return new

    @cached_property
    def places(self) -> dict[str, Place]:
        """IRI of each subject -> file and line where its (first) block begins."""
        found: dict[str, Place] = {}
        for path, text in self.texts.items():
            for iri, line in block_starts(text):
                found.setdefault(iri, (path, line))
        return found

    def place(self, iri: str, token: str | None = None) -> Place | None:
        """Find file and line of a subject's block; with a token (a term as written, such as ``xp:fouded``) its line."""
        start = self.places.get(iri)
        if start is None or token is None:
            return start
        lines = self.texts[start[0]].split("\n")
        for number in range(start[1], len(lines) + 1):
            line = lines[number - 1]
            if number > start[1] and _BLOCK.match(line):
                break
            if token in line:
                return start[0], number
        return start


def block_starts(text: str) -> Iterator[tuple[str, int]]:
    """Give IRI and line of each block of Turtle that begins at column one, as the project's style wants."""
    prefixes: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if declared := _PREFIX.match(line):
            prefixes[declared[1]] = declared[2]
        elif begun := _BLOCK.match(line + " "):
            if begun[1] is not None:
                yield begun[1], number
            elif (prefix := begun[2] or "") in prefixes:
                yield prefixes[prefix] + begun[3], number


def sparql_error(text: str, message: str) -> ModelError:
    """Turn an engine's complaint into a short ModelError with a line; names undeclared prefixes first.

    The engine's own message for those lists the characters it could have read instead, which helps nobody.
    """
    declared = set(re.findall(r"(?i)prefix\s+([\w-]*):", text))
    code = re.sub(r"(?m)(<[^<>\s]*>|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|(?<!\S)#.*$)", _blank, text)
    for used in re.finditer(r"(?<![\w?$:])([A-Za-z][\w-]*)?:(?=[\w%-])", code):
        if (used[1] or "") not in declared:
            line = text.count("\n", 0, used.start()) + 1
            known = ", ".join(sorted(declared)) or "none"
            return ModelError(
                f'prefix "{used[1] or ""}" is not declared; declared are {known}',
                line=line,
                remedy="Add a PREFIX line." if used[1] not in NAMESPACES else _prefix_remedy(used[1]),
            )
    place = re.search(r"error at (\d+):(\d+)", message)
    line = int(place[1]) if place else 1
    shown = text.splitlines()[line - 1].strip() if 0 < line <= len(text.splitlines()) else ""
    return ModelError(
        f"this is not SPARQL, near column {place[2]} of `{shown[:80]}`" if place else f"this is not SPARQL: {message}",
        line=line,
        remedy="Mend the query there.",
    )


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _prefix_remedy(prefix: str) -> str:
    return f"Add the line: PREFIX {prefix}: <{NAMESPACES[prefix]}>"


def read_turtle(project: Project, path: Path) -> str:
    """Read a Turtle file as UTF-8; raises DataError with the line of the first bad byte."""
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            path=project.relative(path),
            line=line,
            remedy="Save the file as UTF-8.",
        ) from None


def load(project: Project) -> tuple[Dataset, list[XinpuError]]:
    """Load ontology and curated graph; give the dataset and one error for each file that could not be read."""
    dataset = Dataset()
    problems: list[XinpuError] = []
    plan: list[tuple[Path, NamedNode, type[XinpuError]]]
    plan = [(path, ONTOLOGY, ModelError) for path in project.ontology_files()]
    plan += [(path, CURATED, DataError) for path in project.graph_files()]
    for path, graph, kind in plan:
        name = project.relative(path)
        try:
            text = read_turtle(project, path)
            dataset.texts[name] = text
            dataset.store.bulk_load(text, RdfFormat.TURTLE, to_graph=graph)
        except XinpuError as error:
            problems.append(error)
        except SyntaxError as error:
            problems.append(turtle_error(kind, name, text, error))
    return dataset, problems


def turtle_error(kind: type[XinpuError], name: str, text: str, error: SyntaxError) -> XinpuError:
    """Turn the parser's complaint into one line that shows the words it stumbled on."""
    line = error.lineno or 1
    lines = text.splitlines()
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    message = re.sub(r"^Parser error .*?: (?=[A-Z])", "", str(error.msg)).split(" (line")[0]
    if undeclared := re.search(r"The prefix ([\w-]*): has not been declared", message):
        prefix = undeclared[1]
        known = NAMESPACES.get(prefix)
        remedy = (
            f"Add at the top: @prefix {prefix}: <{known}> ."
            if known
            else f"Use one of the project's prefixes: {', '.join(sorted(NAMESPACES))}."
        )
        return kind(f'prefix "{prefix}" is not declared, in `{shown[:80]}`', path=name, line=line, remedy=remedy)
    if not shown or "end of file" in message or "unexpected end" in message.lower():
        return kind(
            f"the file ends inside a block: {message}",
            path=name,
            line=line,
            remedy="Close the last block with a full stop and every string with its quote.",
        )
    return kind(
        f"syntax error, {message[0].lower()}{message[1:]}, in `{shown[:80]}`",
        path=name,
        line=line,
        remedy="Mend the Turtle there; often a ; or . is missing at the end of the line before.",
    )


def load_strict(project: Project) -> Dataset:
    """Load a project and raise the first problem, if any."""
    dataset, problems = load(project)
    if problems:
        raise problems[0]
    return dataset


def write_triples(triples: Iterable[Triple], form: str) -> str:
    """Write triples in one of RDF_FORMATS, sorted, each once, with the project's prefixes where they are used."""
    listed = sorted({str(triple): triple for triple in triples}.items())
    words = " ".join(text for text, _ in listed)
    used = {prefix: namespace for prefix, namespace in NAMESPACES.items() if f"<{namespace}" in words}
    data = serialize((triple for _, triple in listed), format=RDF_FORMATS[form], prefixes=used)
    lines = (data or b"").decode().split("\n")
    # the serialiser gives prefixes in an order of its own
    first = sorted(line for line in lines if form == "turtle" and line.startswith("@prefix "))
    return "\n".join((*first, *lines[len(first) :]))


def read_triples(data: bytes, form: str) -> list[Triple]:
    """Read triples in one of RDF_FORMATS; raises SyntaxError."""
    return [quad.triple for quad in parse(data, format=RDF_FORMATS[form])]
