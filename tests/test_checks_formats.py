"""Scanner, places and formats of the checks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph, Literal, URIRef

from xinpu.checks.expected import counts
from xinpu.checks.findings import Finding, Report, finding, ordered
from xinpu.checks.formats import FORMATS, render
from xinpu.checks.locate import Block, Locator
from xinpu.checks.rules import apply, rules
from xinpu.checks.scan import literal_text, scan
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import CURATED, DERIVED, Dataset, load_strict
from xinpu.terms import NamedNode

ROOT = Path(__file__).parents[1]
TOY = Path(__file__).parent / "toy"
ID = "https://w3id.org/xinpu/id/"
XP = "https://w3id.org/xinpu/ontology#"
HEAD = f"@prefix id: <{ID}> .\n@prefix xp: <{XP}> .\n\n"

REPORT = Report(
    [
        finding(
            ("graph/a b.ttl", 3),
            "error",
            "undeclared-term",
            "`xp:fouded` is not a declared property",
            "Did you mean xp:founded?",
            node=f"{ID}alpha",
            value="xp:fouded",
            predicate=f"{XP}fouded",
        ),
        finding(("graph/b.ttl", None), "info", "expected-count", "no counts", "Write a table."),
        finding(
            ("graph/c.ttl", 7),
            "warning",
            "shape/Claim-source",
            'has "quotes" \\ and\nlines \u202e',
            "Mend it.",
            node="javascript:alert(1) <x>",
            component=f"{SH}MinCountConstraintComponent",
        ),
    ],
    files=4,
    skipped=("shapes: there are none",),
)


def test_text() -> None:
    assert render(REPORT, "text", "1").splitlines() == [
        "graph/a b.ttl:3: error: `xp:fouded` is not a declared property. Did you mean xp:founded?",
        "graph/b.ttl: info: no counts. Write a table.",
        'graph/c.ttl:7: warning: has "quotes" \\ and lines \\u202E. Mend it.',
        "Not checked: shapes: there are none.",
        "1 error, 1 warning and 1 notice in 4 files.",
    ]
    assert render(Report([], files=1), "text", "1") == "Nothing found in 1 file.\n"


def test_json() -> None:
    data = json.loads(render(REPORT, "json", "1"))
    assert data["summary"] == {"error": 1, "warning": 1, "info": 1, "files": 4}
    assert data["skipped"] == ["shapes: there are none"]
    assert data["findings"][0] == {
        "path": "graph/a b.ttl",
        "line": 3,
        "severity": "error",
        "rule": "undeclared-term",
        "message": "`xp:fouded` is not a declared property",
        "remedy": "Did you mean xp:founded?",
        "node": f"{ID}alpha",
        "property": f"{XP}fouded",
        "value": "xp:fouded",
    }


def test_turtle_is_a_validation_report() -> None:
    graph = Graph().parse(data=render(REPORT, "turtle", "1"), format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms) == Literal(False)
    results = list(graph.objects(report, SH.result))
    assert len(results) == 3
    for result in results:
        assert (result, RDF.type, SH.ValidationResult) in graph
        for required in (SH.focusNode, SH.resultSeverity, SH.sourceConstraintComponent, SH.resultMessage):
            assert len(list(graph.objects(result, required))) == 1
    assert set(graph.objects(None, SH.resultSeverity)) == {SH.Violation, SH.Warning, SH.Info}
    assert (None, SH.focusNode, URIRef(f"{ID}alpha")) in graph
    assert (None, SH.resultPath, URIRef(f"{XP}fouded")) in graph
    assert (None, SH.sourceConstraintComponent, SH.MinCountConstraintComponent) in graph
    clean = Graph().parse(data=render(Report([]), "turtle", "1"), format="turtle")
    assert list(clean.objects(None, SH.conforms)) == [Literal(True)]


def test_sarif_has_the_required_structure() -> None:
    """Section and property names of SARIF 2.1.0, sections 3.13 (log), 3.14 (run), 3.27 (result), 3.29 (location)."""
    log = json.loads(render(REPORT, "sarif", "1.2.3"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert (driver["name"], driver["version"]) == ("xinpu", "1.2.3")
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(set(ids)) == len(ids)
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in driver["rules"])
    assert len(run["results"]) == 3
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        (location,) = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert " " not in artifact["uri"]
        assert not artifact["uri"].startswith("/")
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 3}
    assert "region" not in run["results"][1]["locations"][0]["physicalLocation"]
    assert run["invocations"][0]["executionSuccessful"] is True


@pytest.mark.parametrize("name", FORMATS)
def test_formats_end_in_one_line_break(name: str) -> None:
    assert render(REPORT, name, "1").endswith("\n")
    assert not render(REPORT, name, "1").endswith("\n\n")


def test_order_and_outcome() -> None:
    def made(path: str, line: int | None, rule: str, message: str) -> Finding:
        return finding((path, line), "warning", rule, message, "Do.")

    sorted_ones = [made("a", None, "r", "m"), made("a", 2, "q", "m"), made("a", 2, "r", "l"), made("a", 10, "a", "a")]
    assert ordered([*reversed(sorted_ones), sorted_ones[0]]) == sorted_ones
    assert not Report(sorted_ones).fails()
    assert Report(sorted_ones).fails(strict=True)
    assert not Report([made("a", 1, "r", "m")][:0]).fails(strict=True)


def test_scan_knows_roles_and_lines() -> None:
    text = (
        HEAD
        + '# xp:comment\nid:a a xp:C ; xp:p 5, -4.5e3, "a;b. [c]"@zh-Hans , """long\ntext" x""" ;\n'
        + '    xp:r [ a xp:D ; xp:s ( 1 id:b "x"^^xp:t ) ] ; xp:u true .\nid:b\\/c xp:p id:v1.2.\n'
        + "<http://x/../u> xp:p <javascript:alert(1)> .\n"
    )
    uses = [(use.role, use.line, use.token) for use in scan(text)]
    assert uses == [
        ("prefix", 1, "id:"), ("prefix", 2, "xp:"),
        ("subject", 5, "id:a"), ("predicate", 5, "a"), ("class", 5, "xp:C"), ("predicate", 5, "xp:p"),
        ("literal", 5, "5"), ("literal", 5, "-4.5e3"), ("literal", 5, '"a;b. [c]"'), ("language", 5, "@zh-Hans"),
        ("literal", 5, '"""long\ntext" x"""'), ("predicate", 7, "xp:r"), ("blank", 7, "["), ("predicate", 7, "a"),
        ("class", 7, "xp:D"), ("predicate", 7, "xp:s"), ("blank", 7, "("), ("literal", 7, "1"), ("object", 7, "id:b"),
        ("literal", 7, '"x"'), ("datatype", 7, "xp:t"), ("predicate", 7, "xp:u"), ("literal", 7, "true"),
        ("subject", 8, "id:b\\/c"), ("predicate", 8, "xp:p"), ("object", 8, "id:v1.2"),
        ("subject", 9, "<http://x/../u>"), ("predicate", 9, "xp:p"), ("object", 9, "<javascript:alert(1)>"),
    ]  # fmt: skip
    assert [use.iri for use in scan(text)][-6] == f"{ID}b/c"
    assert literal_text(r'"\u00e9\n\"\\"') == 'é\n"\\'


