"""Sixty and more facts, modelled by hand: a short query answers each, the shapes hold, conflicts are right."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl
import pytest
from rdflib import SH, Graph, URIRef
from rdflib.term import Node

from xinpu.derive import derive
from xinpu.layout import NAMESPACES, Project
from xinpu.queries import Library
from xinpu.store import Dataset, load_strict

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "tests" / "model"
QUESTIONS: list[dict[str, Any]] = tomllib.loads((MODEL / "questions.toml").read_text(encoding="utf-8"))["question"]
PREFIXES = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in NAMESPACES.items())


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The facts as a project of their own, under this project's ontology and rules."""
    root = tmp_path_factory.mktemp("model")
    (root / "ontology").symlink_to(ROOT / "ontology")
    (root / "queries").symlink_to(ROOT / "queries")
    (root / "graph").symlink_to(MODEL)
    (root / "site").mkdir()
    project = Project(root)
    dataset = load_strict(project)
    derive(dataset, Library(project))
    return dataset


def text(term: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple | None) -> str:
    """A term as it is written in an answer: prefixed name or bare words."""
    if isinstance(term, ox.NamedNode):
        for prefix, iri in NAMESPACES.items():
            if term.value.startswith(iri):
                return f"{prefix}:{term.value.removeprefix(iri)}"
    return "" if term is None else getattr(term, "value", str(term))


def answer(model: Dataset, query: str) -> list[list[str]]:
    solutions = model.select(PREFIXES + query)
    return sorted([text(cell) for cell in row] for row in solutions.rows)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["fact"][0])
def test_fact_is_answered(model: Dataset, question: dict[str, Any]) -> None:
    assert answer(model, question["query"]) == sorted(question["answer"]), question["asks"]


def test_enough_facts_of_all_kinds(model: Dataset) -> None:
    facts = [fact for question in QUESTIONS for fact in question["fact"]]
    assert len(facts) == len(set(facts)) >= 60
    assert len({fact.rpartition("-")[0] for fact in facts}) == 8, "from each of the eight collections"
    used = {row[0] for row in answer(model, "SELECT DISTINCT ?class WHERE { ?claim a ?class ; xp:source ?source }")}
    kinds = {
        "xp:Count", "xp:Deployment", "xp:ExportControl", "xp:Fabrication", "xp:FinancialFigure", "xp:Finding",
        "xp:ListingFigure", "xp:ListingStage", "xp:MarketShare", "xp:MarketSize", "xp:Milestone", "xp:ModelUse",
        "xp:Ownership", "xp:PolicyAction", "xp:PolicyFigure", "xp:PriceFigure", "xp:Role", "xp:SoftwareSupport",
        "xp:Specification", "xp:Statement", "xp:Supply", "xp:Valuation", "xp:Volume",
    }  # fmt: skip
    assert kinds <= used


def test_questions_are_short() -> None:
    for question in QUESTIONS:
        assert question["asks"].endswith("?")
        assert len(question["query"]) < 420, question["asks"]


def test_shapes_hold() -> None:
    data = Graph()
    for path in [*sorted(MODEL.glob("*.ttl")), ROOT / "ontology" / "xinpu.ttl", ROOT / "ontology" / "schemes.ttl"]:
        data.parse(path)
    _, report, words = pyshacl.validate(data, shacl_graph=Graph().parse(ROOT / "ontology" / "shapes.ttl"), inplace=True)
    assert isinstance(report, Graph)
    found = {(report.value(node, SH.focusNode), report.value(node, SH.sourceShape)) for node in results(report)}
    # the source does not name the six subsidiaries
    assert found == {
        (URIRef(NAMESPACES["id"] + "inspur-subsidiaries"), URIRef(NAMESPACES["xps"] + "Group-twoMembers"))
    }, words


def results(report: Graph) -> list[Node]:
    return list(report.objects(None, SH.result))


def disagreeing(model: Dataset, first: str, second: str) -> bool:
    return model.ask(f"{PREFIXES} ASK {{ ?set a xp:Disagreement ; xp:claim id:{first} , id:{second} }}")


AGREE = [
    ("kunlunxin-shipped-2024-1", "kunlunxin-shipped-2024-2"),  # nearly 70,000 and 69,000
    ("biren-hkex-listed-1", "biren-hkex-listed-2"),  # a month and a day in it
    ("biren-hkex-raised-1", "biren-hkex-raised-2"),  # two currencies
    ("baidu-and-huawei-gpu-cloud-share-1", "baidu-gpu-cloud-share-1"),  # a group and its member
    ("ascend-910b2-fp16-1", "ascend-910b2-fp16-2"),  # the cube units and the whole chip
    ("kunlun-1-power-1", "kunlun-1-power-2"),  # planned and completed
    ("moore-threads-ownership-1", "moore-threads-ownership-2"),  # capital and votes
    ("china-ai-chips-supply-2025-1", "china-ai-chips-demand-2025-1"),  # supply and demand
    ("moore-threads-star-gross-1", "moore-threads-star-net-1"),  # before and after costs
    ("cloudmatrix-384-price-1", "cloudmatrix-384-price-2"),  # two currencies, two days
    ("atlas-960-superpod-release-1", "atlas-960-superpod-release-2"),  # one is deprecated
    ("cambricon-planned-2026-1", "cambricon-denial-1"),  # a figure and a prose finding
    ("bytedance-ascend-910b-order-1", "bytedance-ascend-910b-delivered-1"),  # ordered and delivered
]
CONFLICT = [
    ("kunlunxin-founded-1", "kunlunxin-founded-2"),  # 2012 and June 2021
    ("lightelligence-hkex-oversubscription-1", "lightelligence-hkex-oversubscription-2"),  # 5,784.7 and 600 times
]


@pytest.mark.parametrize(("first", "second"), AGREE)
def test_no_false_conflict(model: Dataset, first: str, second: str) -> None:
    assert model.ask(f"{PREFIXES} ASK {{ id:{first} xp:source ?one . id:{second} xp:source ?two }}")
    assert not disagreeing(model, first, second)


@pytest.mark.parametrize(("first", "second"), CONFLICT)
def test_conflict_is_found(model: Dataset, first: str, second: str) -> None:
    assert disagreeing(model, first, second)


def test_no_other_conflict(model: Dataset) -> None:
    found = answer(model, "SELECT ?claim WHERE { ?set a xp:Disagreement ; xp:claim ?claim }")
    assert found == sorted([f"id:{name}"] for pair in CONFLICT for name in pair)
