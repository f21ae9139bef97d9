"""A small project about books, to show that the curating tools know nothing of one domain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from xinpu.layout import Project

PREFIXES = """@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/xinpu/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xp: <https://w3id.org/xinpu/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

ONTOLOGY = (
    PREFIXES
    + """
xp:Entity a owl:Class .
xp:Book a owl:Class ; rdfs:subClassOf xp:Entity .
xp:Writer a owl:Class ; rdfs:subClassOf xp:Entity .
xp:Source a owl:Class ; rdfs:subClassOf xp:Entity .
xp:Claim a owl:Class .
xp:Count a owl:Class ; rdfs:subClassOf xp:Claim ; xp:mainRole xp:about .
xp:Authorship a owl:Class ; rdfs:subClassOf xp:Claim ; xp:mainRole xp:book .
xp:Finding a owl:Class ; rdfs:subClassOf xp:Claim ; xp:mainRole xp:about .
xp:about a owl:ObjectProperty .
xp:book a owl:ObjectProperty .
xp:writer a owl:ObjectProperty .
xp:metric a owl:ObjectProperty .
xp:status a owl:ObjectProperty .
xp:basis a owl:ObjectProperty .
xp:source a owl:ObjectProperty .
xp:value a owl:DatatypeProperty .
xp:note a owl:DatatypeProperty ; rdfs:range rdf:langString .
xp:Pages a xp:Metric .
xp:Completed a xp:Status .
xp:Reported a xp:Basis .
"""
)

GRAPH = (
    PREFIXES
    + """
# Books, A to Z.

# --- Entities ---------------------------------------------------------------------------------------------------------

id:emma a xp:Book ;
    skos:prefLabel "Emma"@en .

# --- Claims -----------------------------------------------------------------------------------------------------------

id:emma-pages-1 a xp:Count ;
    xp:about id:emma ;
    xp:metric xp:Pages ;
    xp:value 474 ;
    xp:status xp:Completed ;
    xp:basis xp:Reported ;
    xp:source id:catalogue-2020-emma ;
    xp:recordedOn "2026-01-02"^^xsd:date .
"""
)

SOURCES = (
    PREFIXES
    + """
# Sources of 2020.

id:catalogue-2020-emma a xp:Source ;
    dcterms:title "Catalogue"@en ;
    schema:url <https://example.org/catalogue> ;
    xp:tier xp:TierB .
"""
)

MAPPING = """
[columns]
id = "id"
subject = "subject"
predicate = "predicate"
value = "value"
value_type = "value_type"
unit = "unit"
note = "note"
address = "source.url"
published = "source.published"
language = "source.language"
qualifiers = "qualifiers"

[constants]
recorded_on = "2026-01-03"
read_on = "2026-01-02"

[units]
number = "xp:Piece"

[bounds]
about = "xp:About"

[modalities.guess]
basis = "xp:Estimated"
"""

PREDICATES = """predicate,value_type,subject_class,kind,what,properties,status,basis,dated
pages,number,Book,Count,pages,xp:about=$subject; xp:metric=xp:Pages; xp:value=$number,,,
author,entity,,Authorship,author,xp:book=$subject; xp:writer=$value,,,
isbn,text,,identity,,xp:isbn=$text,,,
"""

ENTITIES = """name,id,class,file,en,zh,fr,legal_zh,aliases,kind,props
Emma,emma,Book,books,Emma,,,,,,
Persuasion,persuasion,Book,books,Persuasion,劝导,Persuasion,,The Elliots;勸導@zh-Hant,,
Jane Austen,jane-austen,Writer,people,Jane Austen,简·奥斯汀,,,,,
"""

SOURCE_TABLE = """address,id,url,publisher,tier,issued,title,language,derived_from,rejected
https://example.org/catalogue,catalogue-2020-emma,https://example.org/catalogue,library,B,2020,Catalogue,en,,
https://example.org/review,review-2021-emma,https://example.org/review,library,C,2021-05,Review,en,,
https://example.org/list,list-2021,https://example.org/list,library,D,2021,List,en,,changing list page
"""

TABLES = {
    "mapping.toml": MAPPING,
    "predicates.csv": PREDICATES,
    "entities.csv": ENTITIES,
    "sources.csv": SOURCE_TABLE,
    "publishers.csv": "id,label,zh\nlibrary,Library,图书馆\n",
    "periods.csv": "text,id,begins,ends,en,zh,fr\n"
    "1815-H2,1815-h2,1815-07-01,1815-12-31,Second half of 1815,1815年下半年,\n",
    "decisions.csv": "fact,outcome,set,reason\n",
    "findings.csv": "facts,about,topic,en,zh,fr,status,basis\n",
}


def make_project(root: Path, **tables: str) -> Project:
    """Write the project and its mapping; keyword arguments replace tables, with ``_`` for the dot in their name."""
    files = {
        "ontology/xinpu.ttl": ONTOLOGY,
        "graph/books.ttl": GRAPH,
        "graph/sources/2020.ttl": SOURCES,
        **{f"graph/import/{name}": text for name, text in TABLES.items()},
        **{f"graph/import/{name.replace('_', '.')}": text for name, text in tables.items()},
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    for folder in ("queries", "site"):
        (root / folder).mkdir(exist_ok=True)
    return Project(root)


def fact(number: int, subject: str, predicate: str, value: object, kind: str, **more: Any) -> dict[str, Any]:
    """Make one record; ``url`` and ``qualifiers`` may be given."""
    return {
        "id": f"f-{number}",
        "subject": subject,
        "predicate": predicate,
        "value": value,
        "value_type": kind,
        "unit": None,
        "qualifiers": more.get("qualifiers", {}),
        "source": {"url": more.get("url", "https://example.org/review"), "published": "2021-05", "language": "en"},
        "note": more.get("note", ""),
    }


def write_facts(path: Path, *facts: dict[str, Any]) -> Path:
    """Write records as JSON Lines."""
    path.write_text("".join(json.dumps(entry, ensure_ascii=False) + "\n" for entry in facts), encoding="utf-8")
    return path
