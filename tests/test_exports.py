"""Each export of the toy graph is read back by the tool it is for, and counted."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest
import rdflib

from xinpu import exports
from xinpu.derive import derive
from xinpu.errors import UsageError
from xinpu.exports import ExportFile
from xinpu.layout import GRAPH_CURATED, ID, XP, Project
from xinpu.network import network
from xinpu.queries import Library, Table, run
from xinpu.store import Dataset, load_strict

ROOT = Path(__file__).parent.parent
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
QUERIES = ("market/shares", "companies/all", "claims/disagreements")


def project_at(root: Path) -> Project:
    """Make a project of the toy graph with the real ontology, the rules and a few real queries."""
    (root / "ontology").symlink_to(ROOT / "ontology", target_is_directory=True)
    shutil.copytree(ROOT / "queries/derive", root / "queries/derive")
    for name in QUERIES:
        (root / "queries" / name).parent.mkdir(exist_ok=True)
        (root / f"queries/{name}.rq").write_text((ROOT / f"queries/{name}.rq").read_text("utf-8"), "utf-8")
    (root / "graph").symlink_to(ROOT / "tests/toy/graph", target_is_directory=True)
    (root / "site").mkdir()
    return Project(root)


class Made:
    def __init__(self, root: Path) -> None:
        self.project = project_at(root)
        self.library = Library(self.project)
        self.dataset: Dataset = load_strict(self.project)
        derive(self.dataset, self.library)
        self.out = root / "out"
        self.files: list[ExportFile] = exports.write(
            self.project, self.dataset, self.library, {}, self.out, base_url="https://example.org/xinpu/"
        )
        self.lines = {f"{quad.triple} ." for quad in self.dataset.store}

    def of(self, name: str) -> list[ExportFile]:
        return [file for file in self.files if file.format == name]

    def path(self, name: str) -> Path:
        return self.out / name


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("exports"))


def lines_of(path: Path, form: ox.RdfFormat) -> list[str]:
    return [f"{quad.triple} ." for quad in ox.parse(path=path, format=form)]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("rdf/xinpu.ttl", ox.RdfFormat.TURTLE),
        ("rdf/xinpu.nt", ox.RdfFormat.N_TRIPLES),
        ("rdf/xinpu.nq", ox.RdfFormat.N_QUADS),
        ("rdf/xinpu.trig", ox.RdfFormat.TRIG),
        ("rdf/xinpu.jsonld", ox.RdfFormat.JSON_LD),
        ("rdf/xinpu.rdf", ox.RdfFormat.RDF_XML),
    ],
)
def test_rdf_holds_every_triple_once(made: Made, name: str, form: ox.RdfFormat) -> None:
    lines = lines_of(made.path(name), form)
    assert len(lines) == len(made.lines)
    assert set(lines) == made.lines
    assert next(file.rows for file in made.files if file.path == name) == len(lines)


RDFLIB = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
"""rdflib's own JSON-LD parser uses what rdflib deprecates."""


@RDFLIB
@pytest.mark.parametrize(("name", "form"), [("ttl", "turtle"), ("jsonld", "json-ld"), ("rdf", "xml"), ("nt", "nt")])
def test_rdflib_reads_the_same_number_of_triples(made: Made, name: str, form: str) -> None:
    assert len(rdflib.Graph().parse(made.path(f"rdf/xinpu.{name}"), format=form)) == len(made.lines)


def test_ntriples_are_in_code_point_order(made: Made) -> None:
    lines = made.path("rdf/xinpu.nt").read_text("utf-8").splitlines()
    assert lines == sorted(lines)


def test_named_graphs_are_kept(made: Made) -> None:
    expected = Counter(str(quad.graph_name) for quad in made.dataset.store)
    for name, form in (("nq", ox.RdfFormat.N_QUADS), ("trig", ox.RdfFormat.TRIG)):
        found = Counter(str(quad.graph_name) for quad in ox.parse(path=made.path(f"rdf/xinpu.{name}"), format=form))
        assert found == expected
    curated = lines_of(made.path("rdf/xinpu-curated.ttl"), ox.RdfFormat.TURTLE)
    assert len(curated) == expected[f"<{GRAPH_CURATED}>"]


