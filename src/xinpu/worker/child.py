"""The child's side: one query within its limits."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from xinpu.errors import EndpointError, XinpuError
from xinpu.results import write
from xinpu.store import Dataset, Solutions
from xinpu.terms import Quad
from xinpu.worker.packing import pack, term_of
from xinpu.worker.request import MIB, Engine, Request, too_much


def serve_quads(quads: list[Any], engine: Engine, connection: Connection[Any, Any]) -> None:
    """Load what was handed over, say so, then answer one request."""
    dataset = Dataset()
    dataset.store.bulk_extend(Quad(*map(term_of, quad)) for quad in quads)
    connection.send("ready")
    serve(dataset, engine, connection)


def serve(dataset: Dataset, engine: Engine, connection: Connection[Any, Any]) -> None:
    """Answer one request, in the child."""
    request: Request = connection.recv()
    limits = request.limits
    # an engine that dies says so there; the parent says it in one line
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    if limits.seconds is not None and hasattr(signal, "setitimer"):
        # nobody handles this signal: the system ends the process, wherever it is
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, limits.seconds)
    if limits.memory is not None:
        _cap_memory(limits.memory)
    outcome: object
    try:
        found = engine(dataset, request.text, request.graphs) if request.graphs else engine(dataset, request.text)
        outcome = found if request.form is None else write(found, request.form).encode()
        outcome = _sized(outcome, limits.size)
    except XinpuError as error:
        outcome = error
    except MemoryError:
        outcome = too_much(f"{(limits.memory or 0) // MIB} MiB of memory")
    except OSError as error:
        outcome = EndpointError(f"a server named by SERVICE did not answer: {error}")
    except BaseException as error:  # whatever it is, the parent has to learn of it
        outcome = XinpuError(f"the engine failed: {type(error).__name__}: {error}")
    connection.send(pack(outcome))


def _sized(outcome: object, size: int | None) -> object:
    if size is None or isinstance(outcome, bool):
        return outcome
    if isinstance(outcome, Solutions):
        return too_much(f"{size} rows") if len(outcome.rows) > size else outcome
    count = len(outcome)  # type: ignore[arg-type]
    unit = "bytes" if isinstance(outcome, bytes) else "triples"
    return too_much(f"{size} {unit}") if count > size else outcome


def _cap_memory(memory: int) -> None:
    """Allow the process so many bytes more than it holds now."""
    if sys.platform != "linux":
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + memory
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
