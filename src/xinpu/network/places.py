"""Places for drawings of the network: the whole by forces, one entity's surroundings on a ring.

Equal networks give equal places on all machines: no dice, sums in a fixed order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from xinpu.network.graph import Network, by_degree

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

SIZE: Final = 10_000
"""Width and height of the field on which ``layout`` places nodes."""

Positions = dict[str, tuple[int, int]]
"""IRI of a node -> x and y, from 0 to SIZE, y downwards."""

_CORE: Final = 1_000
_ROUNDS: Final = 100
_GRAVITY: Final = 1.0


def layout(net: Network) -> Positions:
    """Place all nodes so that joined ones are near and all are apart; equal networks give equal places.

    Forces move the best joined thousand (springs along edges, all push each other away); the others fan out around
    the neighbour they hang on; those joined with nobody stand in rows below.
    """
    joined = [name for name in by_degree(net) if net.neighbours[name]]
    core = [name for name in joined if len(net.neighbours[name]) > 1][:_CORE] or joined[:1]
    places = _forces(net, core)
    queue = list(core)
    while queue:
        queue = _fan(net, queue, places)
        if not queue and (rest := [name for name in joined if name not in places]):
            # a component without any node of the core: begun beside the others
            places[rest[0]] = (1.15, len(places) % 20 / 10 - 1)
            queue = rest[:1]
    alone = [node.iri for node in net.nodes if not net.neighbours[node.iri]]
    return _scaled(places, alone)


def _forces(net: Network, core: list[str]) -> dict[str, tuple[float, float]]:
    """Run the forces; only sums in a fixed order and exact operations, so that all machines agree."""
    import numpy as np

    count = len(core)
    index = {name: place for place, name in enumerate(core)}
    # a sunflower: even, and without dice
    turn = [(math.sqrt((i + 0.5) / count), i * math.pi * (3 - math.sqrt(5))) for i in range(count)]
    x: Numbers = np.array([round(r * math.cos(a), 9) for r, a in turn])
    y: Numbers = np.array([round(r * math.sin(a), 9) for r, a in turn])
    ends = [(index[a], index[b]) for a in core for b in net.neighbours[a] if b in index and index[a] < index[b]]
    begin, end = (np.array([pair[side] for pair in ends], dtype=np.intp) for side in (0, 1))
    weight = np.array([1 + len(net.neighbours[name]) for name in core], dtype=np.float64) ** 0.5
    length = 1 / math.sqrt(max(count, 1))
    dx, dy, push, square = (np.empty((count, count)) for _ in range(4))
    for step in range(_ROUNDS):
        heat = 0.1 * (1 - step / _ROUNDS) + 0.001
        np.subtract(x[:, None], x[None, :], out=dx)
        np.subtract(y[:, None], y[None, :], out=dy)
        np.multiply(dx, dx, out=push)
        np.multiply(dy, dy, out=square)
        push += square
        push += 1e-6
        np.divide(weight[:, None] * (length * length), push, out=push)
        dx *= push
        dy *= push
        # pushes are summed row by row; the middle draws each as strongly as it is joined, so that no part drifts away
        move_x = -dx.sum(axis=0) * weight - x * weight * _GRAVITY
        move_y = -dy.sum(axis=0) * weight - y * weight * _GRAVITY
        if len(ends):
            ex, ey = x[end] - x[begin], y[end] - y[begin]
            pull = np.sqrt(ex * ex + ey * ey) / length
            for at, sign in ((begin, 1.0), (end, -1.0)):
                move_x += np.bincount(at, sign * ex * pull, count)
                move_y += np.bincount(at, sign * ey * pull, count)
        far = np.sqrt(move_x * move_x + move_y * move_y) + 1e-12
        reach = np.minimum(far, heat) / far
        x, y = x + move_x * reach, y + move_y * reach
    extent = max(float(np.abs(x).max(initial=0)), float(np.abs(y).max(initial=0)), 1e-9)
    return {name: (float(x[i]) / extent, float(y[i]) / extent) for name, i in index.items()}


def _fan(net: Network, anchors: list[str], places: dict[str, tuple[float, float]]) -> list[str]:
    """Place the unplaced neighbours of each anchor on arcs around it, away from the middle; give those placed."""
    placed: list[str] = []
    for anchor in anchors:
        held = [name for name in net.neighbours[anchor] if name not in places]
        x, y = places[anchor]
        away = math.atan2(y, x)
        for number, name in enumerate(held):
            ring, seat = divmod(number, 12)
            radius = 0.03 + 0.02 * ring
            # seats alternate left and right of the direction outwards
            angle = away + (seat + 1) // 2 * (-1) ** seat * (math.pi / 6) + ring * math.pi / 12
            places[name] = (x + radius * math.cos(angle), y + radius * math.sin(angle))
            placed.append(name)
    return placed


def _scaled(places: Mapping[str, tuple[float, float]], alone: list[str]) -> Positions:
    rows = math.ceil(len(alone) / 60)
    height = SIZE - rows * 160
    xs, ys = [p[0] for p in places.values()] or [0.0], [p[1] for p in places.values()] or [0.0]
    spread = max(max(xs) - min(xs), max(ys) - min(ys), 1e-9)
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    scale = 0.96 * height / spread
    found = {
        name: (round(SIZE / 2 + (x - middle_x) * scale), round(height / 2 + (y - middle_y) * scale))
        for name, (x, y) in places.items()
    }
    for number, name in enumerate(alone):
        found[name] = (round((number % 60 + 0.5) * SIZE / 60), height + number // 60 * 160 + 80)
    return dict(sorted(found.items()))


def neighbourhood(net: Network, centre: str, limit: int = 24) -> tuple[Network, Positions]:
    """Give an entity, those joined with it (the best joined ones if there are more than ``limit``) and their places.

    The entity stands in the middle, the others around it by property, so that equal links are side by side.
    """
    held = sorted(net.neighbours[centre], key=lambda name: (-len(net.neighbours[name]), name))[:limit]
    chosen = {centre, *held}
    edges = sorted({e for name in held for e in net.by_end[name] if e.source in chosen and e.target in chosen})
    first: dict[str, tuple[str, bool]] = {}
    for edge in edges:
        if centre in (edge.source, edge.target):
            other = edge.target if edge.source == centre else edge.source
            first.setdefault(other, (edge.property, edge.source != centre))
    order = sorted(held, key=lambda name: (first[name], net.node[name].cls, name))
    places = {centre: (SIZE // 2, SIZE // 2)}
    for number, name in enumerate(order):
        angle = 2 * math.pi * number / len(order) - math.pi / 2
        # two rings when it gets tight
        radius = SIZE * (0.42 if len(order) <= 12 or number % 2 == 0 else 0.27)
        places[name] = (round(SIZE / 2 + radius * math.cos(angle)), round(SIZE / 2 + radius * math.sin(angle)))
    nodes = tuple(net.node[name] for name in sorted(chosen))
    return Network(nodes, tuple(edges)), dict(sorted(places.items()))
