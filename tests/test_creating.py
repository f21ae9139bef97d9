from __future__ import annotations

import pytest

from curate_books import make_project
from xinpu.curate.creating import create, kinds
from xinpu.errors import UsageError

CLAIM = {"about": ["emma"], "metric": ["Pages"], "value": ["500"], "status": ["Completed"], "basis": ["Reported"]}
SOURCED = {**CLAIM, "source": ["catalogue-2020-emma"]}


@pytest.fixture
def project(tmp_path):
    return make_project(tmp_path)


def test_kinds_come_from_the_ontology(project):
    assert list(kinds(project)) == ["authorship", "book", "count", "finding", "organisation", "source", "writer"]


def test_a_claim_goes_beside_its_subject(project):
    made = create(project, "count", SOURCED)
    assert (made.slug, made.path) == ("emma-count-1", project.graph / "books.ttl")
    text = made.path.read_text(encoding="utf-8")
    assert made.text in text
    assert '    xp:recordedOn "2026-01-02"^^xsd:date .\n' in made.text
    assert text.index("id:emma-count-1 a") < text.index("id:emma-pages-1 a")
    assert create(project, "count", SOURCED).slug == "emma-count-2"


def test_an_entity_goes_to_its_kind(project):
    made = create(project, "book", {"prefLabel": ["en:Persuasion", "zh:劝导"]}, name="persuasion")
    assert made.path == project.graph / "books.ttl"
    assert (
        made.text
        == 'id:persuasion a xp:Book ;\n    skos:prefLabel "Persuasion"@en ;\n    skos:prefLabel "劝导"@zh-Hans .\n'
    )


def test_a_dry_run_writes_nothing(project):
    before = (project.graph / "books.ttl").read_bytes()
    create(project, "count", SOURCED, write=False)
    assert (project.graph / "books.ttl").read_bytes() == before


@pytest.mark.parametrize(
    ("kind", "values", "name", "words"),
    [
        ("poem", SOURCED, None, "no kind poem"),
        ("count", CLAIM, None, "a claim needs xp:source"),
        ("count", {**SOURCED, "pagse": ["1"]}, None, "no property pagse"),
        ("count", {**SOURCED, "xp:pagse": ["1"]}, None, "no property xp:pagse"),
        ("count", {**SOURCED, "about": ["nobody"]}, None, "names nothing"),
        ("count", {**SOURCED, "about": ["id:nobody"]}, None, "does not exist"),
        ("count", {key: value for key, value in SOURCED.items() if key != "about"}, None, "needs about"),
        ("book", {"prefLabel": ["en:X"]}, "emma", "exists already"),
        ("book", {"prefLabel": ["en:X"]}, "Emma X", "no slug"),
        ("source", {"schema:url": ["javascript:x"]}, "s", "no address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written(project, kind, values, name, words):
    before = {path: path.read_bytes() for path in project.graph.rglob("*.ttl")}
    with pytest.raises(UsageError, match=words):
        create(project, kind, values, name=name)
    assert {path: path.read_bytes() for path in project.graph.rglob("*.ttl")} == before