def test_rdf12_names_the_triple_of_each_statement(made: Made) -> None:
    quads = list(ox.parse(path=made.path("rdf/xinpu-rdf12.ttl"), format=ox.RdfFormat.TURTLE))
    reified = {quad.subject: quad.object for quad in quads if quad.predicate.value == RDF + "reifies"}
    statements = set(made.dataset.select(f"SELECT ?s {{ ?s a <{XP}Statement> }}").rows)
    derivations = set(made.dataset.select(f"SELECT ?s {{ ?s <{XP}derivedObject> ?o }}").rows)
    assert {(subject,) for subject in reified} == statements | derivations
    assert not [quad for quad in quads if quad.predicate.value in (RDF + "subject", XP + "derivedSubject")]
    founded = reified[ox.NamedNode(ID + "kunlunxin-founded-1")]
    assert isinstance(founded, ox.Triple)
    assert (founded.subject.value, founded.predicate.value) == (ID + "kunlunxin", XP + "founded")  # type: ignore[union-attr]


def test_jsonld_reads_well(made: Made) -> None:
    document = json.loads(made.path("rdf/xinpu.jsonld").read_text("utf-8"))
    context = json.loads(made.path("rdf/context.jsonld").read_text("utf-8"))
    assert document["@context"] == context["@context"]
    baidu = next(node for node in document["@graph"] if node["@id"] == "id:baidu")
    assert baidu["@type"] == ["ChipToCloudProvider", "Company"] or baidu["@type"] == "Company"
    assert baidu["skos:prefLabel"] == {"en": "Baidu", "zh-hans": "百度"}
    share = next(node for node in document["@graph"] if node["@id"] == "id:baidu-gpu-cloud-share-1")
    assert share["market"] == "id:china-gpu-cloud"


def tables(folder: Path) -> dict[Path, dict[str, Any]]:
    found: dict[Path, dict[str, Any]] = {}
    for metadata in sorted(folder.rglob("csv-metadata.json")):
        for table in json.loads(metadata.read_text("utf-8"))["tables"]:
            found[metadata.parent / table["url"]] = table
    return found


def test_csv_agrees_with_its_metadata(made: Made) -> None:
    described = tables(made.path("csv"))
    assert set(described) == set(made.path("csv").rglob("*.csv"))
    rows_of = {made.out / file.path: file.rows for file in made.of("csv")}
    checks = {
        "integer": re.compile(r"-?\d+"),
        "decimal": re.compile(r"-?\d+(\.\d+)?"),
        "boolean": re.compile("true|false"),
        "date": re.compile(r"\d{4}-\d\d-\d\d"),
    }
    for path, table in described.items():
        with path.open(encoding="utf-8", newline="") as stream:
            header, *rows = list(csv.reader(stream))
        columns = table["tableSchema"]["columns"]
        assert [column["name"] for column in columns] == header, path.name
        assert len(rows) == rows_of[path]
        if "primaryKey" in table["tableSchema"]:
            assert len({row[0] for row in rows}) == len(rows), path.name
        for index, column in enumerate(columns):
            for row in rows:
                values = row[index].split(column["separator"]) if "separator" in column else [row[index]]
                pattern = checks.get(column["datatype"])
                assert not pattern or all(pattern.fullmatch(v) for v in values if v), (path.name, column["name"])


def test_csv_of_a_class_has_its_instances_and_their_names(made: Made) -> None:
    frame = pd.read_csv(made.path("csv/class/chip.csv")).set_index("id")
    rows = made.dataset.select(f"SELECT DISTINCT ?s {{ ?s a <{XP}Chip> }}").rows
    assert sorted(frame.index) == sorted(cell.value.rpartition("/")[2] for (cell,) in rows)  # type: ignore[union-attr]
    assert frame.loc["kunlunxin-p800", "label_zh"] == "昆仑芯P800"
    assert frame.loc["kunlunxin-p800", "designer"] == "kunlunxin"
    assert frame.loc["kunlunxin-p800", "designer_label"] == "Kunlunxin"


