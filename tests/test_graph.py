"""The real graph against what it promises: counts, sources, coverage of the field, contradictions that are known."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from xinpu.derive import derive
from xinpu.layout import ID, XP, Project
from xinpu.queries import Library, run
from xinpu.store import Dataset, load_strict
from xinpu.terms import plain, text_of

ROOT = Path(__file__).parent.parent
PREFIXES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xp: <https://w3id.org/xinpu/ontology#>
"""


@pytest.fixture(scope="module")
def graph() -> Iterator[tuple[Dataset, Library]]:
    project = Project(ROOT)
    dataset = load_strict(project)
    library = Library(project)
    derive(dataset, library)
    yield dataset, library


def number(dataset: Dataset, pattern: str) -> int:
    value = plain(dataset.select(f"{PREFIXES} SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}").rows[0][0])
    assert isinstance(value, int)
    return value


CLAIM = "?x a ?kind . ?kind rdfs:subClassOf* xp:Claim ."


@pytest.mark.parametrize(
    ("pattern", "least"),
    [
        (CLAIM, 4000),
        ("?x a ?kind . ?kind rdfs:subClassOf* xp:Entity . FILTER NOT EXISTS { ?x a xp:Source }", 850),
        ("?x a xp:Source", 1000),
        ("?x a xp:Company", 150),
        ("?x a xp:Chip", 150),
        ("?x a xp:Listing", 40),
    ],
)
def test_the_graph_is_as_large_as_promised(graph: tuple[Dataset, Library], pattern: str, least: int) -> None:
    assert number(graph[0], pattern) >= least


def test_every_claim_has_a_source(graph: tuple[Dataset, Library]) -> None:
    assert number(graph[0], CLAIM + " FILTER NOT EXISTS { ?x xp:source ?source }") == 0


def test_no_preferred_claim_rests_on_tier_d_alone(graph: tuple[Dataset, Library]) -> None:
    assert number(graph[0], "?x xp:rank xp:Preferred ; xp:confidence xp:VeryLow") == 0


@pytest.mark.parametrize("which", ["", " FILTER NOT EXISTS { ?x xp:rank xp:Deprecated }"], ids=["all", "standing"])
def test_at_most_one_claim_in_five_rests_on_tier_d_alone(graph: tuple[Dataset, Library], which: str) -> None:
    """Of all claims, and of those that are not set aside."""
    assert number(graph[0], "?x xp:confidence xp:VeryLow" + which) * 5 <= number(graph[0], CLAIM + which)


LISTS = {
    f"{path.name}:{name}": entry
    for path in sorted((ROOT / "graph").glob("coverage*.toml"))
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8"))["lists"].items()
}


@pytest.mark.parametrize("name", sorted(LISTS))
def test_what_the_field_looks_for_is_there(graph: tuple[Dataset, Library], name: str) -> None:
    """Items of a list are entities of the graph; what is missing is told in graph/not-found.md."""
    missing = [item for item in LISTS[name]["items"] if not graph[0].ask(f"ASK {{ <{ID}{item}> a ?kind }}")]
    assert not missing
    told = (ROOT / "graph" / "not-found.md").read_text(encoding="utf-8")
    for item in LISTS[name].get("missing", []):
        models = [word for word in item.replace(",", " ").split() if any(letter.isdigit() for letter in word)]
        assert any(model in told for model in models or [item]), item


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("kunlunxin", "founded"),
        ("biren-br100", "MemoryBandwidth"),
        ("ascend-910c", ""),
    ],
)
def test_contradictions_that_the_press_has_are_found(graph: tuple[Dataset, Library], subject: str, words: str) -> None:
    dataset, library = graph
    table = run(library.get("claims/disagreements"), dataset)
    rows = [row for row in table.records() if text_of(row["about"]) == ID + subject]
    assert rows
    assert not words or any(words in text_of(row["property"]) for row in rows)
    assert all(text_of(row["source"]).startswith(ID) for row in rows)


def test_what_is_preferred_or_deprecated_says_why(graph: tuple[Dataset, Library]) -> None:
    assert number(graph[0], "?x xp:rank ?rank FILTER NOT EXISTS { ?x xp:rankReason ?why }") == 0
    assert number(graph[0], f"?x xp:rank <{XP}Deprecated>") > 0
