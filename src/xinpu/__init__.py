"""Xinpu (芯谱): the reference knowledge graph of China's AI-chip ecosystem.

The way of the data, one way only::

    ontology/ graph/ ──store──> checks ──derive──> checks ──queries──> exports, site ──build──> build/

Modules, each importing only from those before it::

    errors <- layout <- store <- terms <- results <- { endpoint, queries, worker } <- derive
           <- { checks, network, charts, i18n, pages, search } <- exports <- site <- { build, api }
           <- { serve, mcp, curate } <- cli

In Python: ``import xinpu; graph = xinpu.open(); graph.query("market/shares").to_pandas()``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xinpu.api import Graph, open  # noqa: A004

__version__ = "0.1.0"
__all__ = ["Graph", "__version__", "open"]


def __getattr__(name: str) -> Any:
    """Load the Python face at need, so that the command line answers at once (PEP 562)."""
    if name in ("Graph", "open"):
        from xinpu import api

        return getattr(api, name)
    raise AttributeError(f"module 'xinpu' has no attribute {name!r}")
