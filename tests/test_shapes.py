"""Hold ontology/shapes.ttl to its cases: what each constraint lets pass, what it finds, that none is idle."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, BNode, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "shapes"
SHAPES_FILE = ROOT / "ontology" / "shapes.ttl"
XP = Namespace("https://w3id.org/xinpu/ontology#")
XPS = Namespace("https://w3id.org/xinpu/shapes#")
FILES = sorted(path for path in CASES.glob("*.ttl") if path.name != "shared.ttl")

COMPONENTS = {
    SH["class"]: SH.ClassConstraintComponent,
    SH.closed: SH.ClosedConstraintComponent,
    SH.datatype: SH.DatatypeConstraintComponent,
    SH.hasValue: SH.HasValueConstraintComponent,
    SH["in"]: SH.InConstraintComponent,
    SH.languageIn: SH.LanguageInConstraintComponent,
    SH.lessThan: SH.LessThanConstraintComponent,
    SH.lessThanOrEquals: SH.LessThanOrEqualsConstraintComponent,
    SH.maxCount: SH.MaxCountConstraintComponent,
    SH.maxInclusive: SH.MaxInclusiveConstraintComponent,
    SH.maxLength: SH.MaxLengthConstraintComponent,
    SH.minCount: SH.MinCountConstraintComponent,
    SH.minInclusive: SH.MinInclusiveConstraintComponent,
    SH.node: SH.NodeConstraintComponent,
    SH.nodeKind: SH.NodeKindConstraintComponent,
    SH["not"]: SH.NotConstraintComponent,
    SH["or"]: SH.OrConstraintComponent,
    SH.pattern: SH.PatternConstraintComponent,
    SH.property: None,
    SH.qualifiedMinCount: SH.QualifiedMinCountConstraintComponent,
    SH.uniqueLang: SH.UniqueLangConstraintComponent,
    SH.xone: SH.XoneConstraintComponent,
}
"""Every parameter that stands for a constraint in the shapes, with the component its findings name."""
BESIDE = {SH.flags, SH.ignoredProperties, SH.message, SH.path, SH.qualifiedValueShape, SH.severity, SH.targetClass}
BESIDE |= {SH.targetSubjectsOf, SH.alternativePath}
"""What else of SHACL the shapes use: neither a constraint of its own nor outside of SHACL Core."""

PARTNER = {SH.closed: SH.ignoredProperties, SH.qualifiedMinCount: SH.qualifiedValueShape}
"""Parameters that mean nothing without another and are deleted with it."""

Finding = tuple[Node, Node, Node, Node]
Triple = tuple[Node, Node, Node]


@cache
def shapes() -> Graph:
    return Graph().parse(SHAPES_FILE)


@cache
def ontology() -> Graph:
    return Graph().parse(ROOT / "ontology" / "xinpu.ttl").parse(ROOT / "ontology" / "schemes.ttl")


@cache
def base() -> Graph:
    """What every case is read with: the ontology and the entities that cases point at."""
    return ontology() + Graph().parse(CASES / "shared.ttl")


@cache
def case(path: Path) -> tuple[Graph, frozenset[Finding]]:
    """The data of a case and the findings that it expects."""
    data = Graph().parse(path)
    report = next(data.subjects(RDF.type, SH.ValidationReport))
    expected = findings(data, report)
    for node in [report, *data.objects(report, SH.result)]:
        data.remove((node, None, None))
    return data, expected


def findings(graph: Graph, report: Node) -> frozenset[Finding]:
    wanted = (SH.focusNode, SH.sourceShape, SH.sourceConstraintComponent, SH.resultSeverity)
    found = set()
    for result in graph.objects(report, SH.result):
        focus, shape, component, severity = (graph.value(result, term) for term in wanted)
        assert focus is not None and shape is not None and component is not None and severity is not None
        found.add((focus, shape, component, severity))
    return frozenset(found)


def validate(data: Graph, against: Graph) -> frozenset[Finding]:
    _, report, _ = pyshacl.validate(data, shacl_graph=against, inplace=True)
    assert isinstance(report, Graph)
    return findings(report, next(report.subjects(RDF.type, SH.ValidationReport)))


@cache
def everything() -> frozenset[Finding]:
    """All cases checked at once; their subjects differ, so that a finding belongs to one case."""
    data = Graph() + base()
    for path in FILES:
        data += case(path)[0]
    return validate(data, shapes())


def named(graph: Graph, node: Node) -> URIRef:
    """The named shape that a node stands in, up through lists and nested shapes."""
    while isinstance(node, BNode):
        node = next(s for s, p in graph.subject_predicates(node) if p != SH.path)
    assert isinstance(node, URIRef)
    return node


def constraints() -> list[Triple]:
    return sorted((t for t in shapes() if t[1] in COMPONENTS), key=lambda t: (named(shapes(), t[0]), t[1], t[2]))


def short(node: Node) -> str:
    return str(node).removeprefix(str(XPS))


def is_rule(shape: Node) -> bool:
    """Whether a shape is no class's own but a property shape, a rule, or a kind of value."""
    return not short(shape).endswith("Shape")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_case(path: Path) -> None:
    data, expected = case(path)
    subjects = set(data.subjects())
    assert expected, "a case needs an instance that fails"
    assert subjects - {finding[0] for finding in expected}, "a case needs an instance that passes"
    assert {finding for finding in everything() if finding[0] in subjects} == expected


