"""Built sites for tests: building one, its pages by kind, and how Chromium is started for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from xinpu.layout import Project

ROOT = Path(__file__).parent.parent
BASE = "https://xinpu.example"
LANGUAGES = {"en": "", "zh": "zh/", "fr": "fr/"}
LOOPBACK = ("127.0.0.1", "localhost")


def build_site(project: Project, out: Path) -> Path:
    """Build a project in a process of its own; give the folder of the site."""
    command = [sys.executable, "-m", "xinpu", "--project", str(project.root), "build", "--out", str(out)]
    done = subprocess.run([*command, "--base-url", BASE, "--jobs", "2"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return out / "site"


def kinds(site: Path, share: float = 1) -> dict[str, str]:
    """Name of each route -> the path of its page; of several the heaviest, or the one at a share of them by weight."""
    table = tomllib.loads((ROOT / "site" / "pages.toml").read_text(encoding="utf-8"))
    found = {}
    for route in table["route"]:
        before, each, _ = route["path"][1:].partition("{slug}")
        if not each:
            found[route["name"]] = before + ("index.html" if not before or before.endswith("/") else "")
            continue
        pages = [path / "index.html" for path in (site / before).glob("*") if (path / "index.html").is_file()]
        pages.sort(key=lambda path: (path.stat().st_size, path.as_posix()))
        if pages:
            found[route["name"]] = pages[int((len(pages) - 1) * share)].relative_to(site).as_posix()
    return found


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium, that reaches no host but this machine; a test that asks for it is skipped where there is none."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no chromium: make browsers")
        pytest.skip("make browsers")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            ],
        )
        yield browser
        browser.close()


@dataclass
class Witness:
    """What a browser context did that no page of the site may do."""

    faults: list[str] = field(default_factory=list)

    def watch(self, context: Any) -> None:
        """Note requests to other hosts, failed requests, errors, dialogs and downloads of all its pages."""
        context.on("request", lambda request: self._request(request.url))
        context.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        context.on("console", lambda message: self._console(message.type, message.text))
        context.on("weberror", lambda error: self.faults.append(f"error: {error.error}"))
        context.on("dialog", self._dialog)
        context.add_init_script(
            "document.addEventListener('securitypolicyviolation',"
            " event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))"
        )

    def _request(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("file", "data", "blob") and parts.hostname not in LOOPBACK:
            self.faults.append(f"request: {url}")

    def _failed(self, url: str, why: str) -> None:
        if why != "net::ERR_ABORTED":  # the reader went on before it came
            self.faults.append(f"failed: {url} {why}")

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.faults.append(f"{kind}: {text}")

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()
