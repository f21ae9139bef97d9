"""Every query file keeps to the dialect and says what it answers: header, parameters, prefixes, order."""

from __future__ import annotations

import re
from typing import Final

import pytest

from toy_project import library
from xinpu.layout import NAMESPACES
from xinpu.queries import Query

STANDARD: Final = ("claim", "bound", "status", "basis", "as_of", "confidence", "source_count")
"""What every query that has one row a claim ends with, except columns that it has named before."""

QUERIES: Final = library().all()
RULES: Final = library().in_folder("derive")
each = pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)

FIXED: Final[dict[str, str]] = {
    "market/shares": "market company period share_percent measure estimator source",
    "market/shipments": "vendor period units estimator source",
    "market/sizes": "market",
    "market/share-over-time": "company",
    "companies/all": "company name name_zh kind headquarters founded parent listed_on",
    "companies/full-stack-providers": "company chip_designer chip platform source",
    "companies/subsidiaries": "company subsidiary depth share_percent",
    "companies/owners": "company",
    "companies/financials": "company metric period amount currency source",
    "companies/funding-rounds": "company",
    "companies/people": "company",
    "companies/customers": "company",
    "companies/suppliers": "company",
    "listings/listed": "company exchange board ticker listing_date price currency raised first_day_percent source",
    "listings/pipeline": "company exchange board stage stage_date planned_raise source",
    "listings/listed-as-of": "company",
    "listings/raised-by-year": "year currency",
    "listings/timeline": "date",
    "chips/all": "chip name designer family released process_nm memory_gb bandwidth_gb_s fp16_tflops tdp_w foundry",
    "chips/specifications": "chip",
    "chips/compare": "metric chip",
    "chips/by-process": "process_nm chip",
    "chips/roadmap": "chip designer milestone date status source",
    "chips/lineage": "chip",
    "chips/performance-per-watt": "chip",
    "chips/without-figure": "chip",
    "chips/against-reference": "chip",
    "systems/all": "system maker chip chip_count performance memory released source",
    "systems/clusters": "cluster operator chip chip_count place source",
    "platforms/runs-on": "platform operator chip source",
    "software/stacks": "software",
    "supply/foundries": "chip designer foundry process source",
    "supply/memory": "customer supplier",
    "supply/exposure-to": "target dependent",
    "supply/chokepoints": "supplier",
    "policy/entity-list": "company list date_added rule source",
    "policy/exposed-listings": "company",
    "policy/timeline": "date",
    "policy/chips-named": "chip",
    "models/trained-on": "model developer chip use source",
    "claims/disagreements": "disagreement about property value source",
    "claims/by-source": "cited",
    "claims/about": "entity",
    "claims/single-source": "about",
    "claims/stale": "about",
    "claims/recent": "recorded_on",
    "claims/as-of": "entity",
    "claims/why": "subject property object",
}
"""Names and leading columns that pages, tests and users rely on."""

PARAMETERS: Final[dict[str, set[str]]] = {
    "market/share-over-time": {"market"},
    "companies/subsidiaries": {"company"},
    "companies/owners": {"company"},
    "listings/listed-as-of": {"exchange", "date"},
    "chips/specifications": {"chip"},
    "chips/compare": {"chips", "number_format"},
    "chips/without-figure": {"quantity"},
    "chips/against-reference": {"reference"},
    "supply/exposure-to": {"target"},
    "claims/by-source": {"source"},
    "claims/about": {"entity"},
    "claims/as-of": {"entity", "date"},
    "claims/why": {"subject", "property"},
}


def code(text: str) -> str:
    """The query without header, comments, strings and IRIs."""
    bare = re.sub(r"(?m)^#.*$|#\+ param.*$", "", text)
    return re.sub(r'"[^"\n]*"|<[^<>\s]*>', '""', bare)


@each
def test_header_is_whole(query: Query) -> None:
    assert set(query.summary) == {"en", "zh", "fr"}
    assert query.summary["en"].endswith("?")
    assert query.summary["zh"].endswith("？")
    assert query.summary["fr"].endswith("\u00a0?")
    assert re.search(r"[\u4e00-\u9fff]", query.summary["zh"])
    assert "'" not in query.summary["fr"], "a typographic apostrophe is wanted"
    assert query.description
    assert query.tags
    assert query.expects >= 0
    assert all(meaning.strip() for meaning in query.columns.values())
    assert set(query.header) <= {
        "summary",
        "summary_zh",
        "summary_fr",
        "description",
        "columns",
        "params",
        "tags",
        "expects",
    }


