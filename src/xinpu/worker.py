"""Queries in a process of their own, which can be ended: the engines cannot stop a query once begun.

Where processes fork (all but Windows) the child shares the loaded store, so that nothing is loaded or copied; elsewhere
it is handed the quads. A child ends itself at its time limit and gets no more memory than it was given.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from xinpu.errors import EndpointError, ModelError, UsageError, XinpuError
from xinpu.results import Answer, write
from xinpu.store import Dataset, Solutions
from xinpu.terms import Literal, NamedNode, Quad, Term, Triple

GRACE: Final = 5.0
"""Seconds beyond its limit after which a child that did not end itself is given up."""

MIB: Final = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one query may take; None means no limit."""

    seconds: float | None = 60.0
    memory: int | None = None
    """Bytes beyond what the process holds when the query begins (Linux)."""
    size: int | None = None
    """Bytes of an answer that is written in a format, else its rows or triples."""
    service: bool = False
    """Whether SERVICE may ask other servers."""


@dataclass(frozen=True)
class Request:
    """One query, its limits and, if the child is to write the answer, the format."""

    text: str
    limits: Limits = Limits()
    form: str | None = None


Engine = Callable[[Dataset, str], Answer]
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
        quads = [tuple(_flat(term) for term in quad) for quad in dataset.store]
        yield lambda request: _ask_spawned(engine, quads, request)
        return
    here, there = socket.socketpair()
    process = multiprocessing.get_context("fork").Process(
        target=_desk, args=(dataset, engine, here, there), daemon=True, name="xinpu-desk"
    )
    process.start()
    there.close()
    try:
        yield lambda request: _ask_desk(here, request)
    finally:
        here.close()
        process.join()


def _desk(dataset: Dataset, engine: Engine, parents: socket.socket, callers: socket.socket) -> None:
    """Fork a child for each caller, until the parent closes its end or is gone."""
    parents.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        data, handles, _, _ = socket.recv_fds(callers, 1, 1)
        if not data:
            return
        if os.fork() == 0:
            with contextlib.suppress(BaseException):
                callers.close()
                signal.signal(signal.SIGINT, signal.SIG_DFL)
                _serve(dataset, engine, Connection(handles[0]))
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
    child = multiprocessing.get_context("spawn").Process(target=_serve_quads, args=(quads, engine, there), daemon=True)
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


def _serve_quads(quads: list[Any], engine: Engine, connection: Connection[Any, Any]) -> None:
    dataset = Dataset()
    dataset.store.bulk_extend(Quad(*map(_term, quad)) for quad in quads)
    connection.send("ready")
    _serve(dataset, engine, connection)


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
            raise _too_much(f"{limits.memory // MIB} MiB of memory") from None
        raise XinpuError("the process that ran the query was ended", remedy="Narrow the query.") from None
    if isinstance(outcome, XinpuError):
        raise outcome
    return _unpack(outcome)


def too_long(seconds: float) -> XinpuError:
    """Make the error for a query that passed its time limit."""
    return XinpuError(f"the query took longer than {seconds:g} s", remedy="Narrow it or raise --timeout.")


def _too_much(what: str) -> XinpuError:
    return XinpuError(f"the query needs more than {what}", remedy="Narrow it or add LIMIT.")


def _serve(dataset: Dataset, engine: Engine, connection: Connection[Any, Any]) -> None:
    """Answer one request, in the child."""
    request: Request = connection.recv()
    limits = request.limits
    # an engine that dies says so there; the parent says it in one line
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if limits.seconds is not None and hasattr(signal, "setitimer"):
        # nobody handles this signal: the system ends the process, wherever it is
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    if limits.memory is not None:
        _cap_memory(limits.memory)
    outcome: object
    try:
        found = engine(dataset, request.text)
        outcome = found if request.form is None else write(found, request.form).encode()
        outcome = _sized(outcome, limits.size)
    except XinpuError as error:
        outcome = error
    except MemoryError:
        outcome = _too_much(f"{(limits.memory or 0) // MIB} MiB of memory")
    except OSError as error:
        outcome = EndpointError(f"a server named by SERVICE did not answer: {error}")
    except BaseException as error:  # whatever it is, the parent has to learn of it
        outcome = XinpuError(f"the engine failed: {type(error).__name__}: {error}")
    connection.send(_pack(outcome))


def _pack(outcome: object) -> object:
    """Make rows and triples of plain texts, which cross to the parent in a third of the time that terms need."""
    if isinstance(outcome, Solutions):
        return ("rows", outcome.variables, [tuple([_flat(term) for term in row]) for row in outcome.rows])
    if isinstance(outcome, list):
        return ("triples", [(_flat(part.subject), _flat(part.predicate), _flat(part.object)) for part in outcome])
    return outcome


def _flat(term: Term | None) -> object:
    if isinstance(term, NamedNode):
        return term.value
    return (term.value, term.language, term.datatype.value) if isinstance(term, Literal) else term


def _unpack(outcome: Any) -> Any:
    if not isinstance(outcome, tuple):
        return outcome
    if outcome[0] == "rows":
        return Solutions(outcome[1], [tuple([_term(cell) for cell in row]) for row in outcome[2]])
    return [Triple(*map(_term, parts)) for parts in outcome[1]]


def _term(cell: Any) -> Any:
    if isinstance(cell, str):
        return NamedNode(cell)
    if isinstance(cell, tuple):
        text, language, datatype = cell
        return Literal(text, language=language) if language else Literal(text, datatype=NamedNode(datatype))
    return cell


def _sized(outcome: object, size: int | None) -> object:
    if size is None or isinstance(outcome, bool):
        return outcome
    if isinstance(outcome, Solutions):
        return _too_much(f"{size} rows") if len(outcome.rows) > size else outcome
    count = len(outcome)  # type: ignore[arg-type]
    unit = "bytes" if isinstance(outcome, bytes) else "triples"
    return _too_much(f"{size} {unit}") if count > size else outcome


def _cap_memory(memory: int) -> None:
    """Allow the process so many bytes more than it holds now."""
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_APART = re.compile(
    r"<[^<>\"{}|^`\\\x00-\x20]*>"  # IRI
    r'|"""(?:[^"\\]|\\.|"(?!""))*"""|' + r"'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"|' + r"'(?:[^'\\\n\r]|\\.)*'"
    r"|#[^\n\r]*|[?$]\w+|[\w.-]*:[\w.:%-]*",
    re.DOTALL,
)


def asks_service(text: str) -> bool:
    """Tell whether a query may ask other servers: the word SERVICE outside texts, names, variables and comments.

    When in doubt it does.
    """
    plain = _ESCAPE.sub(_unescape, text)
    return any(re.search(r"(?i)service", _APART.sub(" ", version)) is not None for version in (text, plain))


def _unescape(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]


def _check_service(request: Request) -> None:
    if not request.limits.service and asks_service(request.text):
        raise UsageError("SERVICE, which asks other servers, is not allowed here", remedy="Take it out of the query.")
