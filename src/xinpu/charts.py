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
MARGIN: Final = 24
"""Pixels between the outermost points and the edge."""
DOT: Final = 4.5
GAP: Final = 7
_SIDE: Final = "_side"
_SIDES: Final[dict[str, dict[str, Any]]] = {
    "right": {"align": "left", "dx": GAP},
    "left": {"align": "right", "dx": -GAP},
    "above": {"align": "center", "dy": -GAP - 6},
    "below": {"align": "center", "dy": GAP + 6},
}
_MARK: Final = re.compile(r'<path aria-label="([^"]*)"([^>]*aria-roledescription="(?:circle|point)"[^>]*)/>')
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
    language: str = "en"
    """Language in which numbers on the axes are written."""
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
        _place(chart, held)
    return finish(_render(specification(chart, held), chart.language), chart)


def _domain(chart: Chart, rows: Sequence[Mapping[str, Any]], name: str, size: int) -> tuple[float, float]:
    """Give the ends of a scale (of logarithms, if the chart has those) that leaves a margin around the points."""
    values = [math.log10(row[name]) if chart.log else float(row[name]) for row in rows]
    low, high = min(values), max(values)
    margin = MARGIN * ((high - low) or 1) / (size - 2 * MARGIN)
    return low - margin, high + margin


def _place(chart: Chart, rows: list[dict[str, Any]]) -> None:
    """Say beside which point a name stands without covering a point or a name; the others show on pointing."""

    def places(name: str, size: int) -> list[float]:
        low, high = _domain(chart, rows, name, size)
        return [
            size * ((math.log10(row[name]) if chart.log else float(row[name])) - low) / (high - low) for row in rows
        ]

    points = list(zip(places(chart.x, chart.width), places(chart.y, chart.height), strict=True))
    taken = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in points]
    for row, (x, y) in zip(rows, points, strict=True):
        text = str(row.get(chart.label) or "")
        length = sum(10.5 if letter > "\u2e80" else 6.2 for letter in text)
        row[_SIDE] = ""
        own = (x - DOT, y - DOT, x + DOT, y + DOT)
        for side, left, low in (
            ("right", x + GAP, y - 6),
            ("left", x - GAP - length, y - 6),
            ("above", x - length / 2, y + GAP),
            ("below", x - length / 2, y - GAP - 12),
        ):
            box = (left, low, left + length, low + 12)
            inside = box[0] >= 0 and box[2] <= chart.width and box[1] >= 0 and box[3] <= chart.height
            if text and inside and not any(_meet(box, other) for other in taken if other != own):
                row[_SIDE] = side
                taken.append(box)
                break


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _ticks(low: float, high: float) -> list[float]:
    """Give 1, 2 and 5 of each power of ten between two logarithms."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    return [v for p in powers for v in (10.0**p, 2 * 10.0**p, 5 * 10.0**p) if low <= math.log10(v) <= high]


def specification(chart: Chart, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make the Vega-Lite specification through Altair."""
    import altair as alt

    inline: Any = alt.Data
    data = inline(values=list(rows))
    scale = alt.Scale(type="log", nice=False) if chart.log else alt.Scale(zero=True)
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
    y: Any = alt.Y(f"{chart.y}:Q", title=chart.y_title, scale=scale)
    if chart.kind == "bars":
        x: Any = alt.Y(f"{chart.x}:N", title=None, sort=None)
        layers.append(base.mark_bar(size=12).encode(y=x, x=alt.X(f"{chart.y}:Q", title=chart.y_title), color=colour))
    elif chart.kind == "lines":
        x = alt.X(f"{chart.x}:O", title=chart.x_title, axis=alt.Axis(labelAngle=0))
        layers.append(base.mark_line(strokeWidth=1.6).encode(x=x, y=y, color=colour))
        layers.append(base.mark_point(filled=True, size=36, opacity=1).encode(x=x, y=y, color=colour, shape=shape))
    else:
        x, y = (
            make(f"{name}:Q", title=title, **_scatter_axis(_domain(chart, rows, name, size), log=chart.log))
            for make, name, title, size in (
                (alt.X, chart.x, chart.x_title, chart.width),
                (alt.Y, chart.y, chart.y_title, chart.height),
            )
        )
        named = {"description": f"{chart.label}:N"} if chart.label else {}
        dots = base.mark_point(filled=True, size=52, opacity=1)
        layers.append(dots.encode(x=x, y=y, color=colour, shape=shape, **named))
        for side, how in _SIDES.items() if chart.label else ():
            text = alt.Chart(inline(values=[row for row in rows if row[_SIDE] == side]))
            layers.append(text.mark_text(fontSize=10, color=_SOFT, **how).encode(x=x, y=y, text=f"{chart.label}:N"))
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


def _scatter_axis(domain: tuple[float, float], *, log: bool) -> dict[str, Any]:
    """Make scale and axis of a scatter chart from the ends of its scale."""
    if not log:
        return {"scale": {"domain": list(domain), "nice": False, "zero": False}}
    ends = [float(f"{10.0**end:.6g}") for end in domain]
    return {"scale": {"type": "log", "domain": ends, "nice": False}, "axis": {"values": _ticks(*domain)}}


def _render(spec: Mapping[str, Any], language: str) -> str:
    import vl_convert

    # Chinese groups digits as English does
    return str(vl_convert.vegalite_to_svg(dict(spec), format_locale="fr-FR" if language == "fr" else None))


def finish(svg: str, chart: Chart) -> str:
    """Give the drawing its name, the site's colours and fonts; take out what the page's policy forbids."""
    svg = _COLOUR.sub(lambda match: _VARIABLES[match[0].lower()], svg)
    svg = _MARK.sub(r"<path\2><title>\1</title></path>", svg)
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
