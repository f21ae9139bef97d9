"""The reader of query files: header, parameters, and that no parameter ever changes a query's shape."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, RdfFormat, parse

from toy_project import library
from xinpu.errors import ModelError, UsageError
from xinpu.layout import Project
from xinpu.queries import Library, Param, Query, parse_query, run
from xinpu.store import Dataset

TEXT = """#+ summary: Which things are there?
#+ columns:
#+   thing: a thing
#+ params:
#+   company: {type: company, example: baidu}
#+   word: {type: text, example: a}
#+ expects: 1

PREFIX id: <https://w3id.org/xinpu/id/>
SELECT ?thing WHERE {
  VALUES ?thing { id:baidu }  #+ param company
  VALUES ?word { "a" }  #+ param word
  ?thing ?property ?word .
}
ORDER BY ?thing
"""
QUERY = parse_query(TEXT, "things/all", "queries/things/all.rq")


def test_the_header_is_read() -> None:
    assert QUERY.summary == {"en": "Which things are there?"}
    assert list(QUERY.columns) == ["thing"]
    assert [(param.name, param.type, param.example) for param in QUERY.params] == [
        ("company", "company", "baidu"),
        ("word", "text", "a"),
    ]
    assert QUERY.expects == 1


def test_one_or_several_values_are_put_in_place() -> None:
    bound = QUERY.bind({"company": ["huawei", "id:biren"]})
    assert "VALUES ?thing { <https://w3id.org/xinpu/id/huawei> <https://w3id.org/xinpu/id/biren> }" in bound
    assert 'VALUES ?word { "a" }' in bound
    assert QUERY.bind({}) == TEXT


def test_unknown_parameters_are_refused_with_a_close_name() -> None:
    with pytest.raises(UsageError, match="Did you mean company"):
        QUERY.bind({"compny": "x"})
    with pytest.raises(UsageError, match="has no value"):
        QUERY.bind({"company": []})


HOSTILE = st.one_of(
    st.text(),
    st.sampled_from(
        [
            '" } DROP ALL #',
            "} ; DELETE WHERE { ?s ?p ?o }",
            "http://e.example/a b> } DROP ALL #",
            "<http://e.example/a> ?x",
            "id:a } UNION { ?s ?p ?o",
            "\\",
            '"""',
            "'",
            "\n#+ param word",
            "\u202e",
            "$1",
            r"\g<1>",
        ]
    ),
    st.just("x" * 1_000_000),
)


@given(HOSTILE)
def test_no_text_changes_the_shape_of_a_query(text: str) -> None:
    bound = QUERY.bind({"word": text})
    before, _, rest = TEXT.partition('"a" }')
    assert bound.startswith(before.rpartition("{")[0])
    assert bound.endswith(rest)
    dataset = Dataset()
    dataset.store.update('INSERT DATA { <http://s> <http://p> "kept" }')
    assert dataset.select(bound).variables == ("thing",)
    assert len(dataset.store) == 1


@given(HOSTILE)
def test_no_thing_changes_the_shape_of_a_query(text: str) -> None:
    try:
        bound = QUERY.bind({"company": text})
    except UsageError:
        return
    assert Dataset().select(bound).variables == ("thing",)


PARAMETERS = [(query, param) for query in library().all() for param in query.params]


@given(st.sampled_from(PARAMETERS), HOSTILE)
def test_a_parameter_of_the_library_is_one_term_and_all_else_stays(parameter: tuple[Query, Param], text: str) -> None:
    query, param = parameter
    try:
        bound = query.bind({param.name: text})
    except UsageError:
        return
    block = re.compile(rf"(?m)^(\s*VALUES \?\w+ \{{)(.*)(\}}  #\+ param {param.name})$")
    assert block.sub(r"\1\3", bound) == block.sub(r"\1\3", query.text)
    found = block.findall(bound)
    assert found
    for _, term, _ in found:
        (quad,) = parse(f"<http://e.example/s> <http://e.example/p> {term} .", format=RdfFormat.N_TRIPLES)
        if param.type == "text":
            assert quad.object == Literal(text.strip())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#+ summary: a: b: c\nSELECT ?a {}", "header is not YAML"),
        ("#+ - a\nSELECT ?a {}", "header is not a mapping"),
        (
            "#+ params:\n#+   x: {type: text, example: a}\nSELECT ?a {}",
            "parameters in the header and in the query differ",
        ),
    ],
)
def test_a_wrong_header_is_named_with_file(text: str, words: str) -> None:
    with pytest.raises(ModelError, match=words) as caught:
        parse_query(text, "a/b", "queries/a/b.rq")
    assert str(caught.value).startswith("queries/a/b.rq:1:")


def test_errors_of_the_engine_name_the_file() -> None:
    query = parse_query("SELECT ?a WHERE { ?a xp:b ?c }", "a/b", "queries/a/b.rq")
    with pytest.raises(ModelError) as caught:
        run(query, Dataset())
    assert str(caught.value).startswith('queries/a/b.rq:1: prefix "xp" is not declared')


def test_the_library_leaves_rules_and_checks_out(real: Project) -> None:
    library = Library(real)
    assert "market/shares" in library.names()
    assert not [name for name in library.names() if name.startswith(("derive/", "checks/", "site/"))]
    with pytest.raises(UsageError, match="Did you mean market/shares"):
        library.get("market/share")


def test_tables_group_and_name_their_cells(tmp_path: Path, toy_dataset: Dataset, toy_library: Library) -> None:
    table = run(toy_library.get("companies/all"), toy_dataset)
    assert table.rows
    assert table.column("company") == [row[0] for row in table.rows]
    assert sum(map(len, table.by("company").values())) == len(table.rows)
    assert list(table.records()[0]) == list(table.columns)