@each
def test_claim_shaped_queries_end_with_the_standard_columns(query: Query) -> None:
    columns = list(query.columns)
    if not {"claim", "bound"} <= set(columns):
        assert "source_count" not in columns
        return
    assert set(STANDARD) <= set(columns)
    tail = [column for column in STANDARD if column in columns[-len(STANDARD) :]]
    assert columns[-len(tail) :] == tail
    assert tail[0] == "claim"
    assert "source" in columns


@each
def test_dialect(query: Query) -> None:
    text = code(query.text)
    assert not re.search(r"SELECT\s+(DISTINCT\s+)?\*", text)
    assert not re.search(r"\b(LIMIT|OFFSET|SERVICE|GRAPH|FROM|GROUP_CONCAT)\b", text)
    assert re.search(r"\}\s*(GROUP BY [^{}]*)?ORDER BY [^{}]+$", text), "the whole result is ordered"
    assert not re.search(r"[\w)][+*](?=[\s/|)])", text), "Virtuoso rejects unbound + and * paths"
    assert not re.search(r"\bLANG\(\?\w+\)\s*=", text), "languages are compared by LANGMATCHES"
    assert "\t" not in query.text
    assert query.text.endswith("\n")
    assert max(map(len, query.text.splitlines())) <= 120


def always_bound(body: str) -> str:
    """What is left of a query's body without its OPTIONAL blocks, BIND clauses and filters."""
    required = re.sub(r"OPTIONAL \{(?:[^{}]|\{[^{}]*\})*\}", "", body)
    return re.sub(r"BIND\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|FILTER.*", "", required)


@each
def test_order_by_an_expression_has_a_value_for_each_row(query: Query) -> None:
    # rdflib cannot compare the text of an unbound variable with another
    body, _, order = code(query.text).rpartition("ORDER BY")
    always = always_bound(body.partition("WHERE")[2])
    for name in re.findall(r"(?<!COALESCE\()STR\(\?(\w+)\)", order):
        assert re.search(rf"\?{name}\b", always), f"write COALESCE(STR(?{name}), '')"


@each
def test_a_leading_claim_is_looked_up_only_where_there_is_one(query: Query) -> None:
    # rdflib answers a grouped sub-select that finds nothing for a value from outside with a row without the minimum,
    # and whatever is joined to that then has every claim there is
    for inner in re.findall(r"\(MIN\(STR\(\?\w*order\)\)(?:.|\n)*?GROUP BY[^\n]*\n([^\n]*)", code(query.text)):
        assert "HAVING(COUNT(" in inner


@each
def test_divisions_are_rounded(query: Query) -> None:
    for line in code(query.text).splitlines():
        if re.search(r"\?\w+\s*/\s*\?\w+", line):
            assert "ROUND(" in line


@each
def test_prefixes_are_those_used(query: Query) -> None:
    declared = dict(re.findall(r"(?m)^PREFIX ([\w-]+): <([^>]+)>$", query.text))
    assert all(NAMESPACES[prefix] == iri for prefix, iri in declared.items())
    body = re.sub(r"(?m)^PREFIX.*$", "", code(query.text))
    assert set(re.findall(r"(?<![\w?/:])([a-z]+):(?=\w)", body)) == set(declared)
    assert list(declared) == sorted(declared)


@each
def test_parameters_stand_with_their_examples(query: Query) -> None:
    for param in query.params:
        assert param.example
        assert query.bind({param.name: param.example.split()[0]})
    assert query.bind({}) == query.text


@pytest.mark.parametrize("name", FIXED)
def test_fixed_names_and_leading_columns(name: str) -> None:
    leading = FIXED[name].split()
    query = library().get(name)
    assert list(query.columns)[: len(leading)] == leading
    assert PARAMETERS.get(name, set()) <= {param.name for param in query.params}


def test_names_are_questions_in_kebab_case() -> None:
    assert len(QUERIES) >= 90
    for query in QUERIES:
        assert re.fullmatch(r"[a-z]+/[a-z]+(-[a-z]+)*", query.name), query.name
    assert set(PARAMETERS) <= set(FIXED)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rules_say_what_they_derive(rule: Query) -> None:
    assert rule.summary["en"].endswith(".")
    assert set(rule.header) <= {"summary", "description", "iterate"}
    assert re.search(r"derive/\d\d-[a-z-]+$", rule.name)
    assert max(map(len, rule.text.splitlines())) <= 120
