"""The whole site on the toy graph: every kind of page is valid, linked, complete in each language and repeatable."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import html5lib
import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from xinpu import site
from xinpu.derive import derive
from xinpu.errors import ModelError
from xinpu.layout import LANGUAGES, XP, Project
from xinpu.pages import plan, read_routes
from xinpu.queries import Library
from xinpu.site.facts import Facts
from xinpu.store import Dataset, load_strict

from .conftest import make_toy

BASE = "https://example.org/xinpu"


@pytest.fixture(scope="module")
def made(toy: Project, toy_dataset: Dataset, toy_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "site"
    site.build(toy, toy_dataset, toy_library, None, out, base_url=BASE)
    return out


@pytest.fixture(scope="module")
def samples(made: Path, toy: Project, toy_dataset: Dataset, toy_library: Library) -> list[Path]:
    """The heaviest page of each route in each language."""
    facts = Facts.read(toy_library, toy_dataset)
    pages = plan(
        read_routes(toy), facts.entities, facts.classes, others={**facts.terms, "query": sorted(toy_library.names())}
    ).pages
    found: dict[tuple[str, str], Path] = {}
    for page in pages:
        for language in LANGUAGES:
            path = made / page.output(language)
            best = found.setdefault((page.route.name, language), path)
            if path.stat().st_size > best.stat().st_size:
                found[page.route.name, language] = path
    return list(found.values())


def hrefs(text: str) -> Iterator[str]:
    yield from re.findall(r'\s(?:href|src|action)="([^"]*)"', text)


def test_pages_are_valid_html(samples: list[Path]) -> None:
    assert len(samples) > 60
    for path in samples:
        html5lib.HTMLParser(strict=True).parse(path.read_text(encoding="utf-8"))


def test_ids_are_unique_and_anchors_exist(samples: list[Path]) -> None:
    for path in samples:
        text = path.read_text(encoding="utf-8")
        ids = re.findall(r'\sid="([^"]*)"', text)
        assert len(ids) == len(set(ids)), path
        for href in hrefs(text):
            if href.startswith("#"):
                assert href[1:] in ids, (path, href)


def test_every_link_within_the_site_leads_somewhere(made: Path, samples: list[Path]) -> None:
    for path in samples:
        if path.name == "404.html":
            continue
        for href in hrefs(path.read_text(encoding="utf-8")):
            if href.startswith(("#", "http", "data:")):
                continue
            target = (path.parent / href.partition("#")[0].partition("?")[0]).resolve()
            assert target.is_file(), (path, href)
            anchor = href.partition("#")[2]
            if anchor and target.suffix == ".html":
                assert f'id="{anchor}"' in target.read_text(encoding="utf-8"), (path, href)


def test_policy_is_strict_and_nothing_is_inline(samples: list[Path]) -> None:
    for path in samples:
        text = path.read_text(encoding="utf-8")
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy is not None
        assert html.unescape(policy[1]).startswith("default-src 'none'; style-src 'self'; script-src 'self'")
        assert "unsafe" not in policy[1]
        assert re.findall(r"\s(?:style|on[a-z]+)=", re.sub(r"<pre.*?</pre>", "", text, flags=re.DOTALL)) == []
        scripts = re.findall(r"<script([^>]*)>", text)
        assert all('src="' in script or "ld+json" in script for script in scripts)


def test_languages_know_each_other(made: Path) -> None:
    for language, tag in (("", "en"), ("zh/", "zh-Hans"), ("fr/", "fr")):
        text = (made / language / "company/kunlunxin/index.html").read_text(encoding="utf-8")
        assert f'<html lang="{tag}">' in text
        assert f'rel="canonical" href="{BASE}/{language}company/kunlunxin/"' in text
        assert f'hreflang="zh-Hans" href="{BASE}/zh/company/kunlunxin/"' in text
        assert "昆仑芯" in text


def test_claims_have_anchors_and_ids_lead_there(made: Path, toy_library: Library, toy_dataset: Dataset) -> None:
    facts = Facts.read(toy_library, toy_dataset)
    assert len(facts.claims) > 20
    for claim in facts.claims:
        slug = claim.rpartition("/")[2]
        redirect = (made / "id" / slug / "index.html").read_text(encoding="utf-8")
        html5lib.HTMLParser(strict=True).parse(redirect)
        target = re.search(r"url=\.\./\.\./([^#\"]*)#([^\"]*)\"", redirect)
        assert target is not None, claim
        assert f'id="{target[2]}"' in (made / target[1]).read_text(encoding="utf-8")


def test_contested_claims_stand_together_with_sources(made: Path) -> None:
    text = (made / "company/kunlunxin/index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<tr id="[^"]*founded[^"]*".*?</tr>', text, flags=re.DOTALL)
    assert len(rows) > 1
    assert "others say" in "".join(rows[1:])
    assert all('href="#s' in row for row in rows)


def test_claims_stand_in_one_order_in_every_language(made: Path) -> None:
    for name in ("company/kunlunxin", "company/biren", "chip/ascend-910c", "listing/biren-hkex"):
        orders = [
            re.findall(r'<tr id="([^"]*)"', (made / language / name / "index.html").read_text(encoding="utf-8"))
            for language in ("", "zh", "fr")
        ]
        assert len(orders[0]) > 2, name
        assert orders[0] == orders[1] == orders[2], name


def test_box_sentence_and_table_lead_with_the_same_claim(made: Path) -> None:
    text = (made / "company/kunlunxin/index.html").read_text(encoding="utf-8")
    years = re.findall(r'<tr id="kunlunxin-founded[^"]*".*?<td class="value">([^<\n]*)', text, flags=re.DOTALL)
    box = re.search(r"<dt>Founded</dt><dd>(.*?)</dd>", text, flags=re.IGNORECASE)
    said = re.search(r"disagree on when it was founded: ([^.]*)\.", text)
    assert box is not None
    assert said is not None
    shown = [re.sub("<sup.*?</sup>|<[^>]+>", "", part).strip() for part in box[1].split('<span class="alt">or ')]
    assert shown == years
    assert said[1].split(", ") == years
    assert len(years) > 1
    chip = (made / "chip/ascend-910c/index.html").read_text(encoding="utf-8")
    box = re.search(r"<dt>Peak performance</dt><dd><data[^>]*>(.*?)</data>", chip, flags=re.IGNORECASE)
    assert box is not None
    lede = re.search(r'<p class="lede">(.*?)</p>', chip, flags=re.DOTALL)
    assert lede is not None
    assert re.search(rf"FP16: <data[^>]*>{box[1]}</data>", lede[1])


@pytest.mark.parametrize("page", ["listings", "listing/biren-hkex"])
def test_a_ticker_is_no_year(made: Path, page: str) -> None:
    text = (made / "zh" / page / "index.html").read_text(encoding="utf-8")
    assert re.search(r">6082<", text)
    assert "6082年" not in text


def test_units_are_shown_by_their_symbols(made: Path) -> None:
    pages = [p for p in made.rglob("index.html") if not {"ontology", "queries"} & set(p.relative_to(made).parts)]
    assert len(pages) > 300
    assert [page for page in pages if re.search(r">[^<]*/vocab/unit/", page.read_text(encoding="utf-8"))] == []


def test_key_facts_take_what_came_about_before_a_newer_forecast(made: Path) -> None:
    text = (made / "company/kunlunxin/index.html").read_text(encoding="utf-8")
    row = re.search(r"<dt>revenue</dt><dd>(.*?)</dd>", text, flags=re.DOTALL)
    assert row is not None
    assert "2 billion" in row[1]
    assert "2024" in row[1]
    assert "forecast" not in row[1]
    value = re.search(r"<dt>equity value</dt><dd>(.*?)</dd>", text, flags=re.DOTALL)
    assert value is not None
    assert "(planned)" in value[1] or "(forecast)" in value[1]


def test_the_ontology_documents_itself(made: Path, toy: Project) -> None:
    page = (made / "ontology/index.html").read_text(encoding="utf-8")
    tree = page.partition('<ul class="tree">')[2].partition("<h3>")[0]
    inner = re.search(r">figure</a>[^<]*<span[^>]*>(\d+)</span><ul>(.*?)</ul>", tree)
    assert inner is not None
    assert "class/MarketShare/" in inner[2]
    assert int(inner[1]) == sum(map(int, re.findall(r'class="other">(\d+)<', inner[2])))
    for path in (*toy.ontology_files(), toy.shapes):
        assert (made / "ontology" / path.name).read_bytes() == path.read_bytes()
        assert f'href="../ontology/{path.name}"' in page

    term = (made / "ontology/class/MarketShare/index.html").read_text(encoding="utf-8")
    row = re.search(
        r'<tr>\s*<th scope="row"><a href="[^"]*property/market/[^"]*">market</a></th>(.*?)</tr>', term, re.S
    )
    assert row is not None
    assert "exactly one" in row[1]
    assert "class/Market/" in row[1]
    assert "Any other property is a fault." in term
    claims = term.partition('id="claims"')[2]
    assert re.search(r'href="[^"]*company/[^"]*#[a-z0-9-]+"', claims)
    assert "恰好一个" in (made / "zh/ontology/class/MarketShare/index.html").read_text(encoding="utf-8")


def triples(path: Path, syntax: RdfFormat) -> set[Triple]:
    return {quad.triple for quad in parse(path=path, format=syntax)}


def test_the_ontology_as_data(made: Path, toy: Project) -> None:
    whole = triples(made / "ontology/index.ttl", RdfFormat.TURTLE)
    assert whole == set().union(*(triples(path, RdfFormat.TURTLE) for path in toy.ontology_files()))
    assert whole == triples(made / "ontology/index.jsonld", RdfFormat.JSON_LD)
    assert whole == triples(made / "ontology/index.nt", RdfFormat.N_TRIPLES)
    term = triples(made / "ontology/class/MarketShare/index.jsonld", RdfFormat.JSON_LD)
    assert term == {triple for triple in whole if triple.subject == NamedNode(XP + "MarketShare")}


def test_json_ld_is_json(made: Path) -> None:
    text = (made / "company/kunlunxin/index.html").read_text(encoding="utf-8")
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, flags=re.DOTALL)
    assert block is not None
    data = json.loads(block[1])
    assert data["name"] == "Kunlunxin"
    assert "昆仑芯" in data["alternateName"]


def test_no_message_of_another_language_is_left(samples: list[Path], made: Path) -> None:
    """Words of the interface do not stay English on the other pages."""
    for path in samples:
        if path.relative_to(made).parts[0] in ("zh", "fr"):
            text = path.read_text(encoding="utf-8")
            assert "Skip to content" not in text
            assert "Status and basis" not in text


def test_several_processes_and_another_run_give_equal_bytes(
    toy: Project, toy_dataset: Dataset, toy_library: Library, made: Path, tmp_path: Path
) -> None:
    site.build(toy, toy_dataset, toy_library, None, tmp_path / "site", base_url=BASE, jobs=2)
    names = sorted(path.relative_to(made).as_posix() for path in made.rglob("*") if path.is_file())
    again = sorted(p.relative_to(tmp_path / "site").as_posix() for p in (tmp_path / "site").rglob("*") if p.is_file())
    assert names == again
    for name in names:
        assert (made / name).read_bytes() == (tmp_path / "site" / name).read_bytes(), name


def test_a_panel_without_its_query_is_named(fresh_toy: Project, toy_dataset: Dataset) -> None:
    folder = fresh_toy.root / "site"
    source = folder.resolve()
    folder.unlink()
    folder.mkdir()
    for name in ("templates", "static", "locale", "package.json", "node_modules"):
        (folder / name).symlink_to(source / name)
    text = (source / "pages.toml").read_text(encoding="utf-8")
    (folder / "pages.toml").write_text(text.replace('"chips/roadmap"', '"chips/no-such"'), encoding="utf-8")
    with pytest.raises(ModelError, match=r"site/pages\.toml:\d+: .*chips/no-such, which does not exist"):
        site.build(fresh_toy, toy_dataset, Library(fresh_toy), None, fresh_toy.root / "out")


HOSTILE = """
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/xinpu/id/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xp: <https://w3id.org/xinpu/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

