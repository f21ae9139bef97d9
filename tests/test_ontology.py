"""Hold the ontology to its own rules: words, order, versions, keys, and that nothing in it is idle."""

from __future__ import annotations

import re
import subprocess
import sysconfig
import tomllib
from functools import cache
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[1]
FILES = {path.stem: path for path in sorted((ROOT / "ontology").glob("*.ttl"))}
ONTOLOGY = URIRef("https://w3id.org/xinpu/ontology")
XP = Namespace("https://w3id.org/xinpu/ontology#")
LANGUAGES = ["en", "fr", "zh-hans"]
TERM_TYPES = [OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property]


@cache
def parsed(*names: str) -> Graph:
    graph = Graph()
    for name in names:
        graph.parse(FILES[name])
    return graph


def terms() -> list[Node]:
    return sorted({term for kind in TERM_TYPES for term in parsed("xinpu").subjects(RDF.type, kind)})


def concepts() -> list[Node]:
    return sorted(set(parsed("schemes").subjects(SKOS.inScheme, None)))


def short(term: Node) -> str:
    return str(term).rpartition("#")[2].rpartition("/")[2]


def languages(graph: Graph, subject: Node, predicate: URIRef) -> list[str]:
    found = graph.objects(subject, predicate)
    return sorted(str(value.language).lower() for value in found if isinstance(value, Literal) and str(value).strip())


def label(term: Node) -> str:
    return next(str(v) for v in parsed("xinpu").objects(term, RDFS.label) if getattr(v, "language", None) == "en")


def definition(term: Node) -> str:
    return str(parsed("xinpu").value(term, SKOS.definition))


# --- Words ---


@pytest.mark.parametrize("term", terms(), ids=short)
def test_term_has_its_words(term: Node) -> None:
    graph = parsed("xinpu")
    assert languages(graph, term, RDFS.label) == LANGUAGES
    assert languages(graph, term, SKOS.definition) == ["en"]
    assert languages(graph, term, SKOS.example) == ["en"]
    assert (term, RDFS.isDefinedBy, ONTOLOGY) in graph
    assert (term, RDFS.comment, None) not in graph
    assert definition(term).endswith(".")
    assert definition(term)[0].isupper()


@pytest.mark.parametrize("concept", concepts(), ids=short)
def test_concept_has_its_words(concept: Node) -> None:
    graph = parsed("schemes")
    assert languages(graph, concept, SKOS.prefLabel) == LANGUAGES
    assert languages(graph, concept, SKOS.definition) == ["en"]
    assert definition_ends(graph, concept)


def definition_ends(graph: Graph, concept: Node) -> bool:
    return str(graph.value(concept, SKOS.definition)).endswith(".")


def test_labels_do_not_collide() -> None:
    """Within a scheme, and among classes, a label names one thing."""
    seen: dict[tuple[object, ...], Node] = {}
    for scheme, concept in parsed("schemes").subject_objects(~SKOS.inScheme):
        for text in parsed("schemes").objects(concept, SKOS.prefLabel):
            assert seen.setdefault((scheme, text), concept) == concept, text
    for cls in parsed("xinpu").subjects(RDF.type, OWL.Class):
        if (cls, RDFS.subClassOf, SKOS.Concept) not in parsed("xinpu"):
            for text in parsed("xinpu").objects(cls, RDFS.label):
                assert seen.setdefault(("class", text), cls) == cls, text


def test_definitions_of_classes_name_their_genus() -> None:
    """What it is a kind of comes first, then what sets it apart; no definition uses its own label."""
    graph = parsed("xinpu")
    for parent in (XP.Claim, XP.Event, XP.Figure, XP.Relation, SKOS.Concept):
        genus = "Concept" if parent == SKOS.Concept else label(parent).capitalize()
        for cls in graph.subjects(RDFS.subClassOf, parent):
            assert definition(cls).startswith(genus), cls
    for cls in graph.subjects(RDF.type, OWL.Class):
        assert not re.search(rf"\b{re.escape(label(cls))}\b", definition(cls)[1:]), cls


def test_examples_name_individuals_of_the_graph() -> None:
    declared = set()
    for path in (ROOT / "graph").rglob("*.ttl"):
        declared |= set(re.findall(r"^id:(\S+) a ", path.read_text(encoding="utf-8"), flags=re.MULTILINE))
    for term in terms():
        for example in parsed("xinpu").objects(term, SKOS.example):
            named = re.findall(r"id:([a-z0-9-]+)", str(example))
            assert set(named) <= declared, (short(term), named)
    for cls in parsed("xinpu").subjects(RDF.type, OWL.Class):
        above = set(parsed("xinpu").transitive_objects(cls, RDFS.subClassOf))
        derived = {XP.ChipToCloudProvider}
        if above & {XP.Claim, XP.Entity} and cls not in derived:
            assert "id:" in str(parsed("xinpu").value(cls, SKOS.example)), cls


# --- Order and form ---


