"""Shapes judged flat give what pySHACL gives alone; results are kept only where that is sound."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
from rdflib import SH, BNode, Graph, URIRef

from xinpu.checks import check, shacl
from xinpu.checks.flat import Data, Flat, UnsupportedError
from xinpu.checks.lookup import Lookup
from xinpu.checks.shapes import Shapes, read_shapes
from xinpu.layout import Project
from xinpu.store import load_strict

HERE = Path(__file__).parent
ROOT = HERE.parent
HEAD = """
@prefix id: <https://w3id.org/xinpu/id/> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xp: <https://w3id.org/xinpu/ontology#> .
@prefix xps: <https://w3id.org/xinpu/shapes#> .
"""


@cache
def real_shapes() -> Shapes:
    return read_shapes((ROOT / "ontology" / "shapes.ttl").read_text(encoding="utf-8"), "shapes.ttl")


def small(text: str) -> Shapes:
    return read_shapes(HEAD + text, "shapes.ttl")


def data(text: str) -> Lookup:
    graph = Lookup()
    for triple in Graph().parse(data=HEAD + text, format="turtle"):
        graph.put(*triple)
    return graph


def test_every_case_of_every_shape_is_judged_alike() -> None:
    graph = Lookup()
    for path in [*(ROOT / "ontology").glob("*.ttl"), *(HERE / "shapes").glob("*.ttl")]:
        if path.name != "shapes.ttl":
            for triple in Graph().parse(path):
                if not isinstance(triple[0], BNode):
                    graph.put(*triple)
    flat = shacl._flat(real_shapes(), Data(graph))
    assert len(flat) > 300
    assert flat == shacl.plain(graph, real_shapes())


@pytest.mark.parametrize(
    ("shape", "failing"),
    [
        ("sh:or ( [ sh:property [ sh:path xp:p ; sh:minCount 1 ] ] [ sh:class xp:B ] )", {"a3"}),
        ("sh:and ( [ sh:property [ sh:path xp:p ; sh:minCount 1 ] ] [ sh:class xp:B ] )", {"a1", "a2", "a3"}),
        ("sh:xone ( [ sh:property [ sh:path xp:p ; sh:minCount 1 ] ] [ sh:class xp:B ] )", {"a3"}),
        ("sh:not [ sh:property [ sh:path xp:p ; sh:hasValue 1 ] ]", {"a1"}),
        ("sh:node [ sh:property [ sh:path xp:p ; sh:maxCount 0 ] ]", {"a1", "a2"}),
        ("sh:closed true ; sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> )", {"a1", "a2"}),
        ("sh:property [ sh:path xp:p ; sh:or ( [ sh:hasValue 1 ] [ sh:hasValue 2 ] ) ]", {"a2"}),
        ("sh:property [ sh:path xp:p ; sh:qualifiedValueShape [ sh:in ( 1 2 ) ] ; sh:qualifiedMinCount 1 ]", {"a3"}),
        ("sh:property [ sh:path xp:p ; sh:qualifiedValueShape [ sh:in ( 3 ) ] ; sh:qualifiedMaxCount 0 ]", {"a2"}),
        ("sh:not [ sh:not [ sh:property [ sh:path xp:p ; sh:minCount 1 ] ] ]", {"a3"}),
        ("sh:property [ sh:path [ sh:alternativePath ( xp:p xp:q ) ] ; sh:maxCount 1 ]", {"a2"}),
        ("sh:property [ sh:path xp:p ; sh:minCount 2 ; sh:deactivated true ]", set()),
    ],
)
def test_logic(shape: str, failing: set[str]) -> None:
    graph = data("id:a1 a xp:A ; xp:p 1 . id:a2 a xp:A ; xp:p 2 ; xp:p 3 . id:a3 a xp:A . id:b1 a xp:B ; xp:p 1 .")
    shapes = small(f"xps:A a sh:NodeShape ; sh:targetClass xp:A ; {shape} .")
    flat = shacl._flat(shapes, Data(graph))
    assert flat == shacl.plain(graph, shapes)
    assert {result.focus.rpartition("/")[2] for result in flat} == failing


def test_what_cannot_be_flat_is_left_to_pyshacl() -> None:
    shapes = small(
        "xps:A a sh:NodeShape ; sh:targetClass xp:A ;"
        " sh:property [ sh:path xp:p ; sh:or ( [ sh:class xp:B ] [ sh:class xp:C ] ) ; sh:property xps:P ] ."
        " xps:P a sh:PropertyShape ; sh:path xp:q ; sh:minCount 1 ."
    )
    with pytest.raises(UnsupportedError):
        Flat.of(shapes.graph)


@pytest.mark.parametrize(
    ("shape", "local"),
    [
        ("sh:property [ sh:path xp:p ; sh:class xp:B ]", True),
        ("sh:property [ sh:path [ sh:alternativePath ( xp:p xp:q ) ] ; sh:minCount 1 ]", True),
        ("sh:property [ sh:path xp:p ; sh:node [ sh:property [ sh:path xp:q ; sh:minCount 1 ] ] ]", True),
        ("sh:property [ sh:path xp:p ; sh:node [ sh:property [ sh:path xp:q ; sh:class xp:B ] ] ]", False),
        ("sh:property [ sh:path [ sh:inversePath xp:p ] ; sh:minCount 1 ]", False),
        ("sh:property [ sh:path ( xp:p xp:q ) ; sh:minCount 1 ]", False),
        ("sh:targetObjectsOf xp:p", False),
    ],
)
def test_locality(shape: str, local: bool) -> None:
    assert small(f"xps:A a sh:NodeShape ; sh:targetClass xp:A ; {shape} .").local is local


def test_the_real_shapes_are_local() -> None:
    assert real_shapes().local


def test_some_nodes_are_judged_as_in_the_whole_graph(tmp_path: Path) -> None:
    project = sound_project(tmp_path)
    extra = (HERE / "bad" / "claim-without-source" / "bad.ttl").read_text(encoding="utf-8")
    (project.graph / "extra.ttl").write_text(extra, encoding="utf-8")
    dataset = load_strict(project)
    whole = shacl.validate(dataset, real_shapes())
    focus = {"https://w3id.org/xinpu/id/alpha-founded-2", "https://w3id.org/xinpu/id/alpha"}
    assert whole
    assert shacl.validate(dataset, real_shapes(), focus) == [result for result in whole if result.focus in focus]


def sound_project(root: Path) -> Project:
    shutil.copytree(ROOT / "ontology", root / "ontology")
    shutil.copytree(HERE / "bad" / "base", root / "graph")
    for folder in ("queries", "site"):
        (root / folder).mkdir()
    return Project(root)


def test_a_change_elsewhere_is_seen(tmp_path: Path) -> None:
    """A claim that did not change is judged anew when what it points to changes its class, or loses its address."""
    project = sound_project(tmp_path / "project")
    kept = tmp_path / "kept"
    claim = (HERE / "bad" / "dangling-reference" / "good.ttl").read_text(encoding="utf-8")
    claim = claim.replace("id:wire-2026-01-05-chips", "id:wire-2026-01-10-alpha")
    source = (HERE / "bad" / "unused-source" / "bad.ttl").read_text(encoding="utf-8")
    (project.graph / "claim.ttl").write_text(claim, encoding="utf-8")

    def found(text: str) -> list[str]:
        (project.graph / "source.ttl").write_text(text, encoding="utf-8")
        report = check(project, cache=kept)
        assert report.findings == check(project, cache=tmp_path / "fresh").findings
        shutil.rmtree(tmp_path / "fresh")
        return [entry.rule for entry in report.findings if entry.path == "graph/claim.ttl"]

    assert found(source) == []
    unread = "\n".join(line for line in source.split("\n") if "schema:url" not in line)
    assert found(unread) == ["shape/Claim-source"]
    other_class = "\n".join(line for line in source.split("\n") if "dcterms:" not in line).replace(
        "xp:Source", "xp:Place"
    )
    assert found(other_class) == ["shape/Claim-source"]
    assert found(source) == []


def test_a_broken_store_of_results_is_no_harm(tmp_path: Path) -> None:
    project = sound_project(tmp_path / "project")
    kept = tmp_path / "kept"
    first = check(project, cache=kept)
    (kept / "checks.json").write_text('{"code": 1', encoding="utf-8")
    assert check(project, cache=kept).findings == first.findings
    (kept / "checks.json").unlink()
    (kept / "checks.json").mkdir()
    assert check(project, cache=kept).findings == first.findings


def test_a_syntax_error_in_the_shapes_has_a_line(tmp_path: Path) -> None:
    project = sound_project(tmp_path)
    text = project.shapes.read_text(encoding="utf-8")
    line = text.count("\n") + 2
    project.shapes.write_text(text + "\nxps:X a sh:NodeShape sh:closed true .\n", encoding="utf-8")
    found = [entry for entry in check(project).findings if entry.severity == "error"]
    assert ("ontology/shapes.ttl", line) in [(entry.path, entry.line) for entry in found]


def test_lookup_answers_like_any_graph() -> None:
    text = "id:a xp:p id:b ; xp:q 1 , 2 . id:b xp:p id:a ; xp:q 1 ."
    usual = Graph().parse(data=HEAD + text, format="turtle")
    graph = data(text)
    a, p, q = (URIRef(f"https://w3id.org/xinpu/{name}") for name in ("id/a", "ontology#p", "ontology#q"))
    for pattern in [
        (None, None, None),
        (a, None, None),
        (None, p, None),
        (a, q, None),
        (None, None, a),
        (None, p, a),
        (a, p, a),
    ]:
        assert set(graph.triples(pattern)) == set(usual.triples(pattern))
    assert len(graph) == len(usual)
    assert (a, p, a) not in graph
    assert next(iter(usual)) in graph
    assert set(graph.subjects(p, a)) == set(usual.subjects(p, a))
    assert set(graph.objects(a, q)) == set(usual.objects(a, q))
    assert set(graph.subject_objects(q)) == set(usual.subject_objects(q))
    assert not list(graph.objects(a, SH.path))