id:hostile a xp:Company ;
    skos:prefLabel "</script><script>window.bad=1</script>\\" onmouseover=\\"window.bad=1\\" {{ 7*7 }} %(name)s"@en ;
    skos:altLabel "a\u202egnp.exe"@en ;
    skos:altLabel "NAME"@en ;
    xp:website <javascript:alert(1)> .

id:hostile-founded-1 a xp:Statement ;
    rdf:subject id:hostile ;
    rdf:predicate xp:founded ;
    rdf:object "2012"^^xsd:gYear ;
    xp:asPublished "<img src=x onerror=window.bad=1>"@en ;
    xp:status xp:Completed ;
    xp:basis xp:Reported ;
    xp:source id:hostile-source ;
    xp:recordedOn "2026-11-24"^^xsd:date .

id:hostile-share-1 a xp:MarketShare ;
    xp:about id:hostile ;
    xp:market id:china-gpu-cloud ;
    xp:metric xp:ShareByUnits ;
    xp:period id:2025-h1 ;
    xp:position 2 ;
    xp:status xp:Completed ;
    xp:basis xp:Estimated ;
    xp:source id:hostile-source ;
    xp:recordedOn "2026-11-24"^^xsd:date .

id:hostile-source a xp:Source ;
    dcterms:title "<svg onload=window.bad=1>"@en ;
    dcterms:language "zh-Hans" ;
    schema:url <javascript:alert(2)> ;
    xp:tier xp:TierD .