def test_case_subjects_differ() -> None:
    seen: set[Node] = set()
    for path in FILES:
        subjects = set(case(path)[0].subjects())
        assert not seen & subjects, path
        seen |= subjects


def test_no_finding_outside_the_cases() -> None:
    """The shared entities and the ontology itself conform."""
    expected = {finding for path in FILES for finding in case(path)[1]}
    assert everything() == expected


def test_core_only() -> None:
    used = {p for _, p, _ in shapes() if str(p).startswith(str(SH))}
    assert used <= set(COMPONENTS) | BESIDE


def test_meta_shapes() -> None:
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=shapes(), meta_shacl=True)
    assert conforms, text


def test_every_constraint_has_a_failing_case() -> None:
    expected = {(shape, component) for path in FILES for _, shape, component, _ in case(path)[1]}
    values = {XPS.Number, XPS.PartialDate}
    declared = {
        (shape, COMPONENTS[term])
        for shape, term, _ in constraints()
        if isinstance(shape, URIRef) and term != SH.property and shape not in values
    }
    assert declared == expected


def test_every_block_names_its_case_and_speaks() -> None:
    text = SHAPES_FILE.read_text(encoding="utf-8")
    blocks = re.findall(r"^((?:#[^\n]*\n)*)xps:(\S+) a sh:", text, flags=re.MULTILINE)
    shared = {"Number": "Number-datatype", "PartialDate": "PartialDate-datatype"}
    for comment, name in blocks:
        shape = XPS[name]
        if not (set(shapes().predicates(shape)) & (set(COMPONENTS) - {SH.property})):
            continue
        match = re.search(r"Tested by tests/shapes/(\S+)\.ttl\.", comment)
        assert match, f"xps:{name} does not say which case tests it"
        stem = match.group(1)
        assert (CASES / f"{stem}.ttl").exists(), stem
        cls = name.removesuffix("Shape")
        assert stem in (name, shared.get(name), f"{cls}-closed", f"{cls}-id")
        if name not in shared:
            assert shapes().value(shape, SH.severity) in (SH.Violation, SH.Warning), name
            assert len(str(shapes().value(shape, SH.message))) > 20, name
    cited = {match for comment, _ in blocks for match in re.findall(r"tests/shapes/(\S+)\.ttl\.", comment)}
    assert cited == {path.stem for path in FILES}


# --- The lists that are computed from the ontology ---


def below(cls: Node) -> set[Node]:
    return {c for c in ontology().transitive_subjects(RDFS.subClassOf, cls) if str(c).startswith(str(XP))}


def above(cls: Node) -> set[Node]:
    return {c for c in ontology().transitive_objects(cls, RDFS.subClassOf) if str(c).startswith(str(XP))}


