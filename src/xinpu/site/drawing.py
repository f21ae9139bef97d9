"""The drawing of the whole network: an SVG that reads without script, dots with names where there is room."""

from __future__ import annotations

from markupsafe import Markup, escape

from xinpu.network import SIZE, Network, Positions
from xinpu.site.html import Writer, safe
from xinpu.site.views import Views

NAMED: int = 60
"""The best joined nodes carry their names."""


def whole(net: Network, places: Positions, views: Views, writer: Writer) -> Markup:
    """Draw all joined entities; each dot links to its page."""
    scale = 1000 / SIZE
    joined = [node for node in net.nodes if net.neighbours[node.iri]]
    at = {name: (round(x * scale, 1), round(y * scale, 1)) for name, (x, y) in places.items()}
    lines = sorted({(min(e.source, e.target), max(e.source, e.target)) for e in net.edges})
    path = "".join(f"M{at[a][0]:g} {at[a][1]:g}L{at[b][0]:g} {at[b][1]:g}" for a, b in lines if a in at and b in at)
    best = sorted(joined, key=lambda node: (-len(net.neighbours[node.iri]), node.iri))
    title = escape(views.translations.text("Network of all entities"))
    parts = [
        f'<svg viewBox="0 0 1000 1000" class="network" role="group" aria-label="{title}">',
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width=".35" opacity=".28"/>',
    ]
    for node in best:
        ref = views.ref(node.iri)
        x, y = at[node.iri]
        radius = round(1.2 + len(net.neighbours[node.iri]) ** 0.5 * 0.9, 1)
        dot = f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}"><title>{escape(str(ref))}</title></circle>'
        parts.append(f'<a href="{writer.root}{escape(ref.href)}">{dot}</a>' if ref.href else dot)
    for node in best[:NAMED]:
        x, y = at[node.iri]
        parts.append(f'<text x="{x + 5:g}" y="{y + 3:g}" aria-hidden="true">{escape(str(views.ref(node.iri)))}</text>')
    return safe("".join([*parts, "</svg>"]))
