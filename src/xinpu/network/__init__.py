"""The network of entities: who is joined to whom and by which claim; paths, centrality, places for drawings.

The only part of the package that knows networkx.
"""

from __future__ import annotations

from xinpu.network.graph import (
    Centrality,
    Edge,
    Network,
    Node,
    centrality,
    network,
    path_between,
    paths_from,
    to_networkx,
)
from xinpu.network.places import SIZE, Positions, layout, neighbourhood

__all__ = [
    "SIZE",
    "Centrality",
    "Edge",
    "Network",
    "Node",
    "Positions",
    "centrality",
    "layout",
    "neighbourhood",
    "network",
    "path_between",
    "paths_from",
    "to_networkx",
]
