"""Where imported claims, entities, sources and periods go: the graph's files, read once, added to, and saved.

Existing blocks keep their words; new ones are placed in the file of their subject and in the section for their kind.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from xinpu.curate import blocks
from xinpu.curate.blocks import Block, Document, Pair, Section
from xinpu.curate.drafting import Draft, Drafter, Fact, date_literal
from xinpu.curate.formatting import ORDER
from xinpu.curate.identity import TYPE, entity_pairs, labels, period_pairs
from xinpu.curate.mapping import Mapping, Row, UnmappedError
from xinpu.layout import ID, XP, Project
from xinpu.store import Dataset, load_strict
from xinpu.terms import Literal, NamedNode, iri, text_of

SOURCE: Final = iri("xp:source")
ASIDE: Final = frozenset(iri(name) for name in ("xp:source", "xp:recordedOn", "skos:note", "xp:asPublished"))
"""Properties that two equal claims need not share."""


class Bed:
    """The curated graph while an import adds to it; nothing reaches the disk before ``save``."""

    def __init__(self, project: Project, mapping: Mapping) -> None:
        self.project = project
        self.mapping = mapping
        self.files: dict[str, Document] = {}
        self.where: dict[str, str] = {}
        self.blocks: dict[str, Block] = {}
        self.changed: set[str] = set()
        self.equals: dict[frozenset[object], tuple[str, str]] = {}
        self.numbers: dict[str, int] = {}
        self.urls: dict[str, str] = {}
        self.findings: dict[int, str] = {}
        ontology = load_strict(project)
        self.main_roles = _annotations(ontology, "xp:mainRole")
        self.claim_classes = _below(ontology, XP + "Claim")
        for path in project.graph_files():
            name = path.relative_to(project.graph).as_posix()
            self.files[name] = blocks.read(path, project.relative(path))
            for block in self.files[name].blocks():
                self._know(name, block)
        self.classes = {
            subject: {
                term.value.removeprefix(XP)
                for predicate, term in block.pairs
                if predicate == TYPE and isinstance(term, NamedNode)
            }
            for subject, block in self.blocks.items()
        }

    def _know(self, name: str, block: Block) -> None:
        self.where[block.subject] = name
        self.blocks[block.subject] = block
        kinds = {text_of(term) for predicate, term in block.pairs if predicate == TYPE}
        if kinds & self.claim_classes:
            self.equals.setdefault(_key(block.pairs), (block.subject.removeprefix(ID), ""))
        for predicate, term in block.pairs:
            if predicate == iri("schema:url"):
                self.urls.setdefault(text_of(term), block.subject)

    # -- claims

    def equal(self, draft: Draft) -> str | None:
        """Find the claim that equals a draft; None if there is none."""
        found = self.equals.get(_key([(TYPE, NamedNode(XP + draft.kind)), *draft.pairs]))
        return found[0] if found else None

    def claim(self, draft: Draft, source: NamedNode, fact: str) -> tuple[str, bool, str]:
        """Add a claim, or a source to its equal; give its slug, whether it is new, and the fact of the equal."""
        pairs: list[Pair] = [(TYPE, NamedNode(XP + draft.kind)), *draft.pairs]
        key = _key(pairs)
        if (known := self.equals.get(key)) is not None:
            self.add_source(known[0], source)
            return known[0], False, known[1] or "the curators"
        main = self._main(draft)
        slug = self._number(f"{main.value.removeprefix(ID)}-{draft.what}")
        pairs += [(SOURCE, source), self._recorded()]
        self._need(pairs)
        self._place(Block(ID + slug, pairs), self._file(main), claim=True)
        self.equals[key] = (slug, fact)
        return slug, True, ""

    def finding(self, number: int, source: NamedNode, fact: Fact, drafter: Drafter) -> tuple[str, bool]:
        """Add a finding of the mapping once; later facts of the same finding add their source."""
        if number in self.findings:
            self.add_source(self.findings[number], source)
            return self.findings[number], False
        row = self.mapping.findings[number]
        about = [drafter.entity(name.strip()) for name in row["about"].split("|")]
        pairs: list[Pair] = [(TYPE, NamedNode(XP + "Finding"))]
        pairs += [(iri("xp:about"), node) for node in about]
        pairs.append((iri("xp:topic"), NamedNode(iri(row["topic"]))))
        for column, tag in (("en", "en"), ("zh", "zh-Hans"), ("fr", "fr")):
            if not row[column]:
                raise UnmappedError(f"the finding has no text in {column}")
            pairs.append((iri("xp:text"), Literal(row[column], language=tag)))
        pairs.append((iri("xp:status"), NamedNode(iri(row["status"] or "xp:Completed"))))
        pairs.append((iri("xp:basis"), NamedNode(iri(row["basis"] or "xp:Reported"))))
        when = fact.qualifiers.get("period") or fact.qualifiers.get("as_of", "")
        if (period := self.mapping.periods.get(when)) is not None:
            pairs.append((iri("xp:period"), NamedNode(ID + period["id"])))
        elif (day := date_literal(when)) is not None and not (fact.published or "").startswith(when):
            pairs.append((iri("xp:asOf"), day))
        if row.get("estimator"):
            pairs.append((iri("xp:estimatedBy"), drafter.entity(row["estimator"])))
        topic = row["topic"].partition(":")[2].lower()
        slug = self._number(f"{about[0].value.removeprefix(ID)}-{topic}")
        pairs += [(SOURCE, source), self._recorded()]
        self._need(pairs)
        self._place(Block(ID + slug, pairs), self._file(about[0]), claim=True)
        self.findings[number] = slug
        return slug, True

    def identify(self, draft: Draft) -> str:
        """Give an entity the identity that a fact states, if it has none of that kind."""
        subject = draft.identity
        self._entity(subject)
        block = self.blocks[subject]
        have = {predicate for predicate, _ in block.pairs}
        fresh = [pair for pair in draft.pairs if pair[0] not in have]
        if fresh:
            self._need(fresh)
            block.pairs.extend(fresh)
            self.changed.add(self.where[subject])
        return subject.removeprefix(ID)

    def add_source(self, slug: str, source: NamedNode) -> None:
        """Add a source to a claim; raises UnmappedError if there is no such claim."""
        block = self.blocks.get(ID + slug)
        if block is None:
            raise UnmappedError(f"there is no claim {slug}")
        if (SOURCE, source) not in block.pairs:
            self._need([(SOURCE, source)])
            block.pairs.append((SOURCE, source))
            self.changed.add(self.where[ID + slug])

    def _recorded(self) -> Pair:
        day = str(self.mapping.words("constants")["recorded_on"])
        return iri("xp:recordedOn"), Literal(day, datatype=NamedNode(iri("xsd:date")))

    def _main(self, draft: Draft) -> NamedNode:
        role = self.main_roles.get(XP + draft.kind, iri("xp:about"))
        for predicate, term in draft.pairs:
            if predicate == role and isinstance(term, NamedNode) and term.value.startswith(ID):
                return term
        raise UnmappedError(f"a {draft.kind} needs {role.removeprefix(XP)}")

    def _number(self, base: str) -> str:
        number = self.numbers.get(base, 0) + 1
        while f"{ID}{base}-{number}" in self.blocks:
            number += 1
        self.numbers[base] = number
        return f"{base}-{number}"

    # -- what claims stand on

    def source(self, address: str) -> NamedNode:
        """Give the source at an address, by the graph's own block where it has one."""
        row = self.mapping.source_at(address)
        return NamedNode(self.urls.get(row["url"], ID + row["id"]) if row["url"] else ID + row["id"])

    def _need(self, pairs: list[Pair]) -> None:
        """See that every entity, source and period that pairs name has a block."""
        for _, term in pairs:
            if isinstance(term, NamedNode) and term.value.startswith(ID):
                self._entity(term.value)

    def _entity(self, subject: str) -> None:
        if subject in self.blocks:
            return
        slug = subject.removeprefix(ID)
        if (row := self.mapping.sources.get(slug)) is not None:
            self._add_source_block(slug, row)
        elif (row := self.mapping.period_ids.get(slug)) is not None:
            self._place(Block(subject, period_pairs(row)), "periods.ttl", claim=False)
        elif (row := self.mapping.entities.get(slug)) is not None:
            block = Block(subject, entity_pairs(row))
            self._place(block, f"{row['file']}.ttl", claim=False)
            self._need(block.pairs)
        elif (row := self.mapping.publishers.get(slug)) is not None:
            pairs: list[Pair] = [(TYPE, NamedNode(XP + "Publisher"))]
            pairs += labels(row["label"], row["zh"], "")
            self._place(Block(subject, pairs), "publishers.ttl", claim=False)
        else:
            raise UnmappedError(f"the mapping does not describe {slug}")

    def _add_source_block(self, slug: str, row: Row) -> None:
        pairs: list[Pair] = [(TYPE, NamedNode(XP + "Source"))]
        if row["title"]:
            spoken = row.get("title_language") or row["language"]
            tag = self.mapping.words("languages").get(spoken, spoken)
            pairs.append((iri("dcterms:title"), Literal(row["title"], language=tag)))
        pairs.append((iri("dcterms:publisher"), NamedNode(ID + row["publisher"])))
        if (issued := date_literal(row["issued"])) is not None:
            pairs.append((iri("dcterms:issued"), issued))
        if row["language"]:
            pairs.append((iri("dcterms:language"), Literal(row["language"])))
        pairs.append((iri("xp:tier"), NamedNode(f"{XP}Tier{row['tier']}")))
        if row["url"]:
            pairs.append((iri("schema:url"), NamedNode(row["url"])))
            day = row.get("read_on") or str(self.mapping.words("constants")["read_on"])
            pairs.append((iri("xp:readOn"), Literal(day, datatype=NamedNode(iri("xsd:date")))))
        pairs += [(iri("prov:wasDerivedFrom"), NamedNode(ID + origin)) for origin in row["derived_from"].split()]
        block = Block(ID + slug, pairs)
        self._place(block, f"sources/{row['issued'][:4] or 'undated'}.ttl", claim=False)
        self._need(pairs[1:])

    # -- files

    def _file(self, main: NamedNode) -> str:
        self._entity(main.value)
        return self.where[main.value]

    def _place(self, block: Block, name: str, *, claim: bool) -> None:
        if name not in self.files:
            titles = self.mapping.words("files").get("sections", ["Entities", "Claims"])
            flat = name.startswith("sources/") or name in ("publishers.ttl", "periods.ttl")
            head = self.mapping.words("heads").get(name) or self.mapping.words("heads").get(name.partition("/")[0], "")
            sections = [Section("")] if flat else [Section(""), *(Section(title) for title in titles)]
            self.files[name] = Document(f"# {head}" if head else "", sections)
        document = self.files[name]
        titled = {section.title: section for section in document.sections}
        section = titled.get("Claims" if claim else "Entities") or document.sections[-1]
        if claim and "Entities" in titled and "Claims" not in titled:
            section = Section("Claims")
            document.sections.append(section)
        section.blocks.append(block)
        self.where[block.subject] = name
        self.blocks[block.subject] = block
        self.changed.add(name)

    def save(self) -> list[Path]:
        """Write the files that changed, and no others; give their paths A to Z."""
        written = []
        for name in sorted(self.changed):
            path = self.project.graph / name
            path.parent.mkdir(parents=True, exist_ok=True)
            document = self.files[name]
            document.sections = [s for s in document.sections if s.blocks or s.comment or not s.title]
            path.write_text(blocks.write(document, ORDER), encoding="utf-8")
            written.append(path)
        return written


def _key(pairs: list[Pair]) -> frozenset[object]:
    return frozenset((predicate, str(term)) for predicate, term in pairs if predicate not in ASIDE)


def _annotations(dataset: Dataset, name: str) -> dict[str, str]:
    """Give for each class the value that it or the nearest class above it has for an annotation."""
    rows = dataset.select(
        f"SELECT ?class ?value WHERE {{ ?class <{iri('rdfs:subClassOf')}>* ?above . ?above <{iri(name)}> ?value }}"
    ).rows
    return {text_of(cell): text_of(value) for cell, value in rows}


def _below(dataset: Dataset, top: str) -> set[str]:
    rows = dataset.select(f"SELECT ?class WHERE {{ ?class <{iri('rdfs:subClassOf')}>* <{top}> }}").rows
    return {cell.value for (cell,) in rows if isinstance(cell, NamedNode)}
