"""Keeps results between runs under hashes of what they depend on. A lost or broken file costs time, nothing else."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from xinpu.layout import Project

FILE: Final = "checks.json"


def default_folder(project: Project) -> Path:
    """Choose a folder for a project under the user's cache folder (XDG Base Directory)."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "xinpu" / hash_of([str(project.root.resolve())])[:16]


def hash_of(parts: Iterable[str]) -> str:
    """Hash texts in order; their borders count."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """Hash the code of the checks and the versions of the libraries that they rest on."""
    from importlib.metadata import version

    here = Path(__file__).parent
    files = [*sorted(here.glob("*.py")), here.parent / "layout.py", here.parent / "terms.py"]
    versions = [f"{name} {version(name)}" for name in ("pyshacl", "rdflib", "pyoxigraph")]
    return hash_of([*versions, *(file.read_text(encoding="utf-8") for file in files)])


class Kept:
    """What the last run left: by section and name, a key and plain data. Without a folder it keeps nothing."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._old: dict[str, Any] = {}
        self._new: dict[str, Any] = {}
        if folder is None:
            return
        try:
            data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return
        if isinstance(data, dict) and data.get("code") == code_hash() and isinstance(data.get("entries"), dict):
            self._old = data["entries"]

    def get(self, name: str, key: str) -> Any:
        """Give the data kept under a name if its key is the same; else None."""
        entry = self._old.get(name)
        if not isinstance(entry, list) or len(entry) != 2 or entry[0] != key:
            return None
        self._new[name] = entry
        return entry[1]

    def put(self, name: str, key: str, data: Any) -> None:
        """Keep data under a name for the next run."""
        self._new[name] = [key, data]

    def save(self) -> None:
        """Write what this run used or made; the file is whole or the old one."""
        if self.folder is None or self._new == self._old:
            return
        data = json.dumps({"code": code_hash(), "entries": self._new}, ensure_ascii=False, sort_keys=True)
        temporary = self.folder / f"{FILE}.{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(data, encoding="utf-8", errors="surrogatepass")
            temporary.replace(self.folder / FILE)
        except OSError:
            # a folder that cannot be written costs the next run its saving, and no finding
            temporary.unlink(missing_ok=True)
