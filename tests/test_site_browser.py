"""The site in a real browser, from disk: search, keyboard, tables, policy, and reading without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from sites import chromium
from xinpu import site
from xinpu.layout import Project
from xinpu.queries import Library
from xinpu.store import Dataset


@pytest.fixture(scope="module")
def made(toy: Project, toy_dataset: Dataset, toy_library: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "site"
    site.build(toy, toy_dataset, toy_library, None, out)
    return out


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails the test on any error of the console or request to a host."""
    context = browser.new_context(viewport={"width": 390, "height": 800})
    opened = context.new_page()
    faults: list[str] = []
    opened.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else faults.append(request.url)
    )
    yield opened
    context.close()
    assert faults == []


def hits(page: Page, words: str) -> list[str]:
    page.fill("#q", "")
    page.type("#q", words)
    page.wait_for_selector("#hits:not([hidden])")
    return page.locator("#hits a").all_inner_texts()


@pytest.mark.parametrize(
    ("folder", "words", "wanted"),
    [
        ("", "kunlunxin", "Kunlunxin"),
        ("", "kunlnxin", "Kunlunxin"),
        ("", "昆仑芯", "Kunlunxin"),
        ("", "仑", "Kunlunxin"),
        ("zh/", "仑芯", "昆仑芯"),
        ("fr/", "Kunlun", "Kunlunxin"),
    ],
)
def test_search_by_any_name_from_disk(made: Path, page: Page, folder: str, words: str, wanted: str) -> None:
    page.goto((made / folder / "company/index.html").as_uri())
    assert any(wanted in hit for hit in hits(page, words))


def test_search_by_keyboard(made: Path, page: Page) -> None:
    page.goto((made / "listings/index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("kunlunxin", delay=5)
    page.wait_for_selector("#hits a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.locator("#hits [aria-selected=true]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/kunlunxin/index.html")
    page.keyboard.press("/")
    page.keyboard.type("zzzzqqq")
    page.wait_for_selector("#hits p")
    page.keyboard.press("Escape")
    assert page.locator("#hits").is_hidden()


def test_search_answers_quickly(made: Path, page: Page) -> None:
    page.goto((made / "index.html").as_uri())
    hits(page, "kun")
    took = page.evaluate(
        "() => { const q = document.getElementById('q'); q.value = 'kunlun'; const t = performance.now();"
        " q.dispatchEvent(new Event('input')); return performance.now() - t; }"
    )
    assert took < 50


def test_tables_sort_and_filter(made: Path, page: Page) -> None:
    page.goto((made / "queries/vocabulary-classes/index.html").as_uri())
    table = page.locator("table.sortable").first
    first = table.locator("tbody tr").first.inner_text()
    button = table.locator("thead button").first
    button.click()
    button.click()
    assert table.locator("thead th").first.get_attribute("aria-sort") == "descending"
    assert table.locator("tbody tr").first.inner_text() != first
    page.locator(".filter").first.fill("no row has these words")
    assert table.locator("tbody tr:visible").count() == 0


@pytest.mark.parametrize("name", ["index.html", "company/kunlunxin/index.html", "zh/listings/index.html"])
@pytest.mark.parametrize("width", [390, 768, 1440])
def test_no_page_is_wider_than_the_screen(made: Path, page: Page, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto((made / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_scripts_pages_read_and_lead_on(made: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    opened = context.new_page()
    opened.goto((made / "index.html").as_uri())
    opened.locator("nav.nav a").first.click()
    opened.locator("table a", has_text="Kunlunxin").first.click()
    assert "Kunlunxin" in opened.locator("h1").inner_text()
    opened.locator("nav.langs a[hreflang=fr]").click()
    assert opened.locator("html").get_attribute("lang") == "fr"
    opened.goto((made / "id/kunlunxin/index.html").as_uri())
    opened.wait_for_url("**/company/kunlunxin/index.html")
    context.close()


def test_an_entity_page_prints_short(made: Path, browser: Browser) -> None:
    opened = browser.new_page()
    opened.goto((made / "company/kunlunxin/index.html").as_uri())
    pages = opened.pdf(format="A4").count(b"/Type /Page\n")
    opened.close()
    assert 1 <= pages <= 2