id:hostile-thing a xp:Entity ;
    skos:prefLabel "<b>Of no known class</b>"@en .
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = make_toy(tmp_path_factory.mktemp("hostile") / "project")
    text = HOSTILE.replace("NAME", "n" * 10_000)
    (project.graph / "hostile.ttl").write_text(text, encoding="utf-8")
    dataset = load_strict(project)
    library = Library(project)
    derive(dataset, library)
    out = project.root / "out"
    site.build(project, dataset, library, None, out)
    return out


@pytest.mark.parametrize(
    "name", ["company/hostile", "source/hostile-source", "thing/hostile-thing", "company", "missing"]
)
def test_hostile_names_are_text(hostile: Path, name: str) -> None:
    text = (hostile / name / "index.html").read_text(encoding="utf-8")
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    allowed = {"static/xinpu.js"}
    for element in tree.iter():
        assert not [key for key in element.attrib if str(key).startswith("on")], element.attrib
        for key in ("href", "src", "action"):
            assert not str(element.attrib.get(key, "")).strip().lower().startswith("javascript:")
        if element.tag == "script" and "src" not in element.attrib:
            assert element.attrib.get("type") == "application/ld+json"
            assert "<" not in (element.text or "")
        elif element.tag == "script":
            assert element.attrib["src"].replace("../", "") in allowed
    assert "\u202e" not in text
    assert "49" not in re.sub(r'"[^"]*"', "", text.partition("<h1>")[2].partition("</h1>")[0])


