"""Charts for overview pages: Vega-Lite to SVG at build time, equal bytes for equal rows.

Colours leave as variables of the site's style sheet, so that a chart follows light and dark. It knows no domain: what
is drawn is said by the panel (kind, columns for x, y, colour and label).
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from xinpu.errors import ModelError

KINDS: Final = ("scatter", "bars", "lines")

_INK, _SOFT, _RULE = "#010101", "#020202", "#030303"
_SERIES: Final = ("#0a0a01", "#0a0a02", "#0a0a03", "#0a0a04", "#0a0a05", "#0a0a06")
_VARIABLES: Final[dict[str, str]] = {
    _INK: "var(--ink)",
    _SOFT: "var(--soft)",
    _RULE: "var(--rule)",
    **{colour: f"var(--c{number})" for number, colour in enumerate(_SERIES, 1)},
}
_SHAPES: Final = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
_COLOUR: Final = re.compile("|".join(re.escape(colour) for colour in _VARIABLES), re.IGNORECASE)


@dataclass(frozen=True)
class Chart:
    """What to draw: the kind, the columns, the words on the axes, and the accessible name and description."""

    kind: str
    x: str
    y: str
    x_title: str
    y_title: str
    title: str
    description: str
    label: str = ""
    colour: str = ""
    log: bool = False
    width: int = 900
    height: int = 420


def draw(chart: Chart, rows: Sequence[Mapping[str, Any]]) -> str:
    """Draw rows as SVG; rows without x or y are left out, and no chart is drawn of fewer than two."""
    if chart.kind not in KINDS:
        raise ModelError(f"there is no chart {chart.kind!r}", remedy=f"Choose {', '.join(KINDS)}.")
    held = [dict(row) for row in rows if row.get(chart.x) not in (None, "") and row.get(chart.y) not in (None, "")]
    if len(held) < 2:
        return ""
    if chart.kind == "scatter" and chart.label:
        _thin(chart, held)
    return finish(_render(specification(chart, held)), chart)


def _thin(chart: Chart, rows: list[dict[str, Any]]) -> None:
    """Take away the names that would cover others; the table beneath has all."""

    def places(name: str, size: int) -> list[float]:
        values = [math.log10(row[name]) if chart.log else float(row[name]) for row in rows]
        low, high = min(values), max(values)
        return [24 + (size - 48) * (value - low) / ((high - low) or 1) for value in values]

    taken: list[tuple[float, float, float]] = []
    for row, x, y in zip(rows, places(chart.x, chart.width), places(chart.y, chart.height), strict=True):
        text = str(row.get(chart.label) or "")
        end = x + 12 + sum(10 if letter > "\u2e80" else 5.6 for letter in text)
        if any(abs(y - v) < 11 and x < right and end > left for left, v, right in taken):
            row[chart.label] = ""
        else:
            taken.append((x, y, end))


def specification(chart: Chart, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the Vega-Lite specification through Altair."""
    import altair as alt

    inline: Any = alt.Data
    data = inline(values=list(rows))
    scale = alt.Scale(type="log", nice=False, padding=24) if chart.log else alt.Scale(zero=chart.kind != "scatter")
    base = alt.Chart(data)
    layers: list[alt.Chart] = []
    colour: Any = alt.value(_SERIES[0])
    shape: Any = alt.value("circle")
    if chart.colour:
        groups = sorted({str(row.get(chart.colour) or "") for row in rows})
        colour = alt.Color(
            f"{chart.colour}:N",
            scale=alt.Scale(domain=groups, range=[_SERIES[i % len(_SERIES)] for i in range(len(groups))]),
            legend=alt.Legend(title=None, orient="top", columns=6),
        )
        shape = alt.Shape(
            f"{chart.colour}:N",
            scale=alt.Scale(domain=groups, range=[_SHAPES[i % len(_SHAPES)] for i in range(len(groups))]),
        )
    y = alt.Y(f"{chart.y}:Q", title=chart.y_title, scale=scale)
    if chart.kind == "bars":
        x: Any = alt.Y(f"{chart.x}:N", title=None, sort=None)
        layers.append(base.mark_bar(size=12).encode(y=x, x=alt.X(f"{chart.y}:Q", title=chart.y_title), color=colour))
    elif chart.kind == "lines":
        x = alt.X(f"{chart.x}:O", title=chart.x_title, axis=alt.Axis(labelAngle=0))
        layers.append(base.mark_line(strokeWidth=1.6).encode(x=x, y=y, color=colour))
        layers.append(base.mark_point(filled=True, size=36, opacity=1).encode(x=x, y=y, color=colour, shape=shape))
    else:
        x = alt.X(f"{chart.x}:Q", title=chart.x_title, scale=scale)
        layers.append(base.mark_point(filled=True, size=52, opacity=1).encode(x=x, y=y, color=colour, shape=shape))
        if chart.label:
            text = base.mark_text(align="left", dx=7, fontSize=10, color=_SOFT)
            layers.append(text.encode(x=x, y=y, text=f"{chart.label}:N"))
    height: Any = alt.Step(20) if chart.kind == "bars" else chart.height
    axis = {"domainColor": _SOFT, "tickColor": _SOFT, "gridColor": _RULE, "labelColor": _SOFT, "titleColor": _INK}
    made = (
        alt.layer(*layers)
        .properties(width=chart.width, height=height, background="transparent")
        .configure(font="sans-serif")
        .configure_view(stroke=None)
        .configure_axis(titleFontWeight="normal", labelFontSize=11, titleFontSize=12, **axis)
        .configure_legend(labelColor=_INK, labelFontSize=11, symbolStrokeWidth=0)
    )
    return dict(made.to_dict())


def _render(spec: Mapping[str, Any]) -> str:
    import vl_convert

    return str(vl_convert.vegalite_to_svg(dict(spec)))


def finish(svg: str, chart: Chart) -> str:
    """Give the drawing its name, the site's colours and fonts; take out what the page's policy forbids."""
    svg = _COLOUR.sub(lambda match: _VARIABLES[match[0].lower()], svg)
    svg = re.sub(r'\s(?:style|font-family|aria-[a-z]+|role|class|xmlns:xlink|version)="[^"]*"', "", svg)
    svg = re.sub(r"\s(?:font-family|style)='[^']*'", "", svg)
    svg = re.sub(r"<style>.*?</style>|<defs/>|<defs></defs>", "", svg, flags=re.DOTALL)
    name, text = html.escape(chart.title), html.escape(chart.description)
    label = f"<title>{name}</title><desc>{text}</desc>"
    return re.sub(r"<svg([^>]*)>", rf'<svg\1 role="img">{label}', svg, count=1)


def picture(svg: str, width: int = 1200) -> bytes:
    """Turn an SVG into a PNG, for previews of links."""
    import vl_convert

    scale = re.search(r'width="(\d+)"', svg)
    return bytes(vl_convert.svg_to_png(svg, scale=width / int(scale[1]) if scale else 1))
