"""The site, SPARQL and linked data on this machine, for work on the graph and for small audiences."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import uvicorn

from xinpu.errors import UsageError
from xinpu.layout import Project
from xinpu.serve.app import application
from xinpu.serve.sparql import Service
from xinpu.serve.state import State, load_derived
from xinpu.serve.watch import builder, watching

__all__ = ["Service", "application", "serve"]


def serve(
    project: Project,
    folder: Path,
    *,
    port: int = 8000,
    watch: bool = False,
    host: str = "127.0.0.1",
    service: Service | None = None,
    tell: Callable[[str], None] | None = None,
) -> None:
    """Serve the site of a build folder, ``/sparql`` and ``/id/…`` until interrupted; build first if there is no site.

    With ``watch`` a change of the project's files rebuilds, and open pages reload. Raises UsageError if the port is
    taken, and what building and loading raise.
    """
    say = tell or _say
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(host, port))
        site = folder / "site"
        if watch:
            build = stack.enter_context(builder(project, folder))
            build()
        elif not site.is_dir():
            from xinpu.build import build as build_once
            from xinpu.checks import default_folder

            say(f"building {folder}")
            build_once(project, folder, cache=default_folder(project))
        state = State(partial(load_derived, project))
        stack.callback(state.close)
        if watch:
            stack.enter_context(watching(project, state, build, say))
        say(f"{site} is at http://{host}:{listener.getsockname()[1]}/ (end with Ctrl-C)")
        config = uvicorn.Config(
            application(site, state, service, watch=watch),
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used: {error.strerror}", remedy="Choose another with --port."
        ) from None


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
