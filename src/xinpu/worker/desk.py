"""Queries in a process of their own, which can be ended: the engines cannot stop a query once begun.

Where processes fork (all but Windows) the child shares the loaded store, so that nothing is loaded or copied; elsewhere
it is handed the quads. A child ends itself at its time limit and gets no more memory than it was given.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

from xinpu.errors import ModelError, UsageError, XinpuError
from xinpu.results import Answer
from xinpu.store import Dataset, Solutions
from xinpu.worker.child import serve, serve_quads
from xinpu.worker.packing import flat, unpack
from xinpu.worker.request import MIB, Engine, Limits, Request, too_long, too_much
from xinpu.worker.service import asks_service

GRACE: Final = 5.0
"""Seconds beyond its limit after which a child that did not end itself is given up."""

Load = Callable[[], Dataset]
Ask = Callable[[Request], Any]


def answer(dataset: Dataset, text: str, limits: Limits | None = None, engine: Engine = Dataset.answer) -> Answer:
    """Answer a query of any form in a child process.

    Raises XinpuError when a limit is passed, ModelError on bad SPARQL, UsageError for SERVICE where it is not allowed.
    """
    with desk(dataset, engine) as ask:
        found: Answer = ask(Request(text, limits or Limits()))
        return found


@dataclass(frozen=True)
class Within:
    """A dataset whose SELECT queries each run in a child process within limits."""

    dataset: Dataset
    limits: Limits
    engine: Engine = Dataset.answer

    def select(self, text: str) -> Solutions:
        """Answer one SELECT query; raises ModelError if it is of another form."""
        found = answer(self.dataset, text, self.limits, self.engine)
        if not isinstance(found, Solutions):
            raise ModelError("the query is not a SELECT", remedy="Use a SELECT query here.")
        return found


@contextmanager
def desk(dataset: Dataset, engine: Engine = Dataset.answer, *, fork: bool = hasattr(os, "fork")) -> Iterator[Ask]:
    """Open a desk that many threads may ask at once, each query in a child process of its own.

    Open it before the process starts threads: the desk is a copy of the process made at that moment, and it alone
    forks. Without fork each query gets a fresh process that is handed the quads.
    """
    if not fork:
        quads = [tuple(flat(term) for term in quad) for quad in dataset.store]
        yield lambda request: _ask_spawned(engine, quads, request)
        return
    with _open(multiprocessing.get_context("fork"), lambda: dataset, engine) as ask:
        yield ask


@contextmanager
def loading_desk(load: Load, engine: Engine = Dataset.answer) -> Iterator[Ask]:
    """Open a desk that loads for itself, in a fresh process; this one may have threads.

    ``load`` must be picklable. Raises what loading raises.
    """
    if not hasattr(os, "fork"):
        with desk(load(), engine) as ask:
            yield ask
        return
    with _open(multiprocessing.get_context("spawn"), load, engine) as ask:
        yield ask


@contextmanager
def _open(context: Any, load: Load, engine: Engine) -> Iterator[Ask]:
    here, there = socket.socketpair()
    news, tell = context.Pipe(duplex=False)
    process = context.Process(target=_desk, args=(load, engine, there, tell), daemon=True, name="xinpu-desk")
    if context.get_start_method() == "fork":
        # the copy would hold the parent's end open and never learn that the parent is gone
        process = context.Process(target=_desk, args=(load, engine, there, tell, here), daemon=True, name="xinpu-desk")
    process.start()
    there.close()
    tell.close()
    try:
        try:
            problem = news.recv()
        except EOFError:
            problem = XinpuError("the process that answers queries did not start")
        if problem is not None:
            raise problem
        yield lambda request: _ask_desk(here, request)
    finally:
        here.close()
        news.close()
        process.join()


def _desk(
    load: Load,
    engine: Engine,
    callers: socket.socket,
    tell: Connection[Any, Any],
    parents: socket.socket | None = None,
) -> None:
    """Load, then fork a child for each caller, until the parent closes its end or is gone."""
    if parents is not None:
        parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        dataset = load()
    except XinpuError as error:
        tell.send(error)
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    tell.send(None)
    tell.close()
    while True:
        data, handles, _, _ = socket.recv_fds(callers, 1, 1)
        if not data:
            return
        if os.fork() == 0:
            with contextlib.suppress(BaseException):
                callers.close()
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                serve(dataset, engine, Connection(handles[0]))
            os._exit(0)
        os.close(handles[0])


def _ask_desk(desk_end: socket.socket, request: Request) -> Any:
    _check_service(request)
    here, there = multiprocessing.Pipe()
    with here:
        socket.send_fds(desk_end, [b"?"], [there.fileno()])
        there.close()
        return _converse(here, request)


def _ask_spawned(engine: Engine, quads: list[Any], request: Request) -> Any:
    _check_service(request)
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("spawn").Process(target=serve_quads, args=(quads, engine, there), daemon=True)
    child.start()
    there.close()
    try:
        with here:
            # the time for starting and loading is not the query's
            here.recv()
            return _converse(here, request)
    finally:
        child.kill()
        child.join()


def _converse(connection: Connection[Any, Any], request: Request) -> Any:
    """Send a request to a child and give what it found; raises what it raised."""
    limits = request.limits
    begun = time.monotonic()
    connection.send(request)
    try:
        if not connection.poll(None if limits.seconds is None else limits.seconds + GRACE):
            raise EOFError
        outcome = connection.recv()
    except (EOFError, ConnectionError):
        if limits.seconds is not None and time.monotonic() - begun >= limits.seconds:
            raise too_long(limits.seconds) from None
        if limits.memory is not None:
            raise too_much(f"{limits.memory // MIB} MiB of memory") from None
        raise XinpuError("the process that ran the query was ended", remedy="Narrow the query.") from None
    if isinstance(outcome, XinpuError):
        raise outcome
    return unpack(outcome)


def _check_service(request: Request) -> None:
    if not request.limits.service and asks_service(request.text):
        raise UsageError("SERVICE, which asks other servers, is not allowed here", remedy="Take it out of the query.")
