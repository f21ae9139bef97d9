"""What the running server holds and the watcher renews: the desk that answers queries, and who waits for news."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import anyio

from xinpu.layout import Project
from xinpu.store import Dataset
from xinpu.worker import Ask, Request, loading_desk


class State:
    """The desk of the newest graph, and the number of builds since the start."""

    def __init__(self, load: Callable[[], Dataset]) -> None:
        self._load = load
        self._stack = ExitStack()
        self._ask = self._stack.enter_context(loading_desk(load))
        self.builds = 0
        self.threads = anyio.CapacityLimiter(64)

    def ask(self, request: Request) -> Any:
        """Ask the desk of the newest graph."""
        ask: Ask = self._ask
        try:
            return ask(request)
        except OSError:
            # it was closed in this moment, and a newer one is there
            if ask is self._ask:
                raise
            return self._ask(request)

    def renew(self) -> None:
        """Load the graph anew; the old desk answers until then, and stays if loading fails."""
        stack = ExitStack()
        fresh = stack.enter_context(loading_desk(self._load))
        old, self._stack = self._stack, stack
        self._ask = fresh
        old.close()

    def close(self) -> None:
        """Close the desk."""
        self._stack.close()


def load_derived(project: Project) -> Dataset:
    """Load a project and derive."""
    from xinpu.derive import derive
    from xinpu.queries import Library
    from xinpu.store import load_strict

    dataset = load_strict(project)
    derive(dataset, Library(project))
    return dataset
