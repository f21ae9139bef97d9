"""Writes a synthetic ecosystem in this model, of any size, as a project folder: `python benchmarks/generate.py OUT`.

Equal size and seed give equal bytes. Names and figures are invented; the proportions (claims an entity, sources a
claim, disagreements, planned and completed) are like those of the real graph. Ontology, queries and site are linked
to those of the project that it is made for.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
PREFIXES = {
    "dcterms": "http://purl.org/dc/terms/",
    "id": "https://w3id.org/xinpu/id/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "unit": "http://qudt.org/vocab/unit/",
    "xp": "https://w3id.org/xinpu/ontology#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SYLLABLES = re.findall(r"\w+", "bei chen da feng gu hai jin kun lan ming nan ping qi ren shan tian wei xin yun zhi")
SIGNS = "北晨大风谷海金昆兰明南平奇仁山天威芯云智"
CITIES = {
    "beijing": "北京",
    "shanghai": "上海",
    "shenzhen": "深圳",
    "hangzhou": "杭州",
    "hefei": "合肥",
    "wuhan": "武汉",
}
YEARS = range(2021, 2027)
PER_UNIT = 825
"""Curated triples that one company with its chips, platform and claims comes to, measured."""


@dataclass
class World:
    """The files so far, and the dice."""

    dice: random.Random
    blocks: dict[str, dict[str, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    triples: int = 0
    sources: list[str] = field(default_factory=list)

    def add(self, file: str, name: str, kind: str, *values: str) -> str:
        """Add one block of a file: its class and its `property value` lines."""
        self.blocks[file][name] = [f"a {kind}", *values]
        self.triples += 1 + len(values)
        return f"id:{name}"

    def claim(self, file: str, name: str, kind: str, *values: str, status: str = "Completed", basis: str = "") -> None:
        """Add a claim with one to three sources."""
        dice = self.dice
        basis = basis or dice.choice(["Filed", "Announced", "Reported", "Reported", "Estimated"])
        cited = sorted({dice.choice(self.sources) for _ in range(dice.choice([1, 1, 1, 2, 3]))})
        recorded = f'"2026-{dice.randint(1, 11):02}-{dice.randint(1, 28):02}"^^xsd:date'
        common = [f"xp:status xp:{status}", f"xp:basis xp:{basis}"]
        common += [f"xp:source id:{source}" for source in cited]
        self.add(file, name, f"xp:{kind}", *values, *common, f"xp:recordedOn {recorded}")


def named(english: str, chinese: str) -> tuple[str, str]:
    return f'skos:prefLabel "{english}"@en', f'skos:prefLabel "{chinese}"@zh-Hans'


def shared(world: World, units: int) -> None:
    """What all companies have in common: places, periods, exchanges, publishers, a market, foundries, sources."""
    world.add("places.ttl", "china", "xp:Place", *named("China", "中国"))
    for city, chinese in CITIES.items():
        world.add("places.ttl", city, "xp:Place", *named(city.title(), chinese), "xp:within id:china")
    for year in YEARS:
        for name, english, chinese, begin, end in (
            (f"{year}", f"{year}", f"{year}年", "01-01", "12-31"),
            (f"{year}-h1", f"First half of {year}", f"{year}年上半年", "01-01", "06-30"),
            (f"{year}-h2", f"Second half of {year}", f"{year}年下半年", "07-01", "12-31"),
        ):
            days = (f'xp:begins "{year}-{begin}"^^xsd:date', f'xp:ends "{year}-{end}"^^xsd:date')
            world.add("periods.ttl", name, "xp:Period", *named(english, chinese), *days)
    for slug, english, chinese, mic in (("sse", "SSE", "上交所", "XSHG"), ("hkex", "HKEX", "港交所", "XHKG")):
        world.add("exchanges.ttl", slug, "xp:Exchange", *named(english, chinese), f'xp:mic "{mic}"')
    world.add("exchanges.ttl", "sse-star", "xp:Board", *named("STAR Market", "科创板"), "xp:exchange id:sse")
    world.add("exchanges.ttl", "hkex-main-board", "xp:Board", *named("Main Board", "主板"), "xp:exchange id:hkex")
    world.add("organisations.ttl", "synthetic-research", "xp:ResearchFirm", *named("Synthetic Research", "合成研究"))
    for number in range(1, 4):
        kind = "xp:kind xp:Foundry"
        world.add(f"companies/foundry-{number}.ttl", f"foundry-{number}", "xp:Company",
                  *named(f"Foundry {number}", f"晶圆厂{number}"), kind)  # fmt: skip
    for number in range(max(1, units // 20)):
        definer = "xp:definedBy id:synthetic-research"
        world.add("markets.ttl", f"market-{number}", "xp:Market", *named(f"Market {number}", f"市场{number}"), definer)
    publishers = [f"publisher-{number}" for number in range(1, 13)]
    for number, publisher in enumerate(publishers, start=1):
        world.add("publishers.ttl", publisher, "xp:Publisher", *named(f"Publisher {number}", f"发布者{number}"))
    for number in range(units * 9):
        make_source(world, number, publishers)


def make_source(world: World, number: int, publishers: list[str]) -> None:
    dice = world.dice
    year, month, day = dice.choice(YEARS), dice.randint(1, 10), dice.randint(1, 28)
    publisher = dice.choice(publishers)
    slug = f"{publisher}-{year}-{month:02}-{day:02}-report-{number}"
    language = dice.choice(["en", "zh-Hans"])
    title = f"Report {number}" if language == "en" else f"报道{number}"
    values = [
        f'dcterms:title "{title}"@{language}',
        f"dcterms:publisher id:{publisher}",
        f'dcterms:issued "{year}-{month:02}-{day:02}"^^xsd:date',
        f'dcterms:language "{language}"',
        f"schema:url <https://example.org/{slug}>",
        f"xp:tier xp:Tier{dice.choice('AABBBCCD')}",
        f'xp:readOn "2026-11-{dice.randint(1, 24):02}"^^xsd:date',
    ]
    if world.sources and dice.random() < 0.15:
        values.append(f"prov:wasDerivedFrom id:{dice.choice(world.sources)}")
    world.add(f"sources/{year}.ttl", slug, "xp:Source", *values)
    world.sources.append(slug)


def company(world: World, number: int, units: int, made: list[str]) -> None:
    """One company: its chips, platform, system and listing, and the claims about them."""
    dice = world.dice
    syllables = [dice.randrange(len(SYLLABLES)) for _ in range(2)]
    english = "".join(SYLLABLES[i] for i in syllables).capitalize() + f" {number}"
    chinese = "".join(SIGNS[i] for i in syllables) + f"{number}"
    slug = english.lower().replace(" ", "-")
    file = f"companies/{slug}.ttl"
    kinds = [f"xp:kind xp:{kind}" for kind in ("ChipDesigner", "CloudProvider")]
    legal = f'xp:legalName "{chinese}科技股份有限公司"@zh-Hans'
    world.add(file, slug, "xp:Company", *named(english, chinese), legal, *kinds)
    world.add(file, f"{slug}-family", "xp:ChipFamily", *named(f"{english} chips", f"{chinese}芯片"))
    said = Sayer(world, file)
    founded = dice.randint(2010, 2021)
    said.that(slug, "founded", f'"{founded}"^^xsd:gYear')
    if dice.random() < 0.3:
        said.that(slug, "founded", f'"{founded + dice.choice([0, 0, 1, 3])}-06"^^xsd:gYearMonth')
    said.that(slug, "headquarteredIn", f"id:{dice.choice(sorted(CITIES))}")
    if made and dice.random() < 0.25:
        parent = dice.choice(made)
        said.that(slug, "parentOrganization", f"id:{parent}")
        share = f"xp:value {dice.randint(5100, 10000) / 100:.2f}"
        said.it(slug, "Ownership", "ownership", f"xp:owner id:{parent}", f"xp:owned id:{slug}", share,
                "xp:unit unit:PERCENT", 'xp:asOf "2026-01"^^xsd:gYearMonth')  # fmt: skip
    money(said, slug)
    chips = [chip(said, slug, english, chinese, index) for index in range(4)]
    machines(said, slug, english, chinese, chips)
    listing(said, slug, english, chinese)
    market = f"market-{number % max(1, units // 20)}"
    for period in ("2024", "2025-h1"):
        said.it(slug, "MarketShare", "share", f"xp:about id:{slug}", f"xp:market id:{market}",
                "xp:metric xp:ShareByUnits", f"xp:period id:{period}", f"xp:value {dice.randint(1, 49) / 10}",
                "xp:unit unit:PERCENT", "xp:estimatedBy id:synthetic-research", basis="Estimated")  # fmt: skip
    if made:
        customer = dice.choice(made)
        said.it(slug, "Supply", "supply", f"xp:supplier id:{slug}", f"xp:customer id:{customer}",
                f"xp:good id:{chips[0]}", f"xp:value {dice.randint(1, 90)}00000000", 'xp:currency "CNY"',
                'xp:asOf "2025-08"^^xsd:gYearMonth')  # fmt: skip
    texts = (f'xp:text "{english} grows."@en', f'xp:text "{chinese}在增长。"@zh-Hans', f'xp:text "{english} croît."@fr')
    said.it(slug, "Finding", "outlook", f"xp:about id:{slug}", "xp:topic xp:Outlook", *texts)
    made.append(slug)


@dataclass
class Sayer:
    """Adds claims to one file and counts them by subject and topic, for their names."""

    world: World
    file: str
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def it(self, subject: str, kind: str, topic: str, *values: str, status: str = "Completed", basis: str = "") -> None:
        self.counts[f"{subject}-{topic}"] += 1
        name = f"{subject}-{topic}-{self.counts[f'{subject}-{topic}']}"
        self.world.claim(self.file, name, kind, *values, status=status, basis=basis)

    def that(self, subject: str, predicate: str, value: str) -> None:
        """Add a statement."""
        topic = re.sub(r"(?=[A-Z])", "-", predicate).lower()
        self.it(subject, "Statement", topic, f"rdf:subject id:{subject}", f"rdf:predicate xp:{predicate}",
                f"rdf:object {value}")  # fmt: skip


def money(said: Sayer, slug: str) -> None:
    dice = said.world.dice
    for year in (2023, 2024, 2025):
        for metric in ("Revenue", "NetLoss", "RAndDSpend"):
            said.it(slug, "FinancialFigure", f"{metric.lower()}-{year}", f"xp:about id:{slug}",
                    f"xp:metric xp:{metric}", f"xp:period id:{year}", f"xp:value {dice.randint(100, 9000)}000000",
                    'xp:currency "CNY"', basis="Filed")  # fmt: skip
        units = dice.randint(1, 90) * 1000
        for value, bound in ((units, ()), (units + dice.choice([0, 0, 20000]), ("xp:bound xp:About",))):
            said.it(slug, "Volume", f"shipped-{year}", f"xp:about id:{slug}", "xp:metric xp:UnitsShipped",
                    f"xp:period id:{year}", f"xp:value {value}", *bound, "xp:unit xp:Piece")  # fmt: skip


def chip(said: Sayer, company_slug: str, english: str, chinese: str, index: int) -> str:
    world, dice = said.world, said.world.dice
    slug = f"{company_slug}-c{index}00"
    family = f"xp:family id:{company_slug}-family"
    world.add(said.file, slug, "xp:Chip", *named(f"{english} C{index}00", f"{chinese} C{index}00"), family)
    said.that(slug, "designer", f"id:{company_slug}")
    for metric, unit, low, high, extra in (
        ("PeakPerformance", "TeraFLOPS", 100, 1200, ("xp:numberFormat xp:FP16", "xp:sparsity xp:Dense")),
        ("MemoryCapacity", "GigaBYTE", 32, 192, ()),
        ("MemoryBandwidth", "GigaBYTE-PER-SEC", 400, 4800, ()),
        ("Power", "W", 75, 700, ("xp:powerKind xp:ThermalDesignPower",)),
        ("ProcessNode", "NanoM", 5, 16, ()),
    ):
        value = dice.randint(low, high)
        for _ in range(2 if dice.random() < 0.2 else 1):
            said.it(slug, "Specification", metric.lower(), f"xp:about id:{slug}", f"xp:metric xp:{metric}", *extra,
                    f"xp:value {value}", f"xp:unit unit:{unit}")  # fmt: skip
            value += dice.choice([0, 0, 25])
    said.it(slug, "Fabrication", "fabrication", f"xp:foundry id:foundry-{dice.randint(1, 3)}", f"xp:chip id:{slug}")
    year = 2021 + index
    said.it(slug, "Milestone", "announced", f"xp:about id:{slug}", "xp:event xp:EventAnnounced",
            f'xp:date "{year}-{dice.randint(1, 12):02}"^^xsd:gYearMonth')  # fmt: skip
    status = "Planned" if index == 3 else "Completed"
    said.it(slug, "Milestone", "released", f"xp:about id:{slug}", "xp:event xp:EventReleased",
            f'xp:date "{year + 1 if index < 3 else 2027}"^^xsd:gYear', status=status)  # fmt: skip
    return slug


def machines(said: Sayer, slug: str, english: str, chinese: str, chips: list[str]) -> None:
    world, dice = said.world, said.world.dice
    world.add(said.file, f"{slug}-cloud", "xp:Platform", *named(f"{english} Cloud", f"{chinese}云"))
    said.that(f"{slug}-cloud", "operator", f"id:{slug}")
    for name in chips[:2]:
        said.that(f"{slug}-cloud", "runsOn", f"id:{name}")
    world.add(said.file, f"{slug}-pod", "xp:System", *named(f"{english} Pod", f"{chinese}超节点"))
    said.that(f"{slug}-pod", "maker", f"id:{slug}")
    said.that(f"{slug}-pod", "usesChip", f"id:{chips[1]}")
    said.it(f"{slug}-pod", "Count", "chips", f"xp:about id:{slug}-pod", "xp:metric xp:ChipCount",
            f"xp:value {dice.choice([8, 64, 128, 384])}", "xp:unit xp:Piece")  # fmt: skip
    world.add(said.file, f"{slug}-model", "xp:AIModel", *named(f"{english} LM", f"{chinese}大模型"))
    said.that(f"{slug}-model", "developer", f"id:{slug}")
    said.it(f"{slug}-model", "ModelUse", "training", f"xp:model id:{slug}-model", f"xp:chip id:{chips[0]}",
            "xp:use xp:Training")  # fmt: skip


def listing(said: Sayer, slug: str, english: str, chinese: str) -> None:
    world, dice = said.world, said.world.dice
    board, currency, word = dice.choice([("sse-star", "CNY", "STAR"), ("hkex-main-board", "HKD", "HKEX")])
    name = f"{slug}-{word.lower()}"
    world.add(said.file, name, "xp:Listing", *named(f"{english} on {word}", f"{chinese}{word}上市"),
              f"xp:company id:{slug}", f"xp:board id:{board}")  # fmt: skip
    steps = ["StageFiled", "Accepted", "Registered", "Listed"][: dice.randint(1, 4)]
    for month, stage in enumerate(steps, start=3):
        said.it(name, "ListingStage", stage.lower().removeprefix("stage"), f"xp:listing id:{name}",
                f"xp:stage xp:{stage}", f'xp:date "2025-{month * 2:02}-{dice.randint(1, 28):02}"^^xsd:date',
                basis="Filed")  # fmt: skip
    if "Listed" in steps:
        for metric, value in (("OfferPrice", f"{dice.randint(500, 9000) / 100:.2f}"), ("GrossProceeds", "5580000000")):
            said.it(name, "ListingFigure", metric.lower(), f"xp:listing id:{name}", f"xp:metric xp:{metric}",
                    f"xp:value {value}", f'xp:currency "{currency}"', basis="Filed")  # fmt: skip


def make(triples: int, seed: int = 1) -> World:
    """Make a world of about as many curated triples."""
    world = World(random.Random(seed))
    units = max(1, round(triples / PER_UNIT))
    shared(world, units)
    made: list[str] = []
    for number in range(units):
        company(world, number, units, made)
    return world


def write(world: World, out: Path, like: Path = HERE) -> None:
    """Write a world as a project folder whose ontology, queries and site are those of another project."""
    out.mkdir(parents=True, exist_ok=True)
    for folder in ("ontology", "queries", "site"):
        link = out / folder
        if link.is_symlink():
            link.unlink()
        link.symlink_to((like / folder).resolve(), target_is_directory=True)
    graph = out / "graph"
    if graph.exists():
        shutil.rmtree(graph)
    for name, blocks in sorted(world.blocks.items()):
        target = graph / name
        target.parent.mkdir(parents=True, exist_ok=True)
        body = "".join(f"\nid:{slug} " + " ;\n    ".join(blocks[slug]) + " .\n" for slug in sorted(blocks))
        used = {prefix for prefix in PREFIXES if re.search(rf"(?<![\w:/]){prefix}:", body)}
        head = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in sorted(used))
        target.write_text(
            f"{head}\n# Synthetic, for benchmarks; nothing here may be cited. A to Z.\n{body}", encoding="utf-8"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path, help="folder of the new project")
    parser.add_argument("--triples", type=int, default=10_000, help="curated triples, about (default 10000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--like", type=Path, default=HERE, help="project whose ontology, queries and site are linked")
    given = parser.parse_args()
    world = make(given.triples, given.seed)
    write(world, given.out, given.like)
    blocks = sum(len(held) for held in world.blocks.values())
    print(f"{given.out}: {world.triples} triples, {blocks} subjects, {len(world.blocks)} files")


if __name__ == "__main__":
    main()
