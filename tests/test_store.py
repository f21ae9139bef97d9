from __future__ import annotations

import pytest

from xinpu.errors import DataError, ModelError
from xinpu.layout import ID, Project
from xinpu.store import CURATED, DERIVED, ONTOLOGY, Dataset, NamedNode, Triple, block_starts, load, load_strict

GOOD = """@prefix id: <https://w3id.org/xinpu/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xp: <https://w3id.org/xinpu/ontology#> .

id:aaa a xp:Company ;
    skos:prefLabel "Aaa"@en .

id:bbb a xp:Company ;
    skos:prefLabel "Bbb"@en .
"""


def problem_of(project: Project, data: bytes) -> DataError:
    (project.graph / "bad.ttl").write_bytes(data)
    _, problems = load(project)
    assert len(problems) == 1
    assert isinstance(problems[0], DataError)
    assert problems[0].path == "graph/bad.ttl"
    return problems[0]


def test_each_subject_has_file_and_line(fresh_toy: Project) -> None:
    (fresh_toy.graph / "good.ttl").write_text(GOOD, encoding="utf-8")
    dataset = load_strict(fresh_toy)
    assert dataset.place(ID + "aaa") == ("graph/good.ttl", 5)
    assert dataset.place(ID + "bbb") == ("graph/good.ttl", 8)
    assert dataset.place(ID + "bbb", "Bbb") == ("graph/good.ttl", 9)
    assert dataset.place(ID + "aaa", "Bbb") == ("graph/good.ttl", 5)
    assert dataset.place(ID + "nobody") is None


def test_blocks_of_every_form_are_found() -> None:
    text = "@prefix : <http://e.org/> .\n@prefix x: <http://x.org/> .\n:a a :b .\nx:c-1 :d :e .\n<http://f> :d :e .\n"
    assert list(block_starts(text)) == [("http://e.org/a", 3), ("http://x.org/c-1", 4), ("http://f", 5)]


def test_a_syntax_error_has_line_and_words(fresh_toy: Project) -> None:
    problem = problem_of(fresh_toy, GOOD.replace('"Aaa"@en .', '"Aaa"@en').encode())
    assert problem.line == 8
    assert "id:bbb" in str(problem)


def test_an_undeclared_prefix_is_named_with_its_line_to_add(fresh_toy: Project) -> None:
    problem = problem_of(fresh_toy, GOOD.replace("id:bbb a xp:Company", "id:bbb a org:Organization").encode())
    assert problem.line == 8
    assert "@prefix org: <http://www.w3.org/ns/org#> ." in str(problem)


def test_bytes_that_are_not_utf8_have_a_line(fresh_toy: Project) -> None:
    problem = problem_of(fresh_toy, GOOD.encode().replace(b"Bbb", b"B\xffb"))
    assert problem.line == 9
    assert "0xff" in str(problem)


def test_a_file_cut_short_says_so(fresh_toy: Project) -> None:
    assert "ends inside a block" in str(problem_of(fresh_toy, GOOD.encode()[:-20]))


def test_all_broken_files_are_reported(fresh_toy: Project) -> None:
    for name in ("one", "two"):
        (fresh_toy.graph / f"{name}.ttl").write_text("nonsense", encoding="utf-8")
    _, problems = load(fresh_toy)
    assert [problem.path for problem in problems] == ["graph/one.ttl", "graph/two.ttl"]


def test_graphs_share_no_triple(toy_dataset: Dataset) -> None:
    seen = [{quad.triple for quad in toy_dataset.triples(graph)} for graph in (ONTOLOGY, CURATED, DERIVED)]
    assert all(seen)
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_derived_triples_that_are_known_are_not_added_again() -> None:
    dataset = Dataset()
    triple = Triple(NamedNode("http://a"), NamedNode("http://b"), NamedNode("http://c"))
    assert dataset.add_derived([triple, triple]) == 1
    assert dataset.add_derived([triple]) == 0


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SELECT ?s\nWHERE { ?s a cm:Chip }", 2, 'prefix "cm" is not declared'),
        ("PREFIX xp: <http://x/>\nSELECT ?s WHERE { ?s a xp:A . ?s skos:x ?y }", 2, 'prefix "skos" is not declared'),
        ("SELECT ?s\nWHERE { ?s a }", 2, "this is not SPARQL"),
        ("SELECT ?s WHERE { ?s ?p 'a:b' ", 1, "this is not SPARQL"),
    ],
)
def test_bad_sparql_has_line_and_cause(text: str, line: int, words: str) -> None:
    with pytest.raises(ModelError) as caught:
        Dataset().select(text)
    assert caught.value.line == line
    assert words in str(caught.value)


def test_a_query_of_another_form_is_refused() -> None:
    with pytest.raises(ModelError, match="not a SELECT"):
        Dataset().select("ASK { ?s ?p ?o }")