def shape_of(cls: Node) -> URIRef:
    return XPS[str(cls).removeprefix(str(XP)) + "Shape"]


@cache
def paths(shape: Node) -> set[Node]:
    """The properties that the property shapes of a node shape speak of."""
    found = (shapes().value(part, SH.path) for part in shapes().objects(shape, SH.property))
    return {path for path in found if isinstance(path, URIRef)}


def test_ignored_properties_are_what_is_inherited() -> None:
    organisations = below(XP.Organisation)
    for shape in shapes().subjects(SH.closed, None):
        cls = XP[short(shape).removesuffix("Shape")]
        kin = above(cls) | (organisations if cls in organisations else set())
        inherited = {RDF.type}.union(*(paths(shape_of(other)) for other in kin)) - paths(shape)
        start = shapes().value(shape, SH.ignoredProperties)
        assert start is not None
        expected = sorted(inherited, key=ontology().namespace_manager.normalizeUri)
        assert list(Collection(shapes(), start)) == expected, cls


DERIVED = {XP.ChipToCloudProvider}
ABSTRACT = {XP.Claim, XP.Entity, XP.Event, XP.Figure, XP.Relation}


def test_types_are_the_kinds_that_the_ontology_declares() -> None:
    for top in (XP.Claim, XP.Entity):
        start = shapes().value(XPS[short_class(top) + "-type"], SH["in"])
        assert start is not None
        assert list(Collection(shapes(), start)) == sorted(below(top) - ABSTRACT - DERIVED)


def short_class(cls: Node) -> str:
    return str(cls).removeprefix(str(XP))


def test_every_class_has_a_closed_shape() -> None:
    organisations = below(XP.Organisation) - {XP.Organisation}
    for cls in (below(XP.Claim) | below(XP.Entity)) - ABSTRACT - DERIVED - organisations:
        shape = shape_of(cls)
        assert (shape, SH.targetClass, cls) in shapes(), cls
        assert (shape, SH.closed, None) in shapes(), cls


def test_targets_cover_what_they_should() -> None:
    figures = below(XP.Figure) - {XP.Figure}
    for name in ("Figure-unitOrCurrency", "Figure-valueOrRange"):
        assert set(shapes().objects(XPS[name], SH.targetClass)) == figures - {XP.MarketShare}
    named_kinds = below(XP.Entity) - below(XP.Organisation) - {XP.Entity, XP.Source} | {XP.Organisation}
    assert set(shapes().objects(XPS.NamedShape, SH.targetClass)) == named_kinds


def test_every_property_has_a_shape_where_it_belongs() -> None:
    """A property of entities or claims that no shape speaks of could be used nowhere."""
    rules = {RDFS.domain, URIRef("https://schema.org/domainIncludes")}
    statements = set(ontology().subjects(XP.singleValued, None))
    derived_only = below(XP.Entity) | below(XP.Claim)
    start = ontology_section("Derived when the graph is loaded")
    for prop in set(ontology().subjects(RDF.type, OWL.ObjectProperty)) | set(
        ontology().subjects(RDF.type, OWL.DatatypeProperty)
    ):
        if prop in statements or prop in start:
            continue
        domains = {d for rule in rules for d in ontology().objects(prop, rule)} & derived_only
        speaking = {shape for shape in shapes().subjects(SH.property, None) if prop in paths(shape)}
        assert speaking, prop
        for domain in domains:
            assert speaking & {shape_of(cls) for cls in below(domain)}, (prop, domain)


def ontology_section(title: str) -> set[Node]:
    text = (ROOT / "ontology" / "xinpu.ttl").read_text(encoding="utf-8")
    section = text.split(f"# --- {title}")[1].split("\n# --- ")[0]
    return {XP[name] for name in re.findall(r"^xp:(\S+) a ", section, flags=re.MULTILINE)}


def test_metrics_belong_to_figures_and_have_a_unit_or_are_money() -> None:
    for metric in ontology().subjects(RDF.type, XP.Metric):
        classes = set(ontology().objects(metric, XP.metricOf))
        assert classes and classes <= below(XP.Claim), metric
        for unit in ontology().objects(metric, XP.canonicalUnit):
            assert (unit, RDF.type, XP.Unit) in ontology(), metric
            assert (unit, XP.convertsTo, None) not in ontology(), f"{metric}: {unit} is no canonical unit"