def test_scan_finds_every_triple_that_the_parser_finds() -> None:
    for path in [*TOY.rglob("*.ttl"), ROOT / "ontology" / "xinpu.ttl", ROOT / "ontology" / "schemes.ttl"]:
        text = path.read_text(encoding="utf-8")
        values = [use for use in scan(text) if use.role in ("class", "object", "literal")]
        assert len(set(Graph().parse(data=text, format="turtle"))) == len(
            {
                (use.subject, use.predicate, use.iri or use.token, text[use.start + len(use.token) :][:12])
                for use in values
            }
        )


def test_places() -> None:
    text = HEAD + 'id:a a xp:C ;\n    xp:p "x" ;\n    xp:p 19.60 ;\n    xp:q id:b .\n\nid:b a xp:C ;\n    xp:p "y" .\n'
    start = text.index("id:a a")
    blocks = {f"{ID}a": Block("f.ttl", 4, start), f"{ID}b": Block("f.ttl", 9, text.index("id:b a"))}
    locator = Locator({"f.ttl": text}, blocks)
    assert locator.spot(f"{ID}a") == ("f.ttl", 4, "id:a")
    assert locator.spot(f"{ID}a", f"{XP}p") == ("f.ttl", 5, "xp:p")
    assert locator.spot(f"{ID}a", f"{XP}p", "x") == ("f.ttl", 5, '"x"')
    assert locator.spot(f"{ID}a", f"{XP}p", "19.6") == ("f.ttl", 6, "19.60")
    assert locator.spot(f"{ID}a", f"{XP}q", f"{ID}b") == ("f.ttl", 7, "id:b")
    assert locator.spot(f"{ID}a", f"{XP}p", "y") == ("f.ttl", 5, "xp:p")
    assert locator.spot(f"{ID}c", f"{XP}p") == ("graph", None, None)


def project_of_toy(root: Path) -> Project:
    for name, target in (("ontology", ROOT / "ontology"), ("graph", TOY / "graph"), ("queries", ROOT / "queries")):
        (root / name).symlink_to(target, target_is_directory=True)
    (root / "site").mkdir()
    return Project(root)


def test_a_triple_in_two_graphs_is_found(tmp_path: Path) -> None:
    project = project_of_toy(tmp_path)
    dataset = load_strict(project)
    made, wrong = rules(Library(project))
    assert wrong == []
    (rule,) = [rule for rule in made if rule.name == "graphs-overlap"]
    locator = Locator(dataset.texts)
    assert list(apply(rule, dataset, locator)) == []
    quad = next(dataset.triples(CURATED))
    dataset.store.add(type(quad)(quad.subject, quad.predicate, quad.object, DERIVED))
    found = list(apply(rule, dataset, locator))
    assert [entry.node for entry in found] == [quad.subject.value]
    assert "stands in two graphs" in found[0].message


def test_counts_include_classes_below(tmp_path: Path) -> None:
    project = project_of_toy(tmp_path)
    dataset: Dataset = load_strict(project)
    found = counts(dataset)
    companies = {
        quad.subject for quad in dataset.store.quads_for_pattern(None, None, NamedNode(f"{XP}Company"), CURATED)
    }
    assert found[f"{XP}Company"] == len(companies)
    assert found[f"{XP}Organisation"] >= found[f"{XP}Company"]
    assert found[f"{XP}Entity"] > found[f"{XP}Organisation"]
