"""SPARQL servers: asking them by the SPARQL 1.1 Protocol, and putting the named graphs into them."""

from __future__ import annotations

from xinpu.endpoint.client import GRAPHS, Endpoint, form_of
from xinpu.endpoint.load import load

__all__ = ["GRAPHS", "Endpoint", "form_of", "load"]
