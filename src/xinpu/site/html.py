"""Small pieces of HTML that every page repeats thousands of times, made without a template for speed.

Everything that comes from the graph is escaped here; each function gives markup that templates do not escape again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from markupsafe import Markup, escape

from xinpu.site.tables import Cell
from xinpu.site.words import ClaimView, Ref, SourceView, Text, Value


def safe(text: str) -> Markup:
    """Mark text whose parts have been escaped."""
    return Markup(text)  # noqa: S704


def show(value: Text | Ref | str) -> str:
    """Escape a text, with its language."""
    return value.__html__() if isinstance(value, Text) else str(escape(str(value)))


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes pieces for one page: it knows the way from there to the language's root."""

    root: str
    language: str

    @property
    def comma(self) -> str:
        """What separates parts of a phrase."""
        return "，" if self.language == "zh" else ", "

    @property
    def stop(self) -> str:
        """What ends a sentence before another."""
        return "。" if self.language == "zh" else ". "

    def link(self, ref: Ref | Text, kind: str = "") -> Markup:
        """Write a link, or only the name where there is no page; addresses outside open as such."""
        if isinstance(ref, Text):
            return safe(ref.__html__())
        if not ref.href:
            return safe(ref.name.__html__())
        mark = f' class="{kind}"' if kind else ""
        language = ref.name.attribute
        name = escape(ref.name.text) if language else ref.name.__html__()
        if ref.href.startswith(("http://", "https://")):
            return safe(f'<a class="ext" href="{escape(ref.href)}"{language}>{name}</a>')
        return safe(f'<a{mark} href="{self.root}{escape(ref.href)}"{language}>{name}</a>')

    def value(self, value: Value | None) -> Markup:
        """Write the value of a claim with its bound."""
        if value is None:
            return safe("")
        if value.ref is not None:
            return self.link(value.ref)
        if value.kind == "number":
            gap = "" if self.language == "zh" else " "
            bound = f"{show(value.bound)}{gap}" if value.bound else ""
            return safe(f'{bound}<data value="{escape(value.data)}">{show(value.text)}</data>')
        return safe(value.text.__html__())

    def list(self, claims: Iterable[ClaimView]) -> Markup:
        """Write the values of several claims, each once."""
        gap = "、" if self.language == "zh" else ", "
        return safe(gap.join(dict.fromkeys(str(self.value(claim.value)) for claim in claims)))

    def notes(self, claim: ClaimView, number: Mapping[str, int]) -> Markup:
        """Write the source markers of a claim: numbers that lead to the list at the foot."""
        places = sorted(number[s] for s in claim.sources if s in number)
        marks = (f'<a href="#s{place}">{place}</a>' for place in places)
        text = ", ".join(marks)
        # Chinese would break the line before the number
        joiner = "\u2060" if self.language == "zh" else ""
        return safe(f'{joiner}<sup class="ref">{text}</sup>' if text else "")

    def lead(self, claim: ClaimView, source: SourceView | None) -> Markup:
        """Write the name of a claim's first source, for pages that keep no list."""
        if source is None:
            return safe("")
        name = source.publisher.name if source.publisher else source.title
        more = f" +{len(claim.sources) - 1}" if len(claim.sources) > 1 else ""
        words = self.comma.join(part for part in (show(name), str(escape(source.issued))) if part)
        text = f'<a href="{self.root}{escape(source.href)}">{words}</a>' if source.href else words
        return safe(text + more)

    def confidence(self, claim: ClaimView) -> Markup:
        """Write the grade of confidence: a bar and its word."""
        if not claim.confidence:
            return safe("")
        return safe(f'<svg><use href="#k{claim.level}"/></svg>{show(claim.confidence)}')

    def cell(self, cell: Cell) -> Markup:
        """Write the inside of a table cell."""
        if not cell.parts:
            return safe("")
        gap = "" if self.language == "zh" and cell.number else " "
        if cell.many:
            gap = "、" if self.language == "zh" else ", "
        text = gap.join(str(self.link(part)) for part in cell.parts)
        return (
            safe(f'<a class="v" href="{self.root}{escape(cell.claim)}">{text}</a>')
            if cell.claim and not (any(isinstance(part, Ref) and part.href for part in cell.parts))
            else safe(text)
        )
