"""The least number of individuals per class that a graph declares for itself, so that a sudden loss is an error.

``graph/expected.toml`` holds a table ``minimum``: names of classes (of the project's ontology, or compact names in
quotes) and numbers. Individuals of classes below count too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Final

from xinpu.checks.close import close_remedy
from xinpu.checks.declared import Vocabulary
from xinpu.checks.findings import Finding, finding
from xinpu.checks.scan import RDF_TYPE
from xinpu.layout import NAMESPACES, XP, Project
from xinpu.store import CURATED, ONTOLOGY, Dataset
from xinpu.terms import NamedNode, compact, expand

FILE: Final = "expected.toml"

GROWN: Final = 2
"""How many times the least number is a reason to raise it."""

_SUBCLASS: Final = NAMESPACES["rdfs"] + "subClassOf"


def counts(dataset: Dataset) -> dict[str, int]:
    """Count the individuals of each class in the curated graph, those of classes below included."""
    above: dict[str, set[str]] = {}
    for quad in dataset.store.quads_for_pattern(None, NamedNode(_SUBCLASS), None, ONTOLOGY):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            above.setdefault(quad.subject.value, set()).add(quad.object.value)
    members: dict[str, set[str]] = {}
    for quad in dataset.store.quads_for_pattern(None, NamedNode(RDF_TYPE), None, CURATED):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            members.setdefault(quad.object.value, set()).add(quad.subject.value)
    total: dict[str, set[str]] = {}
    for name, individuals in members.items():
        waiting, seen = [name], {name}
        while waiting:
            current = waiting.pop()
            total.setdefault(current, set()).update(individuals)
            fresh = above.get(current, set()) - seen
            seen |= fresh
            waiting.extend(fresh)
    return {name: len(individuals) for name, individuals in total.items()}


def expected(project: Project, dataset: Dataset, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Compare the declared least numbers with the graph."""
    path = project.graph / FILE
    name = project.relative(path)
    if not path.is_file():
        yield finding(
            (name, None),
            "info",
            "expected-count",
            "no least counts are declared, so a loss of data would go unseen",
            "Write a table [minimum] with a line `Company = 10` for each class.",
        )
        return
    try:
        text = path.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else 1
        yield finding((name, line), "error", "expected-count", f"this is not TOML: {error}", "Mend the file.")
        return
    minimum = table.get("minimum", {})
    if not isinstance(minimum, dict):
        minimum = {}
    actual = counts(dataset)
    lines = {match[1]: number for number, line in enumerate(text.split("\n"), 1) if (match := _KEY.match(line))}
    for key, least in minimum.items():
        place = (name, lines.get(key, 1))
        iri = expand(key) or XP + key
        if iri not in vocabulary.classes:
            yield finding(
                place,
                "error",
                "expected-count",
                f"`{key}` is not a declared class",
                close_remedy(iri, vocabulary.classes, "Name a class of ontology/."),
                value=key,
            )
        elif not isinstance(least, int) or isinstance(least, bool) or least < 0:
            yield finding(
                place, "error", "expected-count", f"the count of `{key}` is not a number", "Write digits.", value=key
            )
        elif (have := actual.get(iri, 0)) < least:
            yield finding(
                place,
                "error",
                "expected-count",
                f"the graph has {have} of {compact(iri)}, and at least {least} are expected",
                "Look for a file that was lost; lower the number only if the loss is meant.",
                value=key,
            )
        elif least and have >= GROWN * least and have - least >= 10:
            yield finding(
                place,
                "info",
                "expected-count",
                f"the graph has {have} of {compact(iri)}, far above the {least} that are expected",
                "Raise the number, so that a loss is noticed.",
                value=key,
            )


_KEY: Final = re.compile(r"\s*[\"']?([\w:-]+)[\"']?\s*=")
