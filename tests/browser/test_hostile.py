"""Labels made to harm are shown as text: nothing runs, nothing is asked of another host, no file leaves its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import make_toy
from sites import Witness, kinds
from xinpu import site
from xinpu.derive import derive
from xinpu.errors import DataError
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import load

PREFIXES = """\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix id: <https://w3id.org/xinpu/id/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xp: <https://w3id.org/xinpu/ontology#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""
SCRIPT = "</title></script><script>alert('name')</script>"
HANDLER = (
    'x" onmouseover="alert(1)" autofocus onfocus=\'alert(2)\'<img src=http://elsewhere.example/x onerror=alert(3)>'
)
TEMPLATE = "{{ 7 * 7 }}{% raw %}${7*7}<%= 7*7 %>#{7*7}"
BIDI = "safe \u202egnp.exe\u202c \u2066inner\u2069 \u200f"
LONG = "W" * 10_000
HOSTILE = {"hostile-script": SCRIPT, "hostile-handler": HANDLER, "hostile-template": TEMPLATE, "hostile-bidi": BIDI,
           "hostile-long": LONG, "hostile-twin-1": "Baidu", "hostile-twin-2": "Baidu"}  # fmt: skip


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def graph() -> str:
    """A company, a chip and claims for each hostile label, and a source that says them."""
    blocks = [PREFIXES]
    blocks.append(
        f"id:hostile-source a xp:Source ; dcterms:title {quoted(SCRIPT + HANDLER)}@en ; dcterms:publisher id:scmp ;"
        ' dcterms:issued "2026"^^xsd:gYear ; dcterms:language "en" ; schema:url <javascript:alert(document.domain)> ;'
        ' xp:tier xp:TierC ; xp:readOn "2026-11-20"^^xsd:date .\n'
    )
    end = f""" ; xp:status xp:Completed ; xp:basis xp:Reported ; xp:source id:hostile-source ;
    xp:asPublished {quoted(SCRIPT)} ; skos:note {quoted(HANDLER)}@en ; xp:recordedOn "2026-11-24"^^xsd:date .\n"""
    for slug, text in HOSTILE.items():
        label = quoted(text)
        blocks.append(
            f"id:{slug} a xp:Company ; skos:prefLabel {label}@en, {label}@zh-Hans ; skos:altLabel {label}@en ;"
            f" skos:definition {label}@en ; xp:kind xp:ChipDesigner ; xp:website <javascript:alert(4)> .\n"
            f"id:{slug}-chip a xp:Chip ; skos:prefLabel {label}@en .\n"
            f"id:{slug}-designer-1 a xp:Statement ; rdf:subject id:{slug}-chip ; rdf:predicate xp:designer ;"
            f" rdf:object id:{slug}{end}"
            f"id:{slug}-form-1 a xp:Statement ; rdf:subject id:{slug}-chip ; rdf:predicate xp:formFactor ;"
            f" rdf:object {label}{end}"
        )
    return "\n".join(blocks)


def build(project: Project, out: Path) -> None:
    """Build the site past the checks, which refuse such names: pages must hold on their own."""
    dataset, problems = load(project)
    assert problems == []
    library = Library(project)
    derive(dataset, library)
    site.build(project, dataset, library, None, out, languages=("en",))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    project = make_toy(folder / "project")
    (project.graph / "hostile.ttl").write_text(graph(), encoding="utf-8")
    build(project, folder / "site")
    return folder / "site"


@pytest.fixture
def page(browser: Any) -> Iterator[tuple[Any, Witness]]:
    context = browser.new_context()
    witness = Witness()
    witness.watch(context)
    yield context.new_page(), witness
    context.close()


@pytest.mark.parametrize("slug", HOSTILE)
@pytest.mark.parametrize("kind", ["company", "chip"])
def test_names_are_text(page: tuple[Any, Witness], hostile: Path, kind: str, slug: str) -> None:
    tab, witness = page
    part = slug if kind == "company" else f"{slug}-chip"
    tab.goto((hostile / kind / part / "index.html").as_uri())
    shown = re.sub("[\u200f\u202c\u202e\u2066\u2069]", "", HOSTILE[slug])
    assert " ".join(shown.split()) in " ".join(str(tab.locator("h1").text_content()).split())
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", str(tab.locator("html").text_content()))
    links = tab.locator("a").evaluate_all("all => all.map(a => a.protocol)")
    assert set(links) <= {"file:", "http:", "https:"}
    assert tab.locator("[onmouseover], [onfocus], [onerror], img, iframe, object, embed").count() == 0
    assert tab.locator("script:not([src]):not([type='application/ld+json'])").count() == 0
    for mark in tab.locator("h1, main a").all()[:20]:
        mark.hover(force=True, timeout=2000) if mark.is_visible() else None
    assert witness.faults == []


