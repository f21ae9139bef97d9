"""Ten tasks of a new reader on the real graph, each within three clicks or one search from the home page."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sites import kinds


class Reader:
    """Someone who starts at the home page, and counts clicks and searches."""

    def __init__(self, page: Any, site: Path) -> None:
        self.page = page
        self.site = site
        self.clicks = 0
        self.searches = 0
        page.set_default_timeout(15_000)
        page.goto((site / "index.html").as_uri())

    def click(self, text: str, inside: str = "body") -> None:
        self.clicks += 1
        self.page.locator(f"{inside} a").filter(has_text=re.compile(f"^{re.escape(text)}")).first.click()
        self.page.wait_for_load_state()

    def search(self, text: str) -> None:
        self.searches += 1
        field = self.page.locator("#q")
        field.press_sequentially(text)
        self.page.locator("#hits a").first.wait_for()
        before = self.page.url
        field.press("Enter")
        self.page.wait_for_url(lambda url: url != before)

    def rows(self, *words: str) -> list[str]:
        """Texts of the rows of tables that hold all the words."""
        texts = self.page.locator("main tr").all_inner_texts()
        return [" ".join(text.split()) for text in texts if all(word in text for word in words)]

    def text(self) -> str:
        return " ".join(str(self.page.locator("main").inner_text()).split())

    def within(self, clicks: int = 3) -> None:
        assert (self.searches == 0 and self.clicks <= clicks) or (self.searches == 1 and self.clicks == 0)


@pytest.fixture
def reader(browser: Any, real_site: Path) -> Iterator[Reader]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield Reader(context.new_page(), real_site)
    context.close()


def test_ticker_and_first_day_of_biren(reader: Reader) -> None:
    reader.search("biren")
    assert any("6082" in row and re.search(r"\b75\.8", row) for row in reader.rows("HKEX"))
    reader.within()


def test_cloud_that_runs_on_kunlunxin_chips(reader: Reader) -> None:
    reader.search("kunlun chips")
    assert "Baige" in reader.text()
    assert reader.rows("Baige", "runs on")
    reader.within()


def test_bandwidth_of_three_chips(reader: Reader) -> None:
    reader.click("Chips compared", ".nav")
    head = reader.page.locator("main thead").all_inner_texts()
    assert any("Memory bandwidth" in text for text in head)
    for chip, figure in (("Ascend 910C", "3,200"), ("Nvidia H20", "4,000")):
        assert any(figure in row for row in reader.rows(chip)), chip
    assert reader.rows("Kunlunxin P800") or reader.rows("P800")
    reader.within()


def test_other_founding_years_of_kunlunxin(reader: Reader) -> None:
    reader.search("kunlunxin")
    text = reader.text()
    assert "Sources disagree on when it was founded" in text
    against = reader.page.locator("tr.dissent").filter(has_text="2021")
    assert against.count() >= 2
    assert against.first.locator("sup.ref a").count() >= 1
    reader.within()


def test_everything_a_paper_said(reader: Reader) -> None:
    reader.search("scmp")
    assert reader.page.locator("h1").inner_text().startswith("South China Morning Post")
    rows = reader.rows()
    assert len(rows) >= 40
    claims = reader.page.locator("main td a[href*='#']").evaluate_all("all => all.map(a => a.href)")
    assert len(claims) == len(set(claims)) >= 40
    assert any("Moore Threads" in row and "114.28" in row for row in rows)
    reader.within()


def test_who_would_be_hit_without_smic(reader: Reader) -> None:
    reader.search("smic")
    assert "Who would be hit if it stopped" in reader.text()
    assert len(reader.rows("→ SMIC")) >= 10
    assert reader.rows("Huawei → SMIC")
    assert reader.rows("Ascend 910C → SMIC")
    reader.within()


def test_listed_on_star_at_the_end_of_2025(reader: Reader) -> None:
    reader.search("STAR Market")
    listed = reader.page.locator("section").filter(has=reader.page.locator("h2", has_text="Listed here"))
    rows = [" ".join(row.split()) for row in listed.locator("tbody tr").all_inner_texts()]
    there = [row for row in rows if re.search(r"\b(201\d|202[0-5])\b", row)]
    for company in ("SMIC", "Cambricon", "Hygon", "Moore Threads", "MetaX"):
        assert any(row.startswith(company) for row in there), company
    assert not any(row.startswith("CXMT") for row in there)
    reader.within()


def test_what_changed_lately(reader: Reader) -> None:
    reader.click("Changes", "footer")
    assert re.search(r"\d{1,2} \w+ 2026", reader.page.locator("h2").first.inner_text())
    assert reader.page.locator("main li a").count() > 20
    reader.within()


def test_the_same_in_chinese(reader: Reader) -> None:
    reader.click("中文", ".langs")
    reader.search("壁仞")
    assert reader.page.locator("html").get_attribute("lang") == "zh-Hans"
    assert reader.page.locator("h1").inner_text().startswith("壁仞")
    assert any("6082" in row and "75.8" in row for row in reader.rows("港交所"))
    assert reader.clicks == 1


def test_chip_data_for_excel(reader: Reader) -> None:
    reader.click("Chips", ".nav")
    link = reader.page.locator("main .by a", has_text="CSV").first
    target = (Path(reader.page.url.removeprefix("file://")).parent / str(link.get_attribute("href"))).resolve()
    reader.clicks += 1
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 50
    assert any("910C" in str(row) for row in rows)
    reader.within()


def test_a_workbook_too(reader: Reader) -> None:
    import openpyxl

    reader.click("Data", ".nav")
    link = reader.page.locator("main a[href$='.xlsx']").first
    target = (Path(reader.page.url.removeprefix("file://")).parent / str(link.get_attribute("href"))).resolve()
    book = openpyxl.load_workbook(target, read_only=True)
    assert len(book.sheetnames) > 3
    book.close()


def test_pages_of_entities_are_light(real_site: Path) -> None:
    """Under 150 KB of HTML each, in every language; lists of everything, queries and downloads aside."""
    names = set(kinds(real_site))
    paths = [path for path in real_site.glob("**/index.html") if path.parent.parent.name in names]
    assert len(paths) > 3000
    heavy = {path.relative_to(real_site).as_posix(): path.stat().st_size for path in paths}
    assert {path: size for path, size in heavy.items() if size >= 150 * 1024} == {}


def test_nothing_is_wider_than_the_window(browser: Any, real_site: Path) -> None:
    """The real graph has longer names and wider tables than the toy."""
    page = browser.new_page()
    wide = []
    for name, path in kinds(real_site).items():
        if name == "not-found":
            continue
        page.goto((real_site / path).as_uri())
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if over > 0:
                wide.append(f"{name} {path}: {over} px too wide for {width}")
    page.close()
    assert wide == []
