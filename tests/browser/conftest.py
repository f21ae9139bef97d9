"""Fixtures of the browser tests: a browser for each module, and the real site."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sites import build_site, chromium
from xinpu.layout import Project


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium; not kept longer, since its loop stands in the way of other tests' loops."""
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def real_site(real: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the real graph's site: the one that XINPU_SITE names, or one built once."""
    named = os.environ.get("XINPU_SITE")
    if named:
        assert (Path(named) / "index.html").is_file(), f"XINPU_SITE={named} holds no site"
        return Path(named)
    return build_site(real, tmp_path_factory.mktemp("real-site") / "build")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def server(toy_site: Path) -> Iterator[str]:
    """The toy's site on a port of this machine."""
    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(toy_site)))
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{running.server_address[1]}/"
    running.shutdown()
    running.server_close()
    thread.join()
