"""The drawing of the whole network: an SVG that reads without script, dots with names where there is room."""

from __future__ import annotations

from markupsafe import Markup, escape

from xinpu.network import Network, Positions
from xinpu.site.html import Writer, safe
from xinpu.site.views import Views

NAMED: int = 140
"""So many of the best joined nodes may carry their names, where there is room."""


def whole(net: Network, places: Positions, views: Views, writer: Writer) -> Markup:
    """Draw the largest joined part of the network; each dot links to its page."""
    part = _largest(net)
    best = sorted((n for n in net.nodes if n.iri in part), key=lambda n: (-len(net.neighbours[n.iri]), n.iri))
    at = _spread({node.iri: places[node.iri] for node in best})
    lines = sorted({(min(e.source, e.target), max(e.source, e.target)) for e in net.edges})
    path = "".join(f"M{at[a][0]:g} {at[a][1]:g}L{at[b][0]:g} {at[b][1]:g}" for a, b in lines if a in at and b in at)
    title = escape(views.translations.text("Network of all entities"))
    parts = [
        f'<svg viewBox="0 0 1000 1000" width="1000" height="1000" class="network" role="group" aria-label="{title}">',
        f'<path d="{path}" fill="none" stroke="currentColor" stroke-width=".35" opacity=".28"/>',
    ]
    for node in best:
        ref = views.ref(node.iri)
        x, y = at[node.iri]
        radius = round(1.4 + len(net.neighbours[node.iri]) ** 0.5 * 0.8, 1)
        dot = f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}"><title>{escape(str(ref))}</title></circle>'
        parts.append(f'<a href="{writer.root}{escape(ref.href)}">{dot}</a>' if ref.href else dot)
    taken: list[tuple[float, float, float]] = []
    for node in best[:NAMED]:
        name = str(views.ref(node.iri))
        x, y = at[node.iri]
        width = sum(10.5 if c > "\u2e80" else 5.6 for c in name)
        left = x + 6 if x + 6 + width < 998 else x - 6 - width
        if all(abs(y - v) > 11 or left > r or left + width < u for u, v, r in taken):
            taken.append((left, y, left + width))
            parts.append(f'<text x="{left:g}" y="{round(y + 3.5, 1):g}" aria-hidden="true">{escape(name)}</text>')
    return safe("".join([*parts, "</svg>"]))


def _largest(net: Network) -> frozenset[str]:
    """Find the largest part of the network whose nodes are all joined."""
    left = {node.iri for node in net.nodes}
    largest: set[str] = set()
    for start in sorted(left):
        if start not in left:
            continue
        part = {start}
        todo = [start]
        while todo:
            for name in net.neighbours[todo.pop()]:
                if name not in part:
                    part.add(name)
                    todo.append(name)
        left -= part
        if len(part) > len(largest):
            largest = part
    return frozenset(largest)


def _spread(places: Positions) -> dict[str, tuple[float, float]]:
    """Stretch places over a field of a thousand by a thousand."""
    xs = [x for x, _ in places.values()]
    ys = [y for _, y in places.values()]
    if not xs:
        return {}
    left, top = min(xs), min(ys)
    across, down = max(max(xs) - left, 1), max(max(ys) - top, 1)

    def put(value: int, start: int, size: int) -> float:
        return round(14 + 972 * (value - start) / size, 1)

    return {name: (put(x, left, across), put(y, top, down)) for name, (x, y) in places.items()}