def test_csv_of_a_query_has_its_rows(made: Made) -> None:
    table = run(made.library.get("market/shares"), made.dataset)
    with made.path("csv/query/market/shares.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(table.rows) > 0
    assert set(table.columns) <= set(rows[0])
    baidu = next(row for row in rows if row["claim"] == "baidu-gpu-cloud-share-1")
    assert (baidu["company"], baidu["company_label"], baidu["share_percent"]) == ("baidu", "Baidu", "40.4")


def test_xlsx_has_all_sheets_and_rows(made: Made) -> None:
    for name in ("classes", "queries"):
        book = openpyxl.load_workbook(made.path(f"xlsx/xinpu-{name}.xlsx"), read_only=True)
        kind = "class" if name == "classes" else "query"
        expected = [
            file.rows for file in made.of("csv") if file.path.startswith(f"csv/{kind}/") and file.rows is not None
        ]
        sheets = book.worksheets[1:]
        assert [sum(1 for _ in sheet.iter_rows()) - 1 for sheet in sheets] == expected
        contents = list(book["Contents"].iter_rows(min_row=2, max_col=1, values_only=True))
        assert [row[0] for row in contents] == [sheet.title for sheet in sheets]
        book.close()
    shares = pd.read_excel(made.path("xlsx/xinpu-queries.xlsx"), sheet_name="market shares")
    assert 40.4 in set(shares["share_percent"])


def test_parquet_has_types_lists_and_rows(made: Made) -> None:
    written = made.of("parquet")
    assert [file.rows for file in written] == [file.rows for file in made.of("csv") if file.rows is not None]
    for file in written:
        assert pq.read_metadata(made.path(file.path)).num_rows == file.rows
    table = pq.read_table(made.path("parquet/class/market-share.parquet"))
    values = dict(zip(table["id"].to_pylist(), table["value"].to_pylist(), strict=True))
    assert values["baidu-gpu-cloud-share-1"] == 40.4
    company = pd.read_parquet(made.path("parquet/class/company.parquet")).set_index("id")
    assert company.loc["baidu", "label_zh"] == "百度"
    days = pq.read_table(made.path("parquet/class/source.parquet"))["read_on"]
    assert str(days.type) == "date32[day]"


def test_sqlite_opens_and_agrees(made: Made) -> None:
    database = sqlite3.connect(made.path("sqlite/xinpu.db"))
    try:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)

        def count(name: str) -> int:
            return int(database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0])  # noqa: S608

        claims = made.dataset.select(f"SELECT DISTINCT ?c {{ ?c <{XP}status> ?s }}").rows
        assert count("claims") == len(claims)
        shares = made.dataset.select(f"SELECT ?c {{ ?c a <{XP}MarketShare> }}").rows
        assert count("market_share") == len(shares)
        cited = made.dataset.select(f"SELECT ?c ?s {{ ?c <{XP}source> ?s }}").rows
        assert count("claim_source") == len(cited)
        assert count("query_market_shares") == len(run(made.library.get("market/shares"), made.dataset).rows)
        orphans = "SELECT COUNT(*) FROM claim_entity WHERE entity NOT IN (SELECT id FROM entities)"
        assert database.execute(orphans).fetchone() == (0,)
        value = "SELECT value FROM market_share WHERE id = 'baidu-gpu-cloud-share-1'"
        assert database.execute(value).fetchone() == (40.4,)
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    finally:
        database.close()
    metadata = json.loads(made.path("sqlite/metadata.json").read_text("utf-8"))
    assert set(metadata["databases"]["xinpu"]["tables"]) <= names


