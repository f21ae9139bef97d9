"""Starting the SPARQL servers of the engine tests, each on free ports of this machine with data of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent.parent
JAR = ROOT / ".venv" / "servers" / "jena-fuseki-server-5.6.0.jar"

VIRTUOSO = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase

[TempDatabase]
DatabaseFile = {folder}/virtuoso-temp.db
TransactionFile = {folder}/virtuoso-temp.trx

[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
CaseMode = 2
NumberOfBuffers = 20000
MaxDirtyBuffers = 15000
CheckpointInterval = 0
ThreadsPerQuery = 2

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 5
Charset = UTF-8

[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 60
"""


def missing() -> list[str]:
    """Name what has to be installed first."""
    found = {"virtuoso-t": shutil.which("virtuoso-t"), "java": shutil.which("java"), JAR.name: JAR.is_file()}
    return [name for name, there in found.items() if not there]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def fuseki(folder: Path, *, briefly: bool = False) -> Iterator[str]:
    """Run Apache Jena Fuseki; gives the address of a dataset in memory.

    Where it runs only briefly, Java compiles quickly rather than well, which takes half the time.
    """
    url = f"http://127.0.0.1:{(port := free_port())}/xinpu"
    java = ["java", *(["-XX:TieredStopAtLevel=1"] if briefly else []), "-Xmx1g"]
    command = [*java, "-jar", str(JAR), "--localhost", "--port", str(port), "--mem", "--update", "/xinpu"]
    with running(command, folder, url):
        yield url


@contextmanager
def virtuoso(folder: Path) -> Iterator[str]:
    """Run Virtuoso; gives the address of its query service. Name and password are dba."""
    http = free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(folder=folder, http=http, sql=free_port()), encoding="utf-8")
    url = f"http://127.0.0.1:{http}/sparql"
    with running(["virtuoso-t", "+foreground", "+configfile", str(folder / "virtuoso.ini")], folder, url):
        yield url


@contextmanager
def running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    """Run a server until the block is left; wait until it answers."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={**os.environ, "LC_ALL": "C.UTF-8"})
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, (folder / "log").read_text(errors="replace")[-2000:]
            try:
                if httpx.get(url, params={"query": "ASK {}"}, timeout=5).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        else:
            raise AssertionError(
                f"{command[0]} did not answer: " + (folder / "log").read_text(errors="replace")[-2000:]
            )
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