def test_every_kind_of_page_holds(page: tuple[Any, Witness], hostile: Path) -> None:
    """Lists, charts, the network drawing, tables of queries: wherever a name may stand."""
    tab, witness = page
    seen = 0
    for name, path in kinds(hostile).items():
        tab.goto((hostile / path).as_uri())
        seen += "alert('name')" in str(tab.locator("body").text_content())
        assert tab.locator("[onmouseover], [onfocus], [onerror], img, iframe, object, embed").count() == 0, name
    assert seen >= 5
    assert witness.faults == []


@pytest.mark.parametrize("typed", ["alert", "hostile", "Baidu", "WWWWWW", "{{", "<script>"])
def test_search_shows_text(page: tuple[Any, Witness], hostile: Path, typed: str) -> None:
    tab, witness = page
    tab.goto((hostile / "index.html").as_uri())
    tab.locator("#q").fill(typed)
    if typed.strip("{<"):
        tab.locator("#hits a, #hits p").first.wait_for()
    if typed == "Baidu":
        assert tab.locator("#hits a[href*='company/']").count() >= 3
    assert tab.locator("#hits script, #hits img").count() == 0
    tab.goto((hostile / "search" / "index.html").as_uri() + "?q=%3Cscript%3Ealert(9)%3C/script%3Ealert")
    tab.locator("#results > *").first.wait_for()
    assert witness.faults == []


def test_long_names_do_not_widen_the_page(browser: Any, hostile: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto((hostile / "company" / "hostile-long" / "index.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    context.close()


WAYS_OUT = [
    "<https://w3id.org/xinpu/id/../../../../tmp/escaped>",
    "<https://w3id.org/xinpu/id/..%2F..%2Fescaped>",
    "<https://w3id.org/xinpu/id/a/b>",
    "<https://w3id.org/xinpu/id/a/..>",
    "<https://w3id.org/xinpu/id/static/../index.html>",
    f"id:{'a' * 300}",
    "id:BAIDU",
]


@pytest.mark.parametrize("iri", WAYS_OUT)
def test_names_that_leave_or_share_a_folder(fresh_toy: Project, tmp_path: Path, iri: str) -> None:
    """Such a name is refused, or has a page that lies in the folder of its class and nowhere else."""
    text = f'{PREFIXES}{iri} a xp:Company ; skos:prefLabel "Escaped"@en ; xp:kind xp:ChipDesigner .\n'
    (fresh_toy.graph / "hostile.ttl").write_text(text, encoding="utf-8")
    before = {path for path in tmp_path.rglob("*") if not path.is_relative_to(fresh_toy.root)}
    out = tmp_path / "site"
    try:
        build(fresh_toy, out)
    except DataError as error:
        assert "cannot be a folder" in str(error) or "would share the page" in str(error)
        assert not out.exists()
        return
    after = {path for path in tmp_path.rglob("*") if not path.is_relative_to(fresh_toy.root)}
    assert {path for path in after - before if not path.is_relative_to(out)} == set()
    named = [path for path in out.glob("company/*/index.html") if ">Escaped<" in path.read_text(encoding="utf-8")]
    pages = [path for path in named if "<h1>Escaped" in path.read_text(encoding="utf-8")]
    assert len(pages) == 1
    assert not list(out.glob("escaped*")) + list(out.glob("index.html/*"))


def test_refusals(fresh_toy: Project, tmp_path: Path) -> None:
    for iri in ("<https://w3id.org/xinpu/id/..%2F..%2Fescaped>", f"id:{'a' * 300}", "id:BAIDU"):
        text = f'{PREFIXES}{iri} a xp:Company ; skos:prefLabel "Escaped"@en ; xp:kind xp:ChipDesigner .\n'
        (fresh_toy.graph / "hostile.ttl").write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=r"cannot be a folder|would share the page"):
            build(fresh_toy, tmp_path / "site")
