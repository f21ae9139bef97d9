"""Files beside the pages: RDF, query results, redirects of ids, search index, feed, sitemap, robots, llms.txt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from xinpu import results
from xinpu.charts import picture
from xinpu.exports import entity_files, whole
from xinpu.i18n import TAGS
from xinpu.layout import ID, XP
from xinpu.search import Entry, index_script
from xinpu.site.views import Views
from xinpu.store import ONTOLOGY, Dataset, Solutions
from xinpu.terms import expand, iri, slug, text_of

if TYPE_CHECKING:
    from xinpu.site.work import Work

CHANGES: int = 100
"""Entries of the feed."""


CARD: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="1200" height="630" viewBox="0 0 1200 630">'
    '<rect width="1200" height="630" fill="#fdfcf8"/><path d="M100 470H1100M100 476H1100" stroke="#8d8778"/>'
    '<g transform="translate(100 150) scale(9)" fill="none" stroke="#9a3412" stroke-width="1.4">'
    '<path d="M6 6h12v12H6zM9.5 9.5h5v5h-5zM9 6V2.5M15 6V2.5M9 21.5V18M15 21.5V18"/>'
    '<path d="M6 9H2.5M6 15H2.5M21.5 9H18M21.5 15H18"/>'
    '</g><text x="350" y="330" font-family="Liberation Serif, serif" font-size="170" fill="#1d1b16">Xinpu</text></svg>'
)
"""Picture for previews of links: the mark and the name, in letters that need no Chinese font."""


def write_beside(work: Work, dataset: Dataset, base_url: str) -> dict[str, int]:
    """Write all files beside the pages; give their sizes."""
    card = picture(CARD)
    (work.out / "static" / "card.png").write_bytes(card)
    sizes: dict[str, int] = {"static/card.png": len(card)}
    for name, text in _all(work, dataset, base_url):
        data = text.encode()
        target = work.out / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        sizes[name] = len(data)
    return sizes


def _all(work: Work, dataset: Dataset, base_url: str) -> Iterator[tuple[str, str]]:
    yield from _rdf(work, dataset)
    yield from _ontology(work, dataset)
    yield from _results(work)
    yield from _redirects(work, base_url)
    yield "static/names.js", names(work)
    yield "changes/feed.xml", feed(work, base_url)
    yield "sitemap.xml", sitemap(work, base_url)
    where = f"Sitemap: {base_url.rstrip('/')}/sitemap.xml\n" if base_url else ""
    yield "robots.txt", f"User-agent: *\nAllow: /\n{where}"
    yield "llms.txt", llms(work, base_url)


def _rdf(work: Work, dataset: Dataset) -> Iterator[tuple[str, str]]:
    facts = work.views[work.renderer.languages[0]].facts
    terms = {name for names in facts.terms.values() for name in names}
    pages = [page for page in work.renderer.plan.pages if page.subject in facts.entities or page.subject in terms]
    for page, (_, turtle, json, ntriples) in zip(
        pages, entity_files(dataset, [page.subject for page in pages]), strict=True
    ):
        folder = page.href.removesuffix("index.html")
        yield folder + "index.ttl", turtle
        yield folder + "index.jsonld", json
        yield folder + "index.nt", ntriples


def _ontology(work: Work, dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Give the ontology as its files are, with comments, and as a whole in three syntaxes."""
    project = work.renderer.project
    for path in (*project.ontology_files(), project.shapes):
        yield f"ontology/{path.name}", path.read_text(encoding="utf-8")
    quads = dataset.store.quads_for_pattern(None, None, None, ONTOLOGY)
    subjects = {text_of(quad.subject) for quad in quads}
    for suffix, text in zip(("ttl", "jsonld", "nt"), whole(dataset, subjects), strict=True):
        yield f"ontology/index.{suffix}", text


def _results(work: Work) -> Iterator[tuple[str, str]]:
    for page in work.renderer.plan.pages:
        if page.route.each == "query":
            folder = page.href.removesuffix("index.html")
            table = work.results[page.subject]
            answer = Solutions(table.columns, table.rows)
            yield folder + "query.rq", work.queries[page.subject].text
            yield folder + "result.csv", results.write(answer, "csv")
            yield folder + "result.json", results.write(answer, "json")


def _redirects(work: Work, base_url: str) -> Iterator[tuple[str, str]]:
    """Lead each id to the page of its entity, or to its claim's anchor there."""
    plan = work.renderer.plan
    facts = work.views[work.renderer.languages[0]].facts
    for subject in (*facts.entities, *facts.claims):
        if not subject.startswith(ID):
            continue
        home = plan.href(subject if subject in facts.entities else facts.text(subject, XP + "mainSubject"))
        if home is None:
            continue
        anchor = "" if subject in facts.entities else "#" + slug(subject)
        clean = home.removesuffix("index.html")
        canonical = f"{base_url.rstrip('/')}/{clean}{anchor}" if base_url else f"../../{home}{anchor}"
        target = escape(f"../../{home}{anchor}", {'"': "&quot;"})
        yield (
            f"id/{slug(subject)}/index.html",
            '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
            f"<title>{escape(slug(subject))}</title>\n"
            f'<meta http-equiv="refresh" content="0; url={target}">\n'
            f'<link rel="canonical" href="{escape(canonical, {chr(34): "&quot;"})}">\n'
            f'<p><a href="{target}">{escape(slug(subject))}</a></p>\n</html>\n',
        )


