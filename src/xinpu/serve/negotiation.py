"""Choosing the format that a client wants, by its Accept header.

Rules: https://www.rfc-editor.org/rfc/rfc9110#name-accept
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

ROWS: Final[dict[str, str]] = {
    "application/sparql-results+json": "json",
    "application/json": "json",
    "application/sparql-results+xml": "xml",
    "application/xml": "xml",
    "text/xml": "xml",
    "text/csv": "csv",
    "text/tab-separated-values": "tsv",
    "text/markdown": "markdown",
}
"""Media type -> format of rows and of true or false; the first is the default."""

TRIPLES: Final[dict[str, str]] = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdfxml",
    "application/x-turtle": "turtle",
    "application/json": "jsonld",
    "text/plain": "ntriples",
}
"""Media type -> format of triples; the first is the default."""

HTML: Final[dict[str, str]] = {"text/html": "html", "application/xhtml+xml": "html"}


def choose(accept: str | None, offered: Mapping[str, str]) -> str | None:
    """Give the format that fits an Accept header best, the first offered one if all are equal, None if none fits."""
    wanted = _ranges(accept or "*/*")
    best: tuple[float, int] | None = None
    chosen: str | None = None
    for place, (media, form) in enumerate(offered.items()):
        quality = _quality(media, wanted)
        if quality > 0 and (best is None or (quality, -place) > best):
            best, chosen = (quality, -place), form
    return chosen


def _ranges(accept: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in accept.split(","):
        media, *params = [piece.strip().lower() for piece in part.split(";")]
        quality = 1.0
        for param in params:
            name, _, value = param.partition("=")
            if name.strip() == "q":
                try:
                    quality = max(0.0, min(1.0, float(value)))
                except ValueError:
                    quality = 0.0
        if media:
            found[media] = max(quality, found.get(media, 0.0))
    return found or {"*/*": 1.0}


def _quality(media: str, wanted: Mapping[str, float]) -> float:
    for name in (media, media.partition("/")[0] + "/*", "*/*"):
        if name in wanted:
            return wanted[name]
    return 0.0