def test_graph_files_have_all_nodes_and_edges(made: Made) -> None:
    net = network(made.dataset)
    graphml = nx.read_graphml(made.path("network/xinpu.graphml"), force_multigraph=True)
    gexf = nx.read_gexf(made.path("network/xinpu.gexf"))
    cytoscape = json.loads(made.path("network/xinpu.cyjs").read_text("utf-8"))["elements"]
    assert len(graphml) == len(gexf) == len(cytoscape["nodes"]) == len(net.nodes) > 50
    assert graphml.number_of_edges() == gexf.number_of_edges() == len(cytoscape["edges"]) == len(net.edges) > 50
    assert graphml.nodes["kunlunxin"] == {
        "label": "Kunlunxin", "class": "Company", "iri": ID + "kunlunxin", "label_zh": "昆仑芯"
    }  # fmt: skip
    assert gexf.nodes["kunlunxin"]["viz"]["position"].keys() == {"x", "y", "z"}
    properties = Counter(data["property"] for _, _, data in graphml.edges(data=True))
    assert properties == Counter(edge.property for edge in net.edges)


def test_neo4j_tables_and_script_agree(made: Made) -> None:
    with made.path("neo4j/nodes.csv").open(encoding="utf-8", newline="") as stream:
        nodes = list(csv.DictReader(stream))
    with made.path("neo4j/relationships.csv").open(encoding="utf-8", newline="") as stream:
        links = list(csv.DictReader(stream))
    net = network(made.dataset)
    assert (len(nodes), len(links)) == (len(net.nodes), len(net.edges))
    known = {node["id:ID"] for node in nodes}
    assert len(known) == len(nodes)
    assert all(link[":START_ID"] in known and link[":END_ID"] in known for link in links)
    script = made.path("neo4j/load.cypher").read_text("utf-8")
    assert set(re.findall(r"`:TYPE` = '(\w+)'", script)) == {link[":TYPE"] for link in links}
    assert set(re.findall(r"row\.class = '(\w+)'", script)) == {node["class"] for node in nodes}
    subprocess.run(["sh", "-n", str(made.path("neo4j/import.sh"))], check=True)


def test_dcat_describes_every_file_written_before_it(made: Made) -> None:
    graph = rdflib.Graph().parse(made.path("dcat.ttl"), format="turtle")
    dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
    urls = {str(url) for url in graph.objects(None, dcat.downloadURL)}
    later = {"dcat.ttl", "void.ttl", "SHA256SUMS"}
    assert urls == {f"https://example.org/xinpu/exports/{file.path}" for file in made.files if file.path not in later}
    sizes = sum(int(str(size)) for size in graph.objects(None, dcat.byteSize))
    assert sizes == sum(file.size for file in made.files if file.path not in later)


def test_void_counts_are_right(made: Made) -> None:
    graph = rdflib.Graph().parse(made.path("void.ttl"), format="turtle")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    dataset = rdflib.URIRef("https://w3id.org/xinpu/dataset")
    assert graph.value(dataset, void.triples) == rdflib.Literal(len(made.lines))
    chips = graph.value(next(graph.subjects(void["class"], rdflib.URIRef(XP + "Chip"))), void.entities)
    assert chips == rdflib.Literal(len(made.dataset.select(f"SELECT ?s {{ ?s a <{XP}Chip> }}").rows))
    parts = [graph.value(node, void.triples) for node in graph.objects(dataset, void.propertyPartition)]
    assert sum(int(str(part)) for part in parts) == len(made.lines)


def test_spex_holds_each_query_as_it_is(made: Made) -> None:
    graph = rdflib.Graph().parse(made.path("queries/queries.ttl"), format="turtle")
    shacl = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    texts = {str(text) for text in graph.objects(None, shacl.select)}
    assert texts == {query.text for query in made.library.all()}
    node = rdflib.URIRef("https://w3id.org/xinpu/query/market/shares")
    languages = {label.language for label in graph.objects(node, rdflib.RDFS.comment)}  # type: ignore[attr-defined]
    assert languages == {"en", "zh-hans", "fr"}
    assert all((prefix, shacl.namespace, None) in graph for prefix in graph.objects(node, shacl.declare))


