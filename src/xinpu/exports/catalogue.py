"""What the exports are, for catalogues: a DCAT description of all files and a VoID description of the graph.

https://www.w3.org/TR/vocab-dcat-3/ https://www.w3.org/TR/void/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from xinpu.exports.base import GRAPH_IRIS, GRAPHS, TYPE, Bundle, ExportFile, Written, descendants, instances
from xinpu.layout import CONTENT_LANGUAGE, ID, LANGUAGES, NAMESPACES, ONTOLOGY_IRI
from xinpu.terms import iri, slug

DATASET: Final = NamedNode("https://w3id.org/xinpu/dataset")
_DCAT: Final = "http://www.w3.org/ns/dcat#"
_VOID: Final = "http://rdfs.org/ns/void#"
_SPDX: Final = "http://spdx.org/rdf/terms#"
_PREFIXES: Final = NAMESPACES | {"dcat": _DCAT, "void": _VOID, "spdx": _SPDX}
_MEDIA: Final = "https://www.iana.org/assignments/media-types/"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_VOID_FEATURES: Final = {"turtle": "Turtle", "ntriples": "N-Triples", "rdfxml": "RDF_XML", "jsonld": "JSON-LD"}


def dcat(bundle: Bundle) -> Iterator[Written]:
    """Describe the dataset and each file written before as a distribution."""
    triples = list(_dataset(bundle))
    for file in bundle.files:
        triples += _distribution(bundle, file)
    yield _write(bundle, "dcat.ttl", triples, "DCAT description of all files")


def _dataset(bundle: Bundle) -> Iterator[Triple]:
    yield Triple(DATASET, TYPE, NamedNode(_DCAT + "Dataset"))
    yield from _texts(bundle, "dcterms:title", "dcterms:title")
    yield from _texts(bundle, "dcterms:abstract", "dcterms:description")
    for language in LANGUAGES:
        yield _text(DATASET, iri("dcterms:language"), CONTENT_LANGUAGE[language])
    if creator := bundle.header("dcterms:creator"):
        yield _text(DATASET, iri("dcterms:creator"), creator)
    if version := bundle.header("owl:versionInfo"):
        yield _text(DATASET, _DCAT + "version", version)
    if licence := bundle.header("dcterms:license"):
        yield Triple(DATASET, NamedNode(iri("dcterms:license")), NamedNode(licence))
    if bundle.date:
        yield _typed(DATASET, iri("dcterms:modified"), bundle.date, "date")
    if bundle.base_url:
        yield Triple(DATASET, NamedNode(_DCAT + "landingPage"), NamedNode(bundle.base_url.rstrip("/") + "/"))


def _texts(bundle: Bundle, source: str, target: str) -> Iterator[Triple]:
    quads = bundle.dataset.store.quads_for_pattern(NamedNode(ONTOLOGY_IRI), NamedNode(iri(source)), None, None)
    for text in sorted({quad.object for quad in quads if isinstance(quad.object, Literal)}, key=str):
        yield Triple(DATASET, NamedNode(iri(target)), text)


def _distribution(bundle: Bundle, file: ExportFile) -> Iterator[Triple]:
    node = NamedNode(f"{DATASET.value}/{quote(file.path)}")
    yield Triple(DATASET, NamedNode(_DCAT + "distribution"), node)
    yield Triple(node, TYPE, NamedNode(_DCAT + "Distribution"))
    yield Triple(node, NamedNode(iri("dcterms:title")), Literal(file.title, language="en"))
    if file.query and (query := bundle.queries.get(file.query)):
        for language in ("zh", "fr"):
            if summary := query.summary.get(language):
                text = Literal(summary, language=CONTENT_LANGUAGE[language])
                yield Triple(node, NamedNode(iri("dcterms:title")), text)
        if query.description:
            text = Literal(query.description, language="en")
            yield Triple(node, NamedNode(iri("dcterms:description")), text)
    yield Triple(node, NamedNode(_DCAT + "mediaType"), NamedNode(_MEDIA + file.media_type))
    yield _typed(node, _DCAT + "byteSize", str(file.size), "nonNegativeInteger")
    # where the files lie: under the site's address if it is known, else beside this file
    yield Triple(node, NamedNode(_DCAT + "downloadURL"), NamedNode(address(bundle, file.path)))
    checksum = NamedNode(f"{node.value}#sha256")
    yield Triple(node, NamedNode(_SPDX + "checksum"), checksum)
    yield Triple(checksum, TYPE, NamedNode(_SPDX + "Checksum"))
    yield Triple(checksum, NamedNode(_SPDX + "algorithm"), NamedNode(_SPDX + "checksumAlgorithm_sha256"))
    yield _typed(checksum, _SPDX + "checksumValue", file.sha256, "hexBinary")


def address(bundle: Bundle, path: str) -> str:
    """Give where a file can be had: under ``exports/`` of the site's address, or of the dataset's own."""
    base = bundle.base_url.rstrip("/") if bundle.base_url else DATASET.value
    return f"{base}/exports/{quote(path)}"


def void(bundle: Bundle) -> Iterator[Written]:
    """Describe the graph: counts, vocabularies, named graphs, classes and properties."""
    dataset = bundle.dataset
    counts = {name: _count(bundle, graph) for name, graph in GRAPHS.items()}
    triples = [
        Triple(DATASET, TYPE, NamedNode(_VOID + "Dataset")),
        *_texts(bundle, "dcterms:title", "dcterms:title"),
        _integer(DATASET, "triples", sum(counts.values())),
        _integer(DATASET, "entities", _entities(bundle)),
        Triple(DATASET, NamedNode(_VOID + "uriSpace"), Literal(ID)),
        *(Triple(DATASET, NamedNode(_VOID + "vocabulary"), NamedNode(name)) for name in _vocabularies(bundle)),
    ]
    for file in bundle.files:
        if file.format in _VOID_FEATURES and file.rows is not None:
            feature = NamedNode(_FORMATS + _VOID_FEATURES[file.format])
            triples.append(Triple(DATASET, NamedNode(_VOID + "feature"), feature))
            dump = NamedNode(address(bundle, file.path))
            triples.append(Triple(DATASET, NamedNode(_VOID + "dataDump"), dump))
    for name, count in counts.items():
        node = NamedNode(GRAPH_IRIS[name])
        triples.append(Triple(DATASET, NamedNode(_VOID + "subset"), node))
        triples += [Triple(node, TYPE, NamedNode(_VOID + "Dataset")), _integer(node, "triples", count)]
    for name, count in _grouped(bundle, f"?x {TYPE} ?key"):
        triples += _partition("class", name, "entities", count)
    for name, count in _grouped(bundle, "?x ?key ?value"):
        triples += _partition("property", name, "triples", count)
    unique = list(dict.fromkeys(triples))
    yield _write(bundle, "void.ttl", unique, f"VoID description of the graph, {len(dataset.store)} triples")


def _count(bundle: Bundle, graph: NamedNode) -> int:
    rows = bundle.dataset.select(f"SELECT (COUNT(*) AS ?n) {{ GRAPH {graph} {{ ?s ?p ?o }} }}").rows
    return int(rows[0][0].value) if isinstance(rows[0][0], Literal) else 0


def _entities(bundle: Bundle) -> int:
    below = descendants(bundle.dataset, iri("xp:Entity"))
    return len({subject.value for cls in below for subject in instances(bundle.dataset, cls)})


def _grouped(bundle: Bundle, pattern: str) -> list[tuple[str, int]]:
    rows = bundle.dataset.select(f"SELECT ?key (COUNT(*) AS ?n) {{ {pattern} }} GROUP BY ?key").rows
    found = (
        (key.value, count.value) for key, count in rows if isinstance(key, NamedNode) and isinstance(count, Literal)
    )
    return sorted((key, int(count)) for key, count in found)


def _vocabularies(bundle: Bundle) -> list[str]:
    used = Counter(key[: max(key.rfind("#"), key.rfind("/")) + 1] for key, _ in _grouped(bundle, "?x ?key ?value"))
    return sorted(used)


def _partition(kind: str, name: str, count_of: str, count: int) -> list[Triple]:
    node = NamedNode(f"{DATASET.value}/{kind}/{quote(slug(name))}")
    return [
        Triple(DATASET, NamedNode(f"{_VOID}{kind}Partition"), node),
        Triple(node, NamedNode(_VOID + kind), NamedNode(name)),
        _integer(node, count_of, count),
    ]


def _text(subject: NamedNode, about: str, value: str) -> Triple:
    return Triple(subject, NamedNode(about), Literal(value))


def _typed(subject: NamedNode, about: str, value: str, datatype: str) -> Triple:
    return Triple(subject, NamedNode(about), Literal(value, datatype=NamedNode(iri(f"xsd:{datatype}"))))


def _integer(subject: NamedNode, name: str, value: int) -> Triple:
    return _typed(subject, _VOID + name, str(value), "integer")


def _write(bundle: Bundle, path: str, triples: list[Triple], title: str) -> Written:
    by_subject = sorted(triples, key=lambda t: (f"{t.subject} ", t.predicate != TYPE, str(t.predicate), str(t.object)))
    serialize(by_subject, bundle.open_folder(path), RdfFormat.TURTLE, prefixes=_PREFIXES)
    return Written(path, title, "text/turtle", len(triples))
