"""The SPARQL 1.1 Protocol at ``/sparql``, for reading only.

Protocol: https://www.w3.org/TR/sparql11-protocol/ Refused: updates, SERVICE (unless allowed), queries that take too
long, too much memory or give too large an answer, and more queries at once than there are places for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from xinpu.endpoint import GRAPHS, form_of
from xinpu.errors import ModelError, UsageError, XinpuError
from xinpu.results import MEDIA_TYPES
from xinpu.serve.description import description
from xinpu.serve.negotiation import HTML, ROWS, TRIPLES, choose
from xinpu.serve.state import State
from xinpu.worker import MIB, Limits
from xinpu.worker import Request as Question

LONGEST_QUERY: Final = MIB
"""Bytes of a request's body."""

VARY: Final = {"Vary": "Accept"}


@dataclass(frozen=True)
class Service:
    """What the service allows."""

    limits: Limits = field(default_factory=lambda: Limits(seconds=30.0, memory=1024 * MIB, size=64 * MIB))
    at_once: int = 4
    """Queries that run at once."""
    waiting: int = 16
    """Queries that wait for a place."""
    patience: float = 5.0
    """Seconds that they wait."""


class Sparql:
    """The service: one method that answers a request."""

    def __init__(self, state: State, service: Service) -> None:
        self._state = state
        self._service = service
        self._places = anyio.CapacityLimiter(service.at_once)

    async def __call__(self, request: Request) -> Response:
        """Answer a request of the protocol."""
        if request.method not in ("GET", "HEAD", "POST"):
            return _text(405, "This service is for reading: GET or POST.", {"Allow": "GET, HEAD, POST, OPTIONS"})
        try:
            fields = await _fields(request)
        except UsageError as error:
            return _text(400, str(error))
        except _TooLongError:
            return _text(413, f"The request is larger than {LONGEST_QUERY} bytes.")
        if fields is None:
            return _text(415, "Send application/x-www-form-urlencoded or application/sparql-query.")
        given = [value for name, value in fields if name == "query"]
        if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in fields):
            return _text(400, "This service is for reading: updates are refused.")
        if not given and request.method != "POST":
            return self._describe(request)
        if len(given) != 1:
            return _text(400, "Send exactly one query.")
        return await self._answer(request, given[0], dict(fields))

    def _describe(self, request: Request) -> Response:
        accept = request.headers.get("accept")
        if choose(accept, {**TRIPLES, **HTML}) == "html":
            return RedirectResponse("/sparql/", status_code=HTTPStatus.SEE_OTHER, headers=VARY)
        form = choose(accept, TRIPLES)
        if form is None:
            return _text(406, f"The description comes as {', '.join(TRIPLES)}.", VARY)
        text = description(str(request.url.replace(query="")), form)
        return Response(text, media_type=MEDIA_TYPES[form], headers=VARY)

    async def _answer(self, request: Request, text: str, fields: dict[str, str]) -> Response:
        offered = ROWS if form_of(text) in ("SELECT", "ASK") else TRIPLES
        form = fields.get("format") or choose(request.headers.get("accept"), offered)
        if form is None or form not in offered.values():
            return _text(406, f"The answer comes as {', '.join(offered)}.", VARY)
        graphs = await _graphs(request)
        limiter = self._places
        if limiter.available_tokens <= 0 and limiter.statistics().tasks_waiting >= self._service.waiting:
            return _busy()
        ask = self._state.ask
        question = Question(text, self._service.limits, form, graphs)
        with anyio.move_on_after(self._service.patience) as waited:
            await limiter.acquire_on_behalf_of(request)
        if waited.cancelled_caught:
            return _busy()
        try:
            data: bytes = await anyio.to_thread.run_sync(ask, question, limiter=self._state.threads)
        except (ModelError, UsageError) as error:
            return _text(400, str(error))
        except XinpuError as error:
            # the protocol: 500 where a well-formed query is refused
            return _text(500, str(error))
        finally:
            limiter.release_on_behalf_of(request)
        return Response(data, media_type=MEDIA_TYPES[form], headers=VARY)


class _TooLongError(Exception):
    """The body is too long."""


async def _fields(request: Request) -> list[tuple[str, str]] | None:
    """Give the parameters of a request; None if its body is of a kind that the protocol does not know."""
    fields = list(request.query_params.multi_items())
    if request.method != "POST":
        return fields
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_QUERY:
            raise _TooLongError
    request.state.body = body
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise UsageError("the query is not UTF-8", remedy="Send UTF-8.") from None
    if kind == "application/x-www-form-urlencoded":
        try:
            fields += parse_qsl(text, keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            raise UsageError("the query is not UTF-8", remedy="Send UTF-8.") from None
        request.state.fields = fields
        return fields
    if kind == "application/sparql-query":
        return [*fields, ("query", text)]
    if kind == "application/sparql-update":
        return [*fields, ("update", text)]
    return None


async def _graphs(request: Request) -> tuple[str, ...]:
    """Give the graphs that a request names; none for all of ours."""
    fields = getattr(request.state, "fields", None) or request.query_params.multi_items()
    named = tuple(dict.fromkeys(value for name, value in fields if name == "default-graph-uri"))
    return () if set(named) == set(GRAPHS) else named


def _busy() -> Response:
    return _text(503, "Too many queries at once; try again.", {"Retry-After": "1"})


def _text(status: int, text: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(text + "\n", status_code=status, headers=headers)
