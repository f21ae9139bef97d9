"""Rendering: Jinja templates with the messages of each language, one page at a time, checked as it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup, escape

from xinpu.errors import ModelError
from xinpu.i18n import TAGS, Translations, language_name
from xinpu.layout import LANGUAGES, Project
from xinpu.pages import Plan, PlannedPage, RouteTable
from xinpu.site.html import Writer, safe

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)
_HREF: Final = re.compile(r'\s(?:href|action)="([^"]*)"')


def environment(project: Project) -> jinja2.Environment:
    """Make the environment: templates of the project, everything escaped, unknown names are errors."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(project.site / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        auto_reload=False,
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.policies["ext.i18n.trimmed"] = True
    return made


def template_error(error: jinja2.TemplateError, name: str) -> ModelError:
    """Turn a template's fault into an error with file and line."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        name, line = error.name or name, error.lineno
    else:
        line = None
        trace = error.__traceback__
        while trace is not None:
            file = trace.tb_frame.f_code.co_filename
            if file.endswith(".html"):
                name, line = file.rsplit("/", 1)[-1], trace.tb_lineno
            trace = trace.tb_next
    return ModelError(
        f"the template fails: {error}",
        path=f"site/templates/{name}",
        line=line,
        remedy="Mend the template.",
    )


@dataclass(frozen=True)
class Messages:
    """The functions that templates translate with."""

    translations: Translations

    def gettext(self, message: str, /, **values: Any) -> Markup:
        """Translate and put in values, escaped unless they are markup."""
        return self._fill(self.translations.text(message), values)

    def ngettext(self, one: str, many: str, count: int, /, **values: Any) -> Markup:
        """Translate by count."""
        values.setdefault("num", count)
        return self._fill(self.translations.number(one, many, count), values)

    def pgettext(self, context: str, message: str, /, **values: Any) -> Markup:
        """Translate within a context."""
        return self._fill(self.translations.text(message, context), values)

    @staticmethod
    def _fill(message: str, values: Mapping[str, Any]) -> Markup:
        return safe(str(escape(message)) % {name: escape(value) for name, value in values.items()})


@dataclass
class Renderer:
    """Renders pages of all languages; made once, before the work is shared out."""

    project: Project
    routes: RouteTable
    plan: Plan
    base_url: str
    languages: tuple[str, ...]
    shared: Mapping[str, Any] = field(default_factory=dict)
    """Names that every template sees."""
    _frames: dict[tuple[str, str, str], Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def environment(self) -> jinja2.Environment:
        """The environment, made at first use."""
        return environment(self.project)

    def compile(self) -> None:
        """Compile the templates of all routes, so that a fault shows before the first page."""
        for route in self.routes.routes:
            self.template(route.template)

    def template(self, name: str) -> jinja2.Template:
        """Load a template."""
        try:
            return self.environment.get_template(name)
        except jinja2.TemplateNotFound as error:
            raise ModelError(
                f"there is no template {error.name!r}", path=self.routes.path, remedy="Write it in site/templates."
            ) from None
        except jinja2.TemplateError as error:
            raise template_error(error, name) from None

    def render(self, page: PlannedPage, messages: Messages, values: Mapping[str, Any]) -> str:
        """Render one page; raises ModelError if the template fails or a link leads nowhere."""
        language = messages.translations.language
        up = "" if language == LANGUAGES[0] else "../"
        root = page.root
        if page.path.endswith(".html") and self.base_url:
            # shown at any address that does not exist, so it can only name whole paths
            up = ""
            root = urlsplit(self.base_url).path.rstrip("/") + page.url(language).rpartition("/")[0] + "/"
            base = urlsplit(self.base_url).path.rstrip("/") + "/"
        else:
            base = root + up
        writer = Writer(root, language)
        context: dict[str, Any] = {
            **self.shared,
            "_": messages.gettext,
            "gettext": messages.gettext,
            "ngettext": messages.ngettext,
            "pgettext": messages.pgettext,
            "page": page,
            "route": page.route,
            "language": language,
            "tag": TAGS[language],
            "root": root,
            "base": base,
            "policy": POLICY,
            "write": writer,
            "link": writer.link,
            "to": self._to(root),
            "gap": "" if language == "zh" else " ",
            "enum": "、" if language == "zh" else ", ",
            "tongues": [
                (lang, TAGS[lang], language_name(lang), base + page.output(lang), self.address(page, lang))
                for lang in self.languages
            ],
            "canonical": self.address(page, language),
            "base_url": self.base_url,
            "translate": messages.translations.text,
            **values,
        }
        context["chrome"] = self._chrome(page, language, context)
        if "e" in context:
            context["summary"] = safe(self._summary(page, context))
        template = self.template(page.route.template)
        try:
            text = template.render(context)
        except jinja2.TemplateError as error:
            raise template_error(error, page.route.template) from None
        self._check_links(page, text, root, base)
        return text

    def _summary(self, page: PlannedPage, context: Mapping[str, Any]) -> str:
        """Render the sentences at the top of an entity page: those of its route, else those of all."""
        names = [f"summary/{page.route.name}.html", "summary/entity.html"]
        try:
            return self.environment.select_template(names).render(context).strip()
        except jinja2.TemplateError as error:
            raise template_error(error, names[0]) from None

    def _chrome(self, page: PlannedPage, language: str, context: Mapping[str, Any]) -> Mapping[str, str]:
        """Give the parts of the frame that all pages of a route share; they are rendered once."""
        key = (language, context["root"], page.route.name)
        found = self._frames.get(key)
        if found is None:
            module = self.template("chrome.html").make_module(dict(context))
            found = {name: getattr(module, name)() for name in ("top", "nav", "foot", "end")}
            self._frames[key] = found
        return found

    def _to(self, root: str) -> Callable[[str], str]:
        def to(route: str) -> str:
            """Give the address of a single page by the name of its route."""
            return root + self.plan.by_route[route].href

        return to

    def address(self, page: PlannedPage, language: str) -> str:
        """Give the whole address of a page, or empty without a base address."""
        return self.base_url.rstrip("/") + page.url(language) if self.base_url else ""

    def _check_links(self, page: PlannedPage, text: str, root: str, base: str) -> None:
        """Raise if a link within the site leads to a page that is not planned."""
        for href in _HREF.findall(text):
            if href[:1] == "#" or href[:4] == "http" or href[:4] == "data":
                continue
            if href.startswith(root) and href[len(root) :].partition("#")[0].partition("?")[0] in self.plan.hrefs:
                continue
            if href.startswith(base):
                rest = href[len(base) :].partition("#")[0]
                head, _, tail = rest.partition("/")
                if (head in self.languages and tail in self.plan.hrefs) or rest in self.plan.hrefs:
                    continue
                if rest in self.files or rest.startswith("static/"):
                    continue
            raise self._dead(page, href)

    @cached_property
    def files(self) -> frozenset[str]:
        """Files beside pages that links may lead to."""
        found = {"sitemap.xml", "robots.txt", "llms.txt", "changes/feed.xml"}
        found.update(f"ontology/{name}" for name in self.shared.get("ontology_files", ()))
        for page in self.plan.pages:
            folder = page.href.removesuffix("index.html")
            if page.route.each == "query":
                found.update(folder + name for name in ("query.rq", "result.csv", "result.json"))
            elif page.subject:
                found.update(folder + name for name in ("index.ttl", "index.jsonld", "index.nt"))
        return frozenset(found | set(self.shared.get("downloads_hrefs", ())))

    def _dead(self, page: PlannedPage, href: str) -> ModelError:
        return ModelError(
            f"{page.path} links to {href}, which is no page of the plan",
            path=f"site/templates/{page.route.template}",
            remedy="Link with link(…) or to(…), or add a route.",
        )
