"""The application: the site's files, ``/sparql``, ``/id/…``, and the news of rebuilds while watching."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import anyio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from xinpu.serve.linked import leads
from xinpu.serve.sparql import Service, Sparql
from xinpu.serve.state import State

METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]

_NEWS: Final = "/-/news"
_SCRIPT: Final = "/-/reload.js"
_RELOAD: Final = f"""new EventSource("{_NEWS}").addEventListener("built", () => location.reload());\n"""


def application(site: Path, state: State, service: Service | None = None, *, watch: bool = False) -> Starlette:
    """Make the application over a built site and a desk."""
    sparql = Sparql(state, service or Service())

    async def answer(request: Request) -> Response:
        return await sparql(request)

    async def thing(request: Request) -> Response:
        return await leads(request, site, state)

    async def news(_request: Request) -> Response:
        return StreamingResponse(_news(state), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def script(_request: Request) -> Response:
        return Response(_RELOAD, media_type="text/javascript")

    routes = [Route("/sparql", answer, methods=METHODS), Route("/id/{name:path}", thing, methods=["GET", "HEAD"])]
    if watch:
        routes += [Route(_NEWS, news), Route(_SCRIPT, script)]
    files = Files(site, watch=watch)
    cors = Middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"], allow_headers=["*"], max_age=86400
    )
    return Starlette(routes=[*routes, Mount("/", files)], middleware=[cors])


class Files(StaticFiles):
    """The site's files, never kept by browsers without asking; pages call for news while watching."""

    def __init__(self, site: Path, *, watch: bool) -> None:
        super().__init__(directory=site, html=True, check_dir=False)
        self._watch = watch

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Give one file."""
        response: Response
        if self._watch and str(full_path).endswith(".html"):
            response = HTMLResponse(_listening(Path(full_path).read_text(encoding="utf-8")), status_code=status_code)
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def _listening(page: str) -> str:
    """Let a page hear of rebuilds: its policy must allow that too."""
    if "connect-src" not in page:
        page = page.replace("default-src 'none';", "default-src 'none'; connect-src 'self';", 1)
    before, end, after = page.rpartition("</body>")
    return f'{before}<script src="{_SCRIPT}"></script>{end}{after}' if end else page


async def _news(state: State) -> AsyncIterator[str]:
    seen = state.builds
    yield "retry: 500\n\n"
    idle = 0
    while True:
        await anyio.sleep(0.1)
        idle += 1
        if state.builds != seen:
            seen, idle = state.builds, 0
            yield f"event: built\ndata: {seen}\n\n"
        elif idle >= 150:
            idle = 0
            # a comment, which shows a connection that is gone
            yield ": still here\n\n"