# --- Deleting each constraint in turn ---


def closure(nodes: set[Node], skip: Triple | None) -> Graph:
    """The shapes that are reached from some nodes, without one constraint."""
    graph, seen, todo = Graph(), set(nodes), list(nodes)
    while todo:
        node = todo.pop()
        for triple in shapes().triples((node, None, None)):
            if skip and (triple == skip or (triple[0] == skip[0] and triple[1] == PARTNER.get(skip[1]))):
                continue
            graph.add(triple)
            target = triple[2]
            if (isinstance(target, BNode) or str(target).startswith(str(XPS))) and target not in seen:
                seen.add(target)
                todo.append(target)
    return graph


def targeted(shape: Node) -> bool:
    return (shape, SH.targetClass, None) in shapes()


def without(constraint: Triple) -> tuple[Graph, list[Path]]:
    """The part of the shapes in which a constraint takes effect, without it, and the cases that speak of it."""
    owner = named(shapes(), constraint[0])
    if targeted(owner) and not is_rule(owner):
        names = [short(owner).removesuffix("Shape") + suffix for suffix in ("-closed", "-id")]
        names += [short(constraint[2])] if constraint[1] == SH.property else []
        return closure({owner}, constraint), [path for path in FILES if path.stem in names]
    if targeted(owner):
        return closure({owner}, constraint), [CASES / f"{short(owner)}.ttl"]
    graph = closure({owner}, constraint)
    if (owner, RDF.type, SH.NodeShape) in shapes():
        users = {named(shapes(), s) for s in shapes().subjects(SH.node, owner)}
        user = XPS["Dated-date" if owner == XPS.PartialDate else "Valued-value"]
        assert user in users
        graph += closure({user}, constraint)
        stem = f"{short(owner)}-datatype"
    else:
        user, stem = owner, short(owner)
    for shape in shapes().subjects(SH.property, user):
        graph.add((shape, RDF.type, SH.NodeShape))
        graph.add((shape, SH.property, user))
        for target in (SH.targetClass, SH.targetSubjectsOf):
            for value in shapes().objects(shape, target):
                graph.add((shape, target, value))
    return graph, [CASES / f"{stem}.ttl"]


def noticed(constraint: Triple, workspace: Graph) -> bool:
    against, files = without(constraint)
    speaking = set(closure({named(shapes(), constraint[0])}, None).subjects(RDF.type, None))
    speaking |= set(against.subjects(RDF.type, None))
    for path in files:
        data, expected = case(path)
        for triple in data:
            workspace.add(triple)
        found = validate(workspace, against)
        for triple in data:
            workspace.remove(triple)
        if {f for f in found if f[0] in set(data.subjects())} != {f for f in expected if f[1] in speaking}:
            return True
    return False


def vital() -> Iterator[Triple]:
    """Base triples that shapes look at: the classes, the kinds of concept, and what metrics and properties declare."""
    for predicate in (RDFS.subClassOf, RDF.type, XP.metricOf, XP.singleValued, URIRef("https://schema.org/url")):
        for triple in base().triples((None, predicate, None)):
            if not str(triple[2]).startswith(str(OWL)):
                yield triple


@pytest.mark.parametrize("letter", sorted({short(named(shapes(), t[0]))[0] for t in constraints()}))
def test_deleting_any_constraint_is_noticed(letter: str) -> None:
    workspace = Graph()
    for triple in vital():
        workspace.add(triple)
    asked = [t for t in constraints() if short(named(shapes(), t[0])).startswith(letter)]
    missed = [t for t in asked if not noticed(t, workspace)]
    assert not missed, [(short(named(shapes(), s)), p.rpartition("#")[2], o) for s, p, o in missed]


def test_concepts_and_units_are_kinds_of_concept() -> None:
    assert (XP.Unit, RDFS.subClassOf, SKOS.Concept) in ontology()
