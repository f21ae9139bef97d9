"""Xinpu (芯谱): the reference knowledge graph of China's AI-chip ecosystem.

The way of the data, one way only::

    ontology/ graph/ --store--> checks --derive--> checks --queries--> site, exports --build--> build/

Modules, each importing only from those to its left::

    errors <- layout <- store <- terms <- queries
           <- { derive, checks, network, charts, i18n, pages, search, exports } <- site
           <- { serve, mcp, curate } <- cli
"""

from __future__ import annotations

__version__ = "0.1.0"
