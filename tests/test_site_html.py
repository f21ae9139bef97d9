"""Every page of a built site: valid HTML, a head that machines can read, links that lead somewhere, no inline code."""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ET
from collections import Counter
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import html5lib
import pytest

from sites import BASE, LANGUAGES

TAGS = {"en": "en", "zh": "zh-Hans", "fr": "fr"}
XHTML = "{http://www.w3.org/1999/xhtml}"
ADDRESSES = ("href", "src", "action", "data", "poster")


@cache
def tree(path: Path) -> tuple[ET.Element, list[str]]:
    """The document, and what html5lib's parser found wrong with it."""
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    root = parser.parse(path.read_text(encoding="utf-8"))
    return root, [f"line {place[0]}: {code} {extra}" for place, code, extra in parser.errors]


def pages(site: Path, language: str) -> list[Path]:
    """All pages of a language; the redirects of ids are looked at apart."""
    others = [site / folder for folder in LANGUAGES.values() if folder] if language == "en" else []
    home = site / LANGUAGES[language]
    return [
        path
        for path in sorted(home.rglob("*.html"))
        if not any(path.is_relative_to(folder) for folder in (*others, site / "id", site / "exports"))
    ]


def address(site: Path, path: Path) -> str:
    return f"{BASE}/{path.relative_to(site).as_posix().removesuffix('index.html')}"


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_page_parses_without_an_error(toy_site: Path, language: str) -> None:
    found = {str(path.relative_to(toy_site)): tree(path)[1] for path in pages(toy_site, language)}
    assert len(found) > 200
    assert {name: errors for name, errors in found.items() if errors} == {}


def test_structure(toy_site: Path, language: str) -> None:
    wrong = []
    for path in pages(toy_site, language):
        root, _ = tree(path)
        name = path.relative_to(toy_site).as_posix()
        if root.get("lang") != TAGS[language]:
            wrong.append(f"{name}: lang {root.get('lang')}")
        heads = root.findall(".//h1")
        if len(heads) != 1 or not "".join(heads[0].itertext()).strip():
            wrong.append(f"{name}: {len(heads)} h1")
        title = root.findtext("./head/title") or ""
        if not title.strip():
            wrong.append(f"{name}: no title")
        ids = Counter(element.get("id") for element in root.iter() if element.get("id") is not None)
        wrong += [f"{name}: id {value!r} {count} times" for value, count in ids.items() if count > 1]
        wrong += [f"{name}: an empty id" for value in ids if not value or re.search(r"\s", value)]
        for element in root.iter():
            wrong += [f"{name}: {element.tag} {key}" for key in element.keys() if key == "style" or key[:2] == "on"]  # noqa: SIM118
            if element.tag == "script" and not element.get("src") and element.get("type") != "application/ld+json":
                wrong.append(f"{name}: an inline script")
            if element.tag in ("img", "iframe", "embed", "object"):
                wrong.append(f"{name}: {element.tag}")
    assert wrong == []


def test_links_are_relative_and_lead_somewhere(toy_site: Path, language: str) -> None:
    wrong = []
    anchors: dict[Path, set[str]] = {}
    for path in pages(toy_site, language):
        name = path.relative_to(toy_site).as_posix()
        for element in tree(path)[0].iter():
            if element.tag == "link" and element.get("rel") in ("canonical", "alternate") and element.get("hreflang"):
                continue
            for key in ADDRESSES:
                value = element.get(key)
                if value is None or (element.tag == "link" and element.get("rel") == "canonical"):
                    continue
                parts = urlsplit(value)
                if parts.scheme in ("http", "https"):
                    if element.tag != "a":
                        wrong.append(f"{name}: {element.tag} loads {value}")
                    continue
                if path.name == "404.html" and value.startswith("/"):  # served at any address
                    value = Path(os.path.relpath(toy_site / value[1:], path.parent)).as_posix()
                    parts = urlsplit(value)
                if parts.scheme or parts.netloc or value.startswith("/"):
                    wrong.append(f"{name}: {value} is not relative")
                    continue
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                if not target.is_file() or not target.is_relative_to(toy_site.resolve()):
                    wrong.append(f"{name}: {value} is no file of the site")
                    continue
                if parts.fragment and target.suffix == ".html":
                    if target not in anchors:
                        anchors[target] = {e.get("id") or "" for e in tree(target)[0].iter()}
                    if unquote(parts.fragment) not in anchors[target]:
                        wrong.append(f"{name}: nothing at {value}")
    assert wrong == []


