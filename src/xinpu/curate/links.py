"""Asks the addresses of sources whether they still answer; a maintainer's tool: a dead address is no retraction."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from xinpu.layout import Project
from xinpu.store import load_strict

ADDRESSES = """
PREFIX schema: <https://schema.org/>
PREFIX xp: <https://w3id.org/xinpu/ontology#>
SELECT ?source ?url WHERE { ?source a xp:Source . ?source schema:url ?url } ORDER BY ?url ?source
"""


@dataclass(frozen=True)
class DeadLink:
    """A source whose address did not answer well, where it stands, and why."""

    path: str
    line: int
    url: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.url}: {self.reason}. Look for a copy; the claim stays."


def dead(project: Project, *, timeout: float, jobs: int, client: httpx.Client | None = None) -> Iterator[DeadLink]:
    """Give the addresses that do not answer with success, in the order of their addresses."""
    dataset = load_strict(project)
    rows = dataset.select(ADDRESSES).rows
    wanted = [(str(s.value), u.value) for s, u in rows if s is not None and u is not None]  # type: ignore[union-attr]
    wanted = [(source, url) for source, url in wanted if url.startswith(("http://", "https://"))]
    with client or httpx.Client(timeout=timeout, follow_redirects=True) as web, ThreadPoolExecutor(jobs) as pool:
        for (source, url), reason in zip(wanted, pool.map(lambda pair: _reason(web, pair[1]), wanted), strict=True):
            if reason:
                path, line = dataset.place(source) or ("graph", 1)
                yield DeadLink(path, line, url, reason)


def _reason(web: httpx.Client, url: str) -> str:
    """Give why an address is not well; empty if it is."""
    try:
        answer = web.head(url)
        if answer.status_code in (403, 405, 501):
            answer = web.get(url)
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return "" if answer.is_success else f"HTTP {answer.status_code}"
