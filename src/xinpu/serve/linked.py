"""Linked data: an id leads to its page for people, and to what the graph says of it for programs.

https://www.w3.org/TR/cooluris/
"""

from __future__ import annotations

import html
import re
from http import HTTPStatus
from pathlib import Path
from typing import Final

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from xinpu.errors import XinpuError
from xinpu.layout import ID, XP
from xinpu.results import MEDIA_TYPES
from xinpu.serve.negotiation import HTML, TRIPLES, choose
from xinpu.serve.state import State
from xinpu.worker import MIB, Limits
from xinpu.worker import Request as Question

SUFFIXES: Final = {"turtle": ".ttl", "ntriples": ".nt", "jsonld": ".jsonld", "rdfxml": ".rdf"}

_SLUG: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_TARGET: Final = re.compile(r'http-equiv="refresh" content="0; url=([^"]*)"')
_LIMITS: Final = Limits(seconds=10.0, memory=512 * MIB, size=16 * MIB)
_VARY: Final = {"Vary": "Accept"}


def query_about(name: str) -> str:
    """Ask for all that is said with a thing as subject, and for all claims about it."""
    return (
        f"CONSTRUCT {{ ?node ?property ?value }} WHERE {{ "
        f"{{ BIND(<{ID}{name}> AS ?node) }} UNION {{ ?node <{XP}about> <{ID}{name}> }} ?node ?property ?value }}"
    )


async def leads(request: Request, site: Path, state: State) -> Response:
    """Answer ``/id/<slug>`` by leading on (303), and ``/id/<slug>.ttl`` and its like with triples."""
    name: str = request.path_params["name"].rstrip("/")
    for form, suffix in SUFFIXES.items():
        if name.endswith(suffix):
            return await _triples(name.removesuffix(suffix), form, state)
    if not _SLUG.fullmatch(name):
        return _missing(name)
    form = choose(request.headers.get("accept"), {**HTML, **TRIPLES}) or "html"
    if form != "html":
        return _see(f"/id/{name}{SUFFIXES[form]}")
    try:
        found = _TARGET.search((site / "id" / name / "index.html").read_text(encoding="utf-8"))
    except OSError:
        found = None
    if found is None:
        return _missing(name)
    # the page's own way there is relative to its folder
    return _see("/" + html.unescape(found[1]).removeprefix("../../"))


async def _triples(name: str, form: str, state: State) -> Response:
    if not _SLUG.fullmatch(name):
        return _missing(name)
    question = Question(query_about(name), _LIMITS, form)
    try:
        data: bytes = await anyio.to_thread.run_sync(state.ask, question, limiter=state.threads)
    except XinpuError as error:
        return PlainTextResponse(f"{error}\n", status_code=500)
    nothing = {"turtle": b"", "ntriples": b"", "jsonld": b"[]"}.get(form)
    if data.strip() == nothing or (nothing is None and b"rdf:about" not in data):
        return _missing(name)
    return Response(data, media_type=MEDIA_TYPES[form])


def _see(target: str) -> Response:
    return RedirectResponse(target, status_code=HTTPStatus.SEE_OTHER, headers=_VARY)


def _missing(name: str) -> Response:
    return PlainTextResponse(f"There is nothing with the id {name[:80]}.\n", status_code=404, headers=_VARY)
