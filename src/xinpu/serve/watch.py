"""Rebuilding when the project's files change: in a process of its own that stays warm, so that answering goes on."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Thread
from typing import Any

from watchfiles import DefaultFilter, watch

from xinpu.errors import XinpuError
from xinpu.layout import FOLDERS, Project
from xinpu.serve.state import State

Tell = Callable[[str], None]
Build = Callable[[], None]
"""Builds once; raises XinpuError."""


@contextmanager
def builder(project: Project, folder: Path) -> Iterator[Build]:
    """Open a process that builds a project into a folder each time it is asked."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_build_on_demand, args=(project, folder, there), name="xinpu-builder")
    process.start()
    there.close()

    def build() -> None:
        try:
            here.send("build")
            problem = here.recv()
        except (EOFError, OSError):
            raise XinpuError("the process that builds has ended", remedy="Start again.") from None
        if problem is not None:
            raise problem

    try:
        yield build
    finally:
        here.close()
        process.join(timeout=2.0)
        process.kill()
        process.join()


def _build_on_demand(project: Project, folder: Path, connection: Connection[Any, Any]) -> None:
    from xinpu.build import build
    from xinpu.checks import default_folder

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        problem: XinpuError | None = None
        try:
            build(project, folder, cache=default_folder(project))
        except XinpuError as error:
            problem = XinpuError(str(error))
        except Exception as error:  # the watcher has to go on, and to say what happened
            problem = XinpuError(f"the build failed: {type(error).__name__}: {error}")
        connection.send(problem)


@contextmanager
def watching(project: Project, state: State, build: Build, tell: Tell) -> Iterator[None]:
    """Rebuild at each change of the project's files until the block is left."""
    stop = Event()
    thread = Thread(target=_watch, args=(project, state, build, tell, stop), name="xinpu-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5.0)


def _watch(project: Project, state: State, build: Build, tell: Tell, stop: Event) -> None:
    folders = [project.root / name for name in FOLDERS]
    for changes in watch(*folders, watch_filter=DefaultFilter(), stop_event=stop, debounce=200, step=50):
        names = sorted({project.relative(Path(path)) for _, path in changes})
        tell(f"changed: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}")
        try:
            build()
            state.builds += 1
            tell("built")
            state.renew()
        except XinpuError as error:
            tell(str(error))