def test_sums_are_those_of_the_files(made: Made) -> None:
    listed = dict(reversed(line.split("  ")) for line in made.path("SHA256SUMS").read_text("utf-8").splitlines())
    on_disk = {path.relative_to(made.out).as_posix() for path in made.out.rglob("*") if path.is_file()}
    assert set(listed) == on_disk - {"SHA256SUMS"}
    assert all(hashlib.sha256(made.path(name).read_bytes()).hexdigest() == digest for name, digest in listed.items())
    assert {file.path for file in made.files} == on_disk
    assert all(file.size == made.path(file.path).stat().st_size for file in made.files)


def test_citation_and_licence_come_from_the_data(made: Made) -> None:
    assert "2026-11-2" in made.path("CITATION.txt").read_text("utf-8")
    assert "https://example.org/xinpu/" in made.path("citation.bib").read_text("utf-8")
    assert "creativecommons.org/licenses/by/4.0" in made.path("LICENSE-DATA").read_text("utf-8")


SCRIPT = """
import sys
from pathlib import Path
from xinpu import exports
from xinpu.derive import derive
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import load_strict
project = Project(Path(sys.argv[1]))
library, dataset = Library(project), load_strict(project)
derive(dataset, library)
exports.write(project, dataset, library, {}, Path(sys.argv[2]))
"""


def test_same_input_same_bytes_whatever_the_hash_seed(made: Made, tmp_path: Path) -> None:
    sums = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        where = {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")}
        command = [sys.executable, "-c", SCRIPT, str(made.project.root.resolve()), str(out)]
        subprocess.run(command, check=True, env=os.environ | where, cwd=tmp_path)
        sums.append((out / "SHA256SUMS").read_text("utf-8"))
    assert sums[0].splitlines() == sums[1].splitlines()


def test_some_formats_only(made: Made, tmp_path: Path) -> None:
    files = exports.write(made.project, made.dataset, made.library, {}, tmp_path, formats=["sums", "graphml"])
    assert [file.path for file in files] == ["network/xinpu.graphml", "SHA256SUMS"]


def test_tables_handed_in_are_not_run_again(made: Made, tmp_path: Path) -> None:
    table = Table("market/shares", ("company",), [(ox.NamedNode(ID + "baidu"),)])
    files = exports.write(made.project, made.dataset, made.library, {"market/shares": table}, tmp_path, formats=["csv"])
    assert next(file.rows for file in files if file.query == "market/shares") == 1


def test_an_unknown_format_is_refused_before_anything_is_written(made: Made, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no export format 'graphlm'.*Did you mean graphml"):
        exports.write(made.project, made.dataset, made.library, {}, tmp_path / "out", formats=["turtle", "graphlm"])
    assert not (tmp_path / "out").exists()


@RDFLIB
def test_entity_files_hold_the_entity_its_claims_and_their_sources(made: Made) -> None:
    wanted = [ID + "kunlunxin", ID + "baidu"]
    found = list(exports.entity_files(made.dataset, wanted))
    assert [entry[0] for entry in found] == ["kunlunxin", "baidu"]
    for entity, (_, turtle, jsonld, ntriples) in zip(wanted, found, strict=True):
        expected = {
            f"{triple} ."
            for triple in made.dataset.construct(
                f"CONSTRUCT {{ ?x ?p ?o }} WHERE {{ {{ BIND(<{entity}> AS ?x) }}"
                f" UNION {{ ?x <{XP}about> <{entity}> }} UNION {{ ?c <{XP}about> <{entity}> ; <{XP}source> ?x }}"
                " ?x ?p ?o }"
            )
        }
        assert len(expected) > 100
        lines = ntriples.splitlines()
        assert lines == sorted(lines)
        assert set(lines) == expected
        for text, form in ((turtle, ox.RdfFormat.TURTLE), (jsonld, ox.RdfFormat.JSON_LD)):
            assert {f"{quad.triple} ." for quad in ox.parse(text, format=form)} == expected
        assert len(rdflib.Graph().parse(data=jsonld, format="json-ld")) == len(expected)