def test_canonical_and_hreflang(toy_site: Path, language: str) -> None:
    wrong = []
    for path in pages(toy_site, language):
        rest = path.relative_to(toy_site / LANGUAGES[language]).as_posix()
        head = tree(path)[0].find("head")
        assert head is not None
        expected = {TAGS[code]: address(toy_site, toy_site / folder / rest) for code, folder in LANGUAGES.items()}
        found = {link.get("hreflang"): link.get("href") for link in head.findall("link[@hreflang]")}
        if found != {**expected, "x-default": expected["en"]}:
            wrong.append(f"{path}: {found}")
        if [link.get("href") for link in head.findall("link[@rel='canonical']")] != [expected[TAGS[language]]]:
            wrong.append(f"{path}: canonical")
    assert wrong == []


def test_policy_forbids_inline_code(toy_site: Path, language: str) -> None:
    for path in pages(toy_site, language):
        policies = [
            element.get("content") or ""
            for element in tree(path)[0].findall("./head/meta")
            if (element.get("http-equiv") or "").lower() == "content-security-policy"
        ]
        assert len(policies) == 1, path
        rules = dict(rule.strip().partition(" ")[::2] for rule in policies[0].split(";"))
        assert rules["default-src"] == "'none'", path
        scripts = rules.get("script-src", rules["default-src"]).split()
        assert not {"'unsafe-inline'", "*", "https:", "http:", "data:"} & set(scripts), path
        assert rules["base-uri"] == "'none'", path


def test_structured_data(toy_site: Path, language: str) -> None:
    seen = 0
    for path in pages(toy_site, language):
        for script in tree(path)[0].findall(".//script[@type='application/ld+json']"):
            data = json.loads(script.text or "")
            assert data["@context"] == "https://schema.org", path
            assert data["@type"], path
            assert data["name"], path
            seen += 1
    assert seen > 50


def test_sitemap_lists_every_page_once(toy_site: Path) -> None:
    names = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    entries = ET.parse(toy_site / "sitemap.xml").getroot().findall("s:url", names)
    listed = [entry.findtext("s:loc", "", names) for entry in entries]
    assert len(listed) == len(set(listed))
    expected = {
        address(toy_site, path) for code in LANGUAGES for path in pages(toy_site, code) if path.name != "404.html"
    }
    assert set(listed) == expected
    for entry in entries:
        assert {link.get("hreflang") for link in entry.findall("x:link", names)} >= set(TAGS.values())


def test_ids_redirect_to_pages_and_anchors(toy_site: Path) -> None:
    redirects = sorted((toy_site / "id").rglob("*.html"))
    assert len(redirects) > 100
    for path in redirects:
        root, errors = tree(path)
        assert errors == [], path
        refresh = root.find(".//meta[@http-equiv='refresh']")
        assert refresh is not None, path
        target, _, anchor = (refresh.get("content") or "").partition("url=")[2].partition("#")
        page = (path.parent / target).resolve()
        assert page.is_file(), path
        if anchor:
            assert anchor in {element.get("id") for element in tree(page)[0].iter()}, path


def test_feed_and_other_files(toy_site: Path) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.parse(toy_site / "changes" / "feed.xml").getroot()
    entries = feed.findall(f"{atom}entry")
    assert entries
    ids = [entry.findtext(f"{atom}id") for entry in entries]
    assert len(ids) == len(set(ids))
    for element in (feed, *entries):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.findtext(f"{atom}updated", ""))
    assert f"Sitemap: {BASE}/sitemap.xml" in (toy_site / "robots.txt").read_text(encoding="utf-8")
    assert (toy_site / "llms.txt").read_text(encoding="utf-8").startswith("# ")