def sections(path: Path) -> list[tuple[str, list[str]]]:
    text = path.read_text(encoding="utf-8")
    found = []
    for part in re.split(r"^# --- ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        found.append((title.rstrip("- "), re.findall(r"^((?:xps|xp|unit):\S+)", body, flags=re.MULTILINE)))
    return found


@pytest.mark.parametrize("name", ["alignments", "shapes", "xinpu"])
def test_blocks_are_sorted_in_their_sections(name: str) -> None:
    for title, blocks in sections(FILES[name]):
        assert blocks, title
        assert blocks == sorted(set(blocks)), title


def test_concepts_stand_in_the_order_of_their_scheme() -> None:
    graph = parsed("schemes")
    for title, blocks in sections(FILES["schemes"]):
        nodes = [graph.namespace_manager.expand_curie(block) for block in blocks]
        while nodes and (nodes[0], RDF.type, SKOS.ConceptScheme) in graph:
            nodes.pop(0)
        order = [graph.value(node, XP.order) for node in nodes]
        ordered = [value.toPython() for value in order if isinstance(value, Literal)]
        assert len(ordered) in (0, len(nodes)), f"{title}: all have an order or none"
        assert ordered == list(range(1, len(ordered) + 1)), title
        assert ordered or nodes == sorted(nodes), title


def test_turtle_is_formatted() -> None:
    tool = Path(sysconfig.get_path("scripts")) / "turtlefmt"
    for folder in ("ontology", "tests/shapes", "tests/model"):
        done = subprocess.run([tool, "--check", ROOT / folder], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


def test_every_name_that_is_used_is_declared() -> None:
    graph = parsed("xinpu", "schemes", "alignments", "shapes")
    declared = set(parsed("xinpu", "schemes").subjects(RDF.type, None))
    for triple in graph:
        for node in triple:
            if isinstance(node, URIRef) and node in XP:
                assert node in declared, node


def test_every_scheme_has_a_class_and_every_class_of_concepts_a_scheme() -> None:
    for cls in parsed("xinpu").subjects(RDFS.subClassOf, SKOS.Concept):
        assert list(parsed("schemes").subjects(RDF.type, cls)), cls


# --- Versions ---


def test_version_is_the_same_everywhere() -> None:
    version = str(parsed("xinpu").value(ONTOLOGY, OWL.versionInfo))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == version
    assert parsed("xinpu").value(ONTOLOGY, OWL.versionIRI) == URIRef(f"{ONTOLOGY}/{version}")
    releases = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert releases[0] == version
    notes = [str(note).partition(":")[0] for note in parsed("xinpu").objects(ONTOLOGY, SKOS.historyNote)]
    assert sorted(notes) == sorted(releases), "one history note a release"


def test_header_is_whole() -> None:
    graph = parsed("xinpu")
    dcterms = Namespace("http://purl.org/dc/terms/")
    assert languages(graph, ONTOLOGY, dcterms.title) == LANGUAGES
    for term in (dcterms.abstract, dcterms.license, dcterms.creator, dcterms.modified):
        assert len(list(graph.objects(ONTOLOGY, term))) == 1, term


# --- Keys of contradiction ---


def claim_classes() -> list[Node]:
    graph = parsed("xinpu")
    abstract = {XP.Claim, XP.Event, XP.Figure, XP.Relation}
    return sorted(set(graph.transitive_subjects(RDFS.subClassOf, XP.Claim)) - abstract)


@pytest.mark.parametrize("cls", claim_classes(), ids=short)
def test_claim_class_declares_its_key(cls: Node) -> None:
    graph = parsed("xinpu")
    roles = list(graph.objects(cls, XP.mainRole))
    assert len(roles) == 1
    keys = set(graph.objects(cls, XP.keyedBy))
    compared = list(graph.objects(cls, XP.compares))
    assert XP.estimatedBy not in keys and XP.source not in keys, "who says it is no part of what is said"
    assert not keys & set(compared)
    if cls == XP.Finding:
        assert not keys and not compared
    else:
        assert XP.mainSubject in keys
        assert len(compared) <= 1 or set(compared) == {XP.value, XP.position}
    tolerance = graph.value(cls, XP.tolerancePercent)
    assert (tolerance is not None) == (XP.value in compared)
    if XP.value in compared:
        assert XP.status in keys, "planned and completed figures are different things"


def test_properties_of_statements_say_whether_they_have_one_value() -> None:
    graph = parsed("xinpu")
    for prop in graph.subjects(XP.singleValued, None):
        assert isinstance(graph.value(prop, XP.singleValued), Literal)
        assert (prop, RDF.type, OWL.FunctionalProperty) not in graph, "contested values would be inconsistent"


# --- Alignments ---


def test_alignments_are_matches_from_here_to_elsewhere() -> None:
    matches = {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
    declared = set(terms()) | set(concepts())
    exact: set[Node] = set()
    for subject, predicate, target in parsed("alignments"):
        assert subject in declared, subject
        assert predicate in matches, predicate
        assert isinstance(target, URIRef) and target not in XP, target
        if predicate == SKOS.exactMatch and "wikidata" in str(target):
            assert target not in exact, f"{target} stands for two terms"
            exact.add(target)
    hosts = {str(target).split("/")[2] for target in parsed("alignments").objects()}
    assert {"schema.org", "www.w3.org", "spec.edmcouncil.org", "www.wikidata.org"} <= hosts
    assert "schema.followthemoney.tech" in hosts


# --- Use ---


def test_every_class_and_property_is_used_by_a_query() -> None:
    """A term that no question needs has no place in the vocabulary."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "queries").rglob("*.rq")))
    used = set(re.findall(r"\bxp:([A-Za-z]+)", re.sub(r"^#\+.*$", "", text, flags=re.MULTILINE)))
    assert sorted({short(term) for term in terms()} - used) == []
