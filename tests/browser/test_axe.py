"""axe-core finds nothing wrong with any kind of page, in any language, nor in the dark."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sites import LANGUAGES, ROOT, kinds

AXE = ROOT / "site" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules whose answer depends on the colours; the others see the same document in the dark."""

RUN = """async options => {
    const found = await axe.run(document, options);
    return found.violations.flatMap(rule => rule.nodes.slice(0, 3).map(node =>
        rule.id + ' ' + node.target.join(' ') + ': ' + node.failureSummary.replace(/\\s+/g, ' ').slice(0, 200)));
}"""


@pytest.fixture(scope="module")
def axe(browser: Any) -> Any:
    if not AXE.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("axe-core is not installed: make libraries")
        pytest.skip("make libraries")
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_init_script(path=AXE)
    yield context
    context.close()


def faults(page: Any, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds by the rules named, or by all of WCAG 2.2 AA and good practice."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    return list(page.evaluate(RUN, {"runOnly": only, "resultTypes": ["violations"]}))


def test_axe_sees_faults(axe: Any, tmp_path: Path) -> None:
    """The test itself can fail: a page with known faults is told."""
    bad = tmp_path / "bad.html"
    bad.write_text('<!doctype html><title>x</title><p style="color:#eee">faint</p><img src="data:,">', encoding="utf-8")
    page = axe.new_page()
    page.goto(bad.as_uri())
    told = {fault.partition(" ")[0] for fault in faults(page)}
    assert {"html-has-lang", "image-alt", "color-contrast"} <= told
    assert [fault.partition(" ")[0] for fault in faults(page, COLOURS)] == ["color-contrast"]
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_page(axe: Any, toy_site: Path, language: str) -> None:
    """English: the heaviest page of each kind, light and dark; others: a middling one (their colours are the same)."""
    wrong = []
    page = axe.new_page()
    for name, path in kinds(toy_site, 1 if language == "en" else 0.5).items():
        if name == "not-found":
            continue  # its addresses are those of a server: test_page_not_found
        page.emulate_media(color_scheme="light")
        page.goto((toy_site / LANGUAGES[language] / path).as_uri())
        wrong += [f"{name}: {fault}" for fault in faults(page)]
        if language == "en":
            page.emulate_media(color_scheme="dark")
            wrong += [f"{name}, dark: {fault}" for fault in faults(page, COLOURS)]
    page.close()
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_not_found(axe: Any, server: str, language: str) -> None:
    page = axe.new_page()
    wrong = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{server}{LANGUAGES[language]}404.html")
        wrong += faults(page)
    page.close()
    assert wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_open_search_and_sorted_table(axe: Any, toy_site: Path, scheme: str) -> None:
    page = axe.new_page()
    page.emulate_media(color_scheme=scheme)
    page.goto((toy_site / "company" / "index.html").as_uri())
    page.locator("table.sortable thead button").first.click()
    page.locator("#q").fill("kun")
    page.locator("#hits a").first.wait_for()
    assert faults(page) == []
    page.close()


def test_phone(axe: Any, toy_site: Path) -> None:
    """On a phone tables and the navigation look different."""
    page = axe.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    wrong = []
    for name in ("home", "company", "chip", "compare", "disagreements"):
        page.goto((toy_site / kinds(toy_site)[name]).as_uri())
        wrong += [f"{name}: {fault}" for fault in faults(page)]
    page.close()
    assert wrong == []
