"""Cells of exported tables: hostile texts, malformed numbers, several values, and values that JSON-LD must not bend."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pyoxigraph as ox
import pytest

from xinpu import exports
from xinpu.exports.columns import SEPARATOR, short, snake
from xinpu.exports.csvw import cell_text
from xinpu.exports.cypher import relation_type
from xinpu.exports.jsonld import Context, document, dumps
from xinpu.layout import ID, XP, Project
from xinpu.queries import Library
from xinpu.store import CURATED, load_strict

ROOT = Path(__file__).parent.parent
HOSTILE = """
@prefix id: <https://w3id.org/xinpu/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xp: <https://w3id.org/xinpu/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
id:evil a xp:Company ;
    skos:prefLabel "=HYPERLINK(\\"http://x\\")"@en ;
    skos:altLabel "a|b"@en , "<script>&\\"'"@en , "line\\nbreak"@en , "\\u0001control"@en ;
    xp:founded "2026-02-30"^^xsd:date ;
    xp:employees "12x"^^xsd:integer , 99999999999999999999999 .
id:good a xp:Company ; skos:prefLabel "Good"@en ; xp:family id:evil ; xp:founded "2026-02-03"^^xsd:date .
"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    (root / "ontology").symlink_to(ROOT / "ontology", target_is_directory=True)
    for folder in ("graph", "queries", "site"):
        (root / folder).mkdir()
    (root / "graph/hostile.ttl").write_text(HOSTILE, encoding="utf-8")
    project = Project(root)
    exports.write(project, load_strict(project), Library(project), {}, root / "out")
    return root / "out"


def row(path: Path, name: str) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as stream:
        return next(entry for entry in csv.DictReader(stream) if entry["id"] == name)


def test_no_spreadsheet_takes_a_text_for_a_formula(out: Path) -> None:
    assert row(out / "csv/class/company.csv", "evil")["label"] == '\'=HYPERLINK("http://x")'
    book = openpyxl.load_workbook(out / "xlsx/xinpu-classes.xlsx")
    cells = [cell for line in book["company"].iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
    assert any(cell.value == '=HYPERLINK("http://x")' and cell.data_type == "s" for cell in cells)


def test_malformed_values_stay_text(out: Path) -> None:
    evil = row(out / "csv/class/company.csv", "evil")
    assert evil["founded"] == "2026-02-30"
    assert set(evil["employees"].split(SEPARATOR)) == {"12x", "99999999999999999999999"}
    table = pq.read_table(out / "parquet/class/company.parquet")
    assert str(table["founded"].type) == "string"


def test_several_values_stay_apart(out: Path) -> None:
    names = row(out / "csv/class/company.csv", "evil")["alt_label_en"].split(SEPARATOR)
    assert "a¦b" in names
    assert len(names) == 4


@pytest.mark.parametrize("name", ["network/xinpu.graphml", "network/xinpu.gexf"])
def test_xml_stays_well_formed(out: Path, name: str) -> None:
    import xml.etree.ElementTree as ElementTree

    assert ElementTree.parse(out / name).getroot() is not None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "true"),
        (Decimal("19.60"), "19.60"),
        (-5, "-5"),
        ("-5 %", "'-5 %"),
        ("-5", "-5"),
        ("@a", "'@a"),
    ],
)
def test_cell_text(cell: str | int | Decimal | None, text: str) -> None:
    assert cell_text(cell) == text


def test_names_of_columns_and_relations() -> None:
    assert snake("numberFormat") == "number_format"
    assert snake("zh-hans") == "zh_hans"
    assert relation_type("parentOrganization") == "PARENT_ORGANIZATION"


def test_short_cells() -> None:
    assert short(ox.NamedNode(ID + "baidu")) == "baidu"
    assert short(ox.NamedNode("https://example.org/a/b")) == "https://example.org/a/b"
    nan = ox.Literal("NaN", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#double"))
    assert short(nan) == "NaN"


XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize("kind", ["", "@id", "@language", XSD + "date", XSD + "decimal"])
@pytest.mark.parametrize(
    "value",
    [
        ox.NamedNode(ID + "baidu"),
        ox.NamedNode("https://example.org/x"),
        ox.NamedNode("urn:a:b"),
        ox.BlankNode("b0"),
        ox.Literal("text"),
        ox.Literal("text", language="zh-hans"),
        ox.Literal("2026-01-02", datatype=ox.NamedNode(XSD + "date")),
        ox.Literal("2026", datatype=ox.NamedNode(XSD + "gYear")),
        ox.Literal("19.60", datatype=ox.NamedNode(XSD + "decimal")),
        ox.Literal(7),
        ox.Literal("007", datatype=ox.NamedNode(XSD + "integer")),
        ox.Literal(2**60),
        ox.Literal(True),
        ox.Literal("1e3", datatype=ox.NamedNode(XSD + "double")),
    ],
    ids=str,
)
def test_jsonld_keeps_any_value_under_any_context(kind: str, value: ox.NamedNode | ox.Literal | ox.BlankNode) -> None:
    """Whatever the context expects of a property, a value comes back as it was."""
    context = Context({XP + "p": kind} if kind else {})
    subject, predicate = ox.NamedNode(ID + "s"), ox.NamedNode(XP + "p")
    other = ox.Literal("other", language="en")
    node = context.node(subject, [ox.Triple(subject, predicate, value), ox.Triple(subject, predicate, other)])
    text = "".join(document(context.document(node), [dumps(node)]))
    json.loads(text)
    found = {quad.object for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)}
    if isinstance(value, ox.BlankNode):
        assert any(isinstance(term, ox.BlankNode) for term in found)
        assert len(found) == 2
    else:
        assert found == {value, other}


def test_curated_graph_is_a_named_graph() -> None:
    assert CURATED.value.endswith("/curated")
