"""The site reads from disk and from a server, without a script, on a phone and on paper, and asks no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sites import LANGUAGES, Witness, kinds

NOT_IN_THE_TOY = {"thing"}
"""Routes of which the toy has no page; a new route needs an individual in the toy, or its name here. ``thing`` is for
classes that have no route yet, and the ontology has none; ``test_site`` makes one."""


@pytest.fixture(params=["file", "http"])
def root(request: pytest.FixtureRequest, toy_site: Path, server: str) -> str:
    return server if request.param == "http" else toy_site.as_uri() + "/"


@pytest.fixture
def context(browser: Any) -> Iterator[Any]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture
def witness(context: Any) -> Witness:
    seen = Witness()
    seen.watch(context)
    return seen


def search(page: Any, text: str) -> list[str]:
    """Type into the search field; give the names found."""
    page.locator("#q").fill("")
    page.locator("#q").press_sequentially(text)
    page.locator("#hits a, #hits p").first.wait_for()
    return [str(name) for name in page.locator("#hits a").evaluate_all("all => all.map(a => a.textContent)")]


def test_every_route_has_a_page(toy_site: Path) -> None:
    from sites import ROOT

    names = set(re.findall(r'^name = "(.+)"$', (ROOT / "site" / "pages.toml").read_text(encoding="utf-8"), re.M))
    assert names - set(kinds(toy_site)) == NOT_IN_THE_TOY


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_load_alone_and_fit_a_phone(
    context: Any, witness: Witness, root: str, toy_site: Path, language: str
) -> None:
    """No request to another host, no error, no breach of the policy, nothing wider than a phone or a small window."""
    page = context.new_page()
    wide = []
    for name, path in kinds(toy_site).items():
        if root.startswith("file") and (name == "not-found" or (language == "fr" and name != "home")):
            continue  # the addresses of the first are those of a server; French files lie as the Chinese do
        page.goto(root + LANGUAGES[language] + path, wait_until="load")
        for width in (390, 1100):
            page.set_viewport_size({"width": width, "height": 844})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                wide.append(f"{name}: {over} px too wide for {width}")
    page.goto(root + LANGUAGES[language] + "index.html")
    search(page, "a")
    assert witness.faults == []
    assert wide == []


def test_witness_sees_faults(context: Any, witness: Witness, toy_site: Path, tmp_path: Path) -> None:
    """The test itself can fail: a page that does what it must not is told."""
    (tmp_path / "bad.html").write_text(
        "<!doctype html><meta http-equiv=Content-Security-Policy content=\"default-src 'none'; img-src *;"
        ' script-src \'unsafe-inline\'"><img src="http://elsewhere.example/x.png"><style>p { color: red }</style>'
        "<script>alert(1); console.error('oops'); nonsense()</script>",
        encoding="utf-8",
    )
    page = context.new_page()
    page.goto((tmp_path / "bad.html").as_uri())
    told = {fault.partition(":")[0] for fault in witness.faults}
    assert {"request", "failed", "dialog", "error"} <= told
    assert any("style-src" in fault for fault in witness.faults)


def test_reads_without_script(browser: Any, root: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(root + "index.html")
    page.locator(".nav a", has_text="Companies").click()
    page.locator("main a", has_text=re.compile("^Kunlunxin$")).first.click()
    assert page.locator("h1").inner_text().startswith("Kunlunxin")
    marker = page.locator("sup.ref a").first
    note = str(marker.get_attribute("href"))
    marker.click()
    assert page.url.endswith(note)
    page.locator(f"{note} a").first.click()
    assert "/source/" in page.url
    chip = page.locator("main a[href*='/chip/']").first
    name = chip.inner_text()
    chip.click()
    assert "/chip/" in page.url
    assert page.locator("h1").inner_text().startswith(name)
    page.goto(root + "search/index.html")
    page.locator("main a", has_text="Listings").first.click()
    assert "/listing" in page.url
    context.close()


def test_a_table_is_a_table_without_script(browser: Any, toy_site: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((toy_site / "compare" / "chips" / "index.html").as_uri())
    assert page.locator("table tbody tr", has_text="Ascend 910C").first.is_visible()
    assert page.locator("table button").count() == 0
    context.close()


@pytest.mark.parametrize(
    ("language", "typed", "found"),
    [
        ("en", "Kunlunxin", "Kunlunxin"),
        ("en", "kunlunxni", "Kunlunxin"),
        ("en", "mooer threads", "Moore Threads"),
        ("en", "摩尔", "Moore Threads"),
        ("zh", "摩尔", "摩尔线程"),
        ("zh", "仑", "昆仑芯"),
        ("fr", "壁仞", "Biren"),
        ("en", "6082", "Biren"),
        ("zh", "688795", "摩尔线程"),
        ("en", "Baidu Intelligent Chip", "Kunlunxin"),
        ("fr", "pekin", "Pékin"),
    ],
)
def test_search_by_name(context: Any, witness: Witness, root: str, language: str, typed: str, found: str) -> None:
    page = context.new_page()
    page.goto(root + LANGUAGES[language] + "index.html")
    names = search(page, typed)
    assert names, typed
    assert any(name.startswith(found) for name in names[:5]), names
    assert witness.faults == []


def test_nothing_found_is_said(context: Any, root: str) -> None:
    page = context.new_page()
    page.goto(root + "fr/index.html")
    assert search(page, "zzzzqqqq") == []
    assert page.locator("#hits").inner_text().strip()


def test_search_by_keyboard(context: Any, witness: Witness, root: str) -> None:
    page = context.new_page()
    page.goto(root + "zh/chip/index.html")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("kunlun")
    page.locator("#hits a").first.wait_for()
    options = page.locator("#hits a")
    first = options.nth(0).get_attribute("id")
    assert page.locator("#q").get_attribute("aria-activedescendant") == first
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    second = options.nth(1)
    assert page.locator("#q").get_attribute("aria-activedescendant") == second.get_attribute("id")
    assert second.get_attribute("aria-selected") == "true"
    target = str(second.get_attribute("href")).replace("../", "")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/zh/{target}")
    page.keyboard.press("/")
    page.keyboard.type("baidu")
    page.locator("#hits a").first.wait_for()
    page.keyboard.press("Escape")
    assert page.locator("#hits").is_hidden()
    assert witness.faults == []


def test_search_page_groups_by_class(context: Any, witness: Witness, root: str) -> None:
    page = context.new_page()
    page.goto(root + "index.html")
    page.locator("#q").fill("kunlun")
    page.goto(root + "search/index.html?q=kunlun")
    page.locator("#results h2").first.wait_for()
    heads = page.locator("#results h2").all_inner_texts()
    assert {"Companies", "Chips"} <= set(heads)
    assert len(heads) == len(set(heads))
    assert witness.faults == []


def test_language_switch_stays_on_the_page(context: Any, root: str) -> None:
    page = context.new_page()
    page.goto(root + "company/kunlunxin/index.html")
    for code, heading, folder in (("zh-Hans", "昆仑芯", "zh/"), ("fr", "Kunlunxin", "fr/"), ("en", "Kunlunxin", "")):
        page.locator(f".langs a[hreflang='{code}']").click()
        assert page.url == f"{root}{folder}company/kunlunxin/index.html"
        assert page.locator("html").get_attribute("lang") == code
        assert page.locator("h1").inner_text().startswith(heading)
        current = page.locator(".langs [aria-current]")
        assert current.count() == 1
        assert current.get_attribute("hreflang") == code


def test_tables_sort_and_filter(context: Any, root: str) -> None:
    page = context.new_page()
    page.goto(root + "company/index.html")
    table = page.locator("table.sortable").first
    names = table.locator("tbody th").all_inner_texts()
    head = table.locator("thead th").first
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    up = table.locator("tbody th").all_inner_texts()
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert table.locator("tbody th").all_inner_texts() == up[::-1]
    assert sorted(up) == sorted(names)
    page.locator("input.filter").first.fill("kunlun")
    shown = [row for row in table.locator("tbody tr").all() if row.is_visible()]
    assert 0 < len(shown) < len(names)


def test_anchors_of_claims_are_marked(context: Any, root: str) -> None:
    page = context.new_page()
    page.goto(root + "id/biren-founded-1/index.html")
    page.wait_for_url("**/company/biren/index.html#biren-founded-1")
    assert "2019" in page.locator("#biren-founded-1").inner_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_paper(browser: Any, toy_site: Path, language: str) -> None:
    """A fact sheet on at most two pages: what only helps on a screen is not printed, the sources are."""
    context = browser.new_context()
    page = context.new_page()
    page.goto((toy_site / LANGUAGES[language] / "company" / "kunlunxin" / "index.html").as_uri())
    page.emulate_media(media="print")
    for selector in (".nav", ".find", ".langs", "#cite"):
        assert page.locator(selector).first.is_hidden(), selector
    for selector in ("h1", ".lede", "table.claims", "#sources li"):
        assert page.locator(selector).first.is_visible(), selector
    sheet = page.pdf(prefer_css_page_size=True)
    assert sheet.startswith(b"%PDF-")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", sheet)) <= 2
    context.close()