def section(text: str, name: str) -> str:
    """The words of a section, without marks and with single spaces."""
    found = re.search(rf'<section id="{name}".*?</section>', text, flags=re.DOTALL)
    assert found is not None, name
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


@pytest.mark.parametrize(
    ("language", "place", "tongue"),
    [
        ("", "position 2", "Chinese (Simplified)"),
        ("zh/", "排名：2", "中文 (简体)"),
        ("fr/", "position 2", "chinois (simplifié)"),
    ],
)
def test_a_bare_number_or_tag_is_never_shown(hostile: Path, language: str, place: str, tongue: str) -> None:
    company = (hostile / language / "company/hostile/index.html").read_text(encoding="utf-8")
    assert place in section(company, "marketshare").replace("\u00a0", " ")
    source = (hostile / language / "source/hostile-source/index.html").read_text(encoding="utf-8")
    assert f"<dd>{tongue}</dd>" in source
    assert "<dd>zh-Hans</dd>" not in source
    markets = (hostile / language / "markets/index.html").read_text(encoding="utf-8")
    assert 'href="../company/hostile/' not in section_markup(markets, "market-shares")
    assert 'href="../company/hostile/' in section_markup(markets, "market-positions")


def section_markup(text: str, name: str) -> str:
    found = re.search(rf'<section id="{name}".*?</section>', text, flags=re.DOTALL)
    assert found is not None, name
    return found[0]


def test_hostile_names_in_the_index_and_the_feed(hostile: Path) -> None:
    script = (hostile / "static" / "names.js").read_text(encoding="utf-8")
    assert "</script>" not in script
    json.loads(script.removeprefix("window.xinpuNames=").removesuffix(";\n"))
    for name in ("changes/feed.xml", "sitemap.xml"):
        ElementTree.parse(hostile / name)