def names(work: Work) -> str:
    """Write the index of names."""
    renderer = work.renderer
    settings: Mapping[str, Any] = renderer.routes.settings.get("search", {})
    apart = {expand(name) for name in settings.get("without", ())}
    views = work.views[renderer.languages[0]]
    facts = views.facts
    kinds: dict[str, int] = {}
    heads: list[dict[str, str]] = []
    entries = []
    for page in renderer.plan.pages:
        route = page.route
        if page.subject not in facts.entities or route.each in apart:
            continue
        kind = facts.kind(page.subject)
        if any(facts.is_a(kind, str(name)) for name in apart):
            continue
        head = route.name
        if head not in kinds:
            kinds[head] = len(kinds)
            heads.append({lang: view.translations.text(route.title) for lang, view in work.views.items()})
        own = {lang: view.ref(page.subject).name.text for lang, view in work.views.items()}
        others = _other_names(page.subject, views, set(own.values()))
        said = len(facts.by_main_subject.get(page.subject, ()))
        entries.append(Entry(page.href, kinds[head], own, others, said))
    return index_script(entries, heads, tuple(renderer.languages))


def _other_names(subject: str, views: Views, shown: set[str]) -> tuple[str, ...]:
    facts = views.facts
    found = [str(name) for _, names in views.names(subject) for name in names]
    found += [text_of(v) for v in facts.values(subject, iri("xp:ticker"))]
    for listing in facts.backlinks.get(subject, {}).get(iri("xp:company"), ()):
        found += [text_of(v) for v in facts.values(listing, iri("xp:ticker"))]
    return tuple(name for name in dict.fromkeys(found) if name not in shown)


def feed(work: Work, base_url: str) -> str:
    """Write the Atom feed of changes, by the claims' own dates of recording and withdrawal."""
    language = work.renderer.languages[0]
    site = work.overviews[language]
    base = base_url.rstrip("/") or "."
    changes = []
    for day, added, gone in site.changes:
        changes += [(day, claim, "recorded") for claim in added] + [(day, claim, "withdrawn") for claim in gone]
    newest = changes[0][0] if changes else site.facts.newest_reading or "1970-01-01"
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{TAGS[language]}">',
        f"<title>{escape(work.messages[language].translations.text(work.renderer.routes.get('home').title))}</title>",
        f"<id>{ID}changes</id>",
        f"<updated>{newest}T00:00:00Z</updated>",
        f'<link href="{escape(base)}/changes/"/>',
        f'<link rel="self" href="{escape(base)}/changes/feed.xml"/>',
        "<author><name>Xinpu</name></author>",
    ]
    for day, claim, what in changes[:CHANGES]:
        value = f": {claim.value.text}" if claim.value is not None else ""
        title = f"{claim.subject.name}, {claim.what}{value}"
        href = claim.href.replace("index.html", "")
        lines.append(
            f"<entry><title>{escape(title)}</title><id>{escape(claim.iri)}#{what}</id>"
            f'<updated>{day}T00:00:00Z</updated><link href="{escape(base)}/{escape(href)}"/>'
            f'<category term="{what}"/><summary>{escape(str(claim.kind_name))}</summary></entry>'
        )
    return "\n".join([*lines, "</feed>", ""])


def sitemap(work: Work, base_url: str) -> str:
    """List all pages with their languages."""
    base = base_url.rstrip("/")
    languages = work.renderer.languages
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for page in work.renderer.plan.pages:
        if page.path.endswith("404.html"):
            continue
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{TAGS[lang]}" href="{escape(base + page.url(lang))}"/>'
            for lang in languages
        )
        lines += [f"<url><loc>{escape(base + page.url(lang))}</loc>{links}</url>" for lang in languages]
    return "\n".join([*lines, "</urlset>", ""])


def llms(work: Work, base_url: str) -> str:
    """Tell language models what is here and where the data are."""
    site = work.overviews[work.renderer.languages[0]]
    base = base_url.rstrip("/")
    home = work.renderer.routes.get("home")
    counts = ", ".join(f"{number} {name}" for name, number in site.counts.items())
    lines = [f"# {home.title}", "", f"> {home.intro}", ""]
    lines += [f"Now: {counts}. Read until {site.facts.newest_reading}.", ""]
    lines += ["## Pages", ""]
    for route in work.renderer.routes.routes:
        if not route.each and route.path.endswith("/"):
            lines.append(f"- [{route.title}]({base}{route.path})" + (f": {route.intro}" if route.intro else ""))
    lines += ["", "## Data", ""]
    lines += [
        f"- Beside each entity's page: index.ttl, index.jsonld, index.nt, such as {base}/company/baidu/index.ttl",
        "- Each claim has an address, https://w3id.org/xinpu/id/CLAIM, and an anchor on its subject's page.",
        "- Each query of the library has a page with query.rq, result.csv and result.json beside it.",
        "",
    ]
    return "\n".join(lines)
